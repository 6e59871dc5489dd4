"""How often an arm wins, and whether it is shown not to be worse."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from chrysalis.evaluation import verdict
from chrysalis.evaluation.arms import Compared, Comparison, JudgedArm
from chrysalis.evaluation.experiment import judge
from chrysalis.evaluation.practice import practice_table
from chrysalis.records.predictions import Predictions
from chrysalis.stats.equivalence import p_not_worse
from chrysalis.stats.superiority import of_paired_trainings, of_separate_trainings


def arm(name, errors, images=3000, run=None, paths=None):
    """An arm whose seeds err on so many of the images, others in each seed."""
    made = []
    for seed, count in enumerate(errors):
        wrong = (np.arange(images) - 700 * seed) % images < count
        logits = np.stack([wrong, ~wrong], axis=1).astype(float)
        names = paths[seed] if paths is not None else np.arange(images).astype(str)
        made.append(Predictions(["a", "b"], names, np.ones(images, int), logits))
    trainings = [SimpleNamespace(record=SimpleNamespace(images={"train": 9000}))] * len(made)
    return JudgedArm("m", name, run or name, made, trainings)


def tabulate(base, *arms, threshold=0.01):
    compared = Compared([base, *arms], [Comparison(a, base, f"m ({a.arm})", "m") for a in arms])
    judged = judge(compared.comparisons, threshold)
    return practice_table(compared, judged), judged


def test_a_slightly_better_arm_is_shown_not_to_be_worse():
    rows, judged = tabulate(arm("base", (300, 310, 290)), arm("on", (285, 295, 290)))
    (row,), (one,) = rows, judged
    assert one.outcome == "none"
    assert row.p_not_worse == pytest.approx(p_not_worse(one.effect, 0.01))
    assert row.p_not_worse < 0.05
    assert row.sentence.startswith("m (on) is shown not to be worse by more than 1.0 points (p ")


def test_p_counts_all_comparisons():
    arms = [arm(name, (285, 295, 290)) for name in "xyz"]
    rows, _ = tabulate(arm("base", (300, 310, 290)), *arms)
    for row in rows:
        assert row.p_not_worse_adjusted == pytest.approx(min(1, 3 * row.p_not_worse))


def test_nothing_is_said_where_it_is_not_shown_or_the_verdict_says_more():
    worse, _ = tabulate(arm("base", (300, 310, 290)), arm("on", (330, 345, 330)))
    better, _ = tabulate(arm("base", (300, 310, 290)), arm("on", (100, 110, 90)))
    few, judged = tabulate(
        arm("base", (30, 31), images=300), arm("on", (28, 30), images=300), threshold=0.5
    )
    assert judged[0].outcome == "insufficient"
    assert few[0].p_not_worse_adjusted < 0.05
    assert [rows[0].sentence for rows in (worse, better, few)] == ["", "", ""]
    none, _ = tabulate(arm("base", (300, 310, 290)), arm("on", (300, 310, 290)), threshold=0.0)
    assert np.isnan(none[0].p_not_worse)


def test_trainings_are_paired_where_they_share_something():
    base, on = arm("base", (300, 310, 290)), arm("on", (295, 320, 280))
    values = on.correct.mean(1), base.correct.mean(1)
    (row,), _ = tabulate(base, on)
    assert row.beats == pytest.approx(of_separate_trainings(*values).probability)
    (row,), _ = tabulate(base, replace(on, run="base"))
    found = of_paired_trainings(*values)
    assert (row.beats, row.beats_low) == pytest.approx((2 / 3, found.low))
    own = [np.array([f"{seed}_{n}" for n in range(3000)]) for seed in range(3)]
    (row,), _ = tabulate(
        arm("base", (300, 310, 290), paths=own), arm("on", (295, 320, 280), paths=own)
    )
    assert row.beats == pytest.approx(2 / 3)


def test_one_training_beats_nothing():
    (row,), _ = tabulate(arm("base", (300,)), arm("on", (295,)))
    assert np.isnan([row.beats, row.beats_low, row.beats_high, row.p_not_worse]).all()


def test_the_words():
    judged = verdict.Judged(None, 0.5, 0.5, comparisons=8, threshold=0.02, detectable=0.1)
    assert verdict.not_worse("int8", 0.0123, judged) == (
        "int8 is shown not to be worse by more than 2.0 points (p = 0.012 corrected for 8 "
        "comparisons)."
    )
