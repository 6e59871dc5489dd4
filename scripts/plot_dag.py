"""The graph of the workflow's rules as a figure."""

from pathlib import Path

from chrysalis.report.figures.dag import plot_dag
from chrysalis.report.figures.saving import save_drawn
from chrysalis.workflow import cli
from chrysalis.workflow.rulegraph import rule_graph


def main(args) -> None:
    """Write the figure and its table of edges."""
    edges = rule_graph(args.config)
    figure = plot_dag(list(edges.itertuples(index=False, name=None)))
    save_drawn({"dag": (edges, figure)}, args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--config", type=Path, required=True, help="the configuration, .json")
    parser.add_argument("--output", type=Path, required=True, help="folder for the figure")
    cli.run(main, parser)
