"""Figures of the study's models: training curves, calibration, the best one's confusion matrix."""

import json
from pathlib import Path

from chrysalis.records.paths import StudyPaths
from chrysalis.report.figures.base_runs import draw_models
from chrysalis.report.figures.saving import save_drawn
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the figures, each with its table."""
    paths, study = StudyPaths(args.results), json.loads(args.study.read_text())
    folders = {
        model: [paths.of_seed(run, seed) for seed in study["seeds"]]
        for model, run in study["base_runs"].items()
    }
    save_drawn(draw_models(folders), args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--study", type=Path, required=True, help="the study as planned, .json")
    parser.add_argument("--output", type=Path, required=True, help="folder for the figures")
    cli.run(main, parser)
