"""Published figures and claims beside what the study measured."""

from pathlib import Path

from chrysalis.evaluation.published_tables import write_published
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.workflow import cli


def main(args) -> None:
    """Write figures.csv and claims.csv."""
    paths = StudyPaths(args.results)
    write_published(StudyRecord.read(paths.study), paths)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    cli.run(main, parser)
