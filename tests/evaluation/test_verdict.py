"""The wording follows from the numbers."""

import pytest

from chrysalis.evaluation import verdict
from chrysalis.stats.compare import Effect

NAN = float("nan")


def effect(difference=0.05, low=0.02, high=0.08, p=0.004, seeds=3, images=125):
    return Effect(difference, low, high, p, seeds, images)


@pytest.mark.parametrize(
    ("changes", "p", "expected"),
    [
        ({}, 0.0499, "better"),
        ({"difference": -0.05}, 0.0499, "worse"),
        ({}, 0.05, "none"),
        ({"seeds": 2}, 0.0001, "insufficient"),
        ({"seeds": 1, "p": NAN}, NAN, "insufficient"),
        ({"images": 49}, 0.0001, "insufficient"),
        ({"images": 1, "p": NAN}, NAN, "insufficient"),
        ({"images": 50}, 0.0001, "better"),
    ],
)
def test_outcome(changes, p, expected):
    assert verdict.outcome(effect(**changes), p) == expected


def say(found, p, comparisons=1, threshold=0.01, subject="vgg"):
    return verdict.sentence(subject, "mynet", found, p, comparisons, threshold)


def test_better():
    assert say(effect(), 0.004) == (
        "vgg is better than mynet by 5.0 points (95 % interval +2.0 to +8.0, p = 0.004, "
        "3 seeds each, 125 test images)."
    )


def test_worse_has_a_size_without_a_sign_and_an_interval_with_signs():
    assert say(effect(-0.05, -0.08, -0.02), 0.0004, comparisons=6) == (
        "vgg is worse than mynet by 5.0 points (95 % interval -8.0 to -2.0, p < 0.001 after "
        "Holm's correction for 6 comparisons, 3 seeds each, 125 test images)."
    )


def test_less_than_the_threshold_is_said_so():
    assert say(effect(0.008, 0.001, 0.015), 0.02).endswith(
        "125 test images). That is less than the 1.0 points set as of practical interest."
    )
    assert "practical interest" not in say(effect(0.01, 0.001, 0.019), 0.02)


def test_no_detectable_difference_names_what_would_have_gone_unseen():
    assert say(effect(-0.01, -0.035, 0.015), 0.31) == (
        "No detectable difference between vgg and mynet: -1.0 points (95 % interval -3.5 to +1.5, "
        "p = 0.310, 3 seeds each, 125 test images); a difference of less than about 2.5 points "
        "would have gone unseen."
    )


def test_a_difference_that_only_the_correction_makes_unclear_is_said_so():
    assert say(effect(0.053, 0.015, 0.091), 0.194, comparisons=8).endswith(
        "125 test images); clear by itself, but not as one of 8 comparisons; a difference of less "
        "than about 3.8 points would have gone unseen even by itself."
    )


def test_too_few_seeds():
    assert say(effect(0.04, NAN, NAN, NAN, seeds=1), NAN) == (
        "Not enough runs to tell vgg from mynet: 1 of at least 3 seeds; the difference seen is "
        "+4.0 points on 125 test images."
    )


def test_too_few_images():
    assert say(effect(0.04, images=30), 0.001) == (
        "Not enough test images to tell vgg from mynet: at least 50 are needed; the difference "
        "seen is +4.0 points on 30 test images."
    )


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0.05, "5.0"), (0.0004, "0.04"), (-0.0004, "-0.04"), (0.0, "0.0"), (0.001, "0.1")],
)
def test_points(fraction, text):
    assert verdict.points(fraction) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0.05, "+5.0"), (-0.05, "-5.0"), (0.0, "0.0"), (0.00001, "0.00"), (-0.00001, "0.00")],
)
def test_signs(fraction, text):
    assert verdict.signed(fraction) == text


def test_p_values():
    assert verdict.p_text(0.0009, 1) == "p < 0.001"
    assert verdict.p_text(0.001, 1) == "p = 0.001"
    assert verdict.p_text(0.0456, 2) == "p = 0.046 after Holm's correction for 2 comparisons"


def test_headline_of_one_comparison_is_its_sentence():
    assert verdict.headline(["vgg is better."], ["better"]) == "vgg is better."


def test_headline_counts_the_outcomes():
    outcomes = ["none", "better", "insufficient", "better", "worse"]
    assert verdict.headline(["..."] * 5, outcomes) == (
        "Of 5 comparisons with the baseline: 2 better, 1 worse, 1 without a detectable "
        "difference, 1 with too few runs or images."
    )
    assert verdict.headline(["..."] * 2, ["none", "none"]) == (
        "Of 2 comparisons with the baseline: 2 without a detectable difference."
    )


def test_headline_of_a_study_that_is_too_small():
    assert verdict.headline(["..."] * 4, ["insufficient"] * 4) == (
        "Not enough to tell: none of the 4 comparisons can be judged."
    )
