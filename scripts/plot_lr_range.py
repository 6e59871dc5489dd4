"""Figure of the models' learning rate range tests, with the rate that each is trained with."""

import json
from pathlib import Path

from chrysalis.records.paths import StudyPaths
from chrysalis.report.figures.base_runs import draw_lr_range
from chrysalis.report.figures.saving import save_drawn
from chrysalis.workflow import cli
from chrysalis.workflow.arguments import read_settings


def main(args) -> None:
    """Write the figure and its table."""
    paths, study = StudyPaths(args.results), json.loads(args.study.read_text())
    runs, seed = study["base_runs"], study["seeds"][0]
    folders = {model: paths.of_seed(run, seed) for model, run in runs.items()}
    rates = {
        model: read_settings(paths.settings(run)).training.learning_rate
        for model, run in runs.items()
    }
    save_drawn(draw_lr_range(folders, rates), args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--study", type=Path, required=True, help="the study as planned, .json")
    parser.add_argument("--output", type=Path, required=True, help="folder for the figure")
    cli.run(main, parser)
