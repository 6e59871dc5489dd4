"""Policies against torchvision's objects: spaces, tables, values; and the laws of the choices."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import chi2_contingency, chisquare
from torchvision.transforms.v2 import (
    AutoAugment,
    AutoAugmentPolicy,
    InterpolationMode,
    RandAugment,
    TrivialAugmentWide,
)

from chrysalis.augment import policies
from chrysalis.augment.geometry import resample
from chrysalis.augment.policies import NAMES, NUMBER, Choices
from chrysalis.config.settings import AugmentationSettings

MANY = 6000
CIFAR10 = AutoAugment(AutoAugmentPolicy.CIFAR10)
GEOMETRY = {
    "ShearX": [0.3, -0.2, 0.99, 0.0],
    "ShearY": [-0.3, 0.25, 0.6, 0.01],
    "TranslateX": [5.0, -7.0, 1.0, 0.0],
    "TranslateY": [-4.0, 9.0, 3.0, 2.0],
    "Rotate": [30.0, -13.0, 90.0, -135.0],
}


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def policy(size=96, **settings):
    return policies.create(AugmentationSettings(**settings), size)


def reference(image, name, magnitude):
    """One operation as torchvision does it."""
    return CIFAR10._apply_image_or_video_transform(
        image, name, magnitude, InterpolationMode.BILINEAR, CIFAR10._fill
    )


def choices(*steps):
    """Choices from, for each operation in turn, a list of (name, magnitude) by image."""
    operation = torch.tensor([[NUMBER[name] for name, _ in step] for step in steps]).T
    magnitude = torch.tensor([[m for _, m in step] for step in steps], dtype=torch.float64).T
    return Choices(operation, magnitude)


@pytest.fixture
def smooth():
    """Waves of some pixels' length: (4, 3, 64, 64)."""
    y, x = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    phase = torch.arange(12.0).view(4, 3, 1, 1)
    waves = 0.5 + 0.25 * torch.sin(x / 5 + phase) + 0.2 * torch.cos(y / 6 - x / 11 + 2 * phase)
    return (waves * 255).round().to(torch.uint8)


@pytest.fixture
def noise():
    return torch.randint(0, 256, (5, 3, 20, 20), dtype=torch.uint8, generator=generator())


def covered(size, *steps):
    """Where torchvision, too, sees the image's inside, not its surroundings: (N, 1, S, S)."""
    white = torch.full((1, size, size), 255, dtype=torch.uint8)
    seen = []
    for path in zip(*steps, strict=True):
        image = white
        for step in path:
            image = reference(image, *step)
        seen.append(image == 255)
    return torch.stack(seen)


@pytest.mark.parametrize("size", [17, 96, 224])
@pytest.mark.parametrize(
    ("transform", "bins", "mine"),
    [
        (TrivialAugmentWide, 31, lambda size: policy(size, policy="trivial").magnitudes),
        (RandAugment, 31, lambda size: policies._narrow(31, size)),
        (AutoAugment, 10, lambda size: policies._narrow(10, size)),
    ],
)
def test_spaces_are_torchvisions(size, transform, bins, mine):
    space, table = transform._AUGMENTATION_SPACE, mine(size)
    assert tuple(space) == (NAMES[1:] if transform is AutoAugment else NAMES[:-1])
    for name, (magnitudes, signed) in space.items():
        expected = magnitudes(bins, size, size)
        expected = np.zeros(bins) if expected is None else expected.double().numpy()
        if name.startswith("Translate"):
            expected = [int(magnitude) for magnitude in expected]
        np.testing.assert_array_equal(table[NUMBER[name]], expected, name)
        assert signed == (name in policies.SIGNED)


def test_the_table_of_autoaugment_is_torchvisions():
    assert list(policies.AUTO_CIFAR10) == CIFAR10._get_policies(AutoAugmentPolicy.CIFAR10)


def test_no_policy():
    assert policy(policy="none") is None


def test_trivial_draws_any_operation_magnitude_and_sign():
    found = policy(policy="trivial").draw(MANY, generator())
    assert found.operation.shape == found.magnitude.shape == (MANY, 1)
    counts = found.operation[:, 0].bincount(minlength=len(NAMES))
    assert counts[NUMBER["Invert"]] == 0
    assert chisquare(counts[:-1]).pvalue > 0.01
    # All magnitudes of a kind, here pooled over the operations with the same.
    shears = found.magnitude[(found.operation == 1) | (found.operation == 2)]
    strengths = (shears.abs() / 0.99 * 30).round().long().bincount(minlength=31)
    assert chisquare(strengths).pvalue > 0.01
    signed = (found.operation >= 1) & (found.operation <= 9) & (found.magnitude != 0)
    negative = found.magnitude[signed] < 0
    assert negative.double().mean().item() == pytest.approx(0.5, abs=2 / math.sqrt(signed.sum()))
    assert (found.magnitude[found.operation > 9] >= 0).all()


def test_rand_draws_operations_of_one_magnitude():
    found = policy(policy="rand", rand_operations=3, rand_magnitude=12).draw(MANY, generator())
    assert found.operation.shape == (MANY, 3)
    for operation in found.operation.T:
        assert chisquare(operation.bincount(minlength=14)).pvalue > 0.01
    table = RandAugment._AUGMENTATION_SPACE
    for name in NAMES[1:12]:
        expected = float(table[name][0](31, 96, 96)[12])
        expected = int(expected) if name.startswith("Translate") else expected
        drawn = found.magnitude[found.operation == NUMBER[name]]
        assert drawn.abs().unique().tolist() == [expected], name
        assert (drawn < 0).any() == table[name][1]


@pytest.mark.parametrize("pairs", ["turns of an image", "neighbours in a batch"])
def test_operations_are_independent(pairs):
    drawn = policy(policy="rand").draw(MANY, generator()).operation
    one, other = drawn.T if pairs == "turns of an image" else (drawn[:-1, 0], drawn[1:, 0])
    table = (one * 14 + other).bincount(minlength=14**2).view(14, 14).numpy()
    assert chi2_contingency(table).pvalue > 0.01


@pytest.mark.parametrize("turn", [0, 1])
def test_auto_draws_the_tables_operations_at_their_probabilities(turn):
    found = policy(policy="auto_cifar10").draw(MANY, generator())
    expected = {name: 0.0 for name in NAMES}
    magnitudes = {name: set() for name in NAMES}
    for pair in CIFAR10._policies:
        name, probability, strength = pair[turn]
        expected[name] += probability / 25
        expected["Identity"] += (1 - probability) / 25
        space, _ = AutoAugment._AUGMENTATION_SPACE[name]
        value = float(space(10, 96, 96)[strength]) if strength is not None else 0.0
        magnitudes[name].add(int(value) if name.startswith("Translate") else value)
    counts = found.operation[:, turn].bincount(minlength=len(NAMES)).numpy()
    possible = np.array(list(expected.values())) > 1e-9
    assert counts[~possible].sum() == 0
    assert (
        chisquare(counts[possible], MANY * np.array([*expected.values()])[possible]).pvalue > 0.01
    )
    for name in NAMES[1:]:
        drawn = found.magnitude[:, turn][found.operation[:, turn] == NUMBER[name]]
        assert set(drawn.abs().tolist()) <= magnitudes[name], name


def test_auto_draws_both_operations_of_one_pair():
    found = policy(policy="auto_cifar10").draw(MANY, generator())
    pairs = {tuple(sorted((NUMBER[a], NUMBER[b]))) for (a, *_), (b, *_) in policies.AUTO_CIFAR10}
    both = found.operation[(found.operation != 0).all(1)]
    assert {tuple(sorted(pair)) for pair in both.tolist()} <= pairs


@pytest.mark.parametrize("name", GEOMETRY)
def test_geometry_agrees_with_torchvision(smooth, name):
    step = [(name, magnitude) for magnitude in GEOMETRY[name]]
    expected = torch.stack(
        [reference(image.float(), *one) for image, one in zip(smooth, step, strict=True)]
    )
    result = resample(smooth, policies.affine_map(choices(step), 64), 64)
    seen = covered(64, step).expand_as(result)
    assert seen.float().mean() > 0.5
    torch.testing.assert_close(result[seen], expected[seen], atol=0.02, rtol=0)  # of 255


def test_two_operations_are_composed_in_their_order(smooth):
    first = [("Rotate", 30.0), ("ShearX", 0.5), ("TranslateX", 9.0), ("ShearY", -0.3)]
    second = [("TranslateX", 15.0), ("Rotate", -45.0), ("ShearY", 0.6), ("ShearX", 0.4)]
    maps = policies.affine_map(choices(first, second), 64)
    result = resample(smooth, maps, 64)
    expected = torch.stack(
        [
            reference(reference(image.float(), *one), *other)
            for image, one, other in zip(smooth, first, second, strict=True)
        ]
    )
    seen = covered(64, first, second).expand_as(result)
    assert (seen.flatten(1).float().mean(1) > 0.2).all()
    # torchvision interpolates twice and so smooths a little more.
    torch.testing.assert_close(result[seen], expected[seen], atol=4, rtol=0)
    swapped = resample(smooth, policies.affine_map(choices(second, first), 64), 64)
    assert (swapped - result).abs().mean() > 10


def test_pixel_operations_are_done_in_their_order_to_their_images(noise):
    first = [("Posterize", 3.0), ("Invert", 0.0), ("Identity", 0.0), ("Equalize", 0.0)]
    second = [("Invert", 0.0), ("Solarize", 0.3), ("ShearX", 0.4), ("Posterize", 2.0)]
    first.append(("Brightness", 0.5))
    second.append(("AutoContrast", 0.0))
    expected = torch.stack(
        [
            image if one[0] == "Identity" else reference(reference(image, *one), *other)
            for image, one, other in zip(noise, first, second, strict=True)
        ]
    )
    result = policies.change_pixels(noise.clone(), choices(first, second))
    assert torch.equal(result, expected)
    assert not torch.equal(result, policies.change_pixels(noise.clone(), choices(second, first)))


@pytest.mark.parametrize("name", ["trivial", "rand", "auto_cifar10"])
def test_choices_follow_the_generator(name):
    law = policy(policy=name)
    one, again, other = (law.draw(20, generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(one.operation, again.operation)
    assert torch.equal(one.magnitude, again.magnitude)
    assert not torch.equal(one.operation, other.operation)
