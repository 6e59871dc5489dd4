"""Families of verdicts: by hand, against plain loops, and by simulation of the error rate."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from chrysalis.stats.families import differences_and_equalities, holm


@pytest.mark.parametrize(
    ("p", "adjusted"),
    [
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.02], [0.02]),
        ([0.5, 0.6], [1.0, 1.0]),
        ([0.01, np.nan, 0.02], [0.02, np.nan, 0.02]),
        ([np.nan, np.nan], [np.nan, np.nan]),
        ([], []),
    ],
)
def test_holm_by_hand(p, adjusted):
    np.testing.assert_allclose(holm(p), adjusted)


def test_holm_is_the_step_down_procedure():
    p = np.random.default_rng(0).random(9) ** 3
    found = holm(p.tolist())
    running = 0.0
    for rank, index in enumerate(np.argsort(p)):
        running = max(running, min(1.0, (9 - rank) * p[index]))
        assert found[index] == pytest.approx(running)


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_holm_is_that_of_statsmodels_also_with_ties(count):
    p = np.random.default_rng(count).random(count).round(1) ** 3
    np.testing.assert_array_equal(holm(p.tolist()), multipletests(p, method="holm")[1])


@pytest.mark.parametrize(
    ("different", "equal", "expected"),
    [
        # One comparison: of its two hypotheses one is true, so nothing is to be corrected.
        ([0.04], [0.5], ([0.04], [0.5])),
        # A rejected difference leaves its equality, so the next is doubled all the same.
        ([0.01, 0.04], [0.9, 0.9], ([0.02, 0.08], [1.0, 1.0])),
        # Both of the first are rejected, so one comparison is left.
        ([0.01, 0.04], [0.015, 0.9], ([0.02, 0.04], [0.03, 0.9])),
        ([0.01, np.nan], [0.9, np.nan], ([0.01, np.nan], [0.9, np.nan])),
        ([0.01, 0.03], [np.nan, np.nan], ([0.02, 0.06], [np.nan, np.nan])),
        ([], [], ([], [])),
    ],
)
def test_both_by_hand(different, equal, expected):
    found = differences_and_equalities(different, equal)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other)


def test_lists_of_different_length_are_refused():
    with pytest.raises(ValueError):
        differences_and_equalities([0.1, 0.2], [0.1])


@pytest.mark.parametrize("effects", [(0.0, 4.2), (0.0, 4.2, 4.2, 0.0), (0.0, 0.0, 2.0), (9.0, 0.0)])
def test_all_verdicts_together_err_in_at_most_five_percent(effects):
    """Normal estimates of sd 1 and a margin of 4.2, which some effects reach exactly."""
    rng = np.random.default_rng(0)
    effects, margin = np.array(effects), 4.2
    estimates = effects + rng.normal(size=(8000, len(effects)))
    different = 2 * stats.norm.sf(np.abs(estimates))
    equal = stats.norm.sf(margin - np.abs(estimates))
    wrong = 0
    for estimate, p, q in zip(estimates, different, equal, strict=True):
        differ, same = (np.array(one) < 0.05 for one in differences_and_equalities(p, q))
        false = differ & ((effects == 0) | (np.sign(estimate) != np.sign(effects)))
        wrong += bool((false | (same & (np.abs(effects) >= margin))).any())
    assert wrong / 8000 < 0.055
