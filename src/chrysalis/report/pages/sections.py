"""Generated Markdown of what only some experiments have: metrics, sweeps, dynamics and so on."""

from __future__ import annotations

import math

from chrysalis.config.sweep import Choices, Range, Sweep
from chrysalis.evaluation.metrics import METRICS
from chrysalis.records.experiment import MetricRow
from chrysalis.records.sweep import Value
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import (
    NBSP,
    NOTHING,
    count,
    interval,
    number,
    p_value,
    percent,
    points,
    significant,
)
from chrysalis.report.pages.order import by_arm, by_comparison
from chrysalis.report.pages.results import PLACES, ExperimentResults, SweepFindings
from chrysalis.report.pages.tables import arm_of, key, source, table
from chrysalis.stats.effects import ALPHA


def class_effects(experiment: ExperimentResults) -> str:
    """The effect on each class in each comparison, the largest first."""
    text = ""
    for compared, rows in by_comparison(experiment.class_effects).items():
        model, arm, baseline = map(literal, compared)
        clear = [row.effect for row in rows if row.p_adjusted < ALPHA]
        signs = (("positive", sum(e > 0 for e in clear)), ("negative", sum(e < 0 for e in clear)))
        found = " and ".join(f"{sign} for {count(n, 'class', 'classes')}" for sign, n in signs)
        cells = [
            [
                literal(row.class_),
                number(row.images),
                points(row.effect),
                interval(row.low, row.high),
                p_value(row.p_adjusted),
            ]
            for row in sorted(rows, key=lambda row: -row.effect)
        ]
        headings = ["Class", "Test images", "Effect (points)", "95 % interval", "p (corrected)"]
        text += (
            f"\n### {model}: {arm} against {baseline}\n\n"
            f"With p below {ALPHA} after Holm's correction over all classes of the experiment, the "
            f"effect is {found}.\n\n" + table(headings, cells, "lrrrr") + "\n"
        )
    return text + source("compare", experiment.paths.table("class_effects"))


def differences(experiment: ExperimentResults) -> str:
    """In what the trainings of each arm and of its baseline differ, as their records say."""
    rows = [
        [
            literal(row.model),
            arm_of(row),
            literal(row.baseline),
            ("⚠ " if row.warn else "") + key(row.what),
            literal(row.value),
            literal(row.base_value),
        ]
        for row in experiment.differences
    ]
    if not rows:
        return ""
    text = (
        "\n### Differences between the trainings\n\n"
        "Each line is a setting or a fact in which an arm differs from its baseline. All of them "
        "come from the records of the trainings.\n\n"
        + table(["Model", "Arm", "Baseline", "What", "Arm has", "Baseline has"], rows)
        + "\n"
        + source("compare", experiment.paths.table("differences"))
    )
    if any(row.warn for row in experiment.differences):
        text += (
            '\n::: {.callout-warning title="Undeclared differences"}\n'
            "Lines with ⚠ differ without the experiment saying so: another number of steps, a "
            "training that diverged, or another machine. They may explain an effect as well as the "
            "declared changes do.\n:::\n"
        )
    return text


def metrics(experiment: ExperimentResults) -> str:
    """The other metrics that the experiment's file asks for; empty if none."""
    names = experiment.record.metrics
    if not names:
        return ""
    rows = []
    for found in by_arm(experiment.metrics):
        of_arm = {row.metric: row for row in found}
        shown = [spread(METRICS[name].digits, of_arm[name].mean, of_arm[name].sd) for name in names]
        rows.append([literal(found[0].model), arm_of(found[0]), *shown])
    headings = ["Model", "Arm", *(METRICS[name].heading for name in names)]
    meanings = "\n".join(f"- *{METRICS[name].heading}*: {METRICS[name].meaning}." for name in names)
    return (
        "\n### Other metrics of each arm\n\n"
        + table(headings, rows, "ll" + "r" * len(names))
        + "\n"
        + source("compare", experiment.paths.table("metrics"))
        + "\nEach number is the mean over the seeds. Where the seeds differ, their standard "
        f"deviation (sd) follows.\n\n{meanings}\n" + _optimism(experiment)
    )


def _optimism(experiment: ExperimentResults) -> str:
    """How much too high accuracy is on the images that chose the epoch; empty if not asked."""
    found = [row for row in experiment.metrics if row.metric == "optimism"]
    sentences = [
        f"In {literal(row.arm)}, accuracy on the images that chose the epoch is too high by "
        f"{number(row.mean, 2)} points ({_between(row)} over {row.seeds} seeds)."
        for row in found
    ]
    return "\n" + " ".join(sentences) + "\n" if sentences else ""


def _between(row: MetricRow) -> str:
    if math.isnan(row.low):
        return "no interval"
    return f"95{NBSP}% interval {number(row.low, 2)} to {number(row.high, 2)}"


def sources(experiment: ExperimentResults) -> str:
    """How far each source of variance moves accuracy; empty if that is not the question."""
    if not experiment.sources:
        return ""
    rows = [
        [
            literal(row.model),
            literal(row.arm),
            number(100 * row.sd, 2),
            f"{number(100 * row.low, 2)} to {number(100 * row.high, 2)}",
            percent(row.share) if row.share == row.share else NOTHING,
            number(row.seeds),
        ]
        for row in experiment.sources
    ]
    together = next(row for row in experiment.sources if row.arm == experiment.record.baseline)
    headings = ["Model", "What differs", "sd (points)", "95 % interval", "Share of all", "Seeds"]
    return (
        "\n### How far each source moves accuracy\n\n"
        + table(headings, rows, "llrrrr")
        + "\n"
        + source("compare", experiment.paths.table("sources"))
        + "\nIn each row only the named source differs from seed to seed, and in *all* every one "
        "does. The share is the variance of a row divided by the variance of *all*. Shares need "
        "not add up to 100 %, because sources act on one another and so few seeds are a small "
        "sample. Another draw of the same number of test images "
        f"({number(together.images)}) would move the accuracy of {literal(together.model)} by an "
        f"sd of {number(100 * together.image_sd, 2)} points by itself (a binomial distribution).\n"
    )


def sweep(experiment: ExperimentResults) -> str:
    """What the experiment's sweep found, against the base settings; empty if it has none."""
    asked = experiment.record.sweep
    if asked is None or not experiment.sweeps:
        return ""
    if len(experiment.sweeps) > 1:
        return _tuned(experiment.sweeps, asked)
    (found,) = experiment.sweeps
    best, base = found.best, found.base.model_dump(mode="json")
    shares = {row.setting: row.importance for row in found.importances}
    rows = [
        [
            key(name),
            _space(space),
            _value(base[name]),
            _value(best.training[name]),
            percent(shares[name]) if name in shares else NOTHING,
        ]
        for name, space in asked.space.items()
    ]
    return (
        "\n### What the sweep found\n\n"
        + table(["Setting", "Search space", "Base", "Found", "Importance"], rows, "llrrr")
        + "\n"
        + source("sweep", found.folder / "best.json", found.folder / "importances.csv")
        + source("train", found.base_record)
        + f"\nOf {count(best.trials, 'trial')}, {number(best.complete)} ran to the end, "
        f"{number(best.pruned)} were pruned and {number(best.diverged)} diverged. Trial "
        f"{best.trial} reached the highest accuracy on val, {percent(best.val_top1)}. That number "
        "is too optimistic, because it is the highest of several. The arm with these settings was "
        "therefore trained again, with the seeds of the study, which no trial had used. The sweep "
        "never used the test images. A setting's *importance* is the share of the variance across "
        "the complete trials that it explains (fANOVA).\n"
    )


def _tuned(sweeps: list[SweepFindings], asked: Sweep) -> str:
    """What the sweep of each arm found."""
    rows = [
        [
            literal(found.arm_run.model),
            arm_of(found.arm_run),
            *(_value(found.best.training[name]) for name in asked.space),
            percent(found.best.val_top1),
            number(found.best.complete),
            number(found.best.pruned),
            number(found.best.diverged),
        ]
        for found in sweeps
    ]
    headings = ["Model", "Arm", *map(key, asked.space), "Best on val"]
    spaces = "; ".join(f"{key(name)}: {_space(space)}" for name, space in asked.space.items())
    return (
        "\n### What each arm's search found\n\n"
        + table(
            [*headings, "Complete", "Pruned", "Diverged"], rows, "ll" + "r" * (len(asked.space) + 4)
        )
        + "\n"
        + source("sweep", *(found.folder / "best.json" for found in sweeps))
        + f"\nEvery arm had a search of its own, of {count(asked.trials, 'trial')} over the same "
        f"space ({spaces}), with the same values drawn at random at the start. A pruned trial was "
        "stopped early. The best accuracy on val is too optimistic, because it is the highest of "
        "several. Each arm was therefore trained again with what its search found, with the seeds "
        "of the study, which no trial had used. The searches never used the test images.\n"
    )


def _space(space: Range | Choices) -> str:
    if isinstance(space, Choices):
        return ", ".join(map(_value, space.choices))
    scale = ", logarithmic" if space.log else ""
    return f"{_value(space.low)} to {_value(space.high)}{scale}"


def _value(value: Value) -> str:
    if isinstance(value, float):
        return significant(value)
    return str(value) if isinstance(value, int) else literal(value)


def label_quality(experiment: ExperimentResults) -> str:
    """How the classes rank by their labels; empty if no arm removes the worst."""
    text = ""
    for run, ranked in experiment.label_quality.items():
        rows = [
            [
                number(row.rank),
                literal(row.class_),
                number(row.images),
                percent(row.label_quality),
                number(row.self_confidence, 3),
            ]
            for row in ranked
        ]
        headings = ["Rank", "Class", "Val images", "Label quality", "Self-confidence"]
        text += (
            f"\nThis table ranks the classes by the labels of their val images, as {key(run)} sees "
            "them. The worst class comes first. *Label quality* is the estimated share of a "
            "class's images that belong to it (confident learning). *Self-confidence* is the mean "
            "probability that the run gives these images of belonging to it. A class that the run "
            "has learned badly ranks low as well, so look at its images before you blame their "
            "labels.\n\n"
            + table(headings, rows, "rlrrr")
            + "\n"
            + source("label_quality", PLACES.label_quality(run))
        )
    return text


def spread(digits: int, mean: float, sd: float) -> str:
    """A metric's mean with its standard deviation over seeds, where that shows.

    An infinite mean is of an arm of which not all trainings got there.
    """
    if math.isinf(mean):
        return "not reached"
    shown = round(sd, digits) > 0
    spread = f" (sd{NBSP}{number(sd, digits)})" if shown else ""
    return number(mean, digits) + spread
