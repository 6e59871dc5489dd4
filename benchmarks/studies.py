"""Simulated studies whose truth is known: what `benchmarks.verdicts` judges.

Each scenario draws trainings and images anew for every study. Its truth is the expected effect over
both, known by quadrature, by symmetry, or (own splits) by averaging a formula.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from chrysalis.stats import compare, readers
from chrysalis.stats.effects import Effect

SEED = 20260101


def former(both: np.ndarray) -> np.ndarray:
    """p (studies,) of the former test from answers (studies, 2, seeds, images).

    The variance was that of trainings and images, unless all seeds of each arm agreed exactly.
    """
    both = both.astype(float)
    seeds, images = both.shape[-2:]
    effect = both[:, 0].mean((1, 2)) - both[:, 1].mean((1, 2))
    squares = readers.nested(both[:, 0], both[:, 1])
    total = squares.seed + np.maximum(squares.image - squares.residual, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        noise = sum(np.square(part) for part in squares.seeds_of) / (seeds - 1)
        freedom = np.where(squares.seed > 0, np.square(total) / noise, images - 1)
        error = np.sqrt(2 * np.where(squares.seed > 0, total, squares.image) / (seeds * images))
        p = np.where(effect == 0, 1.0, 2 * stats.t.sf(np.abs(effect) / error, freedom))
    return np.maximum(p, _least_p(effect, images))


def _least_p(effect: np.ndarray, images: int) -> np.ndarray:
    """By Agresti and Min's standard error of arms that never disagreed, the former floor."""
    return 2 * stats.norm.sf(np.abs(effect) * (images + 2))


@dataclass(frozen=True)
class Trainings:
    """Two arms, each with trainings of its own; on the logit scale.

    `spread` are the sds of trainings, of images, of images within an arm, and of images within a
    training. Each training collapses to `chance` accuracy with probability `collapse`. The arm's
    trainings spread `unlike` times as much as the baseline's.
    """

    name: str
    seeds: int
    images: int
    level: float
    shift: float
    spread: tuple[float, float, float, float]
    collapse: float = 0.0
    unlike: float = 1.0
    chance = 0.1

    def _accuracy(self, training_sd: float, shift: float) -> float:
        nodes, weights = np.polynomial.hermite_e.hermegauss(120)
        sd = np.sqrt(training_sd**2 + np.sum(np.square(self.spread[1:])))
        return float(special.expit(self.level + shift + sd * nodes) @ weights / weights.sum())

    @property
    def truth(self) -> float:
        """The expected effect, by Gauss-Hermite quadrature."""
        arm = self._accuracy(self.spread[0] * self.unlike, self.shift)
        return (1 - self.collapse) * (arm - self._accuracy(self.spread[0], 0))

    def draw(self, studies: int, rng: np.random.Generator) -> np.ndarray:
        """Right answers (studies, 2, seeds, images), the arm before its baseline."""
        shape = (studies, 2, self.seeds, self.images)
        training_sd, image_sd, arm_image_sd, both_sd = self.spread
        logit = rng.normal(0, both_sd, shape)
        logit += self.level + np.array([self.shift, 0])[:, None, None]
        by_arm = training_sd * np.array([self.unlike, 1])[:, None, None]
        logit += by_arm * rng.normal(size=(*shape[:3], 1))
        logit += rng.normal(0, image_sd, (studies, 1, 1, self.images))
        logit += rng.normal(0, arm_image_sd, (studies, 2, 1, self.images))
        chances = special.expit(logit)
        if self.collapse:
            chances[rng.random(shape[:3]) < self.collapse] = self.chance
        return rng.random(shape) < chances

    def judge(self, both: np.ndarray) -> Effect:
        """The library's comparison."""
        return compare.compare(both[:, 0], both[:, 1])

    def former(self, both: np.ndarray) -> np.ndarray:
        """p (studies,) of the former test."""
        return former(both)


@dataclass(frozen=True)
class SameWeights:
    """One set of trainings judged twice, say in int8 and in fp32, on the logit scale.

    `spread` are the sds of trainings, of images and of images within a training; `disturbed` those
    of what each judgement adds, by image and by image and training. The first is also shifted.
    """

    name: str
    seeds: int
    images: int
    level: float
    shift: float
    spread: tuple[float, float, float]
    disturbed: tuple[float, float]

    @property
    def truth(self) -> float:
        """The expected effect, by Gauss-Hermite quadrature.

        An answer is right if its logit and a logistic error exceed 0, so accuracy is the mean of
        the logistic function of the logit.
        """
        nodes, weights = np.polynomial.hermite_e.hermegauss(120)
        sd = np.sqrt(np.sum(np.square(self.spread)) + np.sum(np.square(self.disturbed)))
        second = special.expit(self.level + sd * nodes)
        first = special.expit(self.level + self.shift + sd * nodes)
        return float((first - second) @ weights / weights.sum())

    def draw(self, studies: int, rng: np.random.Generator) -> np.ndarray:
        """Right answers (studies, 2, seeds, images), those of the shifted judgement first."""
        shape = (studies, self.seeds, self.images)
        logit = self.level + rng.logistic(size=shape)
        logit += rng.normal(0, self.spread[0], (*shape[:2], 1))
        logit += rng.normal(0, self.spread[1], (studies, 1, self.images))
        logit += rng.normal(0, self.spread[2], shape)
        judged = []
        for shift in (self.shift, 0.0):
            change = shift + rng.normal(0, self.disturbed[0], (studies, 1, self.images))
            judged.append(logit + change + rng.normal(0, self.disturbed[1], shape) > 0)
        return np.stack(judged, 1)

    def judge(self, both: np.ndarray) -> Effect:
        """The library's comparison."""
        return compare.compare_paired(both[:, 0], both[:, 1])

    def former(self, both: np.ndarray) -> np.ndarray:
        """p (studies,) of the former test, which took the two for separate trainings."""
        return former(both)


@dataclass(frozen=True)
class OwnSplits:
    """Two nearest-mean classifiers, of other features, on splits of one data set; two classes.

    A study's `total` images are split anew for each seed; `images` of them are for the test. Class
    means are +-0.35 in each of 8 features of unit variance, of which the arm sees `seen` ones.
    """

    name: str
    seeds: int
    images: int
    total: int
    seen: tuple[int, ...]
    base = (4, 5, 6, 7)
    mean = 0.35

    @property
    def truth(self) -> float:
        """The expected effect: 0 for as many features, else over 400,000 training sets."""
        if len(self.seen) == len(self.base):
            return 0.0
        return self._accuracy(len(self.seen)) - self._accuracy(len(self.base))

    def _accuracy(self, features: int) -> float:
        """Expected accuracy, to 0.01 points: the mean over training sets of that given one."""
        rng = np.random.default_rng(SEED)
        sd = np.sqrt(2 / (self.total - self.images))
        high = self.mean + sd * rng.normal(size=(400_000, features))
        low = -self.mean + sd * rng.normal(size=(400_000, features))
        normal, middle = high - low, (high + low) / 2
        length = np.linalg.norm(normal, axis=1)
        sides = [(normal * (self.mean + sign * middle)).sum(1) / length for sign in (-1, 1)]
        return float(special.ndtr(np.array(sides)).mean())

    def draw(self, studies: int, rng: np.random.Generator) -> np.ndarray:
        """Right answers (studies, 2, seeds, images), the arm before its baseline."""
        sign = np.where(np.arange(self.total) % 2, 1.0, -1.0)
        features = rng.normal(size=(studies, self.total, 8)) + self.mean * sign[:, None]
        answers = np.empty((studies, 2, self.seeds, self.images), bool)
        half = self.images // 2
        for seed in range(self.seeds):
            places = rng.random((studies, self.total // 2, 2)).argsort(1)
            places = 2 * places + np.arange(2)
            tested = places[:, :half].reshape(studies, -1)
            trained = features.copy()
            np.put_along_axis(trained, tested[..., None], 0, 1)
            count = (self.total - self.images) / 2
            sums = np.einsum("t,stf->sf", sign, trained) / count
            middle = trained.sum(1) / (2 * count)
            images = np.take_along_axis(features, tested[..., None], 1) - middle[:, None]
            for arm, seen in enumerate((self.seen, self.base)):
                score = np.einsum("stf,sf->st", images[..., seen], sums[:, seen])
                answers[:, arm, seed] = (score > 0) == (sign[tested] > 0)
        return answers

    def judge(self, both: np.ndarray) -> Effect:
        """The library's comparison."""
        return compare.compare_resampled(both[:, 0], both[:, 1], self.total - self.images)

    def former(self, both: np.ndarray) -> np.ndarray:
        """p (studies,) of the former test, blind to chance in images unless seeds agreed."""
        gains = both[:, 0].astype(float) - both[:, 1]
        by_seed = gains.mean(-1)
        alike = np.ptp(np.rint(gains.sum(-1)), axis=-1) == 0
        by_answers = gains.var(-1, ddof=1).mean(-1) / self.images
        spread = np.where(alike, by_answers, by_seed.var(-1, ddof=1))
        share = 1 / self.seeds + self.images / (self.total - self.images)
        freedom = np.where(alike, self.images - 1, self.seeds - 1)
        effect = by_seed.mean(-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            p = 2 * stats.t.sf(np.abs(effect) / np.sqrt(share * spread), freedom)
        return np.maximum(np.where(effect == 0, 1.0, p), _least_p(effect, self.images))


Scenario = Trainings | SameWeights | OwnSplits

USUAL = (0.2, 2.0, 0.5, 0.5)
SCENARIOS: tuple[Scenario, ...] = (
    Trainings("no effect", 3, 60, 2, 0, USUAL),
    Trainings("no effect", 3, 125, 2, 0, USUAL),
    Trainings("effect", 3, 125, 2, 0.8, USUAL),
    Trainings("hard images, effect", 3, 125, 1, 0.5, (0.3, 3, 1, 0)),
    Trainings("no effect", 5, 500, 2, 0, USUAL),
    Trainings("effect", 5, 500, 2, 0.4, USUAL),
    Trainings("no effect", 10, 1000, 2, 0, USUAL),
    Trainings("effect", 10, 1000, 2, 0.25, USUAL),
    Trainings("no effect", 3, 3000, 2, 0, USUAL),
    Trainings("effect", 3, 3000, 2, 0.4, USUAL),
    Trainings("trainings alike, no effect", 3, 125, 3, 0, (0, 2, 0, 0)),
    Trainings("trainings alike, effect", 3, 125, 2, 0.6, (0, 2, 0.5, 0)),
    Trainings("trainings spread, no effect", 3, 500, 2, 0, (0.8, 2, 0.5, 0.5)),
    Trainings("one arm's spread, no effect", 3, 500, 0, 0, (0.2, 2, 0.5, 0.5), unlike=4),
    Trainings("98 % right, no effect", 3, 270, 6, 0, (0.1, 2, 0.3, 0)),
    Trainings("99 % right, one way, effect", 3, 125, 5, 8, (0, 0.5, 0, 0)),
    Trainings("98 % right, effect", 3, 270, 6, 1.5, (0.1, 2, 0.3, 0)),
    Trainings("one in 20 collapses, no effect", 3, 125, 2, 0, USUAL, collapse=0.05),
    Trainings("one in 20 collapses, no effect", 10, 125, 2, 0, USUAL, collapse=0.05),
    Trainings("class of 2, no effect", 3, 2, 2, 0, USUAL),
    Trainings("class of 5, no effect", 3, 5, 2, 0, USUAL),
    Trainings("class of 5, no effect", 10, 5, 1, 0, (0.2, 2, 2, 0.5)),
    Trainings("class of 12, no effect", 3, 12, 1, 0, (0.2, 2, 1, 0.5)),
    Trainings("class of 15, no effect", 5, 15, 2, 0, USUAL),
    Trainings("class of 15, effect", 5, 15, 1, 1, USUAL),
    Trainings("class of 20, no effect", 3, 20, 1, 0, USUAL),
    Trainings("class of 20, no effect", 10, 20, 1, 0, (0.2, 2, 2, 0.5)),
    Trainings("class of 20, effect", 3, 20, 1, 1, USUAL),
    SameWeights("same weights, no effect", 3, 500, 6, 0, (1, 6, 0.5), (0.3, 0.3)),
    SameWeights("same weights, no effect", 5, 125, 2, 0, (0.2, 2, 0.5), (0.3, 0.7)),
    SameWeights("same weights, 2 points", 3, 500, 6, -0.485, (1, 6, 0.5), (0.3, 0.3)),
    SameWeights("same weights, flips elsewhere", 3, 500, 2, -0.175, (0.2, 2, 0.5), (0.2, 0.3)),
    OwnSplits("own splits, no effect", 3, 60, 300, (0, 1, 2, 3)),
    OwnSplits("own splits, no effect", 5, 60, 300, (0, 1, 2, 3)),
    OwnSplits("own splits, effect", 5, 60, 300, tuple(range(8))),
    OwnSplits("own splits, effect", 10, 100, 1000, tuple(range(8))),
)
