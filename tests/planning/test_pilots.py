"""Variances of finished trainings, which of them count, and the kept studies."""

import numpy as np
import pytest

from chrysalis.planning import pilots
from chrysalis.planning.pilots import KEPT, PILOTS, Pair, kept, pooled
from chrysalis.records.paths import StudyPaths
from chrysalis.stats.power import variance_components, variance_components_paired
from tests.runs import experiment_record

CLASSES = ["a", "b"]


@pytest.fixture
def results(tmp_path, write_run):
    """Runs of 40 test images with some wrong answers, by run and seed."""

    def write(run, seed, wrong, images=40, folder="p"):
        truth = [CLASSES[row % 2] for row in range(images)]
        guesses = [CLASSES[1 - row % 2] if row in wrong else name for row, name in enumerate(truth)]
        paths = [f"{folder}/{row}.png" for row in range(images)]
        write_run(run, seed, CLASSES, truth, guesses, paths=paths)
        return StudyPaths(tmp_path)

    return write


def answers(*wrong, images=40):
    return np.array([[row not in of_seed for row in range(images)] for of_seed in wrong])


def test_one_pair_has_its_own_components():
    arm, base = answers({1, 2}, {2, 3, 4}), answers({1}, {9, 10, 11})
    assert pooled([Pair(arm, base)]) == variance_components(arm, base)
    assert pooled([Pair(arm, base, shared=True)]) == variance_components_paired(arm, base)


def test_pairs_of_several_shapes_are_averaged_and_those_of_one_before_they_are_cut_at_0():
    rng = np.random.default_rng(0)
    many = rng.random((400, 2, 2, 100)) < 0.8  # trainings that don't differ but by chance
    cut = np.mean([variance_components(*both).seed for both in many])
    together = pooled(Pair(*both) for both in many)
    assert together.seed < cut / 4
    assert together.residual == pytest.approx(2 * 0.16, rel=0.05)
    one, other = Pair(*many[0]), Pair(*many[1, :, :, :50])
    both = [variance_components(pair.arm, pair.baseline) for pair in (one, other)]
    assert pooled([one, other]).residual == pytest.approx(np.mean([c.residual for c in both]))


def test_an_experiment_needs_two_seeds_of_every_arm(results):
    record = experiment_record([("m", "base", "m-1"), ("m", "on", "m-2")])
    paths = results("m-1", 0, {1})
    results("m-1", 1, {2, 3})
    results("m-2", 0, {4})
    assert pilots.of_experiment(record, paths, [0, 1, 2]) == []
    results("m-2", 1, {5, 6})
    (pair,) = pilots.of_experiment(record, paths, [0, 1, 2])
    assert pair.arm.tolist() == answers({4}, {5, 6}).tolist()
    assert pair.baseline.tolist() == answers({1}, {2, 3}).tolist()


def test_any_runs_on_the_same_images_tell_of_a_dataset(results):
    paths = results("m-1", 0, {1})
    assert pilots.of_dataset(paths) == []
    for run, seed, wrong in (("m-1", 1, {2}), ("n-2", 0, {3}), ("n-2", 1, {4}), ("n-2", 5, {6})):
        results(run, seed, wrong)
    for seed in (0, 1):
        results("o-3", seed, {7}, folder="elsewhere")
    results("p-4", 0, {8})
    (pair,) = pilots.of_dataset(paths)
    assert pair.arm.tolist() == answers({1}, {2}).tolist()
    assert pair.baseline.tolist() == answers({3}, {4}).tolist()


def test_without_results_there_are_none(tmp_path):
    assert pilots.of_dataset(StudyPaths(tmp_path)) == []


def test_the_kept_studies_are_whole():
    rows = PILOTS.read(KEPT)
    assert len(kept()) == len(rows) >= 1
    for row in rows:
        assert row.seeds >= 3 and row.images >= 50 and 0 < row.accuracy < 1
        # Of right answers no component exceeds what two arms of the least certain answers have.
        assert 0 <= row.seed < 0.1 and 0 <= row.image < 0.5 and 0 < row.residual <= 0.5
