"""Sheets of small pictures for the pages of errors, of classes and of the map."""

from pathlib import Path

from chrysalis.data.packed import open_packed
from chrysalis.explain.sheets import draw_sheets
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the sheets, and the table that says which picture is where."""
    packed = open_packed(args.images, args.images.with_suffix(".csv"))
    draw_sheets(StudyRecord.read(args.study), StudyPaths(args.results), packed)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--study", type=Path, required=True, help="the study as planned, .json")
    parser.add_argument("--images", type=Path, required=True, help="packed images, .npy")
    cli.run(main, parser)
