"""Generated Markdown of an experiment's exploratory endpoints."""

from __future__ import annotations

from chrysalis.evaluation.endpoints import ENDPOINTS
from chrysalis.evaluation.verdict import Scale
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import NBSP, NOTHING, count, number, p_value, percent, signed
from chrysalis.report.pages.results import ExperimentResults
from chrysalis.report.pages.tables import arm_of, badge, sentence, source, table
from chrysalis.stats.effects import ALPHA

MEANINGS = """*NLL* is the negative log likelihood of the true class, in nats. The *Brier score* is
the squared distance between the probabilities and the truth. *AURC* is the mean error rate over all
shares of the images that could be answered, the surest first. Of all three, lower is better. They
use the confidence, so they can show a difference where accuracy shows none.
"""


def endpoints(experiment: ExperimentResults) -> str:
    """Each comparison by NLL, Brier score and AURC; empty where there is nothing to compare."""
    rows = [
        [
            badge(row.outcome),
            ENDPOINTS[row.endpoint].scale.name,
            literal(row.model),
            arm_of(row),
            literal(row.baseline),
            *_numbers(ENDPOINTS[row.endpoint].scale, row.value, row.base_value),
            _signed(ENDPOINTS[row.endpoint].scale, row.effect),
            _interval(ENDPOINTS[row.endpoint].scale, row.low, row.high),
            p_value(row.p_adjusted),
        ]
        for row in experiment.endpoints
    ]
    if not rows:
        return ""
    decided = [row for row in experiment.endpoints if row.outcome in ("better", "worse")]
    lines = "".join(f"- {badge(row.outcome)} {sentence(row.sentence)}\n" for row in decided)
    headings = (
        "Verdict|Endpoint|Model|Arm|Baseline|Arm has|Baseline has|Difference|95 % interval|"
        "p (corrected)"
    )
    return (
        "\n### Exploratory: other endpoints\n\n"
        "The question of this experiment is answered by accuracy, above. These verdicts are "
        "exploratory: they say where to look next. Their p values are corrected for "
        f"{count(len(rows), 'comparison')}, those of all endpoints together (Holm).\n\n"
        + (lines + "\n" if decided else "None of them shows a difference.\n\n")
        + table(headings.split("|"), rows, "lllllrrrrr")
        + "\n"
        + source("compare", experiment.paths.table("endpoints"))
        + f"\n{MEANINGS}"
    )


def worst_classes(experiment: ExperimentResults) -> str:
    """The worst class of each arm; empty where seeds have their own test images."""
    found = experiment.worst_classes
    if not found:
        return ""
    rows = [
        [
            literal(row.model),
            arm_of(row),
            literal(row.class_),
            number(row.images),
            percent(row.accuracy),
            NOTHING if row.low != row.low else f"{percent(row.low)} to {percent(row.high)}",
            percent(row.by_chance),
            p_value(row.p_adjusted),
        ]
        for row in found
    ]
    clear = sum(row.p_adjusted < ALPHA for row in found)
    headings = "Model|Arm|Worst class|Test images|Accuracy|95 % interval|By chance|p (corrected)"
    return (
        "\n### Exploratory: the worst class\n\n"
        "The class with the lowest accuracy on test, as the mean over the seeds. It is chosen by "
        "looking at the test images, so its accuracy looks lower than it is. *By chance* is what "
        "the worst class would have on average if no class were harder than another. The interval "
        "is about the lowest true accuracy of all classes, and allows for the choice.\n\n"
        + table(headings.split("|"), rows, "lllrrrrr")
        + "\n"
        + source("compare", experiment.paths.table("worst_classes"))
        + f"\nIn {number(clear)} of {count(len(found), 'row')}, the worst class is lower than "
        f"chance explains (p below {ALPHA}, corrected for all of them).\n"
    )


def _numbers(scale: Scale, *values: float) -> list[str]:
    unit = f"{NBSP}%" if scale.unit == "points" else ""
    return [number(scale.factor * value, scale.digits) + unit for value in values]


def _signed(scale: Scale, value: float) -> str:
    return signed(scale.factor * value, scale.digits)


def _interval(scale: Scale, low: float, high: float) -> str:
    return NOTHING if low != low else f"{_signed(scale, low)}{NBSP}to{NBSP}{_signed(scale, high)}"
