"""What is read off all runs of a study together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def run_folders(runs: Path, names: list[str], seeds: list[int]) -> dict[str, list[Path]]:
    """The folders of runs, one a seed, by their model; `names` holds a run for each model."""
    return {
        name.rsplit("-", 1)[0]: [runs / name / f"seed{seed}" for seed in seeds] for name in names
    }


def read_metrics(run: Path) -> dict[str, dict[str, float]]:
    """A run's metrics by split, from its folder."""
    return json.loads((run / "evaluate/metrics.json").read_text())


def best_by_validation(metrics: dict[str, list[dict[str, dict[str, float]]]]) -> str:
    """The model with the highest mean validation top-1, the first of equals.

    `metrics` holds each model's metrics by split, a seed each. The test split has no say in it.
    """
    means = {
        model: np.mean([of_seed["val"]["top1"] for of_seed in seeds])
        for model, seeds in metrics.items()
    }
    return max(means, key=means.__getitem__)


def sum_confusion(seeds: list[Path]) -> pd.DataFrame:
    """Test confusion counts added up over seeds: columns split, class, then predicted classes."""
    tables = [
        pd.read_csv(folder / "evaluate/confusion.csv", dtype={"class": str}, keep_default_na=False)
        for folder in seeds
    ]
    tables = [table[table["split"] == "test"].reset_index(drop=True) for table in tables]
    total = tables[0].copy()
    total.iloc[:, 2:] = sum(table.iloc[:, 2:].to_numpy() for table in tables)
    return total


def models_table(folders: dict[str, list[Path]]) -> pd.DataFrame:
    """A row for each model, split and metric of its base runs: mean, sd (n - 1), the seeds' values.

    `folders` are run folders by model, one a seed. Metrics after temperature scaling are called
    scaled_ and their name; the temperature, fitted on val, stands there.
    """
    rows = []
    for model, seeds in folders.items():
        found = [read_metrics(folder) for folder in seeds]
        for split in ("val", "test"):
            metrics = _by_metric([of_seed[split] for of_seed in found])
            if split == "val":
                metrics["temperature"] = [of_seed["temperature"] for of_seed in found]
            for name, values in metrics.items():
                rows.append(
                    {
                        **{"model": model, "split": split, "metric": name, "seeds": len(values)},
                        "mean": np.mean(values),
                        "sd": np.std(values, ddof=1) if len(values) > 1 else np.nan,
                        "values": ";".join(f"{value:.6g}" for value in values),
                    }
                )
    return pd.DataFrame(rows)


def _by_metric(seeds: list[dict[str, Any]]) -> dict[str, list[float]]:
    flat = [
        {name: value for name, value in seed.items() if name != "scaled"}
        | {f"scaled_{name}": value for name, value in seed["scaled"].items()}
        for seed in seeds
    ]
    return {name: [seed[name] for seed in flat] for name in flat[0]}


def headline_metrics(
    folders: dict[str, list[Path]], experiments: dict[str, Path]
) -> dict[str, Any]:
    """The study's metrics for `dvc metrics`: each model's base runs, each experiment's effects.

    `folders` are run folders by model, one a seed; `experiments` the folders of their tables.
    """
    result: dict[str, Any] = {"models": {}, "experiments": {}}
    for model, seeds in folders.items():
        values = [read_metrics(folder) for folder in seeds]
        result["models"][model] = {
            "seeds": len(values),
            "val_top1_mean": _mean([v["val"]["top1"] for v in values]),
            "test_top1_mean": _mean([v["test"]["top1"] for v in values]),
            "test_top1_sd": _sd([v["test"]["top1"] for v in values]),
            "test_f1_macro_mean": _mean([v["test"]["f1_macro"] for v in values]),
            "test_ece_mean": _mean([v["test"]["ece"] for v in values]),
        }
    for name, folder in experiments.items():
        effects = pd.read_csv(folder / "effects.csv")
        result["experiments"][name] = {
            f"{row.model} {row.arm} - {row.baseline}": {
                "effect": round(row.effect, 6),
                "p_holm": None if np.isnan(row.p_holm) else round(row.p_holm, 6),
                "outcome": row.outcome,
            }
            for row in effects.itertuples()
        }
    return result


def _mean(values: list[float]) -> float:
    return round(float(np.mean(values)), 6)


def _sd(values: list[float]) -> float | None:
    return round(float(np.std(values, ddof=1)), 6) if len(values) > 1 else None
