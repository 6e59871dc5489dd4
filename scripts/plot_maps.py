"""Maps against the centred Gaussian, and accuracies on images with another background."""

from pathlib import Path

from chrysalis.records.paths import StudyPaths
from chrysalis.report.figures.maps import draw_maps
from chrysalis.report.figures.saving import save_drawn
from chrysalis.workflow import cli


def main(args) -> None:
    """Write both figures, each with its table."""
    save_drawn(draw_maps(StudyPaths(args.results)), args.results / "explain/plot_maps")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    cli.run(main, parser)
