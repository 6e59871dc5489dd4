"""An experiment's tables: its arms, their effects against the baseline, and accuracy by class."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np

from chrysalis.evaluation import verdict
from chrysalis.evaluation.arms import ANALYSES, Compared, Comparison, JudgedArm, load_arms
from chrysalis.evaluation.differences import differences_table, with_caveat
from chrysalis.evaluation.endpoints import endpoints_table, worst_classes_table
from chrysalis.evaluation.metrics import metrics_table, standard_deviation
from chrysalis.evaluation.practice import practice_table
from chrysalis.evaluation.ranking import ranking_table
from chrysalis.evaluation.sources import sentences as source_sentences
from chrysalis.evaluation.sources import sources_table
from chrysalis.records.experiment import (
    ARMS,
    CHECKS,
    CLASS_EFFECTS,
    DIFFERENCES,
    EFFECTS,
    ENDPOINTS,
    METRICS,
    PAIRS,
    PER_CLASS,
    PRACTICE,
    RANKING,
    SOURCES,
    WORST_CLASSES,
    Answer,
    ArmRow,
    CheckRow,
    ClassAccuracyRow,
    ClassEffectRow,
    DifferenceRow,
    EffectRow,
    EndpointRow,
    MetricRow,
    PairRow,
    PracticeRow,
    RankRow,
    SourceRow,
    WorstClassRow,
)
from chrysalis.records.paths import ExperimentPaths, StudyPaths
from chrysalis.records.study import ExperimentRecord
from chrysalis.stats import checks, power
from chrysalis.stats.compare import compare, compare_paired, compare_resampled
from chrysalis.stats.effects import ALPHA, Effect
from chrysalis.stats.equivalence import p_equal
from chrysalis.stats.families import differences_and_equalities, holm
from chrysalis.stats.minimums import ENOUGH_CLASS_IMAGES


@dataclass(frozen=True)
class Analysis:
    """All that the rule compare finds out for an experiment."""

    answer: Answer
    arms: list[ArmRow]
    effects: list[EffectRow]
    practice: list[PracticeRow]
    checks: list[CheckRow]
    pairs: list[PairRow]
    per_class: list[ClassAccuracyRow]
    class_effects: list[ClassEffectRow]
    metrics: list[MetricRow]
    ranking: list[RankRow]
    differences: list[DifferenceRow]
    sources: list[SourceRow]
    endpoints: list[EndpointRow]
    worst_classes: list[WorstClassRow]

    def write(self, paths: ExperimentPaths) -> None:
        """Write a CSV per table, and the answer."""
        ARMS.write(self.arms, paths.table("arms"))
        EFFECTS.write(self.effects, paths.table("effects"))
        PRACTICE.write(self.practice, paths.table("practice"))
        CHECKS.write(self.checks, paths.table("checks"))
        PAIRS.write(self.pairs, paths.table("pairs"))
        PER_CLASS.write(self.per_class, paths.table("per_class"))
        CLASS_EFFECTS.write(self.class_effects, paths.table("class_effects"))
        METRICS.write(self.metrics, paths.table("metrics"))
        RANKING.write(self.ranking, paths.table("ranking"))
        DIFFERENCES.write(self.differences, paths.table("differences"))
        SOURCES.write(self.sources, paths.table("sources"))
        ENDPOINTS.write(self.endpoints, paths.table("endpoints"))
        WORST_CLASSES.write(self.worst_classes, paths.table("worst_classes"))
        self.answer.write(paths.answer)


def analyse(
    record: ExperimentRecord, paths: StudyPaths, seeds: list[int], threshold: float
) -> Analysis:
    """Compare the arms of an experiment; `threshold` is the least effect of practical interest.

    Raises:
        UserError: a training's files are missing, damaged or not finite.
        ValueError: an arm and its baseline were judged on different images.
    """
    arms = load_arms(record, paths, seeds)
    compared = ANALYSES[record.analysis](arms, record)
    differences = differences_table(record, compared.comparisons)
    judged = judge(compared.comparisons, threshold)
    effects = [with_caveat(row, differences) for row in effects_table(compared, judged)]
    sources = sources_table(arms, record) if record.analysis == "variance" else []
    sentences = [row.sentence for row in effects] or source_sentences(sources, record)
    answer = Answer(
        name=record.name,
        title=record.title,
        question=record.question,
        analysis=record.analysis,
        headline=verdict.headline(sentences, [row.outcome for row in effects]),
        sentences=sentences,
        threshold=threshold,
        removed=removed_classes(arms),
    )
    return Analysis(
        answer=answer,
        arms=arms_table(compared),
        effects=effects,
        practice=practice_table(compared, judged),
        checks=checks_table(compared),
        pairs=pairs_table(compared, seeds),
        per_class=per_class_table(compared),
        class_effects=class_effects_table(compared),
        metrics=metrics_table(record, paths, seeds),
        ranking=ranking_table(arms) if record.across_models else [],
        differences=differences,
        sources=sources,
        endpoints=endpoints_table(compared),
        worst_classes=worst_classes_table(compared),
    )


def effects_table(compared: Compared, judged: list[verdict.Judged]) -> list[EffectRow]:
    """A row per comparison, with its verdict; effects are fractions."""
    return [
        EffectRow(
            *comparison.names,
            effect=one.effect.effect,
            low=one.effect.low,
            high=one.effect.high,
            p=one.effect.p,
            p_image=one.effect.p_image,
            p_equal=one.p_equal_alone,
            p_adjusted=one.p_different,
            p_equal_adjusted=one.p_equal,
            seeds=one.effect.seeds,
            images=one.effect.images,
            detectable=one.detectable,
            outcome=one.outcome,
            sentence=verdict.sentence(comparison.subject, comparison.other, one),
        )
        for comparison, one in zip(compared.comparisons, judged, strict=True)
    ]


def judge(comparisons: list[Comparison], threshold: float) -> list[verdict.Judged]:
    """Each comparison, its p values corrected over all of them."""
    effects = []
    for comparison in comparisons:
        pairs = zip(comparison.arm.predictions, comparison.baseline.predictions, strict=True)
        if not all(np.array_equal(a.paths, b.paths) for a, b in pairs):
            arm, base = comparison.arm.label, comparison.baseline.label
            raise ValueError(f"{arm} and {base} were judged on different images")
        effects.append(effect_of(comparison, comparison.arm.correct, comparison.baseline.correct))
    equal = [p_equal(effect, threshold) if threshold else np.nan for effect in effects]
    different, same = differences_and_equalities([effect.p for effect in effects], equal)
    level = ALPHA / max(1, len(effects))
    return [
        verdict.Judged(
            effect,
            p,
            p_same,
            len(effects),
            threshold,
            power.detectable(effect, level),
            _more_seeds(comparison, effect),
            alone,
        )
        for comparison, effect, p, p_same, alone in zip(
            comparisons, effects, different, same, equal, strict=True
        )
    ]


def _more_seeds(comparison: Comparison, effect: Effect) -> int | None:
    """How many more seeds would halve the interval; 0 where that cannot be known."""
    if not comparison.same_images or effect.seeds < 2 or effect.images < 2:
        return 0
    estimate = (
        power.variance_components_paired
        if comparison.shares_trainings
        else power.variance_components
    )
    components = estimate(comparison.arm.correct, comparison.baseline.correct)
    return power.more_seeds_to_halve(components, effect.seeds, effect.images)


def arms_table(compared: Compared) -> list[ArmRow]:
    """A row per arm and model: test top-1 over the seeds."""
    rows = []
    for arm in compared.arms:
        values = arm.correct.mean(1)
        rows.append(
            ArmRow(
                model=arm.model,
                arm=arm.arm,
                run=arm.run,
                images=arm.correct.shape[1],
                seeds=len(values),
                mean=float(values.mean()),
                sd=standard_deviation(values.tolist()),
                values=tuple(values.tolist()),
            )
        )
    return rows


def per_class_table(compared: Compared) -> list[ClassAccuracyRow]:
    """A row per arm and class that has test images."""
    rows = []
    for arm in compared.arms:
        first = arm.predictions[0]
        for label in np.unique(first.labels):
            values = only(arm.of_class(label), arm.correct).mean(1)
            rows.append(
                ClassAccuracyRow(
                    model=arm.model,
                    arm=arm.arm,
                    class_=first.classes[label],
                    support=int((first.labels == label).sum()),
                    mean=float(values.mean()),
                    sd=standard_deviation(values.tolist()),
                )
            )
    return rows


def checks_table(compared: Compared) -> list[CheckRow]:
    """A row per comparison: bootstrap interval, sign-flip p, and the least p possible."""
    rows = []
    for comparison in compared.comparisons:
        arm, baseline = comparison.arm.correct, comparison.baseline.correct
        bootstrap = checks.bootstrap if comparison.same_images else checks.bootstrap_resampled
        low, high = bootstrap(arm, baseline)
        rows.append(
            CheckRow(
                *comparison.names,
                bootstrap_low=low,
                bootstrap_high=high,
                sign_flip_p=checks.sign_flip(arm, baseline),
                sign_flip_least_p=checks.least_sign_flip_p(len(arm)),
            )
        )
    return rows


def pairs_table(compared: Compared, seeds: list[int]) -> list[PairRow]:
    """A row per comparison and seed: McNemar's test of that seed's two trainings."""
    return [
        PairRow(*comparison.names, seed=seed, **asdict(pair))
        for comparison in compared.comparisons
        for seed, pair in zip(
            seeds,
            checks.pairs(comparison.arm.correct, comparison.baseline.correct),
            strict=True,
        )
    ]


def class_effects_table(compared: Compared) -> list[ClassEffectRow]:
    """A row per comparison and class with test images: the effect on that class, a fraction.

    Interval and p as of a whole comparison, on the images of the class alone. All rows are one
    family: p_adjusted is Holm's over those of at least `ENOUGH_CLASS_IMAGES` images.
    """
    rows = []
    for comparison in compared.comparisons:
        # A full model's labels count the removed classes too; the arm's own do not.
        arm = comparison.arm
        for label in np.unique(arm.predictions[0].labels):
            here = arm.of_class(label)
            own = (only(here, arm.correct), only(here, comparison.baseline.correct))
            effect = effect_of(comparison, *own)
            rows.append(
                ClassEffectRow(
                    *comparison.names,
                    class_=arm.classes[label],
                    images=effect.images,
                    effect=effect.effect,
                    low=effect.low,
                    high=effect.high,
                    p=effect.p,
                    p_adjusted=np.nan,
                )
            )
    enough = [row.p if row.images >= ENOUGH_CLASS_IMAGES else np.nan for row in rows]
    return [replace(row, p_adjusted=p) for row, p in zip(rows, holm(enough), strict=True)]


def effect_of(comparison: Comparison, arm: np.ndarray, baseline: np.ndarray) -> Effect:
    """Compare correctness (seeds, images) of the two on all of their images or on some."""
    if comparison.same_images:
        paired = comparison.shares_trainings
        return compare_paired(arm, baseline) if paired else compare(arm, baseline)
    train_images = min(comparison.arm.train_images, comparison.baseline.train_images)
    # Splits are made class by class: a class has the same share of the training images.
    share = arm.shape[1] / len(comparison.arm.predictions[0].labels)
    return compare_resampled(arm, baseline, train_images * share)


def only(rows: np.ndarray, correct: np.ndarray) -> np.ndarray:
    """Correctness (seeds, images) where `rows`, of that shape, is true: as often in each seed."""
    return np.stack([of_seed[here] for of_seed, here in zip(correct, rows, strict=True)])


def removed_classes(arms: list[JudgedArm]) -> dict[str, list[str]]:
    """The classes that each arm does without and another has, sorted by name.

    Where an arm's models do without different ones, each is named by its label.
    """
    known = {name for arm in arms for name in arm.classes}
    by_arm: dict[str, dict[str, list[str]]] = {}
    for arm in arms:
        by_arm.setdefault(arm.arm, {})[arm.label] = sorted(known - set(arm.classes))
    found: dict[str, list[str]] = {}
    for name, by_label in by_arm.items():
        first, *others = by_label.values()
        found |= {name: first} if all(other == first for other in others) else by_label
    return found
