"""The graph of the workflow's rules, as Snakemake itself gives it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd

from chrysalis.errors import UserError

NODE = re.compile(r'^\s*(\d+)\[label\s*=\s*"([^"\\]+)')
EDGE = re.compile(r"^\s*(\d+)\s*->\s*(\d+)")


def rule_graph(config: Path) -> pd.DataFrame:
    """Edges (from, to) between rules, for the configuration in the JSON file `config`.

    Raises:
        UserError: Snakemake cannot plan that study.
    """
    command = [sys.executable, "-m", "snakemake", "--rulegraph", "dot", "--nolock", "--quiet"]
    done = subprocess.run(
        [*command, "--configfile", str(config)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UserError(f"snakemake --rulegraph failed: {done.stderr.strip()}")
    return read_dot(done.stdout)


def read_dot(text: str) -> pd.DataFrame:
    """Edges (from, to) of a graph in the dot language, in order of the names of its nodes."""
    lines = text.splitlines()
    names = {found[1]: found[2] for found in map(NODE.match, lines) if found}
    edges = [(names[found[1]], names[found[2]]) for found in map(EDGE.match, lines) if found]
    return pd.DataFrame(sorted(edges), columns=["from", "to"])
