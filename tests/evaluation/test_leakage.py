"""Experiments judged again without the test images that leak."""

import numpy as np
import pytest

from chrysalis.evaluation.leakage import judge_without
from chrysalis.records.paths import StudyPaths
from tests.runs import experiment_record, study_record

CLASSES = ["a", "b"]
IMAGES = 120
LEAKED = 40


@pytest.fixture
def study(write_run):
    """An arm that is right about all leaked images, and no better than its baseline elsewhere."""
    rng = np.random.default_rng(0)
    truth = ["a", "b"] * (IMAGES // 2)
    for seed in range(3):
        for run, known in (("base", 0), ("arm", LEAKED)):
            right = rng.random(IMAGES) < 0.6
            right[:known] = True
            guesses = [
                t if r else ("b" if t == "a" else "a") for t, r in zip(truth, right, strict=True)
            ]
            write_run(run, seed, CLASSES, truth, guesses)
    experiment = experiment_record([("m", "base", "base"), ("m", "arm", "arm")])
    return study_record(experiments=[experiment])


def test_an_effect_that_leaks_made_vanishes(study, tmp_path):
    leaked = [f"{row}.png" for row in range(LEAKED)]
    arms, (effect,) = judge_without(study, StudyPaths(tmp_path), leaked)
    assert effect.effect > 0.05
    assert effect.outcome == "better"
    assert abs(effect.clean_effect) < 0.08
    assert effect.clean_outcome != "better"
    by_arm = {row.arm: row for row in arms}
    assert {(row.images, row.clean_images) for row in arms} == {(IMAGES, IMAGES - LEAKED)}
    arm = by_arm["arm"]
    assert arm.mean * IMAGES == pytest.approx(LEAKED + arm.clean_mean * (IMAGES - LEAKED))


def test_nothing_is_read_where_nothing_leaks(study, tmp_path):
    assert judge_without(study, StudyPaths(tmp_path / "nowhere"), []) == ([], [])


def test_a_study_with_varied_splits_has_no_fixed_test_images(study, tmp_path):
    varied = study.model_copy(update={"vary_split": True})
    assert judge_without(varied, StudyPaths(tmp_path), ["0.png"]) == ([], [])


def test_an_experiment_without_any_image_left_has_no_rows(study, tmp_path):
    leaked = [f"{row}.png" for row in range(IMAGES)]
    assert judge_without(study, StudyPaths(tmp_path), leaked) == ([], [])
