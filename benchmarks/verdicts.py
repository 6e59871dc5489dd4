"""Coverage, false alarms and power of verdicts, on simulated studies of known truth.

    python -m benchmarks.verdicts --simulations 4000

Beside the verdicts' p stand the former test, whose standard error collapsed when seeds agreed
nearly but not quite, and the test of the images alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np

from benchmarks import harness
from benchmarks.studies import SCENARIOS, SEED, Scenario
from chrysalis.stats.effects import ALPHA
from chrysalis.workflow import cli

ANSWERS_AT_ONCE = 2**23


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
    start = time.perf_counter()
    for scenario in SCENARIOS:
        results.append(measure(scenario, args.simulations))
    lines = [
        row(scenario, found, args.simulations)
        for scenario, found in zip(SCENARIOS, results, strict=True)
    ]
    seconds = time.perf_counter() - start
    title = (
        f"{args.simulations} simulated studies a scenario ({seconds:.0f} s in all). Truth "
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
