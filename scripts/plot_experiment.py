"""Figures of an experiment: its arms, their effects, and accuracy by class."""

from pathlib import Path

from chrysalis.records.paths import ExperimentPaths
from chrysalis.report.figures.arms import draw_experiment
from chrysalis.report.figures.saving import save_drawn
from chrysalis.workflow import cli


def main(args) -> None:
    """Draw each table that the rule compare wrote, and put it beside its figure."""
    save_drawn(
        draw_experiment(ExperimentPaths(args.folder), args.threshold),
        args.folder / "plot_experiment",
    )


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the experiment's results")
    parser.add_argument("--threshold", type=float, required=True, help="as a fraction")
    cli.run(main, parser)
