"""How many comparisons an experiment makes, and which differences it will find."""

import numpy as np
import pytest

from benchmarks.studies import Trainings
from chrysalis.config.run import RunSettings
from chrysalis.evaluation.arms import accuracy
from chrysalis.planning import detectable, pilots
from chrysalis.planning.detectable import Pilot, comparisons
from chrysalis.planning.images import Images
from chrysalis.planning.pilots import Pair
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.power import Components
from tests.runs import experiment_record


class Named:
    """An arm by its names alone, which is all that pairing looks at."""

    def __init__(self, arm_run):
        self.model, self.arm, self.label = arm_run.model, arm_run.arm, ""


@pytest.mark.parametrize(
    ("arm_runs", "arms", "expected"),
    [
        ([("m", "base", "r0"), ("m", "on", "r1")], {}, 1),
        ([("m", "base", "r0"), ("m", "on", "r1"), ("n", "base", "r2"), ("n", "on", "r3")], {}, 2),
        (
            [("m", "base", "r0"), ("n", "n", "r1"), ("o", "o", "r2")],
            {"base": {"model": "m"}, "n": {"model": "n"}, "o": {"model": "o"}},
            2,
        ),
        (
            [("m", "base", "r0"), ("m", "longer", "r1"), ("m", "small", "r2")],
            {"base": {}, "longer": {}, "small": {"baseline": "longer"}},
            2,
        ),
    ],
)
def test_as_many_comparisons_as_the_evaluation_makes(arm_runs, arms, expected):
    record = experiment_record(arm_runs, **({"arms": arms} if arms else {}))
    named = [Named(arm_run) for arm_run in record.arm_runs]
    assert comparisons(record) == expected
    assert len(accuracy(named, record).comparisons) == expected


def test_a_removal_is_compared_twice():
    record = experiment_record([("m", "base", "r0"), ("m", "gone", "r1")], analysis="class_removal")
    assert comparisons(record) == 2


def test_the_fewest_test_images_of_its_arms_count():
    images = Images({split: {"a": 5, "b": 7} for split in ("train", "val", "test")})
    runs = {
        "r0": RunSettings(model="m", image_size=32),
        "r1": RunSettings(model="m", image_size=32, removed_classes=("b",)),
    }
    record = experiment_record([("m", "base", "r0"), ("m", "gone", "r1")])
    assert detectable.test_images(record, runs, images) == 5


def test_rows_span_what_the_pilots_say():
    calm, wild = Components(0, 0.01, 0.1, 2, True), Components(0.001, 0.05, 0.2, 2, True)
    both = detectable.rows("e", 2, 400, Pilot([wild, calm], "pilots"), ((3, 10), 4))
    alone = detectable.rows("e", 2, 400, Pilot([wild], "dataset"), ((3, 10), 4))
    assert [row.seeds for row in both] == [3, 10]
    for of_both, of_wild in zip(both, alone, strict=True):
        assert of_both.detectable[0] < of_both.detectable[1] == of_wild.detectable[1]
        assert of_wild.detectable[0] == of_wild.detectable[1]
        assert of_both.half_width[1] == of_wild.half_width[1] < of_wild.detectable[1]
    assert both[1].detectable < both[0].detectable


def test_simulated_studies_of_another_size_are_as_the_pilot_foretold():
    """Variances of pilots of 2 seeds foretell the half-width and the power of studies of 5.

    An effect of the size that 80 % of studies should find is found by 75 to 92 % of them: the
    prediction takes the larger of two models of chance, so it errs on the safe side.
    """
    rng = np.random.default_rng(0)
    spread = (0.2, 2.0, 0.5, 0.5)
    pilot = Trainings("pilot", 2, 400, 2, 0, spread).draw(200, rng)
    pooled = pilots.pooled(Pair(*both) for both in pilot)
    (row,) = detectable.rows("e", 2, 400, Pilot([pooled], "experiment"), ((5,), 2))
    shift = _shift_of(row.detectable[0], spread)
    study = Trainings("study", 5, 400, 2, shift, spread)
    assert study.truth == pytest.approx(row.detectable[0], abs=2e-4)
    effect = study.judge(study.draw(1000, rng))
    halves = (np.asarray(effect.high) - np.asarray(effect.low)) / 2
    assert np.median(halves) == pytest.approx(row.half_width[0], rel=0.1)
    assert 0.75 <= np.mean(np.asarray(effect.p) < ALPHA / 2) <= 0.92


def _shift_of(truth, spread):
    """The shift on the logit scale that makes an effect of that size."""
    low, high = 0.0, 3.0
    for _ in range(40):
        middle = (low + high) / 2
        short = Trainings("", 5, 400, 2, middle, spread).truth < truth
        low, high = (middle, high) if short else (low, middle)
    return low
