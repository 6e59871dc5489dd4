"""A map of the images: those whose vectors are alike lie near each other."""

from pathlib import Path

from chrysalis.audit.projection import map_images
from chrysalis.records.paths import StudyPaths
from chrysalis.workflow import cli


def main(args) -> None:
    """Write points.csv and map.json."""
    map_images(StudyPaths(args.results))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    cli.run(main, parser)
