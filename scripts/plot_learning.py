"""Learning curves of an experiment: accuracy of its arms against their training images."""

from pathlib import Path

from chrysalis.records.experiment import ARMS, METRICS
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import ExperimentRecord
from chrysalis.report.figures.learning import families, plot_learning, tabulate_learning
from chrysalis.report.figures.saving import save_drawn
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the figure and its table."""
    experiment = ExperimentRecord.read(args.experiment)
    paths = StudyPaths(args.results).experiment(experiment.name)
    arms = ARMS.read_frame(paths.table("arms"))
    metrics = METRICS.read_frame(paths.table("metrics"))
    table = tabulate_learning(arms, metrics, families(experiment.arms))
    save_drawn({"learning": (table, plot_learning(table))}, paths.folder / "plot_learning")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--experiment", type=Path, required=True, help="the experiment, .json")
    cli.run(main, parser)
