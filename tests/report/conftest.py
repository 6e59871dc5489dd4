"""A small, made-up results tree with all that a report reads, its figures drawn by the library."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chrysalis.evaluation.summary import models_table
from chrysalis.records.experiment import ARMS
from chrysalis.report.figures import galleries
from chrysalis.report.figures.dag import plot_dag
from chrysalis.report.figures.data import count_classes, plot_classes
from chrysalis.report.figures.experiment import plot_arms, plot_effects, plot_per_class
from chrysalis.report.figures.models import plot_confusion, plot_curves, tabulate_curves
from chrysalis.report.figures.style import save_figure

MODELS = ("mynet", "resnet18_small")
SEEDS = (0, 1, 2)
CLASSES = ("Danaus plexippus", "Heliconius charitonius", "Vanessa atalanta")
NASTY = (
    "<script>alert(1)</script>",
    "a|b",
    "*x*",
    "[l](u)",
    "$x$",
    "@fig-x",
    "{{< include x >}}",
    "`code` and ``more``",
    "a--b ... 'c' \"d\"",
    "&lt;b&gt; &#42;",
    "# 1. - ~~y~~ ^z^ H~2~O",
    "\\*back\\slash ::: {.callout}",
    "NA",
    "<!-- x --> <b>",
)
RULES = [
    ("inspect_images", "split"),
    ("split", "pack"),
    ("pack", "train"),
    ("train", "evaluate"),
    ("train", "compare"),
    ("compare", "plot_experiment"),
    ("plot_experiment", "site"),
]


def make_results(folder: Path, classes=CLASSES, smoke=()) -> Path:
    """Write a study of two models and three experiments into `folder`; returns it."""
    rng = np.random.default_rng(0)
    runs = {(model, arm): f"{model}-{arm}0000000"[:20] for model in MODELS for arm in "abc"}
    experiments = [
        _experiment("models", "accuracy", {m: {"model": m} for m in MODELS}, MODELS[0]),
        _experiment("augmentation", "accuracy", {"off": {"augmentation": "none"}, "on": {}}, "off"),
        _experiment("class_removal", "class_removal", {"full": {}, "removed": {}}, "full"),
        _experiment(
            "label_noise", "accuracy", {"none": {}, "some": {"training": {"x": 1}}}, "none"
        ),
    ]
    for experiment in experiments:
        experiment["smoke"] = list(smoke)
        experiment["cells"] = [
            {"model": model, "arm": arm, "run": runs[model, "abc"[index]], "stage": "train"}
            for index, arm in enumerate(experiment["arms"])
            for model in MODELS
            if experiment["name"] != "models" or model == arm
        ]
    study = {
        "name": "butterflies",
        "title": "Butterflies",
        "dataset": {
            "title": "Three butterflies",
            "description": "Photographs of butterflies.",
            "citation": "A. Author, A Set of Images, 2009.",
            "url": "https://example.org/set/",
            "kind": "archive",
        },
        "seeds": list(SEEDS),
        "vary_split": False,
        "threshold": 0.01,
        "smoke": list(smoke),
        "experiments": experiments,
        "skipped_experiments": [
            {"name": "masks", "title": "Masks", "reason": "the dataset has no masks"}
        ],
        "models": [{"name": m, "title": f"The {m} network"} for m in MODELS],
        "runs": list(runs.values()),
        "base_runs": {m: runs[m, "a"] for m in MODELS},
        "explained": [f"{runs[MODELS[0], 'a']}/seed0"],
        "split": {"fractions": [0.7, 0.15, 0.15], "seed": 0},
        "published": {
            "others": {
                "title": "Other butterflies",
                "source": "B. Author, A Report, 2010.",
                "differences": ["fifty species", "another split"],
            }
        },
    }
    _write_json(folder / "study.json", study)
    split = _write_data(folder / "data", classes)
    histories = {
        run: [_write_run(folder, run, model, seed, classes, rng) for seed in SEEDS]
        for (model, _), run in runs.items()
    }
    for experiment in experiments:
        _write_experiment(folder / "experiments" / experiment["name"], experiment, classes, rng)
    _save(folder / "experiments/models/plot_curves/curves.svg", plot_curves(histories))
    tabulate_curves(histories).to_csv(
        folder / "experiments/models/plot_curves/curves.csv", index=False
    )
    base = {m: [folder / "runs" / runs[m, "a"] / f"seed{s}" for s in SEEDS] for m in MODELS}
    _write_csv(folder / "runs/summarise/models.csv", models_table(base))
    _write_plots(folder, study, split, classes, rng)
    _write_published(folder / "experiments/published")
    return folder


def _write_published(folder):
    common = {"metric": "test", "of_class": "", "arm": "", "published_in": "others"}
    _write_csv(
        folder / "figures.csv",
        pd.DataFrame(
            [
                {
                    **common,
                    "model": MODELS[0],
                    "note": "",
                    "published": 0.881,
                    "mean": 0.931,
                    "difference": 0.05,
                }
                | {"sd": 0.012, "seeds": 3},
                {**common, "model": MODELS[0], "note": "", "metric": "converged", "published": 15}
                | {"mean": 12.5, "difference": -2.5, "sd": 1.5, "seeds": 3},
                {**common, "model": MODELS[0], "note": "", "of_class": CLASSES[0]}
                | {"published": 0.446, "mean": 0.581, "difference": 0.135, "sd": 0.021, "seeds": 3},
                {**common, "model": "absent", "note": "another run", "published": 0.755}
                | {"mean": np.nan, "difference": np.nan, "sd": np.nan, "seeds": 0},
            ]
        ),
    )
    claims = [
        {"claim": "augmentation helps", "outcome": "holds here", "basis": "It is better."},
        {"claim": "size matters", "outcome": "not asked in this study", "basis": ""},
    ]
    _write_csv(folder / "claims.csv", pd.DataFrame(claims).assign(published_in="others"))


def _experiment(name, analysis, arms, baseline):
    return {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "question": f"What does {name} do?",
        "analysis": analysis,
        "metrics": ["gap", "nll"] if analysis == "accuracy" else [],
        "against": [],
        "dynamics": False,
        "baseline": baseline,
        "arms": arms,
        "sweep": None,
        "swept_run": None,
        "ranked_by": [],
    }


def _write_data(folder, classes):
    rows = [
        {
            "path": f"{name}/{number:03d}.jpg",
            "class": name,
            "label": label,
            "split": split,
            "sha256": "0" * 64,
            "width": 341,
            "height": 256,
            "mask": "",
        }
        for split, number in [*product(["train"], range(14)), ("val", 14), ("test", 15)]
        for label, name in enumerate(classes)
    ]
    split = pd.DataFrame(rows)
    images = split.assign(mode="RGB", format="JPEG", bytes=9000, note="", split="")
    images.loc[0, ["mode", "note"]] = ["CMYK", "animated: first frame used"]
    left_out = pd.DataFrame(
        [
            {"path": f"{classes[0]}/bad{n}.jpg", "class": classes[0], "reason": "empty | file"}
            for n in range(40)
        ]
    )
    for name, table in (("images", images), ("left_out", left_out)):
        _write_csv(folder / "inspect_images" / f"{name}.csv", table)
    _write_csv(folder / "split/split.csv", split)
    return split


def _write_run(folder, run, model, seed, classes, rng):
    place = folder / "runs" / run / f"seed{seed}"
    record = {
        "settings": {
            "model": model,
            "options": {"dropout": 0.5},
            "image_size": 64,
            "training": {"epochs": 12, "learning_rate": 0.001, "test_time_flip": False},
            "augmentation": None if "-b" in run else {"flip": 0.5, "crop_area": [0.5, 1.0]},
            "removed_classes": [classes[0]] if "-c" in run else [],
            "seed": seed,
        },
        "classes": list(classes),
        "images": {"train": 14, "val": 1, "test": 1},
        "parameters": 1234567,
        "best_epoch": 9,
        "best_val_top1": 0.91,
        "epochs_run": 12,
        "stopped_early": False,
        "resumed": seed,
        "code_hash": "c0de" * 16,
        "data_hash": "da7a" * 16,
        "versions": {"python": "3.11.2", "torch": "2.14.1"},
        "device": "cpu",
        "precision": "bf16",
        "threads": 2,
        "seconds": 61.25 + seed,
        "peak_memory_mb": 812.5,
    }
    top1 = 0.9 + 0.01 * seed
    metrics = {
        split: {
            **{"images": 3, "top1": top1, "top3": 0.99, "f1_macro": 0.89},
            **{"ece": 0.041, "nll": 0.31, "brier": 0.14},
            "scaled": {"ece": 0.017, "nll": 0.28, "brier": 0.13},
        }
        for split in ("val", "test")
    } | {"temperature": 1.4 + seed / 10}
    _write_json(place / "train/run.json", record)
    _write_json(place / "evaluate/metrics.json", metrics)
    epochs = np.arange(1, 13)
    history = pd.DataFrame(
        {
            "epoch": epochs,
            "train_loss": np.exp(-epochs / 4),
            "train_top1": 1 - np.exp(-epochs / 3),
            "val_loss": 0.3 + np.exp(-epochs / 4) + 0.05 * rng.random(12),
            "val_top1": 0.93 - np.exp(-epochs / 3) - 0.03 * rng.random(12),
        }
    )
    _write_csv(place / "train/history.csv", history)
    return history


def _write_experiment(folder, experiment, classes, rng):
    arms = pd.DataFrame(
        {
            **cell,
            "images": 125,
            "seeds": 3,
            "mean": 0.9 + 0.013 * n,
            "sd": 0.008,
            "values": ";".join(f"{0.9 + 0.013 * n + d:.6f}" for d in (-0.008, 0, 0.008)),
        }
        for n, cell in enumerate(experiment["cells"])
    )
    outcomes = ("better", "none", "worse", "insufficient")
    others = [cell for cell in experiment["cells"] if cell["arm"] != experiment["baseline"]]
    effects = pd.DataFrame(
        {
            "model": cell["model"],
            "arm": cell["arm"],
            "baseline": experiment["baseline"],
            "effect": 0.021,
            "low": 0.004,
            "high": 0.038,
            "p": 0.0123,
            "p_holm": 0.0246,
            "seeds": 3,
            "images": 125,
            "outcome": outcomes[(n + len(experiment["name"])) % 4],
            "sentence": f"{cell['model']} ({cell['arm']}) against {experiment['baseline']}: "
            f"+2.1 points (95 % interval +0.4 to +3.8, p = 0.025), {n} {classes[-1]}.",
        }
        for n, cell in enumerate(others)
    )
    compared = ["model", "arm", "baseline"]
    checks = effects[compared].assign(
        bootstrap_low=0.003, bootstrap_high=0.037, sign_flip_p=0.5, sign_flip_least_p=0.25
    )
    pairs = pd.concat(
        effects[compared].assign(seed=seed, arm_only=9, baseline_only=2 + seed, p=0.0654 + seed / 9)
        for seed in range(3)
    )
    per_class = pd.DataFrame(
        {
            "model": cell["model"],
            "arm": cell["arm"],
            "class": name,
            "support": 40,
            "mean": rng.uniform(0.8, 1),
            "sd": 0.02,
        }
        for cell in experiment["cells"]
        for name in classes
    )
    metrics = pd.DataFrame(
        [
            {**cell, "metric": name, "seeds": 3, "mean": 1.25, "sd": 0.5 * rank, "values": "1;1;2"}
            for cell in experiment["cells"]
            for rank, name in enumerate(experiment["metrics"])
        ],
        columns=["model", "arm", "run", "metric", "seeds", "mean", "sd", "values"],
    )
    gains = pd.DataFrame(
        {
            **{key: effect[key] for key in compared},
            **{"class": name, "images": 40, "effect": 0.01 * (1 - place), "low": -0.02},
            **{"high": 0.05, "p": 0.01 + place / 9, "p_holm": 0.04 + place / 4},
        }
        for effect in effects.to_dict("records")
        for place, name in enumerate(classes)
    )
    tables = {
        "class_effects": gains,
        "metrics": metrics,
        "arms": arms,
        "effects": effects,
        "checks": checks,
        "pairs": pairs,
    }
    for name, table in (tables | {"per_class": per_class}).items():
        _write_csv(folder / "compare" / f"{name}.csv", table)
    _write_answer(folder, experiment, classes, effects["sentence"].tolist())
    plots = {
        "arms": plot_arms(ARMS.read_frame(folder / "compare/arms.csv")),
        "effects": plot_effects(effects, 0.01),
    }
    if experiment["analysis"] == "class_removal":
        plots["per_class"] = plot_per_class(per_class)
    for name, figure in plots.items():
        _save(folder / "plot_experiment" / f"{name}.svg", figure)
        (folder / "plot_experiment" / f"{name}.csv").write_bytes(
            (folder / "compare" / f"{name}.csv").read_bytes()
        )


def _write_answer(folder, experiment, classes, sentences):
    answer = {
        "headline": sentences[0] if len(sentences) == 1 else "Of the comparisons, some differ.",
        "sentences": sentences,
        "removed": {"removed": [classes[0]]} if experiment["analysis"] == "class_removal" else {},
        "threshold": 0.01,
        **{key: experiment[key] for key in ("name", "title", "question", "analysis")},
    }
    _write_json(folder / "compare/experiment.json", answer)


def _write_plots(folder, study, split, classes, rng):
    place = folder / "data/plot_data"
    pixels = rng.integers(0, 255, (len(split), 16, 16, 3), dtype=np.uint8)
    _save(place / "classes.svg", plot_classes(split))
    _write_csv(place / "classes.csv", count_classes(split))
    _save(place / "samples.webp", galleries.plot_samples(pixels, split))
    _write_csv(place / "samples.csv", galleries.choose_samples(split))
    counts = rng.integers(0, 9, (len(classes), len(classes))) + 30 * np.eye(len(classes), dtype=int)
    confusion = pd.DataFrame(counts, columns=list(classes))
    confusion.insert(0, "class", list(classes))
    confusion.insert(0, "split", "test")
    place = folder / "experiments/models/plot_confusion"
    _save(place / "confusion.svg", plot_confusion(confusion))
    _write_csv(place / "confusion.csv", confusion)
    place = folder / "explain" / study["explained"][0] / "plot_gallery"
    gallery = pd.DataFrame(
        {
            "row": n,
            "path": f"{n}.jpg",
            "label": n % 2,
            "predicted": 0,
            "class": classes[n % 2],
            "predicted_class": classes[0],
            "confidence": 0.9 - 0.1 * n,
            "correct": n % 2 == 0,
            "layer": "features.stage4",
            "rows": 2,
            "columns": 7,
        }
        for n in range(5)
    )
    for name, correct in (("right", True), ("wrong", False)):
        some = gallery[gallery["correct"] == correct]
        figure = galleries.plot_gallery(pixels[some["row"]], pixels[some["row"]], some)
        _save(place / f"{name}.webp", figure)
    _write_csv(place / "gallery.csv", gallery)
    _save(folder / "plot_dag/dag.svg", plot_dag(RULES))
    _write_csv(folder / "plot_dag/dag.csv", pd.DataFrame(RULES, columns=["from", "to"]))


def _save(path, figure):
    save_figure(figure, path)


def _write_csv(path, table):
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False)


def _write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1))


@pytest.fixture(scope="session")
def results(tmp_path_factory) -> Path:
    """A full study with plain names."""
    return make_results(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="session")
def nasty_results(tmp_path_factory) -> Path:
    """A smoke-sized study whose classes have names that look like markup."""
    smoke = ["3 seeds are needed, not 1", "5 epochs are needed, not 2"]
    return make_results(tmp_path_factory.mktemp("nasty"), NASTY, smoke)
