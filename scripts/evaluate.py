"""Metrics of one training on val and test, from its stored predictions."""

from chrysalis.evaluation.evaluate import evaluate
from chrysalis.records.paths import TrainingPaths
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write metrics.json and a CSV for each table."""
    paths = TrainingPaths(arguments.job(args).folder)
    evaluate(paths).write(paths)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_training(parser)
    cli.run(main, parser)
