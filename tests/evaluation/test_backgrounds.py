"""Betrayed classes among answers made up to hold one, and accuracies on variants."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from chrysalis.evaluation.backgrounds import betrayed, variant_accuracies
from chrysalis.records.maps import BACKGROUNDS, VARIANTS

CLASSES = ("leafy", "plain", "sink")
EACH = 20


def answers(without):
    """Whole images are all recognised; without objects the answers are those given by class."""
    rows = []
    for name in CLASSES:
        for n, answer in enumerate(without[name]):
            rows.append([f"{name}/{n}", name, *[name] * 4, answer])
    return pd.DataFrame(rows, columns=BACKGROUNDS.columns)


def spread(**counts):
    return [name for name, count in counts.items() for _ in range(count)]


TABLE = answers(
    {
        "leafy": spread(leafy=14, sink=6),
        "plain": spread(leafy=1, plain=3, sink=16),
        "sink": spread(plain=3, sink=17),
    }
)


def test_the_background_betrays_one_class_and_a_sink_is_none():
    """Most images without object are taken for `sink`, so that its own being so says nothing."""
    rows = {row.class_: row for row in betrayed({("net", 0): TABLE})}
    assert [name for name, row in rows.items() if row.betrayed] == ["leafy"]
    leafy = rows["leafy"]
    assert (leafy.images, leafy.whole, leafy.recall) == (EACH, 1, 0.7)
    assert leafy.alarms == pytest.approx(1 / 40)
    assert leafy.p == pytest.approx(fisher_exact([[14, 6], [1, 39]], "greater").pvalue)
    assert rows["sink"].recall > 0.8


def test_what_little_is_left_is_no_betrayal():
    """Told from the others for sure, but found less than a third as often as with its object."""
    table = answers(
        {
            "leafy": spread(leafy=4, sink=16),
            "plain": spread(sink=20),
            "sink": spread(sink=20),
        }
    )
    row = next(row for row in betrayed({("net", 0): table}) if row.class_ == "leafy")
    assert row.p_adjusted < 0.05
    assert not row.betrayed


def test_the_correction_is_over_all_trainings():
    one = betrayed({("net", 0): TABLE})
    two = betrayed({("net", 0): TABLE, ("other", 0): TABLE})
    assert len(two) == 2 * len(one)
    assert two[0].p_adjusted == pytest.approx(2 * one[0].p_adjusted)


def test_guessing_betrays_no_class():
    """Of 200 networks that guess without an object, at most a few name a class."""
    rng = np.random.default_rng(0)
    named = 0
    for _ in range(200):
        table = answers({name: rng.choice(CLASSES, EACH) for name in CLASSES})
        named += any(row.betrayed for row in betrayed({("net", 0): table}))
    assert named <= 10


def test_accuracies_on_variants():
    rows = {(row.variant, row.class_): row for row in variant_accuracies("net", 3, TABLE)}
    assert len(rows) == len(VARIANTS) * 4
    whole, without = rows["whole", ""], rows["object_removed", ""]
    assert (whole.accuracy, whole.images, whole.seed) == (1, 60, 3)
    assert np.isnan(whole.change)
    assert without.accuracy == pytest.approx(34 / 60)
    assert without.change == pytest.approx(-26 / 60)
    assert without.change_low < without.change < without.change_high < 0
    assert rows["object_removed", "leafy"].accuracy == 0.7
