"""Figures of an experiment: its arms, their effects, and accuracy by class."""

from pathlib import Path

import pandas as pd

from chrysalis.report.figures.charts import plot_arms, plot_effects, plot_per_class
from chrysalis.report.figures.style import save_figure
from chrysalis.workflow import cli

FIGURES = {"arms": plot_arms, "effects": plot_effects, "per_class": plot_per_class}
NUMBERS = ("images", "seeds", "mean", "sd", "effect", "low", "high", "p_holm", "support")


def main(args) -> None:
    """Draw each table that the rule compare wrote, and put it beside its figure."""
    args.output.mkdir(parents=True, exist_ok=True)
    for name, plot in FIGURES.items():
        table = pd.read_csv(args.tables / f"{name}.csv", dtype=str, keep_default_na=False)
        numbers = [column for column in NUMBERS if column in table]
        table[numbers] = table[numbers].apply(pd.to_numeric)
        extra = {"threshold": args.threshold} if name == "effects" else {}
        save_figure(plot(table, **extra), args.output / f"{name}.svg")
        table.to_csv(args.output / f"{name}.csv", index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument(
        "--tables", type=Path, required=True, help="folder of the experiment's tables"
    )
    parser.add_argument("--threshold", type=float, required=True, help="as a fraction")
    parser.add_argument("--output", type=Path, required=True, help="folder for the figures")
    cli.run(main, parser)
