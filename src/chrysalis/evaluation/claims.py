"""What becomes of published claims in a study: each holds, is contradicted, or is not shown.

A claim is turned into comparisons of two arms, each with the region in which it says that their
difference or ratio lies. All comparisons that one source asks for are a family: their intervals are
simultaneous.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import get_args

import numpy as np

from chrysalis.config.claims import (
    Accuracy,
    Claim,
    ClassesClaim,
    ConvergenceClaim,
    DifferenceClaim,
    DynamicsClaim,
    EqualityClaim,
    MapsClaim,
    OrderingClaim,
    PlaceClaim,
    RatioClaim,
    UntestedClaim,
)
from chrysalis.config.published import Published
from chrysalis.evaluation.arms import JudgedArm
from chrysalis.evaluation.claim_judgement import (
    POINTS,
    UNKNOWN,
    Finding,
    Judgement,
    NotTested,
    few_seeds,
    judge,
)
from chrysalis.evaluation.claims_of_dynamics import dynamics_comparisons
from chrysalis.evaluation.claims_of_maps import maps_comparisons
from chrysalis.evaluation.claims_of_places import place_comparisons
from chrysalis.evaluation.convergence import common_accuracy, epochs_to
from chrysalis.evaluation.experiment import only
from chrysalis.evaluation.measured import ACCURACIES, Measured
from chrysalis.evaluation.metrics import METRICS
from chrysalis.evaluation.published import EXACT
from chrysalis.records.published import PublishedClaimRow
from chrysalis.stats.claims import (
    Span,
    classes_difference,
    mean_difference,
    ratio,
    ratio_of_times,
    simultaneous,
)
from chrysalis.stats.effects import Effect
from chrysalis.stats.equivalence import p_equal
from chrysalis.stats.minimums import ENOUGH_CLASS_IMAGES, ENOUGH_TEST_IMAGES

ABOVE, BELOW = Span(0.0, np.inf), Span(-np.inf, 0.0)

OfExperiment = (
    DifferenceClaim
    | EqualityClaim
    | RatioClaim
    | ConvergenceClaim
    | OrderingClaim
    | ClassesClaim
    | PlaceClaim
    | DynamicsClaim
)
Find = Callable[[int], Finding]  # takes the number of comparisons that are made in all


def claims_table(name: str, published: Published, measured: Measured) -> list[PublishedClaimRow]:
    """A row per claim of the published file `name`, with what becomes of it here, and why."""
    asked: list[list[Find] | NotTested] = []
    for claim in published.claims:
        try:
            asked.append(_comparisons(claim, measured))
        except NotTested as reason:
            asked.append(reason)
    family = sum(len(each) for each in asked if isinstance(each, list))
    rows = []
    for claim, each in zip(published.claims, asked, strict=True):
        judgement = Judgement("not tested", str(each))
        if isinstance(each, list):
            judgement = _judge(claim, [find(family) for find in each], family)
        rows.append(_row(name, claim, judgement, family))
    return rows


def _row(name: str, claim: Claim, judgement: Judgement, family: int) -> PublishedClaimRow:
    found = judgement.finding
    return PublishedClaimRow(
        published_in=name,
        claim=claim.claim,
        kind=claim.kind,
        outcome=judgement.outcome,
        reason=judgement.reason,
        unit=found.unit if found else "",
        estimate=found.estimate if found else np.nan,
        low=found.interval.low if found else np.nan,
        high=found.interval.high if found else np.nan,
        comparisons=family if found else 0,
    )


def _judge(claim: Claim, found: list[Finding], family: int) -> Judgement:
    """A claim of several comparisons holds if all of them do, and falls with any."""
    judged = [judge(each, family) for each in found]
    if len(judged) == 1:
        return judged[0]
    by_outcome = {each.outcome: each for each in reversed(judged)}
    if "contradicted here" in by_outcome:
        return by_outcome["contradicted here"]
    holding = [each for each in judged if each.outcome == "holds here"]
    decides = by_outcome.get("not shown") or min(judged, key=_distance)
    reason = f"{len(holding)} of {len(judged)} comparisons agree. {decides.reason}"
    return replace(decides, reason=reason)


def _distance(judgement: Judgement) -> float:
    return abs(judgement.finding.estimate) if judgement.finding else np.inf


def _comparisons(claim: Claim, measured: Measured) -> list[Find]:
    """What a claim compares.

    Raises:
        NotTested: the study does not have what the claim is about.
    """
    if isinstance(claim, UntestedClaim):
        raise NotTested(claim.reason)
    if isinstance(claim, MapsClaim):
        return maps_comparisons(claim, measured)
    return _of_experiment(claim, measured)


def _of_experiment(claim: OfExperiment, measured: Measured) -> list[Find]:
    if claim.experiment not in measured.asked:
        raise NotTested(f"This study does not ask the experiment {claim.experiment}.")
    if isinstance(claim, DynamicsClaim):
        return dynamics_comparisons(claim, measured)
    arms = measured.compared(claim.experiment).arms
    arm = _arm(arms, claim.arm, claim.model)
    if isinstance(claim, ClassesClaim):
        return _classes(claim, arm)
    if isinstance(claim, OrderingClaim):
        rivals = [each for each in arms if each is not arm and claim.model in (None, each.model)]
        if not rivals:
            raise NotTested("The experiment has no other arm of this model.")
        return [_accuracy(claim, measured, arm, rival) for rival in rivals]
    baseline = _arm(arms, claim.baseline, claim.model)
    if isinstance(claim, PlaceClaim):
        return place_comparisons(claim, arm, baseline)
    if isinstance(claim, ConvergenceClaim):
        return [partial(_convergence, claim, arm, baseline)]
    if isinstance(claim, EqualityClaim) or claim.metric in get_args(Accuracy):
        return [_accuracy(claim, measured, arm, baseline)]
    return [partial(_metric, claim, arm, baseline)]


def _arm(arms: list[JudgedArm], name: str, model: str | None) -> JudgedArm:
    """The one arm of that name, with that model, or itself a model."""
    found = [each for each in arms if each.arm == name and model in (None, each.model)]
    found = found or [each for each in arms if each.arm == each.model == name]
    if not found:
        raise NotTested(f"The experiment has no arm {name}" + (f" of {model}." if model else "."))
    if len(found) > 1:
        models = ", ".join(each.model for each in found)
        raise NotTested(f"The experiment has the arm {name} of several models: {models}.")
    return found[0]


def _accuracy(
    claim: DifferenceClaim | EqualityClaim | OrderingClaim | RatioClaim,
    measured: Measured,
    arm: JudgedArm,
    baseline: JudgedArm,
) -> Find:
    """Two arms' accuracies, by the same effect as the experiments' verdicts."""
    of_class = claim.of_class if isinstance(claim, DifferenceClaim) else None
    if of_class is not None and of_class not in arm.classes:
        raise NotTested(f"The study has no class {of_class}.")
    try:
        effect = measured.effect(arm, baseline, claim.metric, of_class)
    except ValueError as error:
        raise NotTested(f"{error}.") from None
    what = ACCURACIES[claim.metric] + (f" of {of_class}" if of_class else "")
    equal = None
    if isinstance(claim, EqualityClaim):
        equal = p_equal(effect, claim.margin / POINTS)

    def find(family: int) -> Finding:
        low, high = simultaneous(effect, family)
        return Finding(
            arm.label,
            baseline.label,
            what,
            "points",
            POINTS * effect.effect,
            Span(POINTS * low, POINTS * high),
            _region(claim),
            effect.seeds,
            effect.images,
            _too_little(effect, ENOUGH_CLASS_IMAGES if of_class else ENOUGH_TEST_IMAGES),
            p_equal=equal,
        )

    return find


def _region(claim: DifferenceClaim | EqualityClaim | OrderingClaim | RatioClaim) -> Span:
    """Where the claim says that arm minus baseline, or their ratio, lies."""
    if isinstance(claim, EqualityClaim):
        return Span(-claim.margin, claim.margin)
    if isinstance(claim, OrderingClaim):
        return ABOVE if claim.place == "highest" else BELOW
    if isinstance(claim, RatioClaim):
        return Span(claim.times / claim.margin, claim.times * claim.margin)
    higher = claim.direction == "higher"
    if claim.size is None or claim.margin is None:
        return ABOVE if higher else BELOW
    low, high = claim.size - claim.margin, claim.size + claim.margin
    return Span(low, high) if higher else Span(-high, -low)


def _too_little(effect: Effect, images: int) -> str:
    if effect.images < images:
        return f"It takes {images} images to judge, and there are {effect.images}."
    return few_seeds(effect.seeds)


def _classes(claim: ClassesClaim, arm: JudgedArm) -> list[Find]:
    """Classes of one arm, in the accuracy on their own test images."""
    if absent := sorted({*claim.lower, *claim.higher} - set(arm.classes)):
        raise NotTested(f"The study has no class {', '.join(absent)}.")
    pairs = [(claim.lower, claim.higher)]
    if claim.compared == "each":
        pairs = [([low], [high]) for low in claim.lower for high in claim.higher]
    return [partial(_groups, arm, lower, higher) for lower, higher in pairs]


def _groups(arm: JudgedArm, lower: list[str], higher: list[str], family: int) -> Finding:
    below, above = (
        [only(arm.of_class(arm.classes.index(name)), arm.correct) for name in names]
        for names in (lower, higher)
    )
    images = min(right.shape[1] for right in (*below, *above))
    lacks = few_seeds(len(arm.trainings))
    if images < ENOUGH_CLASS_IMAGES:
        lacks = f"It takes {ENOUGH_CLASS_IMAGES} images to judge a class, and one has {images}."
    means = [np.mean([right.mean() for right in group]) for group in (below, above)]
    low, high = UNKNOWN if lacks else classes_difference(below, above, family)
    return Finding(
        ", ".join(lower),
        ", ".join(higher),
        f"test top-1 of {arm.label}",
        "points",
        POINTS * float(means[0] - means[1]),
        Span(POINTS * low, POINTS * high),
        BELOW,
        len(arm.trainings),
        sum(right.shape[1] for right in (*below, *above)),
        lacks,
    )


def _metric(
    claim: DifferenceClaim | RatioClaim, arm: JudgedArm, baseline: JudgedArm, family: int
) -> Finding:
    """A metric of each training: its chance is that of the seeds alone."""
    metric = METRICS[claim.metric]
    of_arm, of_baseline = map(np.array, metric.values([arm.trainings, baseline.trainings]))
    is_ratio, exact = isinstance(claim, RatioClaim), claim.metric in EXACT
    lacks = "" if exact else few_seeds(len(of_arm))
    if np.isnan([*of_arm, *of_baseline]).any():
        lacks = lacks or f"{metric.heading} is not known of every training."
    interval, estimate = UNKNOWN, float(of_arm.mean() - of_baseline.mean())
    if is_ratio:
        positive = min(of_arm.min(), of_baseline.min()) > 0
        estimate = _geometric(of_arm) / _geometric(of_baseline) if positive else np.nan
        lacks = lacks or ("" if positive else f"{metric.heading} is not above 0.")
    if exact:
        interval = Span(estimate, estimate)
    elif not lacks:
        interval = (ratio if is_ratio else mean_difference)(of_arm, of_baseline, family)
    return Finding(
        arm.label,
        baseline.label,
        metric.heading,
        "times" if is_ratio else metric.heading,
        estimate,
        interval,
        _region(claim),
        len(of_arm),
        lacks=lacks,
    )


def _convergence(
    claim: ConvergenceClaim, arm: JudgedArm, baseline: JudgedArm, family: int
) -> Finding:
    """Epochs to an accuracy; a training that never gets there took more than it ran for."""
    sides = arm.trainings, baseline.trainings
    accuracy = common_accuracy(sides) if claim.accuracy is None else claim.accuracy
    of_arm, of_baseline = (np.array([epochs_to(each, accuracy) for each in s]) for s in sides)
    ran = [np.array([len(each.history) for each in side]) for side in sides]
    reached = f"{POINTS * accuracy:.1f} % on val"
    if np.isnan(accuracy):
        lacks = "Neither arm learns the task, so there is no accuracy to reach."
    elif np.isinf([*of_arm, *of_baseline]).all():
        lacks = f"No training of either arm reaches {reached}."
    else:
        lacks = few_seeds(len(of_arm))
    return Finding(
        arm.label,
        baseline.label,
        f"epochs to {reached}",
        "times",
        _geometric(of_arm) / _geometric(of_baseline),
        UNKNOWN if lacks else ratio_of_times(of_arm, of_baseline, (ran[0], ran[1]), family),
        _times(claim),
        len(of_arm),
        lacks=lacks,
        details=f", {_epochs(of_arm)} against {_epochs(of_baseline)}",
    )


def _times(claim: ConvergenceClaim) -> Span:
    """Where the claim says that the arm's epochs by the baseline's lie."""
    if claim.times is not None and claim.margin is not None:
        return Span(claim.times / claim.margin, claim.times * claim.margin)
    return Span(-np.inf, 1.0) if claim.direction == "faster" else Span(1.0, np.inf)


def _epochs(epochs: np.ndarray) -> str:
    """The seeds' epochs in words."""
    return ", ".join("not reached" if np.isinf(each) else f"{each:.0f}" for each in epochs)


def _geometric(values: np.ndarray) -> float:
    """The geometric mean; NaN if a value is infinite."""
    return float(np.exp(np.log(values).mean())) if np.isfinite(values).all() else np.nan
