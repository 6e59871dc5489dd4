"""Figure of an experiment: accuracy of its arms against what they cost."""

from pathlib import Path

from chrysalis.records.experiment import ARMS, METRICS
from chrysalis.report.figures.style import save_figure
from chrysalis.report.figures.tradeoff import plot_tradeoff, tabulate_tradeoff
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the figure and its table."""
    arms = ARMS.read_frame(args.tables / "arms.csv")
    metrics = METRICS.read_frame(args.tables / "metrics.csv")
    table = tabulate_tradeoff(arms, metrics, args.metrics)
    args.output.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(args.output.with_suffix(".csv"), index=False)
    save_figure(plot_tradeoff(table), args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument(
        "--tables", type=Path, required=True, help="folder of the experiment's tables"
    )
    parser.add_argument("--metrics", nargs="+", required=True)
    parser.add_argument("--output", type=Path, required=True, help="the figure, .svg")
    cli.run(main, parser)
