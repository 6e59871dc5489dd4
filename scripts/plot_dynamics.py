"""Figures of how the arms of an experiment train, and a table of each arm in a line."""

import json
from pathlib import Path

import pandas as pd

from chrysalis.report.figures import dynamics
from chrysalis.report.figures.style import save_figure
from chrysalis.workflow import cli


def main(args) -> None:
    """Write three figures with their tables, and summary.csv."""
    tables = {}
    for name in ("steps", "epochs", "layers"):
        parts = [
            pd.read_csv(args.runs / cell["run"] / f"seed{args.seed}/dynamics/{name}.csv").assign(
                model=cell["model"], arm=cell["arm"]
            )
            for cell in json.loads(args.cells)
        ]
        tables[name] = pd.concat(parts, ignore_index=True)
    bands = dynamics.tabulate_bands(tables["steps"])
    looks = dynamics.tabulate_looks(tables["steps"])
    drawn = {
        "loss_band": (bands, dynamics.plot_bands(bands)),
        "landscape": (looks, dynamics.plot_looks(looks)),
        "layers": (tables["layers"], dynamics.plot_layers(tables["layers"])),
    }
    args.output.mkdir(parents=True, exist_ok=True)
    for name, (table, figure) in drawn.items():
        table.to_csv(args.output / f"{name}.csv", index=False)
        save_figure(figure, args.output / f"{name}.svg")
    dynamics.summarise(**tables).to_csv(args.output / "summary.csv", index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--runs", type=Path, required=True, help="folder of runs")
    parser.add_argument("--cells", required=True, help="model, arm and run of each, as JSON")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True, help="folder for the figures")
    cli.run(main, parser)
