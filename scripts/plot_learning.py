"""Learning curves of an experiment: accuracy of its arms against their training images."""

import json
from pathlib import Path

from chrysalis.records.experiment import ARMS, METRICS
from chrysalis.report.figures.learning import families, plot_learning, tabulate_learning
from chrysalis.report.figures.style import save_figure
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the figure and its table."""
    arms = ARMS.read_frame(args.tables / "arms.csv")
    metrics = METRICS.read_frame(args.tables / "metrics.csv")
    table = tabulate_learning(arms, metrics, families(json.loads(args.arms)))
    args.output.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(args.output.with_suffix(".csv"), index=False)
    save_figure(plot_learning(table), args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument(
        "--tables", type=Path, required=True, help="folder of the experiment's tables"
    )
    parser.add_argument("--arms", required=True, help="each arm's changes, as JSON")
    parser.add_argument("--output", type=Path, required=True, help="the figure, .svg")
    cli.run(main, parser)
