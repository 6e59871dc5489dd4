"""Run one trial of a sweep: train on settings from the search, and write how it ended."""

from pathlib import Path

from chrysalis.data.packed import open_for_training
from chrysalis.engine.batches import RESIDENT_BYTES
from chrysalis.engine.devices import device
from chrysalis.engine.run import Context
from chrysalis.engine.runtime import Runtime
from chrysalis.sweep.trial import run_trial
from chrysalis.workflow import arguments, cli, closure


def main(args) -> None:
    """Run the trial, go on with it from its checkpoint, or read how it ended from the storage."""
    job = arguments.job(args)
    settings = job.settings()
    packed = open_for_training(job.images(settings), job.index(settings))
    with device() as chosen:
        result = run_trial(
            settings,
            args.number,
            packed,
            job.paths.trial_storage(job.run),
            lambda plan: Runtime.choose(chosen, plan.precision, args.threads, plan.deterministic),
            Context(
                job.paths.trial_checkpoint(job.run, args.number),
                closure.code_hash(Path(__file__), settings.model),
                packed.digest(),
                args.resident_mb * 2**20,
            ),
        )
    result.write(job.paths.trial(job.run, args.number))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_run(parser)
    parser.add_argument("--number", type=int, required=True, help="of the trial: 0, 1, ..")
    arguments.add_resources(parser, RESIDENT_BYTES)
    cli.run(main, parser)
