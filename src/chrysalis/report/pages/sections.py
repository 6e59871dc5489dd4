"""Generated Markdown of what only some experiments have: metrics, gains, sweeps, dynamics."""

from __future__ import annotations

from pathlib import PurePosixPath

from chrysalis.evaluation.metrics import METRICS, Metric
from chrysalis.evaluation.verdict import ALPHA
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.results import Experiment
from chrysalis.report.pages.tables import (
    NBSP,
    NOTHING,
    arm_of,
    count,
    interval,
    key,
    p_value,
    percent,
    points,
    source,
    table,
)

DYNAMICS = """Of one training, with the first seed. *Smoothness* (effective) is the largest
change of the gradient by distance moved along it, and *change* the largest distance
of the gradient there from the gradient here, each the median over some steps of the training;
smaller is smoother (Santurkar et al., NeurIPS 2018). *Input gradient* is the largest norm of
the gradient of an image's loss by the image, on val, a lower bound of the Lipschitz constant.
*Dead* units are above zero on no image of val. A layer's gradient counts as *vanishing* or
*exploding* where its norm, by the norm of the weights, is outside the limits that the
documentation names; the share is of the layer's steps.
"""


def class_effects(experiment: Experiment) -> str:
    """Which classes gain and which lose in each comparison, the largest gain first."""
    text = ""
    for compared, rows in experiment.class_effects.groupby(
        ["model", "arm", "baseline"], sort=False
    ):
        model, arm, baseline = map(literal, compared)
        clear = rows[rows["p_holm"] < ALPHA]
        told = [
            f"a {word} for {count(int(found.sum()), 'class', 'classes')}"
            for found, word in ((clear["effect"] > 0, "gain"), (clear["effect"] < 0, "loss"))
        ]
        cells = [
            [
                literal(row["class"]),
                f"{row['images']:.0f}",
                points(row["effect"]),
                interval(row["low"], row["high"]),
                p_value(row["p_holm"]),
            ]
            for row in rows.sort_values("effect", ascending=False, kind="stable").to_dict("records")
        ]
        headings = ["Class", "Test images", "Effect (points)", "95 % interval", "p (Holm)"]
        text += (
            f"\n### {model}: {arm} against {baseline}\n\n"
            f"With p below {ALPHA} after Holm's correction over the classes: {', '.join(told)}.\n\n"
            + table(headings, cells, "lrrrr")
            + "\n"
        )
    return text + source("compare", experiment.compared / "class_effects.csv")


def metrics(experiment: Experiment) -> str:
    """What else the experiment's file asks to be told of each arm; empty if nothing."""
    names = experiment.told["metrics"]
    if not names:
        return ""
    rows = []
    for _, cell in experiment.metrics.groupby(["model", "arm"], sort=False):
        values = cell.set_index("metric").to_dict("index")
        first = cell.iloc[0].to_dict()
        shown = [spread(METRICS[name], **values[name]) for name in names]
        rows.append([literal(first["model"]), arm_of(first), *shown])
    headings = ["Model", "Arm", *(METRICS[name].heading for name in names)]
    meanings = "\n".join(f"- *{METRICS[name].heading}*: {METRICS[name].meaning}." for name in names)
    return (
        "\n### More of each arm\n\n"
        + table(headings, rows, "ll" + "r" * len(names))
        + "\n"
        + source("compare", experiment.compared / "metrics.csv")
        + f"\nMean over the seeds, with the standard deviation where they differ.\n\n{meanings}\n"
    )


def searched(experiment: Experiment) -> str:
    """What the experiment's sweep found, against the base settings; empty if it has none."""
    if experiment.search is None:
        return ""
    best, importances = experiment.search.best, experiment.search.importances
    shares = dict(zip(importances["setting"], importances["importance"], strict=True))
    rows = [
        [
            key(name),
            _space(space),
            _value(experiment.search.base[name]),
            _value(best["training"][name]),
            percent(shares[name]) if name in shares else NOTHING,
        ]
        for name, space in experiment.told["sweep"]["space"].items()
    ]
    ended = ", ".join(f"{best[state]} {state}" for state in ("complete", "pruned", "diverged"))
    folder = experiment.search.folder
    return (
        "\n### What the search found\n\n"
        + table(["Setting", "Searched", "Base", "Found", "Importance"], rows, "llrrr")
        + "\n"
        + source("sweep", folder / "best.json", folder / "importances.csv")
        + source("train", experiment.search.base_record)
        + f"\nOf {count(best['trials'], 'trial')}: {ended}. Trial {best['trial']} had the highest "
        f"accuracy on val, {percent(best['val_top1'])}. As the highest of several it flatters: the "
        "arm with these settings was trained anew, with the seeds of the study, which no trial "
        "had. Test images had no part in the search. A setting's importance is the share of the "
        "variance over the complete trials that it explains (fANOVA).\n"
    )


def _space(space: dict[str, object]) -> str:
    if "choices" in space:
        return ", ".join(map(_value, space["choices"]))
    scale = ", logarithmic" if space["log"] else ""
    return f"{_value(space['low'])} to {_value(space['high'])}{scale}"


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    return str(value) if isinstance(value, int) else literal(str(value))


def label_quality(experiment: Experiment) -> str:
    """How the classes rank by their labels; empty if no arm removes the worst."""
    text = ""
    for run, ranked in experiment.label_quality.items():
        rows = [
            [
                f"{row['rank']:.0f}",
                literal(row["class"]),
                f"{row['images']:.0f}",
                percent(row["label_quality"]),
                f"{row['self_confidence']:.3f}",
            ]
            for row in ranked.to_dict("records")
        ]
        headings = ["Rank", "Class", "Val images", "Label quality", "Self-confidence"]
        text += (
            f"\nThe classes by the labels of their images on val, as {key(run)} sees them, the "
            "worst first. *Label quality* is the estimated share of a class's images that belong "
            "to it (confident learning), *self-confidence* the mean probability that they are "
            "given of belonging to it. A class that the model has learned badly ranks low as well: "
            "look at its images before you blame their labels.\n\n"
            + table(headings, rows, "rlrrr")
            + "\n"
            + source("label_quality", PurePosixPath("runs", run, "label_quality/label_quality.csv"))
        )
    return text


def dynamics(experiment: Experiment) -> str:
    """How each arm trained, in a line; empty if the experiment did not look."""
    if experiment.dynamics is None:
        return ""
    rows = [
        [
            literal(row["model"]),
            arm_of(row),
            f"{row['smoothness']:.3g}",
            f"{row['distance']:.3g}",
            f"{row['input_gradient']:.3g}",
            *(percent(row[name]) for name in ("dead", "vanishing", "exploding")),
        ]
        for row in experiment.dynamics.to_dict("records")
    ]
    headings = "Model|Arm|Smoothness|Change|Input gradient|Dead|Vanishing|Exploding"
    return (
        "\n### How each arm trained\n\n"
        + table(headings.split("|"), rows, "llrrrrrr")
        + "\n"
        + source(
            "plot_dynamics",
            PurePosixPath("experiments", experiment.name, "plot_dynamics/summary.csv"),
        )
        + "\n"
        + DYNAMICS
    )


def spread(metric: Metric, mean: float, sd: float, **_: object) -> str:
    """A metric's mean with its standard deviation over seeds, where that shows."""
    shown = round(sd, metric.digits) > 0
    spread = f" (sd{NBSP}{sd:.{metric.digits}f})" if shown else ""
    return f"{mean:.{metric.digits}f}{spread}"
