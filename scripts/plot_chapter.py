"""Figures of a chapter: its arms, their effects, and accuracy by class."""

from pathlib import Path

import pandas as pd

from chrysalis import cli
from chrysalis.report.figures import plot_arms, plot_effects, plot_per_class
from chrysalis.report.style import save_figure


def main(args) -> None:
    """Draw the tables that the rule compare wrote."""
    tables = {
        name: pd.read_csv(args.tables / f"{name}.csv", dtype={"class": str}, keep_default_na=False,
                          na_values={"sd": [""], "low": [""], "high": [""]})
        for name in ("arms", "effects", "per_class")
    }
    save_figure(plot_arms(tables["arms"]), args.output / "arms.svg")
    save_figure(plot_effects(tables["effects"], args.threshold), args.output / "effects.svg")
    save_figure(plot_per_class(tables["per_class"]), args.output / "per_class.svg")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--tables", type=Path, required=True, help="folder of the chapter's tables")
    parser.add_argument("--threshold", type=float, required=True, help="as a fraction")
    parser.add_argument("--output", type=Path, required=True, help="folder for the figures")
    cli.run(main, parser)
