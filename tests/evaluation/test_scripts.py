"""The scripts that write metrics and an experiment's tables, from hand-made run folders."""

import importlib.util
import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chrysalis.records.audit import ISSUES, LABELS, PAIRS, SERIES, IssueRow, LabelRow, PairRow
from chrysalis.records.maps import BETRAYED, BetrayedRow
from chrysalis.records.paths import StudyPaths
from chrysalis.records.truth import FINDINGS, TRUTH, TRUTH_SCORES, FindingRow, TruthRow
from tests.runs import experiment_record, study_record

SCRIPTS = Path(__file__).parents[2] / "scripts"

# On val a logit of 2 among two of 0 is right once and wrong once; the prior of log T weighs 10 / 2.
GRID = np.linspace(0.5, 2, 200_001)
LOSS = 2 * np.log(np.exp(2 / GRID) + 2) - 2 / GRID + 5 * np.log(GRID) ** 2
TEMPERATURE = GRID[LOSS.argmin()]


def main_of(name):
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


def named(record):
    """The options that name a training, by the folder of its record."""
    seed = record.parent
    results, run = seed.parents[2], seed.parent.name
    return {"results": results, "run": run, "seed": int(seed.name.removeprefix("seed"))}


@pytest.fixture
def run(write_run):
    """Two val images, one right; three test images of classes x and NA, two right."""
    classes = ["x", "NA", "empty"]
    write_run("m-12345678", 0, classes, ["x", "NA"], ["x", "x"], split="val")
    return write_run("m-12345678", 0, classes, ["x", "x", "NA"], ["x", "empty", "NA"])


def test_evaluate(run):
    output = run.parent / "evaluate"
    main_of("evaluate")(Namespace(**named(run), seeds=[0]))
    metrics = json.loads((output / "metrics.json").read_text())
    assert metrics["val"]["top1"] == 1 / 2
    assert metrics["test"]["top1"] == pytest.approx(2 / 3)
    assert metrics["test"]["recall_macro"] == pytest.approx((1 / 2 + 1) / 2)
    assert metrics["temperature"] == pytest.approx(TEMPERATURE, rel=1e-3)
    assert metrics["val"]["scaled"]["nll"] < metrics["val"]["nll"]
    bins = pd.read_csv(output / "reliability.csv")
    assert bins.groupby("scaled")["images"].sum().to_dict() == {"no": 3, "yes": 3}
    by_class = pd.read_csv(output / "per_class.csv", keep_default_na=False, dtype=str)
    assert by_class.columns.tolist() == ["split", "class", "support", "accuracy"]
    assert by_class.to_numpy().tolist() == [
        *(["val", "x", "1", "1.0"], ["val", "NA", "1", "0.0"], ["val", "empty", "0", ""]),
        *(["test", "x", "2", "0.5"], ["test", "NA", "1", "1.0"], ["test", "empty", "0", ""]),
    ]
    counts = pd.read_csv(output / "confusion.csv", keep_default_na=False)
    assert counts.columns.tolist() == ["split", "class", "x", "NA", "empty"]
    assert counts[counts["split"] == "test"].iloc[:, 2:].to_numpy().tolist() == [
        *([1, 0, 1], [0, 1, 0], [0, 0, 0]),
    ]


def test_compare_and_summarise(run, write_run, tmp_path):
    write_run("n-87654321", 0, ["x", "NA"], ["x", "x", "NA"], ["x", "x", "NA"])
    results = tmp_path
    experiment = experiment_record(
        [("m", "m", "m-12345678"), ("n", "n", "n-87654321")],
        "m",
        name="models",
        arms={"m": {"model": "m"}, "n": {"model": "n"}},
    )
    output = results / "experiments/models/compare"
    planned = tmp_path / "models.json"
    experiment.write(planned)
    main_of("compare")(
        Namespace(
            experiment=planned,
            results=results,
            seeds=[0],
            threshold=0.01,
        )
    )
    arms = pd.read_csv(output / "arms.csv")
    assert arms["mean"].tolist() == pytest.approx([2 / 3, 1])
    effects = pd.read_csv(output / "effects.csv")
    assert effects["effect"].tolist() == pytest.approx([1 / 3])
    answer = json.loads((output / "experiment.json").read_text())
    assert answer["headline"] == effects["sentence"][0]
    assert pd.read_csv(output / "per_class.csv", keep_default_na=False)["class"].tolist() == [
        *("x", "NA", "x", "NA")
    ]

    main_of("evaluate")(Namespace(**named(run), seeds=[0]))
    study = study_record(base_runs={"m": "m-12345678"}, seeds=[0], experiments=[experiment])
    study.write(tmp_path / "study.json")
    main_of("summarise")(Namespace(results=results, study=tmp_path / "study.json"))
    models = pd.read_csv(results / "runs/summarise/models.csv").set_index(
        ["model", "split", "metric"]
    )
    assert models.loc[("m", "test", "top1"), "mean"] == pytest.approx(2 / 3)
    assert models.loc[("m", "val", "scaled_nll"), "mean"] < models.loc[("m", "val", "nll"), "mean"]
    summary = json.loads((results / "metrics.json").read_text())
    assert summary["models"]["m"]["test_top1_mean"] == pytest.approx(2 / 3, abs=1e-6)
    assert summary["experiments"]["models"]["n n - m"] == {
        **{"effect": 0.333333, "p_adjusted": None, "outcome": "insufficient"}
    }


def test_label_quality_reads_val_only(write_run, tmp_path):
    """Other test images, labels and answers change no choice of classes."""
    outputs = []
    for name, tested in (("a-12345678", "x"), ("b-12345678", "y")):
        folder = write_run(name, 0, ["x", "y"], ["x", "x", "y"], ["x", "y", "y"], split="val")
        write_run(name, 0, ["x", "y"], ["x", "y"], [tested, tested], split="test")
        outputs.append(folder.parents[1] / "label_quality/label_quality.csv")
        main_of("label_quality")(Namespace(results=tmp_path, run=name, seeds=[0]))
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    table = pd.read_csv(outputs[0])
    assert table.set_index("class")["images"].to_dict() == {"x": 2, "y": 1}


def test_truth(write_run, tmp_path):
    """The audit names the noisy class; the look-alikes are b and c, but b and a are confused."""
    name, classes = "m-12345678", ["a", "b", "c"]
    write_run(name, 0, classes, ["a", "a", "b", "b", "c"], ["a", "a", "a", "c", "c"], split="val")
    write_run(name, 0, classes, ["a", "b", "c", "b"], ["b", "a", "c", "b"])
    planted = [
        TruthRow("noisy_species", "", "", "b", "", ""),
        TruthRow("look_alike", "", "", "b", "c", ""),
        TruthRow("betrayed_species", "", "", "c", "", "leaf"),
        TruthRow("wrong_label", "images/b/1.jpg", "", "b", "a", ""),
    ]
    TRUTH.write(planted, tmp_path / "truth.csv")
    paths = StudyPaths(tmp_path)
    PAIRS.write([PairRow("images/a/1.jpg", "images/a/2.jpg", 0.99, "copy")], paths.pairs)
    labels = [LabelRow("images/b/1.jpg", "b", "train", "a", 0.1, 0.8, "")]
    LABELS.write(labels, paths.audit("labels"))
    SERIES.write([], paths.audit("series"))
    ISSUES.write([IssueRow("noisy_classes", "", "b", "", "")], paths.audit("issues"))
    told = BetrayedRow("m", 0, "c", 9, 0.9, 0.8, 0.1, 0.001, 0.01, betrayed=True)
    BETRAYED.write([told], paths.judged_maps("betrayed"))
    options = {"results": tmp_path, "truth": tmp_path / "truth.csv", "runs": [name], "seeds": [0]}
    main_of("truth")(Namespace(**options))
    scores = {row.kind: row for row in TRUTH_SCORES.read(tmp_path / "data/truth/scores.csv")}
    assert (scores["noisy_species"].found, scores["noisy_species"].missed) == (1, 0)
    assert (scores["look_alike"].found, scores["look_alike"].false_alarms) == (0, 1)
    assert (scores["wrong_label"].planted, scores["wrong_label"].found) == (1, 1)
    assert (scores["near_duplicate"].planted, scores["near_duplicate"].false_alarms) == (0, 1)
    assert (scores["betrayed_species"].found, scores["betrayed_species"].missed) == (1, 0)
    findings = FINDINGS.read(tmp_path / "data/truth/findings.csv")
    assert FindingRow("look_alike", "a", "b", planted=False, reported=True) in findings
    assert FindingRow("look_alike", "b", "c", planted=True, reported=False) in findings
