"""What is read off all runs of a study."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chrysalis.evaluation.summary import (
    best_by_validation,
    headline_metrics,
    models_table,
    read_metrics,
    run_folders,
    sum_confusion,
)


@pytest.fixture
def folders(tmp_path):
    """Two models of two seeds: m is best on validation, n on test."""
    values = {"m": [(0.8, 0.5), (0.9, 0.6)], "n": [(0.7, 0.9), (0.8, 1.0)]}
    made = {}
    for model, seeds in values.items():
        for seed, (val, test) in enumerate(seeds):
            folder = tmp_path / f"{model}{seed}"
            (folder / "evaluate").mkdir(parents=True)
            metrics = {
                name: {"top1": value, "f1_macro": value / 2, "ece": 0.1 * seed}
                | {"scaled": {"ece": 0.05 * seed}}
                for name, value in (("val", val), ("test", test))
            } | {"temperature": 1.5 + seed}
            (folder / "evaluate/metrics.json").write_text(json.dumps(metrics))
            made.setdefault(model, []).append(folder)
    return made


def test_the_best_model_is_chosen_by_validation_alone(folders):
    metrics = {model: [read_metrics(run) for run in seeds] for model, seeds in folders.items()}
    assert best_by_validation(metrics) == "m"


def test_run_folders_are_named_by_model():
    names = ["resnet18_small-0a1b2c3d", "mynet-00000000"]
    assert run_folders(Path("runs"), names, [0, 5]) == {
        "resnet18_small": [Path(f"runs/{names[0]}/seed0"), Path(f"runs/{names[0]}/seed5")],
        "mynet": [Path(f"runs/{names[1]}/seed0"), Path(f"runs/{names[1]}/seed5")],
    }


def test_the_models_table_has_mean_sd_and_each_seed(folders):
    table = models_table(folders).set_index(["model", "split", "metric"])
    row = table.loc[("n", "test", "top1")]
    assert (row["mean"], row["sd"]) == pytest.approx((0.95, 0.1 / np.sqrt(2)))
    assert (row["seeds"], row["values"]) == (2, "0.9;1")
    assert table.loc[("m", "val", "scaled_ece"), "values"] == "0;0.05"
    assert table.loc[("m", "val", "temperature"), "mean"] == 2
    assert ("m", "test", "temperature") not in table.index
    assert len(table) == 2 * (2 * 4 + 1)


def test_headline_metrics(folders, tmp_path):
    experiment = tmp_path / "experiment"
    experiment.mkdir()
    pd.DataFrame(
        {
            "model": ["m", "n"],
            "arm": "on",
            "baseline": "off",
            "effect": [0.1234567, -0.02],
            "p_holm": [0.0301234, np.nan],
            "outcome": ["better", "insufficient"],
        }
    ).to_csv(experiment / "effects.csv", index=False)
    found = headline_metrics(folders, {"augmentation": experiment})
    assert found["models"]["m"] == {
        "seeds": 2,
        "val_top1_mean": 0.85,
        "test_top1_mean": 0.55,
        "test_top1_sd": round(0.1 / 2**0.5, 6),
        "test_f1_macro_mean": 0.275,
        "test_ece_mean": 0.05,
    }
    assert found["experiments"]["augmentation"] == {
        "m on - off": {"effect": 0.123457, "p_holm": 0.030123, "outcome": "better"},
        "n on - off": {"effect": -0.02, "p_holm": None, "outcome": "insufficient"},
    }


def test_one_seed_has_no_sd(folders):
    found = headline_metrics({"m": folders["m"][:1]}, {})
    assert found["models"]["m"]["test_top1_sd"] is None


def test_confusion_counts_add_up_over_seeds(tmp_path):
    counts = [np.array([[3, 1], [0, 4]]), np.array([[2, 2], [1, 3]])]
    folders = []
    for seed, test in enumerate(counts):
        folder = tmp_path / f"seed{seed}"
        (folder / "evaluate").mkdir(parents=True)
        tables = [
            pd.DataFrame({"split": split, "class": ["1", "NA"], "1": c[:, 0], "NA": c[:, 1]})
            for split, c in (("val", test + 50), ("test", test))
        ]
        pd.concat(tables).to_csv(folder / "evaluate/confusion.csv", index=False)
        folders.append(folder)
    found = sum_confusion(folders)
    assert found.columns.tolist() == ["split", "class", "1", "NA"]
    assert found["class"].tolist() == ["1", "NA"]
    assert found[["1", "NA"]].to_numpy().tolist() == [[5, 3], [1, 7]]
