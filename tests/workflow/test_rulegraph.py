"""The graph of rules from Snakemake's own text."""

import pytest

from chrysalis.errors import UserError
from chrysalis.workflow.rulegraph import read_dot, rule_graph

DOT = """
digraph snakemake_dag {
    graph[bgcolor=white];
	0[label = "all", color = "0.1 0.6 0.85", style="rounded"];
	1[label = "train\\nrun: x", color = "0.2"];
	2[label = "pack", color = "0.3"];
	1 -> 0
	2 -> 1
	2 -> 0
}
"""


def test_edges_are_named_and_sorted():
    table = read_dot(DOT)
    assert table.columns.tolist() == ["from", "to"]
    assert table.to_numpy().tolist() == [["pack", "all"], ["pack", "train"], ["train", "all"]]


def test_no_rules_no_edges():
    assert read_dot("digraph {}").empty


def test_a_study_that_cannot_be_planned_is_a_users_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UserError, match="snakemake --rulegraph failed"):
        rule_graph(tmp_path / "config.json")
