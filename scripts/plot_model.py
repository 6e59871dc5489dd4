"""Figures of one model: training curves, confusion matrix, reliability."""

from chrysalis.evaluation.training import Training
from chrysalis.records.paths import StudyPaths
from chrysalis.report.figures.base_runs import draw_model
from chrysalis.report.figures.saving import save_drawn
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write the figures, each with its table."""
    paths = StudyPaths(args.results)
    trainings = [Training(paths.training(args.run, seed)) for seed in args.seeds]
    save_drawn(draw_model(trainings), paths.of_model(args.run) / "plot_model")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_run(parser)
    arguments.add_seeds(parser)
    cli.run(main, parser)
