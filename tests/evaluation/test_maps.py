"""Means, comparisons and verdicts of maps, on scores made up to be found."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from chrysalis.evaluation.maps import (
    CheckedMaps,
    map_effects,
    map_means,
    weights_rows,
    wrong_against_right,
)
from chrysalis.records.maps import CASCADE, MAP_SCORES, MEASURES, CascadeRow

IMAGES = 30
METHODS = ("good", "alike", "gaussian", "random")


@pytest.fixture
def checked():
    """`good` is better by energy (0.2 on average) and by deletion; nothing else differs."""
    rng = np.random.default_rng(0)
    base = rng.uniform(0.2, 0.5, IMAGES)
    gain = {"good": 0.2, "random": -0.15}
    parts = []
    for method in METHODS:
        noise = 0 if method == "gaussian" else rng.normal(0, 0.02, IMAGES)
        shift = gain.get(method, 0.0)
        parts.append(
            pd.DataFrame(
                {
                    "path": [f"{n}.jpg" for n in range(IMAGES)],
                    "class": ["a", "b"] * (IMAGES // 2),
                    "correct": np.arange(IMAGES) >= 9,
                    "method": method,
                    "energy": base + shift + noise,
                    "pointing": np.nan,
                    "iou": np.nan,
                    "iou_best": np.nan,
                    "deletion": base - shift + noise,
                    "insertion": np.nan,
                    "road": np.nan,
                }
            )
        )
    scores = pd.concat(parts, ignore_index=True)
    assert list(scores) == MAP_SCORES.columns
    rows = [
        CascadeRow(f"{n}.jpg", method, share, module, value + 0.01 * (n % 3))
        for method, last in (("good", 0.1), ("alike", 0.9), ("odd", 0.49))
        for share, module, value in ((0.5, "top", 0.95), (1.0, "bottom", last))
        for n in range(IMAGES)
    ]
    return CheckedMaps("net", 0, scores, CASCADE.frame(rows))


def test_means_by_group(checked):
    rows = {(r.method, r.measure, r.group, r.class_): r for r in map_means(checked)}
    assert {measure for _, measure, *_ in rows} == {"energy", "deletion"}
    own = checked.scores[checked.scores["method"] == "good"]
    found = rows["good", "energy", "all", ""]
    assert found.images == IMAGES
    assert found.mean == pytest.approx(own["energy"].mean())
    expected = stats.ttest_1samp(own["energy"], 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(expected))
    assert rows["good", "energy", "wrong", ""].images == 9
    assert rows["good", "energy", "right", ""].images == 21
    assert rows["good", "energy", "class", "a"].images == 15


def test_better_than_the_gaussian_by_more_than_the_interval(checked):
    rows = {(row.method, row.measure): row for row in map_effects(checked)}
    assert rows["good", "energy"].outcome == "better"
    assert rows["good", "deletion"].outcome == "better"  # lower is better
    assert rows["alike", "energy"].outcome == "none"
    assert rows["random", "energy"].outcome == "worse"
    assert rows["random", "deletion"].outcome == "worse"
    found = rows["good", "energy"]
    # Two methods that are no controls, by two measures.
    assert found.comparisons == 4
    wide = checked.scores.pivot(index="path", columns="method", values="energy")
    expected = stats.ttest_rel(wide["good"], wide["gaussian"]).confidence_interval(1 - 0.05 / 4)
    assert (found.low, found.high) == pytest.approx(tuple(expected))


def test_few_images_tell_nothing(checked):
    few = checked.scores[checked.scores["path"].isin(["0.jpg", "1.jpg", "2.jpg"])]
    rows = map_effects(CheckedMaps("net", 0, few, checked.cascade))
    assert {row.outcome for row in rows} == {"insufficient"}


def test_wrong_less_right(checked):
    rows = {(row.method, row.measure): row for row in wrong_against_right(checked)}
    own = checked.scores[checked.scores["method"] == "good"]
    wrong, right = (own.loc[own["correct"] == r, "energy"] for r in (False, True))
    found = rows["good", "energy"]
    assert (found.wrong, found.right) == (9, 21)
    assert found.effect == pytest.approx(wrong.mean() - right.mean())
    expected = stats.ttest_ind(wrong, right, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(expected))


def test_a_study_without_a_wrong_answer(checked):
    right = checked.scores[checked.scores["correct"]]
    rows = wrong_against_right(CheckedMaps("net", 0, right, checked.cascade))
    assert all(row.wrong == 0 and np.isnan(row.low) for row in rows)


def test_dependence_on_the_weights(checked):
    rows = {(row.method, row.share): row for row in weights_rows(checked)}
    assert rows["good", 0.5].outcome == ""
    assert rows["good", 1.0].outcome == "depends"
    assert rows["alike", 1.0].outcome == "hardly"
    assert rows["odd", 1.0].outcome == "unclear"
    assert rows["odd", 1.0].module == "bottom"
    assert rows["good", 1.0].mean == pytest.approx(0.11)


def test_every_measure_has_a_column():
    assert set(MEASURES) < set(MAP_SCORES.columns)
