"""The share of a training epoch that is spent waiting for data.

    python -m benchmarks.waiting

Waiting is the time that the loop is blocked in the iterator that hands it batches. Ours, resident:
gathering the rows of a batch. Ours, streamed: the queue that a thread fills from the memory map.
Common loop: the DataLoader, with the start of its workers. Whatever is done to a batch afterwards
in the loop's own process (our augmentation) is computing, not waiting.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from functools import partial

from benchmarks import harness, ours, peers, pictures, throughput
from benchmarks.harness import Epoch, in_fresh_process
from chrysalis.engine.batches import RESIDENT_BYTES
from chrysalis.workflow import cli


def rows(results: dict[str, list[Epoch]]) -> list[list[str]]:
    """Lines of the table."""
    return [
        [
            name,
            str(len(epochs)),
            harness.Spread.of(100 * epoch.waiting_share for epoch in epochs).text(),
            harness.Spread.of(epoch.images_per_second for epoch in epochs).text(".1f"),
        ]
        for name, epochs in results.items()
    ]


def main(args: argparse.Namespace) -> None:
    """Measure and print the table."""
    throughput.check(args)
    settings = throughput.our_settings(args)
    with pictures.prepared(args.folder, args.images) as found:
        packed = found.pack(settings.packed_size)
        our_epoch = partial(in_fresh_process, ours.measure, settings, packed, args.warmup)
        plan = throughput.peers_plan(args, found)
        results = harness.interleave(
            {
                "ours, resident": partial(our_epoch, RESIDENT_BYTES),
                "ours, streamed": partial(our_epoch, 0),
                "common loop, files": partial(in_fresh_process, peers.common_loop, plan),
            },
            args.repeats,
        )
    title = f"Waiting for data: {args.model}, {args.size} px, batches of {args.batch_size}"
    head = ["arm", "n", "% of the epoch spent waiting", "images/s"]
    data = {name: [asdict(epoch) for epoch in epochs] for name, epochs in results.items()}
    harness.publish("waiting", title, harness.table(head, rows(results)), data, args.save)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    return throughput.parser(__doc__, repeats=3)


if __name__ == "__main__":
    cli.run(main, parser())
