"""Published figures and claims beside what the study measured."""

import json
from pathlib import Path

import pandas as pd

from chrysalis.evaluation.published import Measured, claims_table, figures_table
from chrysalis.workflow import cli


def main(args) -> None:
    """Write figures.csv and claims.csv, with the name of the published file in each row."""
    study = json.loads((args.results / "study.json").read_text())
    measured = Measured(study, args.results)
    args.output.mkdir(parents=True, exist_ok=True)
    for name, tabulate in (("figures", figures_table), ("claims", claims_table)):
        parts = [
            tabulate(told, measured).assign(published_in=published)
            for published, told in study["published"].items()
        ]
        pd.concat(parts).to_csv(args.output / f"{name}.csv", index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--output", type=Path, required=True, help="folder for the tables")
    cli.run(main, parser)
