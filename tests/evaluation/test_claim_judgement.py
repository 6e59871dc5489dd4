"""The outcome of a claim from one finding: consistent for every interval and every effect."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chrysalis.evaluation.claim_judgement import Finding, judge
from chrysalis.stats.claims import Span, simultaneous, standing
from chrysalis.stats.compare import compare
from chrysalis.stats.equivalence import p_equal

LIMITS = st.floats(-60, 60)


def finding(interval, region, **changes):
    usual = {"estimate": sum(interval) / 2, "seeds": 3, "images": 900}
    return Finding(
        "a", "b", "test top-1", "points", interval=interval, region=region, **usual | changes
    )


@st.composite
def spans(draw):
    return Span(*sorted((draw(LIMITS), draw(LIMITS))))


@given(spans(), st.floats(0.1, 20), st.data())
def test_a_claim_of_a_size_holds_only_where_the_interval_is_near_it(interval, size, data):
    margin = data.draw(st.floats(0.05, size))
    region = Span(-size - margin, -size + margin)
    outcome = judge(finding(interval, region), 1).outcome
    nearest = min(abs(interval.low + size), abs(interval.high + size))
    if outcome == "holds here":
        assert max(abs(interval.low + size), abs(interval.high + size)) <= margin + 1e-9
    if outcome == "contradicted here":
        assert nearest >= margin - 1e-9
        assert not interval.low <= -size <= interval.high


@given(spans(), spans())
def test_opposite_claims_never_both_hold(interval, region):
    higher = judge(finding(interval, Span(0.0, np.inf)), 1).outcome
    lower = judge(finding(interval, Span(-np.inf, 0.0)), 1).outcome
    assert (higher == "holds here") == (lower == "contradicted here")
    assert (lower == "holds here") == (higher == "contradicted here")
    outcome = judge(finding(interval, region), 1).outcome
    assert outcome in ("holds here", "contradicted here", "not shown")


@given(
    st.integers(0, 10_000),
    st.floats(0.5, 1),
    st.floats(0.5, 1),
    st.floats(0.005, 0.3),
    st.integers(1, 30),
)
def test_equality_is_never_shown_and_contradicted(seed, first, second, margin, comparisons):
    rng = np.random.default_rng(seed)
    effect = compare(rng.random((3, 200)) < first, rng.random((3, 200)) < second)
    interval = simultaneous(effect, comparisons)
    equal = p_equal(effect, margin)
    outside = standing(interval, Span(-margin, margin)) == "contradicted"
    assert not (outside and equal * comparisons < 0.05)
    outcome = judge(finding(interval, Span(-margin, margin), p_equal=equal), comparisons).outcome
    assert (outcome == "contradicted here") == outside
    assert (outcome == "holds here") == (equal * comparisons < 0.05)


@given(spans(), spans(), st.text(min_size=1))
def test_where_something_lacks_nothing_is_shown(interval, region, lacks):
    judgement = judge(finding(interval, region, lacks=lacks), 1)
    assert judgement.outcome == "not shown"
    assert judgement.reason.startswith(lacks)
