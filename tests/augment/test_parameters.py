"""How the parameters of augmentation are drawn: their ranges and how often each occurs."""

import math

import pytest
import torch
from scipy.stats import chisquare, kstest

from chrysalis.augment.augment import Parameters
from tests.augment.one_change import MANY, generator, only


def test_what_is_off_draws_nothing():
    stream = generator()
    state = stream.get_state()
    assert only().draw(8, stream) == Parameters()
    assert torch.equal(stream.get_state(), state)


def test_rate_of_flips():
    flips = only(flip=0.3).draw(MANY, generator()).flip
    assert flips.float().mean().item() == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / MANY))
    assert only(flip=1.0).draw(MANY, generator()).flip.all()


@pytest.mark.parametrize(
    ("setting", "name", "low", "high"),
    [
        ({"rotation": 20}, "angle", -20, 20),
        ({"brightness": 0.4}, "brightness", 0.6, 1.4),
        ({"contrast": 0.1}, "contrast", 0.9, 1.1),
        ({"saturation": 1.0}, "saturation", 0, 2),
        ({"hue": 0.05}, "hue", -0.05, 0.05),
    ],
)
def test_parameters_are_uniform(setting, name, low, high):
    values = getattr(only(**setting).draw(MANY, generator()), name)
    assert kstest(values.numpy(), "uniform", args=(low, high - low)).pvalue > 0.01


def test_crops_have_the_area_and_aspect_asked_for():
    augment = only(crop_area=(0.1, 0.5), crop_aspect=(1 / 2, 2))
    left, top, width, height = augment.draw(MANY, generator()).crop.double().unbind(1)
    assert min(left.min(), top.min()) >= 0
    assert max((left + width).max(), (top + height).max()) <= 1 + 1e-6
    # With half the area at an aspect of at most 2 every candidate fits, so the laws are exact.
    area, aspect = width * height, width / height
    assert kstest(area.numpy(), "uniform", args=(0.1, 0.4)).pvalue > 0.01
    logs = aspect.log().numpy()
    assert kstest(logs, "uniform", args=(-math.log(2), 2 * math.log(2))).pvalue > 0.01
    for start, size in ((left, width), (top, height)):
        assert kstest((start / (1 - size)).numpy(), "uniform").pvalue > 0.01


def test_a_crop_that_does_not_fit_is_drawn_anew():
    augment = only(crop_area=(0.6, 1.0), crop_aspect=(3 / 4, 4 / 3))
    left, top, width, height = augment.draw(MANY, generator()).crop.unbind(1)
    assert max(width.max(), height.max()) <= 1
    assert (width * height).min() >= 0.6 - 1e-6
    assert ((left + width).max(), (top + height).max()) <= (1 + 1e-6, 1 + 1e-6)


@pytest.mark.parametrize(
    ("aspects", "expected"),
    [((2.0, 3.0), [0, 0.25, 1, 0.5]), ((0.25, 0.5), [0.25, 0, 0.5, 1]), ((0.99, 1.01), None)],
)
def test_where_no_crop_fits_the_largest_central_one_is_taken(aspects, expected):
    augment = only(crop_area=(0.9999, 1.0), crop_aspect=aspects)
    crops = augment.draw(50, generator()).crop
    if expected is None:
        assert crops[:, 2:].min() > 0.99
        assert (crops == torch.tensor([0.0, 0.0, 1.0, 1.0])).all(dim=1).any()
    else:
        assert torch.equal(crops, torch.tensor([expected]).expand(50, 4).float())


def test_shifts_are_whole_pixels_evenly_spread():
    shift = only(translation=0.125).draw(MANY, generator()).shift
    most = round(0.125 * only(translation=0.125).size)
    assert shift.dtype == torch.int64
    for column in shift.T:
        values, counts = column.unique(return_counts=True)
        assert values.tolist() == list(range(-most, most + 1))
        assert chisquare(counts.numpy()).pvalue > 0.01
