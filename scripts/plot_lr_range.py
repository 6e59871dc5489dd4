"""Figure of the models' learning rate range tests, with the rate that each is trained with."""

from pathlib import Path

from chrysalis.evaluation.summary import base_trainings
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.report.figures.base_runs import draw_lr_range
from chrysalis.report.figures.saving import save_drawn
from chrysalis.workflow import cli
from chrysalis.workflow.arguments import read_settings


def main(args) -> None:
    """Write the figure and its table."""
    paths, study = StudyPaths(args.results), StudyRecord.read(args.study)
    trainings = {model: seeds[0] for model, seeds in base_trainings(study, paths).items()}
    rates = {
        model: read_settings(paths.settings(run)).training.learning_rate
        for model, run in study.base_runs.items()
    }
    save_drawn(draw_lr_range(trainings, rates), args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--study", type=Path, required=True, help="the study as planned, .json")
    parser.add_argument("--output", type=Path, required=True, help="folder for the figure")
    cli.run(main, parser)
