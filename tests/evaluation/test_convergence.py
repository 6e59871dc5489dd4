"""Convergence: the epochs to an accuracy that all arms reach."""

import math

import pytest

from chrysalis.evaluation.convergence import common_accuracy, epochs_to
from chrysalis.evaluation.training import Training
from chrysalis.records.paths import StudyPaths
from chrysalis.records.training import HISTORY, HistoryRow
from tests.runs import run_record


@pytest.fixture
def training(tmp_path):
    """Make a training with these val accuracies, of ten classes."""

    def make(*values, classes=10):
        place = StudyPaths(tmp_path).training("m-12345678", len(list(tmp_path.rglob("run.json"))))
        run_record(classes=[str(n) for n in range(classes)]).write(place.record)
        rows = [HistoryRow(n, 0, 0, 0, value, 0, 1, 1) for n, value in enumerate(values, 1)]
        HISTORY.write(rows, place.history)
        return Training(place)

    return make


def test_one_accuracy_counts_for_both(training):
    slow, fast = training(0.3, 0.5, 0.7, 0.8), training(0.6, 0.8, 0.9)
    accuracy = common_accuracy([[slow], [fast]])
    assert accuracy == pytest.approx(0.99 * 0.8)
    assert (epochs_to(slow, accuracy), epochs_to(fast, accuracy)) == (4, 2)


def test_it_is_the_mean_over_the_seeds(training):
    arms = [[training(0.8), training(0.6)], [training(0.9)]]
    accuracy = common_accuracy(arms)
    assert accuracy == pytest.approx(0.99 * 0.7)
    assert [epochs_to(each, accuracy) for each in arms[0]] == [1, math.inf]


def test_a_network_at_chance_never_converges(training):
    stuck, learns = training(0.1, 0.11, 0.1), training(0.2, 0.6, 0.8)
    accuracy = common_accuracy([[stuck], [learns]])
    assert accuracy == pytest.approx(0.99 * 0.8)
    assert (epochs_to(stuck, accuracy), epochs_to(learns, accuracy)) == (math.inf, 3)


def test_if_no_arm_learns_there_is_no_accuracy_to_reach(training):
    arms = [[training(0.1, 0.12)], [training(0.11, 0.1)]]
    assert math.isnan(common_accuracy(arms))
    assert epochs_to(arms[0][0], math.nan) == math.inf


@pytest.mark.parametrize(("best", "counts"), [(0.74, False), (0.76, True)])
def test_an_arm_has_a_say_from_half_way_between_chance_and_the_best(training, best, counts):
    arms = [[training(best, classes=2)], [training(1.0, classes=2)]]
    assert common_accuracy(arms) == pytest.approx(0.99 * (best if counts else 1.0))
