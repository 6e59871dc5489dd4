"""Learning curves of an experiment: accuracy of its arms against their training images."""

import json
from pathlib import Path

from chrysalis.records.paths import StudyPaths
from chrysalis.report.figures.learning import families, plot_learning, tabulate_learning
from chrysalis.report.figures.read import arms_and_metrics
from chrysalis.report.figures.saving import save_drawn
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the figure and its table."""
    experiment = json.loads(args.experiment.read_text())
    folder = StudyPaths(args.results).experiment(experiment["name"]).folder
    arms, metrics = arms_and_metrics(folder / "compare")
    table = tabulate_learning(arms, metrics, families(experiment["arms"]))
    save_drawn({"learning": (table, plot_learning(table))}, folder / "plot_learning")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--experiment", type=Path, required=True, help="the experiment, .json")
    cli.run(main, parser)
