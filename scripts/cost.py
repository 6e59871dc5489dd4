"""What a prediction of one run's network costs: multiply-adds and latency."""

from chrysalis.data.packed import read_table
from chrysalis.engine.devices import device
from chrysalis.engine.run_cost import classes_of, run_cost
from chrysalis.engine.runtime import Runtime
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write multiply_adds, and latency in milliseconds by the images in a batch."""
    job = arguments.job(args)
    settings = job.settings()
    plan = settings.training
    classes = classes_of(settings, read_table(job.index(settings)))
    with device() as chosen:
        runtime = Runtime.choose(chosen, plan.precision, args.threads, plan.deterministic)
        found = run_cost(settings, classes, runtime)
    found.write(job.paths.cost(job.run))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_run(parser)
    parser.add_argument("--threads", type=int, default=1)
    cli.run(main, parser)
