"""What the parts of a training take on this machine: a few steps of the real engine."""

from pathlib import Path

from chrysalis.engine.batches import RESIDENT_BYTES
from chrysalis.planning.probe import Task, probe
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write the probe of a kind of training, which has settings like a run."""
    job = arguments.job(args)
    kind = job.settings()
    teacher = kind.teacher and arguments.read_settings(job.paths.settings(kind.teacher))
    args.output.parent.mkdir(parents=True, exist_ok=True)
    task = Task(
        kind,
        teacher or None,
        job.images(kind),
        job.index(kind),
        args.output.parent,
        args.threads,
        args.resident_mb * 2**20,
    )
    probe(task, args.side_by_side).write(args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_run(parser)
    arguments.add_resources(parser, RESIDENT_BYTES)
    parser.add_argument("--side-by-side", type=int, default=1, help="processes to probe at once")
    parser.add_argument("--output", type=Path, required=True)
    cli.run(main, parser)
