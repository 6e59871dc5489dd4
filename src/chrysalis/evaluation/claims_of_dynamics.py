"""Claims on how networks train: one model's measures against another's, over the seeds."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from chrysalis.config.claims import DynamicsClaim
from chrysalis.config.metrics import DynamicsMeasure
from chrysalis.evaluation.claim_judgement import POINTS, UNKNOWN, Finding, NotTested, few_seeds
from chrysalis.evaluation.dynamics import Contrast, Traces, contrasts, difference, read_traces
from chrysalis.evaluation.measured import Measured
from chrysalis.evaluation.traces import COMPARED
from chrysalis.stats.claims import Span
from chrysalis.stats.effects import ALPHA


def dynamics_comparisons(
    claim: DynamicsClaim, measured: Measured
) -> list[Callable[[int], Finding]]:
    """A comparison per measure; each takes the number of comparisons that are made in all.

    Raises:
        NotTested: the study does not have what the claim is about.
    """
    record = measured.asked[claim.experiment]
    if not record.dynamics:
        raise NotTested(f"The experiment {claim.experiment} does not observe its trainings.")
    wanted = (claim.model, claim.baseline)
    found = [each for each in contrasts(record) if (each.subject, each.baseline) == wanted]
    if not found:
        raise NotTested(f"The experiment does not compare {claim.model} with {claim.baseline}.")
    traces = read_traces(record, measured.paths, measured.study.seeds)
    return [partial(_finding, claim, traces, found[0], name) for name in claim.measures]


def _finding(
    claim: DynamicsClaim, traces: Traces, contrast: Contrast, name: DynamicsMeasure, family: int
) -> Finding:
    measure = COMPARED[name]
    found = difference(traces, contrast, name, ALPHA / family)
    scale, none = (POINTS, 0.0) if measure.share else (1, 1.0)
    lacks = few_seeds(found.seeds)
    if not lacks and math.isnan(found.low):
        lacks = f"{measure.title}: no seed differs from another, or a training has no such number."
    above = claim.direction == "higher"
    return Finding(
        claim.model,
        claim.baseline,
        measure.title,
        "points" if measure.share else "times",
        scale * found.effect,
        UNKNOWN if lacks else Span(scale * found.low, scale * found.high),
        Span(none, math.inf) if above else Span(-math.inf, none),
        found.seeds,
        lacks=lacks,
    )
