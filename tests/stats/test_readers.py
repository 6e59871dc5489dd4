"""The multi-reader variance against statsmodels and against a published worked example."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from chrysalis.stats import readers


def table(arm, baseline):
    both = np.stack([arm, baseline]).astype(float)
    a, s, i = (part.ravel() for part in np.indices(both.shape))
    return pd.DataFrame({"y": both.ravel(), "a": a, "s": s, "i": i})


def mean_squares(formula, data):
    rows = anova_lm(ols(formula, data).fit())
    return rows["sum_sq"] / rows["df"]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("seeds", [2, 4])
def test_nested_mean_squares_are_statsmodels(draw, seed, seeds):
    arm, baseline = draw(seed, seeds, images=30)
    found = readers.nested(arm.astype(float), baseline.astype(float))
    expected = mean_squares("y ~ C(a) + C(a):C(s) + C(i) + C(a):C(i)", table(arm, baseline))
    assert found.seed == pytest.approx(expected["C(a):C(s)"], rel=1e-6)
    assert found.image == pytest.approx(expected["C(a):C(i)"], rel=1e-6)
    assert found.residual == pytest.approx(expected["Residual"], rel=1e-6)
    by_arm = [30 * one.mean(1).var(ddof=1) / 2 for one in (arm, baseline)]
    assert found.seeds_of == pytest.approx(by_arm)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("seeds", [2, 4])
def test_crossed_mean_squares_are_statsmodels(draw, seed, seeds):
    arm, baseline = draw(seed, seeds, images=30)
    found = readers.crossed(arm.astype(float), baseline.astype(float))
    formula = "y ~ C(a) + C(s) + C(i) + C(a):C(s) + C(a):C(i) + C(s):C(i)"
    expected = mean_squares(formula, table(arm, baseline))
    assert found.seed == pytest.approx(expected["C(a):C(s)"], rel=1e-6)
    assert found.image == pytest.approx(expected["C(a):C(i)"], rel=1e-6)
    assert found.residual == pytest.approx(expected["Residual"], rel=1e-6)


def test_van_dykes_published_example():
    """Two treatments, 5 readers, 114 cases: Van Dyke et al. (RSNA 1993), the standard example.

    The mean squares, and what follows from them, are those that the University of Iowa's OR-DBM
    MRMC 2.51 and RJafroc 1.2.0 print: F = 4.46 with 15.26 degrees of freedom, p = 0.0517, standard
    error 0.02075 and interval -0.08796 to 0.00036 of the difference -0.04380032.
    """
    squares = readers.Squares((np.array(0.06281749),), np.array(0.09984808), np.array(0.03997160))
    total, freedom = readers.error_term(squares, seeds=5)
    assert total == pytest.approx(0.12269397, abs=1e-8)
    assert freedom == pytest.approx(15.26, abs=0.005)
    assert 0.54676344 / total == pytest.approx(4.4563, abs=5e-5)
    error = np.sqrt(2 * total / (5 * 114))
    assert error == pytest.approx(0.02075, abs=5e-6)
    difference = -0.04380032
    p = 2 * stats.t.sf(abs(difference) / error, freedom)
    assert p == pytest.approx(0.0517, abs=5e-5)
    low, high = stats.t.interval(0.95, freedom, difference, error)
    assert (low, high) == pytest.approx((-0.08796, 0.00036), abs=5e-6)


def test_no_component_is_negative():
    squares = readers.Squares((np.array(0.1), np.array(0.0)), np.array(0.2), np.array(0.5))
    total, freedom = readers.error_term(squares, seeds=3)
    assert total == 0.5
    assert freedom == pytest.approx(2 * 0.5**2 / 0.1**2)


def test_trainings_without_spread_have_endless_freedom():
    squares = readers.Squares((np.array(0.0),), np.array(0.2), np.array(0.1))
    assert [float(x) for x in readers.error_term(squares, 3)] == pytest.approx([0.2, np.inf])


def test_the_variance_is_never_less_than_that_of_the_images():
    rng = np.random.default_rng(0)
    arm, baseline = (rng.random((500, 3, 20)) < 0.7).astype(float), np.ones((500, 3, 20))
    for design in (readers.nested, readers.crossed):
        squares = design(arm, baseline)
        assert (readers.error_term(squares, 3)[0] >= squares.image - 1e-12).all()
