"""Which images the models get wrong, and which pictures the pages of the classes show."""

from pathlib import Path

from chrysalis.evaluation.pictures import write_pictures
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the tables of errors, confusions and classes."""
    write_pictures(StudyRecord.read(args.study), StudyPaths(args.results))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--study", type=Path, required=True, help="the study as planned, .json")
    cli.run(main, parser)
