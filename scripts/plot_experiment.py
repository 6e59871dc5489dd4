"""Figures of an experiment: its arms, their effects, and accuracy by class."""

from pathlib import Path

from chrysalis.records.experiment import ARMS, EFFECTS, PER_CLASS
from chrysalis.report.figures.experiment import plot_arms, plot_effects, plot_per_class
from chrysalis.report.figures.style import save_figure
from chrysalis.workflow import cli

FIGURES = {
    "arms": (ARMS, plot_arms),
    "effects": (EFFECTS, plot_effects),
    "per_class": (PER_CLASS, plot_per_class),
}


def main(args) -> None:
    """Draw each table that the rule compare wrote, and put it beside its figure."""
    args.output.mkdir(parents=True, exist_ok=True)
    for name, (records, plot) in FIGURES.items():
        table = records.read_frame(args.tables / f"{name}.csv")
        extra = {"threshold": args.threshold} if name == "effects" else {}
        save_figure(plot(table, **extra), args.output / f"{name}.svg")
        records.write(records.rows(table), args.output / f"{name}.csv")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument(
        "--tables", type=Path, required=True, help="folder of the experiment's tables"
    )
    parser.add_argument("--threshold", type=float, required=True, help="as a fraction")
    parser.add_argument("--output", type=Path, required=True, help="folder for the figures")
    cli.run(main, parser)
