"""Every experiment that comes with Chrysalis can be planned, and one alone can be computed."""

import json
from pathlib import Path

import pandas as pd
import yaml

from chrysalis.report.site.check import check_site
from chrysalis.study.study import resolve

FAST = ["--config", "seeds=1", "settings={training: {epochs: 1, batch_size: 8}}"]


def test_one_experiment_alone_trains_its_arms_and_nothing_else(prepared):
    workspace = prepared
    assert workspace.planned("experiment_loss", *FAST)["train"] == 4
    workspace.snakemake("experiment_loss", *FAST)
    experiment = workspace.root / "results/shapes/experiments/loss"
    metrics = pd.read_csv(experiment / "compare/metrics.csv")
    assert metrics["metric"].unique().tolist() == [
        "train_top1",
        "ece",
        "ece_scaled",
        "nll",
        "brier",
    ]
    assert metrics["arm"].nunique() == 4
    assert metrics["mean"].notna().all()
    assert (experiment / "plot_experiment/effects.svg").is_file()
    assert not (workspace.root / "results/shapes/site").exists()


def test_all_experiments_share_their_trainings(workspace, monkeypatch):
    """Each arm's training is planned once, whichever and however many experiments need it."""
    monkeypatch.chdir(workspace.root)
    config = yaml.safe_load(Path("config/config.yaml").read_text())
    study = resolve(config | {"seeds": 1, "experiments": "all"})
    # One model, and four classes of which no three can go.
    assert set(study.skipped) == {"models", "worst_classes"}
    experiments = {experiment.name: experiment.runs for experiment in study.experiments}
    assert workspace.planned("experiment_loss", *FAST)["train"] == len(experiments["loss"]) == 4
    together = workspace.planned("experiments", *FAST)
    assert together["compare"] == len(experiments)
    distinct = {run for runs in experiments.values() for run in runs}
    assert together["train"] == len(distinct) < sum(map(len, experiments.values()))
    assert study.base_runs["mynet"] in set(experiments["loss"]) & set(experiments["schedule"])


def test_an_experiment_that_cannot_be_asked_says_why(workspace):
    done = workspace.snakemake("experiment_models", check=False)
    assert done.returncode != 0
    assert "this experiment cannot be asked here: the study has just one model" in (
        done.stdout + done.stderr
    )


def test_each_experiment_refers_to_the_schema(workspace):
    for path in (workspace.root / "config/experiments").glob("*.yaml"):
        assert path.read_text().startswith("# yaml-language-server: $schema=../schema.json")
        assert yaml.safe_load(path.read_text())["question"].endswith("?")


def test_an_experiment_of_ones_own_with_everything_that_a_experiment_can_tell(finished):
    """Costs, trade-offs and dynamics of an experiment that is one new file, to its page."""
    (finished.root / "config/experiments/mine.yaml").write_text(
        """
title: Mine
question: Does the rate matter?
by_default: false
dynamics: true
metrics: [converged, parameters, multiply_adds, latency_1]
against: [parameters, latency_1]
baseline: low
arms:
  low: {training: {learning_rate: 0.0005}}
  high: {training: {learning_rate: 0.005}}
"""
    )
    (finished.root / "config/published").mkdir(exist_ok=True)
    (finished.root / "config/published/theirs.yaml").write_text(
        """
title: Theirs
source: A report
differences: [other shapes]
figures: [{model: mynet, value: 0.77}]
claims:
  - claim: fast is better
    kind: difference
    experiment: mine
    arm: high
    baseline: low
    direction: higher
"""
    )
    finished.append("config/datasets/shapes.yaml", "published: [theirs]\n")
    finished.snakemake("--config", "experiments=[mine]", "seeds=1")
    results = finished.root / "results/shapes"
    page = (results / "site/experiments/mine.html").read_text()
    for text in (
        "Other metrics of each arm",
        "How each arm trained",
        "Other tests of these effects",
    ):
        assert text in page
    for name in ("measures", "loss_band", "landscape", "layers", "tradeoff"):
        assert f"/{name}.svg" in page
    assert check_site(results / "site") == []
    told = (results / "site/published.html").read_text()
    for text in ("77.0", "other shapes", "fast is better", "not shown"):
        assert text in told
    assert "Not enough seeds to tell how" in page
    summary = pd.read_csv(results / "experiments/mine/compare_dynamics/summary.csv")
    smoothness = summary[summary["measure"] == "smoothness"]
    assert smoothness["arm"].tolist() == ["low", "high"]
    assert (smoothness["mean"] > 0).all()
    costs = pd.read_csv(results / "experiments/mine/compare/metrics.csv").set_index("metric")
    assert costs.loc["multiply_adds", "mean"].gt(0).all()
    assert finished.planned("--config", "experiments=[mine]", "seeds=1") == {}


def test_compression_from_the_trained_networks_to_its_page(finished):
    """Pruned, distilled and int8 networks, on fewer epochs and as one arm each."""
    (finished.root / "config/experiments/compression.yaml").write_text(
        """
title: Compression
question: How small?
by_default: false
metrics: [parameters, multiply_adds, exported_mb, exported_latency_1]
against: [exported_mb, exported_latency_1]
models: [mynet]
baseline: full
arms:
  full: {export: fp32}
  int8: {export: int8}
  pruned: {export: fp32, prune: 0.5, training: {learning_rate: 0.0005}}
  distilled: {export: fp32, model: resnet10_tiny, teacher: mynet}
"""
    )
    asked = ["--config", "experiments=[compression]", "seeds=1"]
    # The pruned one and the student: full and int8 share the base run, which is there.
    planned = finished.planned(*asked)
    assert (planned["train"], planned["export"]) == (2, 4)
    finished.snakemake(*asked)
    results = finished.root / "results/shapes"
    table = pd.read_csv(results / "experiments/compression/compare/metrics.csv")
    size = table[table["metric"] == "exported_mb"].set_index("arm")["mean"]
    assert size["int8"] < size["full"] / 2
    assert size["pruned"] < size["full"] / 2
    adds = table[table["metric"] == "multiply_adds"].set_index("arm")["mean"]
    assert adds["int8"] == adds["full"] > 2 * adds["pruned"]
    page = (results / "site/experiments/compression.html").read_text()
    assert "Exported, 1 image (ms)" in page
    assert check_site(results / "site") == []
    assert finished.planned(*asked) == {}


def test_the_worst_classes_are_removed_whichever_they_are(finished):
    (finished.root / "config/experiments/worst_classes.yaml").write_text(
        """
title: Worst
question: Are they better gone?
analysis: class_removal
by_default: false
models: first
baseline: full
arms:
  full: {}
  worst: {remove_classes: {worst: 1}}
"""
    )
    finished.snakemake("--config", "experiments=[worst_classes]", "seeds=2")
    results = finished.root / "results/shapes"
    (quality,) = results.glob("runs/*/label_quality/label_quality.csv")
    table = pd.read_csv(quality)
    worst = table.sort_values("rank")["class"].iloc[0]
    answer = json.loads((results / "experiments/worst_classes/compare/experiment.json").read_text())
    assert answer["removed"] == {"full": [], "worst": [worst]}
    effects = pd.read_csv(results / "experiments/worst_classes/compare/effects.csv")
    assert effects["baseline"].tolist() == ["full", "full, masked"]
    page = (results / "site/experiments/worst_classes.html").read_text()
    assert "Self-confidence" in page
    assert "their scores" in page or "its scores for the removed classes" in page
    assert check_site(results / "site") == []
