"""Accuracy of an experiment's arms on corrupted test images, by kind and severity."""

from pathlib import Path

from chrysalis.records.paths import ExperimentPaths
from chrysalis.report.figures.corruptions import draw_corruptions
from chrysalis.report.figures.saving import save_drawn
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the figure with its table."""
    save_drawn(draw_corruptions(ExperimentPaths(args.folder)), args.folder / "plot_corruptions")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the experiment's results")
    cli.run(main, parser)
