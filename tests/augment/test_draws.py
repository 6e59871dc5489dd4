"""The laws of the random numbers, and how attempts at a rectangle are counted."""

import math

import pytest
import torch
from scipy.stats import chisquare, kstest

from chrysalis.augment.draws import ATTEMPTS, first, integers, rectangles, send, uniform


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_uniform():
    numbers = uniform((4000,), -2, 3, generator())
    assert numbers.dtype == torch.float32
    assert kstest(numbers.numpy(), "uniform", args=(-2, 5)).pvalue > 0.01


def test_integers():
    numbers = integers((40, 100), 7, generator(1))
    assert numbers.shape == (40, 100)
    assert chisquare(numbers.flatten().bincount(minlength=7)).pvalue > 0.01


def test_rectangles_have_uniform_areas_and_log_uniform_aspects():
    width, height = rectangles(400, (0.2, 0.9), (0.5, 3.0), generator())
    assert width.shape == height.shape == (400, ATTEMPTS)
    areas, aspects = (width * height).flatten(), (width / height).flatten()
    assert kstest(areas.numpy(), "uniform", args=(0.2, 0.7)).pvalue > 0.01
    span = (math.log(0.5), math.log(3) - math.log(0.5))
    assert kstest(aspects.log().numpy(), "uniform", args=span).pvalue > 0.01
    assert abs(torch.corrcoef(torch.stack([areas, aspects.log()]))[0, 1]) < 4 / math.sqrt(4000)


def test_first_attempt_that_fits():
    fits = torch.tensor([[False, True, True], [True, False, False], [False, False, False]])
    found, place, other = first(fits, torch.arange(3).expand(3, 3), torch.arange(9).view(3, 3))
    assert found.tolist() == [True, True, False]
    assert place[:2].tolist() == [1, 0]
    assert other[:2].tolist() == [1, 3]


@pytest.mark.parametrize("draw", [uniform, lambda s, a, b, g: integers(s, 1000, g)])
def test_draws_follow_the_generator_alone(draw):
    before = torch.get_rng_state()
    once = draw((9,), 0, 1, generator(1))
    assert torch.equal(once, draw((9,), 0, 1, generator(1)))
    assert not torch.equal(once, draw((9,), 0, 1, generator(2)))
    assert torch.equal(torch.get_rng_state(), before)


def test_sending_to_where_the_numbers_are_copies_nothing():
    numbers = torch.arange(3)
    assert send(numbers, torch.device("cpu")) is numbers
