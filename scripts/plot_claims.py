"""Forest plot of all primary comparisons of a study."""

from pathlib import Path

from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.report.figures.claims import draw_claims
from chrysalis.report.figures.saving import save_drawn
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the figure and its table."""
    study = StudyRecord.read(args.study)
    save_drawn(draw_claims(study, StudyPaths(args.results)), args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--study", type=Path, required=True, help="the study as planned, .json")
    parser.add_argument("--output", type=Path, required=True, help="folder for the figure")
    cli.run(main, parser)
