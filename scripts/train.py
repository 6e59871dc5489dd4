"""Train one run and write its record."""

import json
import os
from pathlib import Path

from chrysalis import cli
from chrysalis.config import imports
from chrysalis.config.run import RunSettings
from chrysalis.data.packed import open_for_training
from chrysalis.engine.batches import RESIDENT_BYTES
from chrysalis.engine.devices import device
from chrysalis.engine.earlier import Earlier
from chrysalis.engine.parallel import joined
from chrysalis.engine.run import execute
from chrysalis.engine.runtime import Runtime


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
            code_hash=imports.digest(args.code),
            data_hash=packed.digest(),
            resident_bytes=args.resident_mb * 2**20,
            earlier=Earlier(args.start, args.teacher, args.label_quality, args.sweep),
        )


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--settings", required=True, help="the run's settings, as JSON")
    parser.add_argument("--images", type=Path, required=True, help="packed images, .npy")
    parser.add_argument("--index", type=Path, required=True, help="their index, .csv")
    parser.add_argument("--output", type=Path, required=True, help="folder for the record")
    parser.add_argument("--checkpoint", type=Path, required=True, help="file to resume from")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--resident-mb",
        type=int,
        default=RESIDENT_BYTES // 2**20,
        help="a split of up to so many MiB lives on the device; larger ones are streamed",
    )
    for name, what in (
        ("start", "folder of the run to start from"),
        ("teacher", "folder of the run whose outputs are learned"),
        ("label-quality", "table of classes, .csv"),
        ("sweep", "result of the sweep, .json"),
    ):
        parser.add_argument(f"--{name}", type=Path, help=f"{what}, where the settings name one")
    parser.add_argument("--code", type=Path, nargs="*", default=[], help="source files to hash")
    cli.run(main, parser)
