"""Train one run and write its record."""

import json
from pathlib import Path

from chrysalis import cli
from chrysalis.config import imports
from chrysalis.config.run import RunSettings
from chrysalis.data.packed import open_packed
from chrysalis.engine.run import execute
from chrysalis.engine.runtime import Runtime


def main(args) -> None:
    """Train, or go on training from the checkpoint."""
    settings = RunSettings.model_validate(json.loads(args.settings))
    packed = open_packed(args.images, args.index)
    execute(
        settings,
        packed,
        args.output,
        args.checkpoint,
        Runtime.choose(settings.training.precision, args.threads),
        code_hash=imports.digest(args.code),
        data_hash=packed.digest(),
    )


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--settings", required=True, help="the run's settings, as JSON")
    parser.add_argument("--images", type=Path, required=True, help="packed images, .npy")
    parser.add_argument("--index", type=Path, required=True, help="their index, .csv")
    parser.add_argument("--output", type=Path, required=True, help="folder for the record")
    parser.add_argument("--checkpoint", type=Path, required=True, help="file to resume from")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--code", type=Path, nargs="*", default=[], help="source files to hash")
    cli.run(main, parser)
