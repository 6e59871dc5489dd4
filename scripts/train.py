"""Train one run and write its record."""

import json
import os
from pathlib import Path

from chrysalis.config.run import RunSettings
from chrysalis.data.packed import open_for_training
from chrysalis.engine.devices import device
from chrysalis.engine.earlier import Earlier
from chrysalis.engine.parallel import joined
from chrysalis.engine.run import execute
from chrysalis.engine.runtime import Runtime
from chrysalis.workflow import cli, closure
from chrysalis.workflow.arguments import add_training


def main(args) -> None:
    """Train, or go on training from the checkpoint; under torchrun as one of several."""
    settings = RunSettings.model_validate(json.loads(args.settings))
    plan = settings.training
    threads = max(1, args.threads // int(os.environ.get("WORLD_SIZE", 1)))
    packed = open_for_training(args.images, args.index)
    with device() as chosen, joined(chosen) as group:
        execute(
            settings,
            packed,
            args.output,
            args.checkpoint,
            Runtime.choose(chosen, plan.precision, threads, plan.deterministic, group),
            code_hash=closure.digest(args.code),
            data_hash=packed.digest(),
            resident_bytes=args.resident_mb * 2**20,
            earlier=Earlier(args.start, args.teacher, args.label_quality, args.sweep),
        )


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    add_training(parser)
    parser.add_argument("--output", type=Path, required=True, help="folder for the record")
    for name, what in (
        ("start", "folder of the run to start from"),
        ("teacher", "folder of the run whose outputs are learned"),
        ("label-quality", "table of classes, .csv"),
        ("sweep", "result of the sweep, .json"),
    ):
        parser.add_argument(f"--{name}", type=Path, help=f"{what}, where the settings name one")
    cli.run(main, parser)
