"""The wording follows from the numbers."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chrysalis.evaluation import verdict
from chrysalis.evaluation.verdict import Judged
from chrysalis.stats.effects import Effect

NAN = float("nan")


def effect(size=0.05, low=0.02, high=0.08, p=0.004, seeds=3, images=1250):
    return Effect(size, low, high, p, p / 2, seeds, images)


def judged(found, p=0.004, **changes):
    usual = Judged(found, p, 0.9, comparisons=1, threshold=0.01, detectable=0.061)
    return replace(usual, **changes)


def say(found, p=0.004, **changes):
    return verdict.sentence("vgg", "mynet", judged(found, p, **changes))


@pytest.mark.parametrize(
    ("changes", "p", "p_equal", "expected"),
    [
        ({}, 0.0499, 0.9, "better"),
        ({"size": -0.05}, 0.0499, 0.9, "worse"),
        ({}, 0.05, 0.9, "none"),
        ({}, 0.05, 0.0499, "equal"),
        ({}, 0.0499, 0.0499, "better"),
        ({"seeds": 2}, 0.0001, 0.9, "insufficient"),
        ({"seeds": 1, "p": NAN}, NAN, NAN, "insufficient"),
        ({"images": 49}, 0.0001, 0.9, "insufficient"),
        ({"images": 1, "p": NAN}, NAN, NAN, "insufficient"),
        ({"images": 50}, 0.0001, 0.9, "better"),
    ],
)
def test_outcome(changes, p, p_equal, expected):
    assert judged(effect(**changes), p, p_equal=p_equal).outcome == expected


def test_better():
    assert say(effect()) == (
        "vgg is better than mynet by 5.0 points (95 % interval +2.0 to +8.0, p = 0.004, "
        "3 seeds each, 1,250 test images)."
    )


def test_worse_has_a_size_without_a_sign_and_an_interval_with_signs():
    assert say(effect(-0.05, -0.08, -0.02), 0.0004, comparisons=6) == (
        "vgg is worse than mynet by 5.0 points (95 % interval -8.0 to -2.0, p < 0.001 corrected "
        "for 6 comparisons, 3 seeds each, 1,250 test images)."
    )


def test_less_than_the_threshold_is_said_so():
    assert say(effect(0.008, 0.001, 0.015), 0.02).endswith(
        "1,250 test images). That is less than the threshold of 1.0 points."
    )
    assert "threshold" not in say(effect(0.01, 0.001, 0.019), 0.02)
    assert say(effect(0.004, 0.001, 0.007), 0.02, p_equal=0.01).endswith(
        "1,250 test images). The difference is shown to be less than 1.0 points."
    )


def test_equal_within_the_threshold():
    assert say(effect(0.001, -0.006, 0.008), 0.8, p_equal=0.013, comparisons=2) == (
        "vgg and mynet are equal within 1.0 points: +0.1 points (95 % interval -0.6 to +0.8, "
        "p = 0.013 corrected for 2 comparisons, 3 seeds each, 1,250 test images)."
    )


def test_no_detectable_difference_names_what_would_have_been_found():
    assert say(effect(-0.01, -0.035, 0.015), 0.31) == (
        "No detectable difference between vgg and mynet: -1.0 points (95 % interval -3.5 to +1.5, "
        "p = 0.310, 3 seeds each, 1,250 test images). A study like this one finds a difference of "
        "6.1 points with 80 % probability."
    )


@pytest.mark.parametrize(
    ("more", "advice"),
    [
        (1, "About 1 more seed would halve the interval."),
        (7, "About 7 more seeds would halve the interval."),
        (None, "More seeds alone would not halve the interval: it takes more test images."),
        (500, "More seeds alone would not halve the interval: it takes more test images."),
    ],
)
def test_what_would_halve_the_interval(more, advice):
    found = say(effect(-0.01, -0.035, 0.015), 0.31, more_seeds=more)
    assert found.endswith(f"with 80 % probability. {advice}")


def test_a_difference_that_only_the_correction_makes_unclear_is_said_so():
    assert say(effect(0.053, 0.015, 0.091), 0.194, comparisons=8).endswith(
        "1,250 test images). By itself it would be clear, but not as one of 8 comparisons. A study "
        "like this one finds a difference of 6.1 points with 80 % probability."
    )


NLL = verdict.Scale("NLL", "nats", 1, 3, lower_is_better=True)


def test_of_a_loss_less_is_better_and_its_name_and_unit_are_given():
    found = effect(-0.0314, -0.05, -0.012)
    assert say(found, 0.004, scale=NLL, threshold=NAN, p_equal=NAN, comparisons=6) == (
        "vgg is better than mynet in NLL by 0.031 nats (95 % interval -0.050 to -0.012, p = 0.004 "
        "corrected for 6 comparisons, 3 seeds each, 1,250 test images)."
    )
    found = effect(0.0004, -0.05, 0.05)
    assert say(found, 0.9, scale=NLL, threshold=NAN, p_equal=NAN) == (
        "No detectable difference in NLL between vgg and mynet: +0.0004 nats (95 % interval "
        "-0.050 to +0.050, p = 0.900, 3 seeds each, 1,250 test images). A study like this one "
        "finds a difference of 0.061 nats with 80 % probability."
    )
    assert say(effect(0.2, seeds=2), scale=NLL).startswith(
        "Not enough seeds to tell vgg from mynet in NLL: at least 3 are needed, and there are 2. "
        "The difference seen is +0.200 nats on"
    )


@given(st.floats(-1, 1), st.floats(0, 1), st.integers(1, 9), st.integers(1, 999))
def test_a_loss_is_judged_as_the_score_that_falls_with_it(size, p, seeds, images):
    loss = judged(effect(size, p=p, seeds=seeds, images=images), p, scale=NLL)
    score = judged(effect(-size, p=p, seeds=seeds, images=images), p)
    if size != 0:
        assert loss.outcome == score.outcome


def test_too_few_seeds():
    assert say(effect(0.04, NAN, NAN, NAN, seeds=1), NAN) == (
        "Not enough seeds to tell vgg from mynet: at least 3 are needed, and there is 1. The "
        "difference seen is +4.0 points on 1,250 test images."
    )


def test_too_few_images():
    assert say(effect(0.04, images=30), 0.001) == (
        "Not enough test images to tell vgg from mynet: at least 50 are needed. The difference "
        "seen is +4.0 points on 30 test images."
    )


@given(
    st.floats(-1, 1),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(1, 9),
    st.integers(1, 999),
    st.integers(1, 9),
)
def test_no_sentence_claims_more_than_its_outcome(size, p, equal, seeds, images, comparisons):
    found = effect(size, max(-1, size - 0.1), min(1, size + 0.1), p, seeds, images)
    one = judged(found, p, p_equal=equal, comparisons=comparisons)
    text = verdict.sentence("x", "y", one)
    assert (" is better than " in text) == (one.outcome == "better")
    assert (" is worse than " in text) == (one.outcome == "worse")
    assert ("are equal within" in text) == (one.outcome == "equal")
    assert text.startswith("No detectable") == (one.outcome == "none")
    assert text.startswith("Not enough") == (one.outcome == "insufficient")


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0.05, "5.0"), (0.0004, "0.04"), (-0.0004, "-0.04"), (0.0, "0.0"), (0.001, "0.1")],
)
def test_points(fraction, text):
    assert verdict.ACCURACY.number(fraction) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0.05, "+5.0"), (-0.05, "-5.0"), (0.0, "0.0"), (0.00001, "0.00"), (-0.00001, "0.00")],
)
def test_signs(fraction, text):
    assert verdict.ACCURACY.signed(fraction) == text


def test_p_values():
    assert verdict.p_text(0.0009, 1) == "p < 0.001"
    assert verdict.p_text(0.001, 1) == "p = 0.001"
    assert verdict.p_text(0.0456, 2) == "p = 0.046 corrected for 2 comparisons"


def test_headline_of_one_comparison_is_its_sentence():
    assert verdict.headline(["vgg is better."], ["better"]) == "vgg is better."


def test_headline_counts_the_outcomes():
    outcomes = ["none", "better", "insufficient", "better", "worse", "equal"]
    assert verdict.headline(["..."] * 6, outcomes) == (
        "Of 6 comparisons: 2 better, 1 worse, 1 equal within the threshold, "
        "1 without a detectable difference, 1 with too few seeds or images."
    )
    assert verdict.headline(["..."] * 2, ["none", "none"]) == (
        "Of 2 comparisons: 2 without a detectable difference."
    )


def test_headline_of_a_study_that_is_too_small():
    assert verdict.headline(["..."] * 4, ["insufficient"] * 4) == (
        "Not enough to tell: none of the 4 comparisons can be judged."
    )
