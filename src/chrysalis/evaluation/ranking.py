"""Which arm is best: all pairs of them, not each against the baseline alone."""

from __future__ import annotations

from chrysalis.evaluation.arms import JudgedArm
from chrysalis.records.experiment import RankRow
from chrysalis.stats import best
from chrysalis.stats.compare import compare
from chrysalis.stats.minimums import ENOUGH_SEEDS, ENOUGH_TEST_IMAGES


def ranking_table(arms: list[JudgedArm]) -> list[RankRow]:
    """A row per arm, the most accurate first; empty where a study is too small to rank.

    Empty too where each seed has its own test images, for which all pairs are not compared.
    """
    seeds, images = arms[0].correct.shape
    enough = seeds >= ENOUGH_SEEDS and images >= ENOUGH_TEST_IMAGES
    if len(arms) < 2 or not enough or not all(arm.same_images for arm in arms):
        return []
    answers = [arm.correct for arm in arms]
    means = [float(each.mean()) for each in answers]
    effects = best.all_pairs(answers, compare)
    adjusted = best.shaffer({pair: effect.p for pair, effect in effects.items()})
    kept = best.not_shown_worse(effects, adjusted)
    letters = best.letters(adjusted, means)
    order = sorted(range(len(arms)), key=lambda number: -means[number])
    return [
        RankRow(
            model=arms[number].model,
            arm=arms[number].arm,
            mean=means[number],
            letters=letters[number],
            not_shown_worse=number in kept,
        )
        for number in order
    ]
