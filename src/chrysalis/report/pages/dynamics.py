"""Generated Markdown of how the arms of an experiment train."""

from __future__ import annotations

import math

from chrysalis.evaluation.dynamics_words import headline
from chrysalis.evaluation.traces import COMPARED, NAMED, SHOWN
from chrysalis.records.dynamics import DynamicsEffectRow, DynamicsRow
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import (
    NBSP,
    NOTHING,
    count,
    number,
    p_value,
    percent,
    points,
    significant,
)
from chrysalis.report.pages.order import by_arm
from chrysalis.report.pages.results import DynamicsResults, ExperimentResults
from chrysalis.report.pages.tables import arm_of, badge, sentence, source, table

MEANINGS = """
Santurkar et al. (NeurIPS 2018) move the weights along the gradient of a step's batch. Here they
move by distances around the length of the step that the optimizer took. Each number is the median
over several steps of the training.

- *Loss variation* is the largest loss on that path minus the smallest.
- *Gradient predictiveness* is the largest change of the gradient on that path, as a norm. If it is
  small, the gradient predicts the next one well.
- *Effective beta-smoothness* is the largest change of the gradient by distance moved.

The VGG-A study has its own measures.

- *Largest gradient difference* is the largest entry of the gradient's change when every tensor
  moves along its gradient by a fixed distance: at the farthest place, and as the mean on the way.
- *Gradient predictiveness* with its fixed step is the change of the gradient after a step of that
  size times the gradient, summed over the tensors.
- *Lipschitz estimate* is how far the outputs move when noise is added to the val images, by the
  size of the noise.
- *Dead units* stay close to zero on every val image. *Vanishing* and *exploding* are shares of the
  gradient's entries. The documentation names the limits.
- *Loss band* is the largest minus the smallest loss over the arms, as the mean over the training.

A network that learns nothing stays where the loss is flat, so it looks smooth. The *training loss*
of the last epoch tells you whether an arm has learned.

*Largest input gradient* is the largest norm of the gradient of an image's loss with respect to the
image, on val (Hein and Andriushchenko).
"""


def dynamics(experiment: ExperimentResults) -> str:
    """How the arms train, with verdicts; empty if the experiment does not record it."""
    found = experiment.dynamics
    if found is None:
        return ""
    files = [experiment.paths.dynamics(name) for name in ("effects", "summary", "diverged")]
    return (
        "\n### How each arm trained\n\n"
        + _diverged(found)
        + "".join(_verdicts(rows) for rows in _by_contrast(found))
        + source("compare_dynamics", files[0], files[2])
        + "\n"
        + _method(found)
        + "\n"
        + _summary(found.summary)
        + source("compare_dynamics", files[1])
        + MEANINGS
    )


def dynamics_headlines(experiment: ExperimentResults) -> list[str]:
    """A line for each comparison of how arms train; none if the experiment does not record it."""
    if experiment.dynamics is None:
        return []
    return [f"- {sentence(headline(rows))}" for rows in _by_contrast(experiment.dynamics)]


def _by_contrast(found: DynamicsResults) -> list[list[DynamicsEffectRow]]:
    contrasts: dict[tuple[str, str], list[DynamicsEffectRow]] = {}
    for row in found.effects:
        contrasts.setdefault((row.subject, row.baseline), []).append(row)
    return list(contrasts.values())


def _diverged(found: DynamicsResults) -> str:
    if not found.diverged:
        return "No training diverged.\n\n"
    lines = [
        f"- {literal(row.model)}, {literal(row.arm)}, seed {row.seed}: {literal(row.what)} was no "
        f"longer finite at step {number(row.step)}, in epoch {row.epoch}."
        for row in found.diverged
    ]
    return (
        f"{count(len(found.diverged), 'training')} diverged. That is a result. The comparisons "
        "below leave out every arm in which one did, for both sides, so they say nothing about "
        "it.\n\n" + "\n".join(lines) + "\n\n"
    )


def _verdicts(rows: list[DynamicsEffectRow]) -> str:
    subject, other = literal(rows[0].subject), literal(rows[0].baseline)
    heading = f"#### {subject} against {other}\n\n"
    if not any(row.arms for row in rows):
        return f"{heading}{sentence(headline(rows))}\n\n"
    cells = [
        [
            badge(row.outcome),
            f"{COMPARED[row.measure].title} ({COMPARED[row.measure].source})",
            _value(row.measure, row.base_mean),
            _value(row.measure, row.mean),
            _effect(row, row.effect),
            NOTHING
            if math.isnan(row.low)
            else f"{_effect(row, row.low)}{NBSP}to{NBSP}{_effect(row, row.high)}",
            p_value(row.p_adjusted),
            number(row.seeds),
        ]
        for row in rows
    ]
    headings = ["Verdict", "Measure", other, subject, "Effect", "95 % interval"]
    headings += ["p (corrected)", "Seeds"]
    # The badge says where seeds are too few.
    untold = (
        row for row in rows if not row.arms or (math.isnan(row.p) and row.outcome != "insufficient")
    )
    told = "\n".join(f"- {sentence(row.sentence)}" for row in untold)
    return (
        f"#### {subject} against {other}\n\n" + table(headings, cells, "llrrrrrr") + f"\n{told}\n\n"
    )


def _method(found: DynamicsResults) -> str:
    arms = sorted({row.arms for row in found.effects if row.arms})
    over = "; or ".join(literal(each) for each in arms)
    return (
        "An effect is the ratio of the two sides, or the difference in points where the measure is "
        "a share. Each training gives one number"
        + (f", and a seed's number is the mean over these arms: {over}. " if over else ". ")
        + "The test is Welch's, on logarithms for ratios. p is corrected for all lines by Holm's "
        "method.\n"
    )


def _summary(rows: list[DynamicsRow]) -> str:
    cells = []
    for of_arm in by_arm(rows):
        by_name = {row.measure: row for row in of_arm}
        cells.append(
            [
                literal(of_arm[0].model),
                arm_of(of_arm[0]),
                *(_value(name, by_name[name].mean) for name in SHOWN),
            ]
        )
    headings = ["Model", "Arm", *(measure.title for measure in SHOWN.values())]
    return "#### Each arm by itself\n\n" + table(headings, cells, "ll" + "r" * len(SHOWN)) + "\n"


def _value(measure: str, value: float) -> str:
    return percent(value) if NAMED[measure].share else significant(value)


def _effect(row: DynamicsEffectRow, value: float) -> str:
    return points(value) if row.scale == "difference" else significant(value)
