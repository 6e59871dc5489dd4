"""Generated Markdown of an experiment's page, and of the models' page."""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from chrysalis.evaluation.summary import best_by_validation
from chrysalis.evaluation.verdict import ALPHA
from chrysalis.report.pages.captions import figure, in_order, title
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.results import MODELS_EXPERIMENT, Experiment, Results, Run
from chrysalis.report.pages.sections import (
    class_effects,
    dynamics,
    label_quality,
    metrics,
    searched,
)
from chrysalis.report.pages.tables import (
    NOTHING,
    accuracy,
    arm_of,
    badge,
    count,
    flatten,
    interval,
    key,
    p_value,
    percent,
    points,
    sentence,
    source,
    table,
)

IMAGES = PurePosixPath("data/inspect_images/images.csv")
LEFT_OUT = PurePosixPath("data/inspect_images/left_out.csv")
SPLIT = PurePosixPath("data/split/split.csv")
MODELS = PurePosixPath("runs/summarise/models.csv")
FEW = 3  # comparisons that are told in full even in brief
MODEL_METRICS = (
    ("top1", "Test top-1"),
    ("top3", "Test top-3"),
    ("f1_macro", "Test F1, macro"),
    ("ece", "Test ECE"),
)


def fragments(experiment: Experiment) -> dict[str, str]:
    """The parts of an experiment's page, by file name."""
    return {
        "question.md": f"*{literal(experiment.told['question'])}*\n",
        "answer.md": answer(experiment),
        "compared.md": compared(experiment) + label_quality(experiment),
        "arms.md": arms(experiment)
        + metrics(experiment)
        + searched(experiment)
        + dynamics(experiment),
        "effects.md": effects(experiment) + "\n" + checks(experiment),
        "class_effects.md": class_effects(experiment),
        "figures.md": "\n".join(
            f"## {title(plot.image.stem)}\n\n{figure(plot)}"
            for plot in in_order(experiment.plots)
            if plot.image.stem not in ("arms", "effects")
        ),
    }


def answer(experiment: Experiment, brief: bool = False) -> str:
    """The headline, then the outcome of each comparison in words.

    In brief, of more than `FEW` comparisons only those are told that came out better or worse.
    """
    told = experiment.effects
    if brief and len(told) > FEW:
        told = told[told["outcome"].isin(["better", "worse"])]
    sentences = [
        f"- {badge(row['outcome'])} {sentence(row['sentence'])}" for row in told.to_dict("records")
    ]
    headline = experiment.answer["headline"]
    known = set(experiment.effects["sentence"])
    lines = [] if headline in known else [f"**{literal(headline)}**", ""]
    lines += sentences
    lines += [f"- {sentence(text)}" for text in experiment.answer["sentences"] if text not in known]
    return "\n".join(lines) + "\n"


def compared(experiment: Experiment) -> str:
    """What each arm changes against the base settings."""
    rows = []
    for name, change in experiment.told["arms"].items():
        changes = "; ".join(f"{key(k)}: {value}" for k, value in flatten(change).items() if k)
        role = " (baseline)" if name == experiment.told["baseline"] else ""
        rows.append([literal(name) + role, changes or "the base settings, unchanged"])
    text = table(["Arm", "Settings changed"], rows)
    for arm, classes in experiment.answer.get("removed", {}).items():
        if classes:
            listed = ", ".join(literal(name) for name in classes)
            text += f"\nClasses removed in the arm *{literal(arm)}*: {listed}.\n"
    return text + "\nThe full settings of each run are under [How this was made](/how.qmd).\n"


def arms(experiment: Experiment) -> str:
    """Accuracy of each arm on the test images, with the figure."""
    rows = [
        [
            literal(row["model"]),
            arm_of(row),
            accuracy(row["mean"], row["sd"], row["seeds"]),
            ", ".join(f"{100 * float(value):.1f}" for value in row["values"].split(";")),
            f"{row['images']:.0f}",
            f"[{key(row['run'])}](/how.qmd#runs)",
        ]
        for row in experiment.arms.to_dict("records")
    ]
    headings = ["Model", "Arm", "Top-1 accuracy on test", "Each seed (%)", "Test images", "Run"]
    text = table(headings, rows, "llrrrl") + "\n"
    return text + source("compare", experiment.compared / "arms.csv") + _figure(experiment, "arms")


def effects(experiment: Experiment) -> str:
    """Each difference against the baseline with its interval and test, with the figure."""
    rows = [
        [
            badge(row["outcome"]),
            literal(row["model"]),
            arm_of(row),
            literal(row["baseline"]),
            points(row["effect"]),
            interval(row["low"], row["high"]),
            p_value(row["p_holm"]),
        ]
        for row in experiment.effects.to_dict("records")
    ]
    headings = "Outcome|Model|Arm|Baseline|Effect (points)|95 % interval|p (Holm)"
    text = table(headings.split("|"), rows, "llllrrr") + "\n"
    limit = (
        "Differences of less than "
        f"{100 * experiment.answer['threshold']:.1f} percentage points are taken to be of no "
        "practical interest; they are the grey band of the figure.\n\n"
    )
    made = source("compare", experiment.compared / "effects.csv")
    return text + made + "\n" + limit + _figure(experiment, "effects")


def checks(experiment: Experiment) -> str:
    """The same differences by other tests, and how often these say the same."""
    by_comparison = ["model", "arm", "baseline"]
    of_pairs = {
        compared: ", ".join(p_value(p) for p in rows["p"])
        for compared, rows in experiment.pairs.groupby(by_comparison, sort=False)
    }
    rows = [
        [
            literal(row["model"]),
            arm_of(row),
            literal(row["baseline"]),
            interval(row["bootstrap_low"], row["bootstrap_high"]),
            p_value(row["sign_flip_p"]),
            of_pairs[tuple(row[name] for name in by_comparison)],
        ]
        for row in experiment.checks.to_dict("records")
    ]
    headings = "Model|Arm|Baseline|Bootstrap interval|p, signs of the seeds|McNemar's p, each seed"
    files = [experiment.compared / name for name in ("checks.csv", "pairs.csv")]
    return (
        "### Other tests of these differences\n\n"
        + table(headings.split("|"), rows, "lllrrr")
        + "\n"
        + source("compare", *files)
        + "\n"
        + _agreement(experiment)
    )


def _agreement(experiment: Experiment) -> str:
    least, ps = experiment.checks["sign_flip_least_p"].iloc[0], experiment.pairs["p"]
    text = (
        f"By McNemar's exact test {(ps < ALPHA).sum()} of {count(len(ps), 'pair')} of trainings "
        f"differ (p below {ALPHA}, each for itself). The test of the seeds' signs cannot give a p "
        f"below {least:.3g} with {count(int(experiment.arms['seeds'].min()), 'seed')}."
    )
    if experiment.effects["low"].notna().all():
        clear = _excludes_zero(experiment.effects["low"], experiment.effects["high"])
        checked = _excludes_zero(
            experiment.checks["bootstrap_low"], experiment.checks["bootstrap_high"]
        )
        same = int((clear.to_numpy() == checked.to_numpy()).sum())
        text = (
            f"On whether zero lies in the interval, bootstrap and table above agree in {same} of "
            f"{count(len(clear), 'comparison')}. " + text
        )
    return text + "\n"


def _excludes_zero(low: pd.Series, high: pd.Series) -> pd.Series:
    return (low > 0) | (high < 0)


def models_fragments(results: Results) -> dict[str, str]:
    """The parts of the models' page that do not depend on there being an experiment on models."""
    made = {
        "models_table.md": models_table(results),
        "models_metrics.md": models_metrics(results),
        "models_calibration.md": models_calibration(results),
        "models_figures.md": "\n".join(
            f"## {title(plot.image.stem)}\n\n{figure(plot)}"
            for plot in in_order(results.models_plots)
        ),
    }
    if results.experiment(MODELS_EXPERIMENT) is None:
        skipped = {told["name"]: told["reason"] for told in results.study["skipped_experiments"]}
        why = f": {literal(skipped[MODELS_EXPERIMENT])}" if MODELS_EXPERIMENT in skipped else ""
        text = f"Models are not compared in this study{why}.\n"
        made |= {
            f"{MODELS_EXPERIMENT}/{name}": text for name in ("answer.md", "arms.md", "effects.md")
        }
        made |= {f"{MODELS_EXPERIMENT}/{name}": "" for name in ("question.md", "figures.md")}
    return made


def models_table(results: Results) -> str:
    """Each model's architecture, parameters, and the side of its input."""
    rows, files = [], []
    for model in results.study["models"]:
        run = _base_runs(results, model["name"])[0]
        files.append(run.folder / "train" / "run.json")
        rows.append(
            [
                literal(model["name"]),
                literal(model["title"]),
                f"{run.record['parameters']:,}".replace(",", "\u00a0"),
                f"{run.record['settings']['image_size']}",
            ]
        )
    headings = ["Model", "Architecture", "Parameters", "Input side (px)"]
    return table(headings, rows, "llrr") + "\n" + source("train", *files)


def models_metrics(results: Results) -> str:
    """More metrics of each model under the base settings, and which is best on val."""
    names = [model["name"] for model in results.study["models"]]
    rows = []
    for name in names:
        runs = _base_runs(results, name)
        values = [percent(_mean(runs, "val", "top1"))]
        for metric, _ in MODEL_METRICS:
            known = metric in runs[0].metrics["test"]
            values.append(percent(_mean(runs, "test", metric)) if known else NOTHING)
        rows.append([literal(name), *values])
    headings = ["Model", "Val top-1", *(title for _, title in MODEL_METRICS)]
    best = best_by_validation(
        {name: [run.metrics for run in _base_runs(results, name)] for name in names}
    )
    runs = _base_runs(results, best)
    text = (
        f"The best model by validation accuracy is {literal(best)}: "
        f"{percent(_mean(runs, 'val', 'top1'))} on val, {percent(_mean(runs, 'test', 'top1'))} on "
        f"test, the mean of {count(len(runs), 'seed')}. Test results had no part in the choice.\n"
    )
    return text + "\n" + table(headings, rows, "lrrrrr") + "\n" + source("summarise", MODELS)


def models_calibration(results: Results) -> str:
    """Calibration of each model on test, as trained and scaled by the temperature fitted on val."""
    rows = []
    for model in results.study["models"]:
        runs = _base_runs(results, model["name"])
        test = [run.metrics["test"] for run in runs]
        values = [
            text(float(np.mean(pair)))
            for name, text in (
                ("ece", percent),
                ("nll", "{:.3f}".format),
                ("brier", "{:.3f}".format),
            )
            for pair in ([of[name] for of in test], [of["scaled"][name] for of in test])
        ]
        temperature = np.mean([run.metrics["temperature"] for run in runs])
        rows.append([literal(model["name"]), *values, f"{temperature:.2f}"])
    names = ("ECE", "NLL", "Brier score")
    headings = [head for name in names for head in (name, f"{name}, scaled")]
    return (
        table(["Model", *headings, "Temperature"], rows, "lrrrrrrr")
        + "\n"
        + source("summarise", MODELS)
    )


def _figure(experiment: Experiment, stem: str) -> str:
    return "".join("\n" + figure(plot) for plot in experiment.plots if plot.image.stem == stem)


def _base_runs(results: Results, model: str) -> list[Run]:
    return results.runs_named(results.study["base_runs"][model])


def _mean(runs: list[Run], split: str, metric: str) -> float:
    return sum(run.metrics[split][metric] for run in runs) / len(runs)
