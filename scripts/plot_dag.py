"""The graph of the workflow's rules as a figure."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from chrysalis.errors import UserError
from chrysalis.report.figures.dag import plot_dag
from chrysalis.report.figures.style import save_figure
from chrysalis.workflow import cli

NODE = re.compile(r'^\s*(\d+)\[label\s*=\s*"([^"\\]+)')
EDGE = re.compile(r"^\s*(\d+)\s*->\s*(\d+)")


def rule_graph(config: dict) -> pd.DataFrame:
    """Edges (from, to) between rules, as Snakemake itself gives them for this configuration."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(config, file)
        file.flush()
        command = [sys.executable, "-m", "snakemake", "--rulegraph", "dot", "--nolock", "--quiet"]
        command += ["--configfile", file.name]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"snakemake --rulegraph failed: {done.stderr.strip()}")
    lines = done.stdout.splitlines()
    names = {m[1]: m[2] for m in map(NODE.match, lines) if m}
    edges = [(names[m[1]], names[m[2]]) for m in map(EDGE.match, lines) if m]
    return pd.DataFrame(sorted(edges), columns=["from", "to"])


def main(args) -> None:
    """Write the figure and its table of edges."""
    edges = rule_graph(json.loads(args.config))
    args.output.mkdir(parents=True, exist_ok=True)
    edges.to_csv(args.output / "dag.csv", index=False)
    save_figure(plot_dag(list(edges.itertuples(index=False, name=None))), args.output / "dag.svg")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--config", required=True, help="Snakemake's configuration, as JSON")
    parser.add_argument("--output", type=Path, required=True)
    cli.run(main, parser)
