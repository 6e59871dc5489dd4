"""Coverage, false alarms and power of verdicts, on simulated studies of known truth.

    python -m benchmarks.verdicts --simulations 4000

Each scenario draws trainings and images anew for every study. Its truth is the expected effect over
both, known by quadrature, by symmetry, or (own splits) by averaging a formula. Beside the verdicts'
p stand the former test, whose standard error collapsed when seeds agreed nearly but not quite, and
the test of the images alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from benchmarks import harness
from chrysalis import cli
from chrysalis.stats import compare, readers
from chrysalis.stats.effects import ALPHA, Effect

SEED = 20260101
ANSWERS_AT_ONCE = 2**23


@dataclass(frozen=True)
class Trainings:
    """Two arms, each with trainings of its own; on the logit scale, as in `benchmarks.intervals`.

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
        """p (studies,) of the former test, whose variance was 0 or nearly so for equal seeds."""
        by_seed = both[:, 0].mean(-1) - both[:, 1].mean(-1)
        share = 1 / self.seeds + self.images / (self.total - self.images)
        error = np.sqrt(np.maximum(share * by_seed.var(-1, ddof=1), 1e-300))
        p = 2 * stats.t.sf(np.abs(by_seed.mean(-1)) / error, self.seeds - 1)
        return np.maximum(p, _least_p(by_seed.mean(-1), self.images))


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


def chunks(scenario: Scenario, studies: int) -> Iterator[np.ndarray]:
    """Answers of so many studies, a part at a time."""
    rng = np.random.default_rng(SEED)
    size = max(1, ANSWERS_AT_ONCE // (2 * scenario.seeds * scenario.images))
    for start in range(0, studies, size):
        yield scenario.draw(min(size, studies - start), rng)


def measure(scenario: Scenario, studies: int) -> dict[str, float]:
    """Counts of studies: whose interval holds the truth, that alarm by each test, half-widths."""
    counts: dict[str, float] = dict.fromkeys(
        ("holds", "verdict", "images alone", "former", "misstated"), 0
    )
    widths = []
    for both in chunks(scenario, studies):
        found = scenario.judge(both)
        low, high = np.asarray(found.low), np.asarray(found.high)
        p = np.asarray(found.p)
        counts["holds"] += int(((low <= scenario.truth) & (scenario.truth <= high)).sum())
        counts["verdict"] += int((p < ALPHA).sum())
        counts["images alone"] += int((np.asarray(found.p_image) < ALPHA).sum())
        counts["former"] += int((scenario.former(both) < ALPHA).sum())
        wrong_side = np.sign(found.effect) != np.sign(scenario.truth)
        counts["misstated"] += int(((p < ALPHA) & wrong_side).sum())
        widths.append((high - low) / 2)
    return counts | {"half-width": float(np.concatenate(widths).mean())}


def share(count: float, of: int) -> str:
    """A share in percent."""
    return f"{100 * count / of:.1f}"


def row(scenario: Scenario, found: dict[str, float], studies: int) -> list[str]:
    """A scenario's line: alarms where there is no effect, power where there is one."""
    truth = scenario.truth
    tests = [share(found[test], studies) for test in ("verdict", "former", "images alone")]
    blank = ["-"] * 3
    return [
        scenario.name,
        str(scenario.seeds),
        str(scenario.images),
        f"{100 * truth:.1f}",
        share(found["holds"], studies),
        f"{100 * found['half-width']:.1f}",
        *(blank + tests if truth else tests + blank),
    ]


HEAD = (
    "scenario",
    "seeds",
    "images",
    "truth",
    "coverage",
    "half-width",
    *("alarms", "former", "images"),
    *("power", "former", "images"),
)


def main(args: argparse.Namespace) -> None:
    """Simulate every scenario and print the table."""
    results = []
    clock: Callable[[], float] = time.perf_counter
    start = clock()
    for scenario in SCENARIOS:
        results.append(measure(scenario, args.simulations))
    lines = [
        row(scenario, found, args.simulations)
        for scenario, found in zip(SCENARIOS, results, strict=True)
    ]
    title = (
        f"{args.simulations} simulated studies a scenario ({clock() - start:.0f} s in all). Truth "
        "and mean half-width in points; 95 % intervals that hold the truth, false alarms and power "
        f"(p < {ALPHA}) in percent; beside the verdicts' p the former test and the images alone"
    )
    data = {
        "simulations": args.simulations,
        "scenarios": [
            {"name": s.name, "seeds": s.seeds, "images": s.images, "truth": s.truth, **found}
            for s, found in zip(SCENARIOS, results, strict=True)
        ],
    }
    harness.publish("verdicts", title, harness.table(HEAD, lines), data, args.save)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = cli.parser((__doc__ or "").partition("\n")[0])
    made.add_argument("--simulations", type=harness.positive, default=4000)
    made.add_argument(
        "--save", action="store_true", help="write benchmarks/results/verdicts.txt and .json"
    )
    return made


if __name__ == "__main__":
    cli.run(main, parser())
