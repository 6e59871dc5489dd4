"""Exploratory endpoints of an experiment, from hand-made arms."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import softmax

from chrysalis.evaluation.arms import Compared, Comparison, JudgedArm
from chrysalis.evaluation.endpoints import ENDPOINTS, endpoints_table, worst_classes_table
from chrysalis.records.predictions import Predictions
from chrysalis.stats import scores
from chrysalis.stats.families import holm
from chrysalis.stats.selective import area_under_risk_coverage

CLASSES = ["1", "NA", "c"]


def predictions(seed, images=90, strength=2.0, paths=None):
    """Predictions whose logits point to the label, the more so the stronger."""
    rng = np.random.default_rng(seed)
    labels = np.arange(images) % 3
    logits = rng.normal(size=(images, 3)) + strength * np.eye(3)[labels]
    names = paths if paths is not None else np.array([f"{n}.png" for n in range(images)])
    return Predictions(CLASSES, names, labels, logits)


def arm(name, seeds, run=None, train_images=200, **changes):
    trainings = [SimpleNamespace(record=SimpleNamespace(images={"train": train_images}))]
    return JudgedArm(
        "m", name, run or name, [predictions(seed, **changes) for seed in seeds], trainings
    )


def compared(*arms):
    base = arms[0]
    pairs = [Comparison(each, base, f"m ({each.arm})", "m (base)") for each in arms[1:]]
    return Compared(list(arms), pairs)


def test_each_endpoint_by_an_independent_way():
    better, base = arm("on", (3, 4, 5), strength=3.0), arm("base", (0, 1, 2))
    rows = {row.endpoint: row for row in endpoints_table(compared(base, better))}
    assert list(rows) == list(ENDPOINTS)
    for side, value in ((better, "value"), (base, "base_value")):
        chances = np.stack([softmax(p.logits, axis=1) for p in side.predictions])
        truth = np.eye(3)[side.predictions[0].labels]
        nll = -np.log((chances * truth).sum(-1)).mean()
        areas = [
            area_under_risk_coverage(c.max(1), c.argmax(1) == side.predictions[0].labels)
            for c in chances
        ]
        assert getattr(rows["nll"], value) == pytest.approx(nll)
        assert getattr(rows["brier"], value) == pytest.approx(
            np.square(chances - truth).sum(-1).mean()
        )
        assert getattr(rows["aurc"], value) == pytest.approx(np.mean(areas))
    assert all(row.effect == pytest.approx(row.value - row.base_value) for row in rows.values())
    assert {row.outcome for row in rows.values()} == {"better"}
    assert rows["nll"].sentence.startswith("m (on) is better than m (base) in NLL by ")


def test_all_endpoints_and_comparisons_are_one_family():
    arms = [arm("base", (0, 1, 2)), arm("on", (3, 4, 5), strength=2.4), arm("off", (6, 7, 8))]
    rows = endpoints_table(compared(*arms))
    assert len(rows) == 6
    assert [row.p_adjusted for row in rows] == pytest.approx(holm([row.p for row in rows]))
    assert {row.comparisons for row in rows} == {6}
    assert "corrected for 6 comparisons" in rows[0].sentence


def test_networks_judged_twice_are_paired():
    base = arm("fp32", (0, 1, 2), run="r")
    twice = [
        Predictions(p.classes, p.paths, p.labels, p.logits + 0.01 * predictions(9 + n).logits)
        for n, p in enumerate(base.predictions)
    ]
    int8 = JudgedArm("m", "int8", "r", twice, base.trainings)
    row = endpoints_table(compared(base, int8))[0]
    losses = [
        np.stack([scores.log_losses(p.labels, p.logits) for p in side.predictions])
        for side in (int8, base)
    ]
    assert row.p == pytest.approx(scores.compare_paired(*losses).p)
    assert row.p < scores.compare(*losses).p


def test_seeds_with_splits_of_their_own():
    def own(name, seeds):
        made = [
            predictions(seed, paths=np.array([f"{place}_{n}" for n in range(90)]))
            for place, seed in enumerate(seeds)
        ]
        return JudgedArm("m", name, name, made, arm("x", (0,)).trainings)

    found = compared(own("base", (0, 1, 2)), own("on", (3, 4, 5)))
    row = endpoints_table(found)[0]
    losses = [
        np.stack([scores.log_losses(p.labels, p.logits) for p in side.predictions])
        for side in (found.arms[1], found.arms[0])
    ]
    assert row.p == pytest.approx(scores.compare_resampled(*losses, 200).p)
    assert worst_classes_table(found) == []


def test_a_single_seed_or_image_is_not_judged():
    rows = endpoints_table(compared(arm("base", (0,)), arm("on", (1,))))
    assert {row.outcome for row in rows} == {"insufficient"}
    assert all(np.isnan(row.p_adjusted) for row in rows)
    one = compared(arm("base", (0, 1, 2), images=1), arm("on", (3, 4, 5), images=1))
    assert endpoints_table(one) == []


def test_the_worst_class_of_each_arm_by_name():
    hard = arm("hard", (0, 1, 2), strength=4.0)
    for each in hard.predictions:
        each.logits[each.labels == 1] = -each.logits[each.labels == 1]
    rows = worst_classes_table(compared(arm("base", (3, 4, 5)), hard))
    assert [row.arm for row in rows] == ["base", "hard"]
    assert (rows[1].class_, rows[1].images) == ("NA", 30)
    answers = hard.correct[:, hard.predictions[0].labels == 1]
    assert rows[1].accuracy == pytest.approx(answers.mean())
    assert rows[1].low <= rows[1].accuracy <= rows[1].high < rows[1].by_chance
    assert [row.p_adjusted for row in rows] == pytest.approx(holm([row.p for row in rows]))
