"""A study whose seeds have splits of their own, from configuration to verdict and report."""

import json

import numpy as np
import pandas as pd
import pytest

from chrysalis.data.packed import read_table
from chrysalis.data.split import assign_splits
from chrysalis.report.pages.fragments import all_fragments
from chrysalis.report.pages.results import load_results
from chrysalis.report.site.check import check_site
from chrysalis.stats.compare import compare_resampled
from tests.tracing import totals, untraced

ASKED = ["--config", "vary_split=true", "seeds=3", "experiments=[augmentation]"]


def answers(folder):
    """Paths and correctness of one training on test."""
    table = pd.read_parquet(folder / "predictions.parquet")
    table = table[table["split"] == "test"]
    guesses = table.filter(like="logit_").to_numpy().argmax(1)
    return table["path"].tolist(), guesses == table["label"].to_numpy()


def test_each_seed_has_its_own_split(prepared):
    workspace = prepared
    workspace.snakemake(*ASKED)
    results = workspace.root / "results/shapes"
    (pack,) = results.glob("data/pack/*px.csv")
    images = read_table(results / "data/inspect_images/images.csv")
    for seed in range(3):
        index = read_table(results / f"data/resplit/{pack.stem}_seed{seed}.csv")
        assert index["path"].tolist() == read_table(pack)["path"].tolist()
        drawn = assign_splits(images, seed=seed).set_index("path")["split"]
        assert index["split"].tolist() == drawn[index["path"]].tolist()

    effects = pd.read_csv(results / "experiments/augmentation/compare/effects.csv")
    arms = pd.read_csv(results / "experiments/augmentation/compare/arms.csv")
    runs = arms.set_index("arm")["run"]
    (row,) = effects.to_dict("records")
    correct, train_images, tested = {}, set(), []
    for arm in (row["arm"], row["baseline"]):
        folders = [results / f"runs/{runs[arm]}/seed{seed}/train" for seed in range(3)]
        found = [answers(folder) for folder in folders]
        tested.append([paths for paths, _ in found])
        correct[arm] = np.stack([right for _, right in found])
        train_images |= {
            json.loads((folder / "run.json").read_text())["images"]["train"] for folder in folders
        }
    assert tested[0] == tested[1]
    assert len({tuple(paths) for paths in tested[0]}) == 3
    expected = compare_resampled(correct[row["arm"]], correct[row["baseline"]], *train_images)
    for name in ("low", "high", "p"):
        assert row[name] == pytest.approx(getattr(expected, name), nan_ok=True)
    assert (row["seeds"], row["images"]) == (3, len(tested[0][0]))

    chosen = pd.read_csv(next(results.glob("explain/*/seed0/explain/examples.csv")))
    assert set(chosen["path"]) <= set(tested[0][0])
    assert check_site(results / "site") == []
    page = (results / "site/experiments/augmentation.html").read_text()
    assert "corrected resampled t-test" in page
    assert "Each training seed has its own split" in (results / "site/data.html").read_text()
    loaded = load_results(results)
    made = all_fragments(loaded, "smalldocs")
    for name in ("banner.md", "data_counts.md", "augmentation/table.md"):
        assert untraced(made[name], results, totals(loaded)) == set(), name
    assert workspace.planned(*ASKED) == {}


def test_an_official_test_split_ends_with_a_clear_message(workspace):
    root = workspace.root / "data/raw/shapes"
    for shape in sorted(path for path in root.iterdir()):
        for split, numbers in (("train", range(10)), ("test", range(10, 14))):
            (root / split / shape.name).mkdir(parents=True)
            for number in numbers:
                name = f"{number:03d}.png"
                (shape / name).rename(root / split / shape.name / name)
        shape.rmdir()
    done = workspace.snakemake(*ASKED, check=False)
    assert done.returncode != 0
    assert "vary_split: the dataset has an official test split" in done.stdout + done.stderr
    assert not list(workspace.root.glob("results/shapes/runs/*/seed*"))
