"""Generated Markdown of how an experiment's arms stand corrupted test images."""

from __future__ import annotations

from chrysalis.report.pages.endpoints import decided
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import (
    accuracy,
    count,
    interval,
    number,
    p_value,
    percent,
    points,
)
from chrysalis.report.pages.results import ExperimentResults
from chrysalis.report.pages.tables import arm_of, badge, source, table


def corruptions(experiment: ExperimentResults) -> str:
    """Accuracy on corrupted images and its differences; empty if the study does not ask for it."""
    arms, effects = experiment.robustness, experiment.corruption_effects
    if not arms:
        return ""
    cells = [
        [
            literal(row.model),
            arm_of(row),
            percent(row.clean),
            accuracy(row.corrupted, row.corrupted_sd, row.seeds),
            points(row.change),
            number(row.images),
        ]
        for row in arms
    ]
    headings = ["Model", "Arm", "As they are", "Corrupted", "Difference (points)", "Test images"]
    compared = [
        [
            badge(row.outcome),
            literal(row.model),
            arm_of(row),
            literal(row.baseline),
            points(row.effect),
            interval(row.low, row.high),
            p_value(row.p_adjusted),
        ]
        for row in effects
    ]
    heads = "Verdict|Model|Arm|Baseline|Effect (points)|95 % interval|p (corrected)"
    return (
        "\n### Exploratory: corrupted images\n\n"
        f"Each test image is corrupted in {count(arms[0].kinds, 'way')}, with "
        f"{count(arms[0].severities, 'severity', 'severities')} each (Hendrycks and Dietterich). "
        "*Corrupted* is the mean accuracy over all of them.\n\n"
        + table(headings, cells, "llrrrr")
        + "\n"
        + source("compare_corruptions", experiment.paths.corruptions("robustness"))
        + "\nArms are compared image by image: the score of an image is the share of corruptions "
        "under which it is recognised. The p values are corrected for "
        f"{count(len(effects), 'comparison')} (Holm).\n\n"
        + decided(effects)
        + table(heads.split("|"), compared, "llllrrr")
        + "\n"
        + source("compare_corruptions", experiment.paths.corruptions("effects"))
    )
