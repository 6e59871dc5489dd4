"""Figures of the study's models: training curves, calibration, the best one's confusion matrix."""

from pathlib import Path

from chrysalis.evaluation.summary import base_trainings
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.report.figures.base_runs import draw_models
from chrysalis.report.figures.saving import save_drawn
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the figures, each with its table."""
    study = StudyRecord.read(args.study)
    save_drawn(draw_models(base_trainings(study, StudyPaths(args.results))), args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--study", type=Path, required=True, help="the study as planned, .json")
    parser.add_argument("--output", type=Path, required=True, help="folder for the figures")
    cli.run(main, parser)
