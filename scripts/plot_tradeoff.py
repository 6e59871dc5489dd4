"""Figure of an experiment: accuracy of its arms against what they cost."""

from pathlib import Path

from chrysalis.records.experiment import ARMS, METRICS
from chrysalis.records.paths import ExperimentPaths
from chrysalis.report.figures.saving import save_drawn
from chrysalis.report.figures.tradeoff import plot_tradeoff, tabulate_tradeoff
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the figure and its table."""
    paths = ExperimentPaths(args.folder)
    arms = ARMS.read_frame(paths.table("arms"))
    metrics = METRICS.read_frame(paths.table("metrics"))
    table = tabulate_tradeoff(arms, metrics, args.metrics)
    save_drawn({"tradeoff": (table, plot_tradeoff(table))}, args.folder / "plot_tradeoff")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the experiment's results")
    parser.add_argument("--metrics", nargs="+", required=True)
    cli.run(main, parser)
