"""Each source of variance alone: the table and its sentences, from hand-made run folders."""

import numpy as np
import pytest

from chrysalis.evaluation import experiment
from chrysalis.records.paths import StudyPaths
from chrysalis.stats.variance import spread
from tests.runs import experiment_record

ERRORS = {"all": (2, 8, 11), "split": (3, 9, 3), "order": (4, 5, 4)}
IMAGES = 60


@pytest.fixture
def analysed(write_run, tmp_path):
    """Trainings that err on so many of 60 images, per seed, by arm."""

    def analyse(seeds):
        truth = ["ab"[row % 2] for row in range(IMAGES)]
        for arm, errors in ERRORS.items():
            for seed in seeds:
                guesses = ["ab"[(row + (row < errors[seed])) % 2] for row in range(IMAGES)]
                write_run(f"m-{arm}", seed, ["a", "b"], truth, guesses)
        record = experiment_record(
            [("m", arm, f"m-{arm}") for arm in ERRORS],
            "all",
            analysis="variance",
            arms={arm: {"varied": [arm] if arm != "all" else ["split", "order"]} for arm in ERRORS},
        )
        return experiment.analyse(record, StudyPaths(tmp_path), seeds, 0.01)

    return analyse


def test_a_row_for_each_arm_and_no_comparison(analysed):
    found = analysed([0, 1, 2])
    assert (found.effects, found.class_effects, found.differences) == ([], [], [])
    by_arm = {row.arm: row for row in found.sources}
    for arm, errors in ERRORS.items():
        values = 1 - np.array(errors) / IMAGES
        row, expected = by_arm[arm], spread(values)
        assert (row.mean, row.sd) == pytest.approx((values.mean(), expected.sd))
        assert (row.low, row.high) == pytest.approx((expected.low, expected.high))
        assert row.share == pytest.approx(np.var(errors) / np.var(ERRORS["all"]))
        assert row.image_sd == pytest.approx(np.sqrt(row.mean * (1 - row.mean) / IMAGES))


def test_the_answer_names_the_source_that_moves_it_most(analysed):
    answer = analysed([0, 1, 2]).answer
    assert answer.sentences == [answer.headline]
    assert "the accuracy of m differs by an sd of 7.6 points (95 % interval 4.0 to 48.0)" in (
        answer.headline
    )
    assert "split moves it most, by an sd of 5.8 points" in answer.headline
    assert answer.headline.endswith("With 3 seeds the order of the sources is not certain.")


def test_one_seed_tells_nothing(analysed):
    found = analysed([0])
    assert found.answer.headline == (
        "Not enough seeds to tell where the differences between trainings of m come from: at least "
        "3 are needed, and there is 1."
    )
    assert all(np.isnan(row.sd) for row in found.sources)
