"""Whether a claim stands: by Hypothesis for every interval, and the intervals against scipy."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from chrysalis.stats.claims import (
    Span,
    another_training,
    mean_difference,
    ratio,
    ratio_of_times,
    simultaneous,
    standing,
)
from chrysalis.stats.compare import compare
from chrysalis.stats.effects import Effect

POINTS = st.floats(-100, 100)
NOTHING_KNOWN = Span(np.nan, np.nan)


@st.composite
def spans(draw, inside=None):
    """From a lower to a higher limit; within another span, if named."""
    low, high = inside or (-100, 100)
    return Span(*sorted((draw(st.floats(low, high)), draw(st.floats(low, high)))))


@given(spans(), spans())
def test_a_claim_holds_only_inside_and_is_contradicted_only_outside(interval, region):
    found = standing(interval, region)
    middle = (interval.low + interval.high) / 2
    if found == "holds":
        assert region.low < middle < region.high
    if found == "contradicted":
        assert not region.low < middle < region.high
        assert max(interval.low, region.low) > min(interval.high, region.high)


@given(st.data(), spans(), spans())
def test_a_narrower_interval_takes_nothing_back(data, wide, region):
    narrow = data.draw(spans(inside=wide))
    if standing(wide, region) != "open":
        assert standing(narrow, region) == standing(wide, region)


@given(st.data(), spans(), spans())
def test_a_wider_region_is_never_harder_to_meet(data, interval, wide):
    narrow = data.draw(spans(inside=wide))
    if standing(interval, narrow) == "holds":
        assert standing(interval, wide) == "holds"
    if standing(interval, wide) == "contradicted":
        assert standing(interval, narrow) == "contradicted"


@given(spans(), st.floats(0.01, 5), st.data())
def test_a_size_never_holds_where_the_interval_is_away_from_it(interval, margin, data):
    size = data.draw(st.floats(margin, 20))
    region = Span(-size - margin, -size + margin)
    away = interval.high <= region.low or interval.low >= region.high
    assume(away)
    assert standing(interval, region) != "holds"


def test_a_loss_of_14_points_is_not_about_one():
    about_one = Span(-2.0, 0.0)
    assert standing(Span(-16, -12), about_one) == "contradicted"
    assert standing(Span(-1.5, -0.5), about_one) == "holds"
    assert standing(Span(-3, -0.5), about_one) == "open"
    assert standing(NOTHING_KNOWN, about_one) == "open"


def test_an_interval_without_a_limit_meets_a_region_without_one():
    assert standing(Span(2, np.inf), Span(1, np.inf)) == "holds"
    assert standing(Span(2, np.inf), Span(1, 9)) == "open"
    assert standing(Span(2, np.inf), Span(-np.inf, 1)) == "contradicted"
    assert standing(NOTHING_KNOWN, Span(1, np.inf)) == "open"
    assert standing(NOTHING_KNOWN, Span(-np.inf, 1)) == "open"


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 1000))
def test_more_comparisons_never_make_an_interval_narrower(first, more, seed):
    arm, baseline = np.random.default_rng(seed).random((2, 3, 60)) < 0.7
    few, many = (simultaneous(compare(arm, baseline), n) for n in (first, first + more))
    assert many.low <= few.low <= few.high <= many.high


@given(st.integers(1, 30), st.integers(0, 1000))
def test_an_interval_that_excludes_0_has_a_p_below_5_percent(comparisons, seed):
    rng = np.random.default_rng(seed)
    arm, baseline = rng.random((3, 60)) < rng.random(), rng.random((3, 60)) < 0.5
    effect = compare(arm, baseline)
    low, high = simultaneous(effect, comparisons)
    if not low <= 0 <= high:
        assert effect.p * comparisons < 0.05


def test_of_one_training_nothing_is_known():
    effect = compare(np.ones((1, 60), bool), np.zeros((1, 60), bool))
    assert np.isnan(simultaneous(effect, 1)).all()
    assert isinstance(effect, Effect)


@pytest.mark.parametrize("comparisons", [1, 7])
def test_metrics_are_compared_by_welchs_t(comparisons):
    arm, baseline = np.array([3.0, 4.0, 8.0]), np.array([1.0, 1.5, 1.2, 1.1])
    expected = stats.ttest_ind(arm, baseline, equal_var=False).confidence_interval(
        1 - 0.05 / comparisons
    )
    assert mean_difference(arm, baseline, comparisons) == pytest.approx(expected)
    logs = stats.ttest_ind(np.log(arm), np.log(baseline), equal_var=False)
    expected = np.exp(logs.confidence_interval(1 - 0.05 / comparisons))
    assert ratio(arm, baseline, comparisons) == pytest.approx(expected)


def test_values_that_never_vary_say_nothing_of_another_training():
    assert np.isnan(mean_difference(np.full(3, 2.0), np.full(3, 1.0), 1)).all()


def test_whole_epochs_spread_at_least_as_rounding_does():
    low, high = ratio(np.full(3, 5.0), np.full(3, 10.0), 1, unit=1.0)
    error = np.sqrt((1 / 5**2 + 1 / 10**2) / 12 / 3)
    freedom = 2 * (1 / 25 + 1 / 100) ** 2 / (1 / 25**2 + 1 / 100**2)
    reach = stats.t.isf(0.025, freedom) * error
    assert (low, high) == pytest.approx((0.5 * np.exp(-reach), 0.5 * np.exp(reach)))


RAN = (np.full(3, 30), np.full(3, 30))


def test_an_arm_that_never_gets_there_is_slower_without_a_limit():
    fast, never = np.array([5.0, 6.0, 5.0]), np.full(3, np.inf)
    low, high = ratio_of_times(never, fast, RAN, 1)
    assert low > 3
    assert high == np.inf
    low, high = ratio_of_times(fast, never, RAN, 1)
    assert low == 0
    assert high < 1 / 3


@given(st.lists(st.integers(1, 30), min_size=6, max_size=6), st.integers(0, 5))
def test_a_training_that_never_gets_there_never_counts_as_faster(epochs, which):
    times = np.array(epochs, float)
    ran = tuple(np.full(3, 30) for _ in range(2))
    lost = times.copy()
    lost[which] = np.inf
    low, high = ratio_of_times(lost[:3], lost[3:], ran, 1)
    assert low <= high
    assert (high == np.inf) if which < 3 else (low == 0)


def test_where_another_training_would_lie():
    values = np.array([0.80, 0.82, 0.87])
    low, high = another_training(values)
    reach = stats.t.isf(0.025, 2) * values.std(ddof=1) * np.sqrt(4 / 3)
    assert (low, high) == pytest.approx((values.mean() - reach, values.mean() + reach))


def test_it_holds_another_training_on_other_images_in_95_percent():
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(2000):
        skill = np.clip(rng.normal(0.8, 0.01, 6), 0, 1)
        ours = (rng.random((5, 200)) < skill[:5, None]).mean(1)
        theirs = rng.binomial(200, skill[5]) / 200
        low, high = another_training(ours, 200)
        inside.append(low <= theirs <= high)
    assert np.mean(inside) >= 0.94
