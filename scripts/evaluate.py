"""Metrics of each training of a run on val and test, from its stored predictions."""

from chrysalis.evaluation.evaluate import evaluate
from chrysalis.records.paths import TrainingPaths
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write metrics.json and a CSV for each table, of each seed."""
    job = arguments.job(args)
    for seed in args.seeds:
        paths = TrainingPaths(job.paths.of_seed(job.run, seed))
        evaluate(paths).write(paths)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_run(parser)
    arguments.add_seeds(parser)
    cli.run(main, parser)
