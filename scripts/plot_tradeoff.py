"""Figure of a chapter: accuracy of its arms against what they cost."""

from pathlib import Path

from chrysalis import cli
from chrysalis.report.read import arms_and_measures
from chrysalis.report.style import save_figure
from chrysalis.report.tradeoff import plot_tradeoff, tabulate_tradeoff


def main(args) -> None:
    """Write the figure and its table."""
    arms, measures = arms_and_measures(args.tables)
    table = tabulate_tradeoff(arms, measures, args.measures)
    args.output.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(args.output.with_suffix(".csv"), index=False)
    save_figure(plot_tradeoff(table), args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--tables", type=Path, required=True, help="folder of the chapter's tables")
    parser.add_argument("--measures", nargs="+", required=True)
    parser.add_argument("--output", type=Path, required=True, help="the figure, .svg")
    cli.run(main, parser)
