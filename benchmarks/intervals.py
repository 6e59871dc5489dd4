"""How often intervals hold the truth, and how often tests give a false alarm, on simulated studies.

    python -m benchmarks.intervals --simulations 1000

Correctness is drawn from a probability for each image and training. The truth is the expected
difference over the population of images and of trainings, so both are drawn anew each time.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import special, stats

from benchmarks import harness
from chrysalis.stats import checks
from chrysalis.stats.compare import compare
from chrysalis.stats.effects import ALPHA
from chrysalis.workflow import cli


@dataclass(frozen=True)
class Scenario:
    """Two arms with so many trainings each; on the logit scale: level, shift of the arm, and sds.

    The sds are those of trainings, of images, of images within an arm, and of images within a
    training.
    """

    name: str
    seeds: int
    images: int
    level: float
    shift: float
    spread: tuple[float, float, float, float]

    @property
    def truth(self) -> float:
        """The expected difference in accuracy, by Gauss-Hermite quadrature."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(80)
        values = self.level + np.sqrt(np.sum(np.square(self.spread))) * nodes
        gain = special.expit(values + self.shift) - special.expit(values)
        return float(gain @ weights / weights.sum())

    def draw(self, simulations: int, seed: int = 20260101) -> np.ndarray:
        """Correctness (simulations, 2, seeds, images), boolean; the arm before its baseline."""
        rng = np.random.default_rng(seed)
        shape = (simulations, 2, self.seeds, self.images)
        training_sd, image_sd, arm_image_sd, both_sd = self.spread
        logit = (
            self.level
            + np.array([self.shift, 0])[:, None, None]
            + rng.normal(0, training_sd, (*shape[:3], 1))
            + rng.normal(0, image_sd, (simulations, 1, 1, self.images))
            + rng.normal(0, arm_image_sd, (simulations, 2, 1, self.images))
            + rng.normal(0, both_sd, shape)
        )
        return rng.random(shape) < special.expit(logit)


SCENARIOS = (
    Scenario("no difference", 3, 125, 2, 0, (0.2, 2, 0.5, 0.5)),
    Scenario("difference", 3, 125, 2, 0.8, (0.2, 2, 0.5, 0.5)),
    Scenario("hard images", 3, 125, 1, 0.5, (0.3, 3, 1, 0)),
    Scenario("seeds alike", 3, 125, 3, 0, (0, 2, 0, 0)),
    Scenario("98 % right", 3, 270, 6, 0, (0.1, 2, 0.3, 0)),
    Scenario("five seeds", 5, 125, 2, 0, (0.2, 2, 0.5, 0.5)),
)


def judge(truth: float, both: np.ndarray) -> dict[str, bool]:
    """Of one simulated study: which intervals hold the truth, which tests see a difference."""
    effect = compare(*both)
    low, high = checks.bootstrap(*both)
    return {
        "interval holds": effect.low <= truth <= effect.high,
        "bootstrap holds": low <= truth <= high,
        "p": effect.p < ALPHA,
        "bootstrap": low > 0 or high < 0,
        "signs": checks.sign_flip(*both) < ALPHA,
        "McNemar, first seed": checks.pairs(*both)[0].p < ALPHA,
    }


def measure(scenario: Scenario, simulations: int) -> dict[str, int]:
    """How many of the simulated studies each of `judge`'s answers is true of."""
    with ProcessPoolExecutor(harness.cores()) as pool:
        found = list(
            pool.map(partial(judge, scenario.truth), scenario.draw(simulations), chunksize=20)
        )
    return {name: sum(bool(one[name]) for one in found) for name in found[0]}


def share(count: int, of: int) -> str:
    """A share in percent with its exact (Clopper-Pearson) 95 % interval."""
    low, high = stats.binomtest(count, of).proportion_ci()
    return f"{100 * count / of:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def rows(results: dict[str, dict[str, int]], simulations: int) -> list[list[str]]:
    """Lines of the table; alarms are given only where there is no difference to be seen."""
    lines = []
    for scenario in SCENARIOS:
        counts = {name: share(of, simulations) for name, of in results[scenario.name].items()}
        lines.append(
            [
                f"{scenario.name} ({scenario.seeds} seeds, {scenario.images} images)",
                f"{100 * scenario.truth:.1f}",
                *(
                    text if name.endswith("holds") or not scenario.shift else "-"
                    for name, text in counts.items()
                ),
            ]
        )
    return lines


def main(args: argparse.Namespace) -> None:
    """Simulate and print the table."""
    results = {scenario.name: measure(scenario, args.simulations) for scenario in SCENARIOS}
    title = (
        f"Of {args.simulations} simulated studies, in percent: intervals of 95 % that hold the "
        f"true difference, and tests with p below {ALPHA} where there is none"
    )
    answers = next(iter(results.values()))
    head = ["scenario", "truth (points)"]
    head += [name if name.endswith("holds") else f"alarm: {name}" for name in answers]
    body = harness.table(head, rows(results, args.simulations))
    data = {"simulations": args.simulations, "counts": results}
    harness.publish("intervals", title, body, data, args.save)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = cli.parser((__doc__ or "").partition("\n")[0])
    made.add_argument("--simulations", type=harness.positive, default=2000)
    made.add_argument(
        "--save", action="store_true", help="write benchmarks/results/intervals.txt and .json"
    )
    return made


if __name__ == "__main__":
    cli.run(main, parser())
