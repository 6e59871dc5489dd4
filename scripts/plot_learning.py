"""Learning curves of a chapter: accuracy of its arms against their training images."""

import json
from pathlib import Path

from chrysalis import cli
from chrysalis.report.learning import families, plot_learning, tabulate_learning
from chrysalis.report.read import arms_and_measures
from chrysalis.report.style import save_figure


def main(args) -> None:
    """Write the figure and its table."""
    arms, measures = arms_and_measures(args.tables)
    table = tabulate_learning(arms, measures, families(json.loads(args.arms)))
    args.output.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(args.output.with_suffix(".csv"), index=False)
    save_figure(plot_learning(table), args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--tables", type=Path, required=True, help="folder of the chapter's tables")
    parser.add_argument("--arms", required=True, help="each arm's changes, as JSON")
    parser.add_argument("--output", type=Path, required=True, help="the figure, .svg")
    cli.run(main, parser)
