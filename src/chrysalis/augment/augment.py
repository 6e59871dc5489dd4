"""Random changes of training images: batched, on the device, each image with its own parameters.

Their order is crop, flip, shift, rotation, policy, brightness, contrast, saturation, hue (these as
torchvision's ColorJitter, in this order), erasing. Whatever is geometry, also of a policy, is
composed into one affine map, so an image is resampled only once. A change whose setting is off
draws no random numbers and does no work.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor

from chrysalis.augment import colour, erasing, geometry, policies
from chrysalis.augment.draws import send, uniform
from chrysalis.augment.inputs import centre
from chrysalis.config.run import CROP_PCT
from chrysalis.config.settings import AugmentationSettings


@dataclass(frozen=True)
class Parameters:
    """What is done to each of N images, on the CPU; None where a change is off.

    crop: (N, 4) left, top, width and height, as shares of the image's side.
    flip: (N,) bool, mirrored left to right.
    shift: (N, 2) int64, to the right and down, in pixels of the result.
    angle: (N,) degrees, counter-clockwise about the centre of the crop.
    policy: the operations of a policy.
    brightness, contrast, saturation: (N,) factors, 1 changes nothing.
    hue: (N,) turns of the colour circle, 0 changes nothing.
    erased: (N, 4) int64 top, left, height and width of a rectangle of the result, in pixels.
    """

    crop: Tensor | None = None
    flip: Tensor | None = None
    shift: Tensor | None = None
    angle: Tensor | None = None
    policy: policies.Choices | None = None
    brightness: Tensor | None = None
    contrast: Tensor | None = None
    saturation: Tensor | None = None
    hue: Tensor | None = None
    erased: Tensor | None = None


class Augment:
    """Draws and applies the changes that the settings allow; results have side `size`.

    Without random crops it is the centre, a share `crop_pct` of the side, that is changed.
    """

    def __init__(
        self, settings: AugmentationSettings, size: int, crop_pct: float = CROP_PCT
    ) -> None:
        self.settings, self.size, self.crop_pct = settings, size, crop_pct
        self.policy = policies.create(settings, size)

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Change uint8 images (N, 3, S, S) at random: float32 (N, 3, size, size) in [0, 1].

        `generator` is best on the CPU, wherever the images are: for one on a GPU the host waits.
        Channels-last images give channels-last results.
        """
        if self.settings.crop_area[0] == 1:
            images = centre(images, self.crop_pct)
        return apply(images, self.draw(len(images), generator), self.size)

    def draw(self, count: int, generator: torch.Generator) -> Parameters:
        """Draw the parameters for `count` images."""

        def numbers(low: float, high: float) -> Tensor:
            return uniform((count,), low, high, generator)

        s = self.settings
        factors = {
            name: numbers(1 - strength, 1 + strength)
            for name in ("brightness", "contrast", "saturation")
            if (strength := getattr(s, name)) > 0
        }
        crop = erased = None
        if s.crop_area[0] < 1:
            crop = geometry.draw_crop(count, s.crop_area, s.crop_aspect, generator)
        if s.erase > 0:
            erased = erasing.draw_boxes(count, self.size, s.erase, s.erase_area, generator)
        return Parameters(
            crop=crop,
            flip=numbers(0, 1) < s.flip if s.flip > 0 else None,
            shift=geometry.draw_shift(count, s.translation, self.size, generator)
            if s.translation > 0
            else None,
            angle=numbers(-s.rotation, s.rotation) if s.rotation > 0 else None,
            policy=self.policy.draw(count, generator) if self.policy else None,
            hue=numbers(-s.hue, s.hue) if s.hue > 0 else None,
            erased=erased,
            **factors,
        )


def apply(images: Tensor, parameters: Parameters, size: int) -> Tensor:
    """Change uint8 images (N, 3, S, S) as the settings say: float32 (N, 3, size, size) in [0, 1].

    Between pixels values are bilinear; outside the image it is reflected at its border.
    """
    work = _resample(images, parameters, size)
    if parameters.policy is not None:
        work = policies.change_pixels(work.round_().to(torch.uint8), parameters.policy)
    work = _change_colour(work, parameters)
    if parameters.erased is not None:
        work = erasing.erase(work, send(parameters.erased, work.device))
    if images.stride(1) == 1:  # channels-last, or a part cut out of such images
        return work.contiguous(memory_format=torch.channels_last)
    return work


def _resample(images: Tensor, p: Parameters, size: int) -> Tensor:
    """All geometry: float32 (N, 3, size, size), planar, from 0 to 255."""
    if p.crop is None and p.shift is None and p.angle is None and p.policy is None:
        levels = geometry.resize(images.contiguous().float(), size)
        if p.flip is None:
            return levels
        flip = colour.per_image(send(p.flip, images.device))
        return torch.where(flip, levels.flip(-1), levels)
    maps = []
    if p.crop is not None:
        maps.append(geometry.crop_map(p.crop))
    if p.flip is not None:
        maps.append(geometry.flip_map(p.flip))
    if p.shift is not None:
        maps.append(geometry.shift_map(p.shift, size))
    if p.angle is not None:
        maps.append(geometry.rotation_map(p.angle))
    if p.policy is not None:
        maps.append(policies.affine_map(p.policy, size))
    total = send(reduce(geometry.compose, maps), images.device)
    return geometry.resample(images, total, size)


def _change_colour(levels: Tensor, p: Parameters) -> Tensor:
    """Colours of planar images with values from 0 to 255: float32 in [0, 1]."""
    device = levels.device
    if p.brightness is not None:
        # One pass over memory for both the factor and the change to [0, 1].
        images = colour.brightness(levels.float(), send(p.brightness / 255, device))
    else:
        images = levels.float().div_(255)
    if p.contrast is not None:
        images = colour.contrast(images, send(p.contrast, device))
    if p.saturation is not None:
        images = colour.saturation(images, send(p.saturation, device))
    if p.hue is not None:
        images = colour.hue(images, send(p.hue, device))
    return images
