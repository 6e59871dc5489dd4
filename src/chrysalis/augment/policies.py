"""Augmentation policies: which operations are done to which image, and how strongly.

TrivialAugment Wide (Mueller and Hutter, ICCV 2021), RandAugment (Cubuk et al., 2020) and
AutoAugment's policy for CIFAR-10 (Cubuk et al., CVPR 2019), with the operations, magnitudes and
signs of torchvision.transforms.v2. What differs: all geometry of an image is done first, in one
bilinear resampling with the crop's, and then the pixel operations in their order. Up to
interpolation that is the same for operations on single pixels, and nearly so for Contrast,
Sharpness, AutoContrast and Equalize, which look at more of them. What lies outside of the image is
its reflection, not black. Operations work on 8-bit images, as in the papers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from chrysalis.augment.draws import integers, send, uniform
from chrysalis.augment.geometry import affine, compose
from chrysalis.augment.operations import OPERATIONS as PIXEL_OPERATIONS
from chrysalis.config.settings import AugmentationSettings

SIGNED = (
    *("ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate"),
    *("Brightness", "Color", "Contrast", "Sharpness"),
)
NAMES = ("Identity", *SIGNED, "Posterize", "Solarize", "AutoContrast", "Equalize", "Invert")
NUMBER = {name: number for number, name in enumerate(NAMES)}
COMMON = len(NAMES) - 1  # operations of TrivialAugment and RandAugment: all but Invert
BINS = 31  # magnitudes of TrivialAugment and RandAugment
AUTO_BINS = 10

# Table 7 of the AutoAugment paper (arXiv:1805.09501): of its 25 pairs one is drawn for an image;
# each operation has a probability and the index of its magnitude.
AUTO_CIFAR10 = (
    (("Invert", 0.1, None), ("Contrast", 0.2, 6)),
    (("Rotate", 0.7, 2), ("TranslateX", 0.3, 9)),
    (("Sharpness", 0.8, 1), ("Sharpness", 0.9, 3)),
    (("ShearY", 0.5, 8), ("TranslateY", 0.7, 9)),
    (("AutoContrast", 0.5, None), ("Equalize", 0.9, None)),
    (("ShearY", 0.2, 7), ("Posterize", 0.3, 7)),
    (("Color", 0.4, 3), ("Brightness", 0.6, 7)),
    (("Sharpness", 0.3, 9), ("Brightness", 0.7, 9)),
    (("Equalize", 0.6, None), ("Equalize", 0.5, None)),
    (("Contrast", 0.6, 7), ("Sharpness", 0.6, 5)),
    (("Color", 0.7, 7), ("TranslateX", 0.5, 8)),
    (("Equalize", 0.3, None), ("AutoContrast", 0.4, None)),
    (("TranslateY", 0.4, 3), ("Sharpness", 0.2, 6)),
    (("Brightness", 0.9, 6), ("Color", 0.2, 8)),
    (("Solarize", 0.5, 2), ("Invert", 0.0, None)),
    (("Equalize", 0.2, None), ("AutoContrast", 0.6, None)),
    (("Equalize", 0.2, None), ("Equalize", 0.6, None)),
    (("Color", 0.9, 9), ("Equalize", 0.6, None)),
    (("AutoContrast", 0.8, None), ("Solarize", 0.2, 8)),
    (("Brightness", 0.1, 3), ("Color", 0.7, 0)),
    (("Solarize", 0.4, 5), ("AutoContrast", 0.9, None)),
    (("TranslateY", 0.9, 9), ("TranslateY", 0.7, 9)),
    (("AutoContrast", 0.9, None), ("Solarize", 0.8, 3)),
    (("Equalize", 0.8, None), ("Invert", 0.1, None)),
    (("TranslateY", 0.7, 9), ("AutoContrast", 0.9, None)),
)


@dataclass(frozen=True)
class Choices:
    """What a policy does to each of N images: K operations in turn; on the CPU.

    operation: (N, K) int64, indices into `NAMES`.
    magnitude: (N, K) float64, signed. ShearX, ShearY: slope. TranslateX, TranslateY: whole pixels.
    Rotate: degrees. Brightness, Color, Contrast, Sharpness: factor - 1. Posterize: bits that stay.
    Solarize: share of the largest value. Else 0.
    """

    operation: Tensor
    magnitude: Tensor


class Policy(Protocol):
    """A law of choices."""

    def draw(self, count: int, generator: torch.Generator) -> Choices:
        """Draw the choices for `count` images."""


class TrivialAugment:
    """One operation for an image, and any of its magnitudes."""

    def __init__(self) -> None:
        self.magnitudes = _magnitudes(BINS, 0.99, 32.0, 135.0, 0.99, 6)

    def draw(self, count: int, generator: torch.Generator) -> Choices:
        """Draw the choices (count, 1)."""
        operation = integers((count, 1), COMMON, generator)
        strength = integers((count, 1), BINS, generator)
        return _signed(operation, self.magnitudes[operation, strength], generator)


class RandAugment:
    """Some operations for an image, all of the same magnitude (an index, 0 to 30)."""

    def __init__(self, operations: int, magnitude: int, size: int) -> None:
        self.operations = operations
        self.magnitudes = _narrow(BINS, size)[:, magnitude]

    def draw(self, count: int, generator: torch.Generator) -> Choices:
        """Draw the choices (count, operations)."""
        operation = integers((count, self.operations), COMMON, generator)
        return _signed(operation, self.magnitudes[operation], generator)


class AutoAugment:
    """One of the pairs of the policy for CIFAR-10 for an image."""

    def __init__(self, size: int) -> None:
        self.operation = torch.tensor([[NUMBER[name] for name, *_ in p] for p in AUTO_CIFAR10])
        self.probability = torch.tensor([[chance for _, chance, _ in p] for p in AUTO_CIFAR10])
        strength = torch.tensor([[strength or 0 for *_, strength in p] for p in AUTO_CIFAR10])
        self.magnitude = _narrow(AUTO_BINS, size)[self.operation, strength]

    def draw(self, count: int, generator: torch.Generator) -> Choices:
        """Draw the choices (count, 2); an operation that is left out is Identity."""
        pair = integers((count,), len(AUTO_CIFAR10), generator)
        done = uniform((count, 2), 0, 1, generator) < self.probability[pair]
        operation = torch.where(done, self.operation[pair], NUMBER["Identity"])
        return _signed(operation, torch.where(done, self.magnitude[pair], 0), generator)


def create(settings: AugmentationSettings, size: int) -> Policy | None:
    """The policy that the settings name, for images of side `size`; None where there is none."""
    match settings.policy:
        case "trivial":
            return TrivialAugment()
        case "rand":
            return RandAugment(settings.rand_operations, settings.rand_magnitude, size)
        case "auto_cifar10":
            return AutoAugment(size)
    return None


def affine_map(choices: Choices, size: int) -> Tensor:
    """The map (N, 2, 3), as in `geometry`, of the choices' shears, translations and rotations.

    Shears leave the upper left corner where it is; rotations are about the centre.
    """
    steps = zip(choices.operation.unbind(1), choices.magnitude.unbind(1), strict=True)
    total, *rest = (_step_map(*step, size) for step in steps)
    for step in rest:
        total = compose(total, step)
    return total


def change_pixels(images: Tensor, choices: Choices) -> Tensor:
    """Carry out the choices' pixel operations on uint8 images (N, 3, S, S), in place."""
    # Only the images concerned go through an operation. The host knows how many they are, so it
    # need not ask a GPU: all indices are sent at once, and cut into groups there.
    order = choices.operation.argsort(dim=0, stable=True)
    magnitudes = send(choices.magnitude.gather(0, order), images.device)
    places = send(order, images.device)
    for turn, operations in enumerate(choices.operation.unbind(1)):
        counts = operations.bincount(minlength=len(NAMES)).tolist()
        groups = (values[:, turn].split(counts) for values in (places, magnitudes))
        for name, index, magnitude in zip(NAMES, *groups, strict=True):
            if name in PIXEL_OPERATIONS and len(index):
                images[index] = PIXEL_OPERATIONS[name](images[index], magnitude)
    return images


def _step_map(operation: Tensor, magnitude: Tensor, size: int) -> Tensor:
    """The map of one operation for each image; magnitudes of other operations count as none."""

    def only(name: str) -> Tensor:
        return torch.where(operation == NUMBER[name], magnitude, 0).float()

    # Pixels to the right and down; the output spans from -1 to 1.
    right, down = (2 / size * only(name) for name in ("TranslateX", "TranslateY"))
    shear_x, shear_y, turn = only("ShearX"), only("ShearY"), only("Rotate").deg2rad()
    cos, sin = turn.cos(), turn.sin()
    return affine(cos, shear_x - sin, shear_x - right, shear_y + sin, cos, shear_y - down)


def _signed(operation: Tensor, magnitude: Tensor, generator: torch.Generator) -> Choices:
    """Give signed operations either sign at even odds."""
    negative = uniform(tuple(operation.shape), 0, 1, generator) < 0.5
    negative &= (NUMBER[SIGNED[0]] <= operation) & (operation <= NUMBER[SIGNED[-1]])
    return Choices(operation, torch.where(negative, -magnitude, magnitude))


def _narrow(bins: int, size: int) -> Tensor:
    """The magnitudes of AutoAugment and RandAugment."""
    return _magnitudes(bins, 0.3, 150 / 331 * size, 30.0, 0.9, 4)


def _magnitudes(
    bins: int, shear: float, shift: float, turn: float, factor: float, bits: int
) -> Tensor:
    """Magnitudes without sign, (operations, bins) float64, rising evenly to the given largest.

    `bits` is how many bits posterizing takes away at most.
    """
    table = torch.zeros(len(NAMES), bins, dtype=torch.float64)
    largest = (shear, shear, shift, shift, turn, factor, factor, factor, factor)
    for name, most in zip(SIGNED, largest, strict=True):
        table[NUMBER[name]] = torch.linspace(0, most, bins)
    for name in ("TranslateX", "TranslateY"):
        table[NUMBER[name]].trunc_()
    table[NUMBER["Posterize"]] = (8 - torch.arange(bins) / ((bins - 1) / bits)).round()
    table[NUMBER["Solarize"]] = torch.linspace(1, 0, bins)
    return table
