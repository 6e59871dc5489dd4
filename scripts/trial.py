"""Run one trial of a sweep: train on settings from the search, and write how it ended."""

import json
from pathlib import Path

from chrysalis.config.run import RunSettings
from chrysalis.data.packed import open_for_training
from chrysalis.engine.devices import device
from chrysalis.engine.runtime import Runtime
from chrysalis.sweep.trial import run_trial
from chrysalis.workflow import cli, closure
from chrysalis.workflow.arguments import add_training


def main(args) -> None:
    """Run the trial, go on with it from its checkpoint, or read how it ended from the storage."""
    packed = open_for_training(args.images, args.index)
    with device() as chosen:
        result = run_trial(
            RunSettings.model_validate(json.loads(args.settings)),
            args.number,
            packed,
            args.storage,
            args.checkpoint,
            lambda plan: Runtime.choose(chosen, plan.precision, args.threads, plan.deterministic),
            code_hash=closure.digest(args.code),
            data_hash=packed.digest(),
            resident_bytes=args.resident_mb * 2**20,
        )
    args.output.parent.mkdir(parents=True, exist_ok=True)
    part = args.output.with_suffix(".part")
    part.write_text(json.dumps(result, indent=1))
    part.replace(args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    add_training(parser)
    parser.add_argument("--number", type=int, required=True, help="of the trial: 0, 1, ..")
    parser.add_argument("--storage", type=Path, required=True, help="file the trials share")
    parser.add_argument("--output", type=Path, required=True, help="the trial's result, .json")
    cli.run(main, parser)
