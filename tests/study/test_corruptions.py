"""Which experiments are judged on corrupted images."""

import pytest
from pydantic import ValidationError

from chrysalis.config.schema import StudyConfig


def asked(study):
    return {each.name: each.record([]).corruptions for each in study.experiments}


def test_none_are_unless_the_study_asks(study):
    assert set(asked(study()).values()) == {False}


def test_all_leaves_out_those_that_remove_classes(study):
    found = asked(study(corruptions="all"))
    assert found == {"models": True, "augmentation": True, "removal": False}


def test_those_that_are_named(study):
    found = asked(study(corruptions=["augmentation"]))
    assert found == {"models": False, "augmentation": True, "removal": False}


def test_what_cannot_be_judged_is_refused(message, write):
    assert message(corruptions=["removal"]).startswith(
        "corruptions: the arms of 'removal' remove classes or are exported"
    )
    assert "corruptions: unknown experiment 'model'" in message(corruptions=["model"])
    with pytest.raises(ValidationError):
        StudyConfig(dataset="digits", corruptions="some")
    write(
        "experiments/small.yaml",
        """
        title: Small
        question: How small?
        models: [mynet]
        baseline: full
        arms:
          full: {export: fp32}
          int8: {export: int8}
        """,
    )
    assert "'small' remove classes or are exported" in message(
        corruptions=["small"], experiments=["small"]
    )
