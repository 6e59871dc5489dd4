"""What bit-identical repeats cost: training with deterministic algorithms and without.

python -m benchmarks.determinism
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from functools import partial

from benchmarks import harness, ours, pictures, throughput
from benchmarks.harness import Epoch, in_fresh_process
from chrysalis.workflow import cli

DETERMINISTIC, FREE = "deterministic", "any algorithm"


def rows(results: dict[str, list[Epoch]]) -> list[list[str]]:
    """Lines of the table, with the time of the deterministic mode relative to the other's."""
    seconds = {
        name: [epoch.seconds / epoch.images for epoch in epochs] for name, epochs in results.items()
    }
    cost = harness.ratios(seconds[DETERMINISTIC], seconds[FREE])
    return [
        [
            name,
            str(len(epochs)),
            harness.Spread.of(epoch.images_per_second for epoch in epochs).text(".1f"),
            cost.text(".3f") if name == DETERMINISTIC else "",
        ]
        for name, epochs in results.items()
    ]


def main(args: argparse.Namespace) -> None:
    """Measure and print the table."""
    throughput.check(args)
    settings = {
        DETERMINISTIC: throughput.our_settings(args, deterministic=True),
        FREE: throughput.our_settings(args, deterministic=False),
    }
    with pictures.prepared(args.folder, args.images) as found:
        packed = found.pack(settings[FREE].packed_size)
        arms = {
            name: partial(in_fresh_process, ours.measure, chosen, packed, args.warmup)
            for name, chosen in settings.items()
        }
        results = harness.interleave(arms, args.repeats)
    title = f"Determinism: {args.model}, {args.size} px, batches of {args.batch_size}"
    head = ["arm", "n", "images/s", "time, relative to any algorithm"]
    data = {name: [asdict(epoch) for epoch in epochs] for name, epochs in results.items()}
    harness.publish("determinism", title, harness.table(head, rows(results)), data, args.save)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    return throughput.parser(__doc__, repeats=3)


if __name__ == "__main__":
    cli.run(main, parser())
