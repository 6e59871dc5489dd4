"""Groups and the audit's gate, as a dataset or a study sets them."""

import pytest

from chrysalis.config.embedders import DESCRIPTOR, NETWORK
from chrysalis.config.schema import GroupTable
from tests.configs import FILES

SHAPES = FILES["datasets/shapes.yaml"]


def test_nothing_is_grouped_and_nothing_fails_by_default(study):
    found = study()
    assert found.group is None
    assert found.fail_on == []


def test_the_datasets_group_and_checks_count(study, write):
    more = "        group: '(\\d+)_.*'\n        audit: {fail_on: [leakage, broken]}\n        "
    write("datasets/shapes.yaml", SHAPES.rstrip() + "\n" + more)
    found = study()
    assert found.group == r"(\d+)_.*"
    assert found.fail_on == ["broken", "leakage"]
    changed = study(group={"file": "who.csv", "column": "patient"}, audit={"fail_on": ["labels"]})
    assert changed.group == GroupTable(file="who.csv", column="patient")
    assert changed.fail_on == ["labels"]


def test_a_broken_pattern_is_refused(message):
    assert "no regular expression" in message(group="(")


def test_an_unknown_check_is_refused(message):
    assert "leakage" in message(audit={"fail_on": ["leak"]})


@pytest.mark.parametrize(("installed", "expected"), [(True, NETWORK), (False, DESCRIPTOR)])
def test_the_embedder_is_what_is_installed(study, monkeypatch, installed, expected):
    found = study()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object() if installed else None)
    assert found.embedder == expected
