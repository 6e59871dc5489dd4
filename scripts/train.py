"""Train one run with one seed and write its record."""

import os
from pathlib import Path

from chrysalis.data.packed import open_for_training
from chrysalis.engine.batches import RESIDENT_BYTES
from chrysalis.engine.devices import device
from chrysalis.engine.earlier import Earlier
from chrysalis.engine.parallel import joined
from chrysalis.engine.run import Context, execute
from chrysalis.engine.runtime import Runtime
from chrysalis.workflow import arguments, cli, closure


def main(args) -> None:
    """Train, or go on training from the checkpoint; under torchrun as one of several."""
    job = arguments.job(args)
    settings = job.settings()
    plan = settings.training
    threads = max(1, args.threads // int(os.environ.get("WORLD_SIZE", 1)))
    packed = open_for_training(job.images(settings), job.index(settings))
    with device() as chosen, joined(chosen) as group:
        runtime = Runtime.choose(chosen, plan.precision, threads, plan.deterministic, group)
        context = Context(
            job.paths.checkpoint(job.run, args.seed),
            closure.code_hash(Path(__file__), settings.model),
            packed.digest(),
            args.resident_mb * 2**20,
            Earlier(**job.earlier(settings)),
        )
        execute(settings, packed, runtime, job.folder / "train", context)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_training(parser)
    arguments.add_resources(parser, RESIDENT_BYTES)
    cli.run(main, parser)
