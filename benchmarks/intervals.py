"""How often intervals hold the truth, and how often tests give a false alarm, on simulated studies.

    python -m benchmarks.intervals --simulations 1000

The studies are those of `benchmarks.studies`; here the tests that the report gives beside its
verdicts are judged as well, which take longer.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from scipy import stats

from benchmarks import harness
from benchmarks.studies import SEED, Trainings
from chrysalis.stats import checks
from chrysalis.stats.compare import compare
from chrysalis.stats.effects import ALPHA
from chrysalis.workflow import cli

SCENARIOS = (
    Trainings("no difference", 3, 125, 2, 0, (0.2, 2, 0.5, 0.5)),
    Trainings("difference", 3, 125, 2, 0.8, (0.2, 2, 0.5, 0.5)),
    Trainings("hard images", 3, 125, 1, 0.5, (0.3, 3, 1, 0)),
    Trainings("seeds alike", 3, 125, 3, 0, (0, 2, 0, 0)),
    Trainings("98 % right", 3, 270, 6, 0, (0.1, 2, 0.3, 0)),
    Trainings("five seeds", 5, 125, 2, 0, (0.2, 2, 0.5, 0.5)),
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


def measure(scenario: Trainings, simulations: int) -> dict[str, int]:
    """How many of the simulated studies each of `judge`'s answers is true of."""
    studies = scenario.draw(simulations, np.random.default_rng(SEED))
    with ProcessPoolExecutor(harness.cores()) as pool:
        found = list(pool.map(partial(judge, scenario.truth), studies, chunksize=20))
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
