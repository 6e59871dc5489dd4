"""Random changes of training images: batched, on the device, each image with its own parameters.

Crop, flip and rotation are composed into one affine map, so an image is resampled only once.
Colour follows torchvision's ColorJitter, always in the order brightness, contrast, saturation,
hue. A change whose setting is off draws no random numbers and does no work.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from chrysalis.config.run import AugmentationSettings

CROP_ATTEMPTS = 10  # as in torchvision's RandomResizedCrop
# Random crops make things look larger than they are in the whole image, so evaluation looks at the
# centre: the share that torchvision's and timm's evaluation transforms keep (224 of 256 px). Source
# of the effect: Touvron et al., "Fixing the train-test resolution discrepancy", NeurIPS 2019.
CENTRE = 7 / 8


def to_float(images: Tensor) -> Tensor:
    """Turn uint8 images into float32 in [0, 1], with the same shape and memory format."""
    return images.to(torch.float32).div_(255)


def to_input(images: Tensor, size: int) -> Tensor:
    """The network's input without augmentation: float32 (N, 3, size, size) in [0, 1].

    It is the centre of the uint8 images (N, 3, S, S), resized by antialiased bilinear
    interpolation.
    """
    return _resize(to_float(centre(images)), size)


def centre(images: Tensor) -> Tensor:
    """The central square of images (N, 3, S, S): `CENTRE` of each side, in whole pixels."""
    side = round(images.shape[-1] * CENTRE)
    start = (images.shape[-1] - side) // 2
    return images[..., start : start + side, start : start + side]


@dataclass(frozen=True)
class Parameters:
    """What is done to each of N images; None where a change is off.

    crop: (N, 4) left, top, width and height, as shares of the image's side.
    flip: (N,) bool, mirrored left to right.
    angle: (N,) degrees, counter-clockwise about the centre of the crop.
    brightness, contrast, saturation: (N,) factors, 1 changes nothing.
    hue: (N,) turns of the colour circle, 0 changes nothing.
    """

    crop: Tensor | None = None
    flip: Tensor | None = None
    angle: Tensor | None = None
    brightness: Tensor | None = None
    contrast: Tensor | None = None
    saturation: Tensor | None = None
    hue: Tensor | None = None


class Augment:
    """Draws and applies the changes that the settings allow; results have side `size`."""

    def __init__(self, settings: AugmentationSettings, size: int) -> None:
        self.settings, self.size = settings, size

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Change uint8 images (N, 3, S, S) at random: float32 (N, 3, size, size) in [0, 1].

        `generator` is on the images' device. Channels-last images give channels-last results.
        """
        if self.settings.crop_area[0] == 1:
            images = centre(images)
        return apply(images, self.draw(len(images), generator), self.size)

    def draw(self, count: int, generator: torch.Generator) -> Parameters:
        """Draw the parameters for `count` images, on the generator's device."""

        def uniform(low: float, high: float) -> Tensor:
            return _uniform((count,), low, high, generator)

        s = self.settings
        factors = {
            name: uniform(1 - strength, 1 + strength)
            for name in ("brightness", "contrast", "saturation")
            if (strength := getattr(s, name)) > 0
        }
        return Parameters(
            crop=_draw_crop(count, s, generator) if s.crop_area[0] < 1 else None,
            flip=uniform(0, 1) < s.flip if s.flip > 0 else None,
            angle=uniform(-s.rotation, s.rotation) if s.rotation > 0 else None,
            hue=uniform(-s.hue, s.hue) if s.hue > 0 else None,
            **factors,
        )


def apply(images: Tensor, parameters: Parameters, size: int) -> Tensor:
    """Change uint8 images (N, 3, S, S) as told: float32 (N, 3, size, size) in [0, 1].

    Between pixels values are bilinear; outside the image it is reflected at its border.
    """
    channels_last = images.is_contiguous(memory_format=torch.channels_last)
    # Planar while at work: the colour changes mix whole channels.
    work = to_float(images.contiguous())
    work = _resample(work, size, parameters.crop, parameters.flip, parameters.angle)
    if parameters.brightness is not None:
        work = work.mul_(_per_image(parameters.brightness)).clamp_(0, 1)
    if parameters.contrast is not None:
        work = _blend(work, _grey(work).mean((1, 2, 3), keepdim=True), parameters.contrast)
    if parameters.saturation is not None:
        work = _blend(work, _grey(work), parameters.saturation)
    if parameters.hue is not None:
        work = _turn_hue(work, parameters.hue)
    return work.contiguous(memory_format=torch.channels_last) if channels_last else work


def _uniform(shape: tuple, low: float, high: float, generator: torch.Generator) -> Tensor:
    return torch.empty(shape, device=generator.device).uniform_(low, high, generator=generator)


def _draw_crop(count: int, settings: AugmentationSettings, generator: torch.Generator) -> Tensor:
    """Crops like torchvision's RandomResizedCrop, but not rounded to whole pixels.

    Area is uniform, aspect log-uniform; the first of ten candidates that fits in the image counts,
    else the largest central crop of the allowed aspect nearest to 1.
    """
    least, most = settings.crop_aspect
    shape = (count, CROP_ATTEMPTS)
    area = _uniform(shape, *settings.crop_area, generator)
    aspect = _uniform(shape, math.log(least), math.log(most), generator).exp()
    width, height = (area * aspect).sqrt(), (area / aspect).sqrt()
    fits = (width <= 1) & (height <= 1)
    found, first = fits.any(dim=1), fits.byte().argmax(dim=1, keepdim=True)
    central = min(max(1.0, least), most)
    width = torch.where(found, width.gather(1, first).squeeze(1), min(1.0, central))
    height = torch.where(found, height.gather(1, first).squeeze(1), min(1.0, 1 / central))
    left, top = (
        torch.where(found, _uniform((count,), 0, 1, generator), 0.5) * (1 - size)
        for size in (width, height)
    )
    return torch.stack([left, top, width, height], dim=1)


def _resize(images: Tensor, size: int) -> Tensor:
    if images.shape[-1] == size:
        return images
    return F.interpolate(images, (size, size), mode="bilinear", antialias=True)


def _resample(
    images: Tensor, size: int, crop: Tensor | None, flip: Tensor | None, angle: Tensor | None
) -> Tensor:
    """Crop and resize, then flip, then rotate, in one resampling."""
    if crop is None and angle is None:
        images = _resize(images, size)
        return images if flip is None else torch.where(_per_image(flip), images.flip(-1), images)
    ones = torch.ones(len(images), device=images.device)
    left, top, width, height = (
        crop.unbind(1) if crop is not None else (0 * ones, 0 * ones, ones, ones)
    )
    mirror = ones if flip is None else 1 - 2 * flip.float()
    turn = 0 * ones if angle is None else angle.deg2rad()
    cos, sin = turn.cos(), turn.sin()
    # Where in the input, in [-1, 1] from border to border, does each output position come from?
    across, down = width * mirror, height
    along_x = torch.stack([across * cos, down * sin], dim=1)
    along_y = torch.stack([-across * sin, down * cos], dim=1)
    centre = torch.stack([2 * left + width - 1, 2 * top + height - 1], dim=1)
    return F.grid_sample(
        images,
        _grid(along_x, along_y, centre, size),
        mode="bilinear",
        padding_mode="reflection",
        align_corners=False,
    )


def _grid(along_x: Tensor, along_y: Tensor, centre: Tensor, side: int) -> Tensor:
    """Evaluate centre + x along_x + y along_y at all pixel centres: (N, 2) each, (N, S, S, 2).

    As functional.affine_grid, without its matrix product, which autocast would round to bf16.
    """
    steps = (torch.arange(side, device=centre.device) * 2 + 1) / side - 1
    along_x, along_y, centre = (v[:, None, None] for v in (along_x, along_y, centre))
    row = torch.addcmul(centre, along_x, steps.view(1, 1, side, 1))
    return torch.addcmul(row, along_y, steps.view(1, side, 1, 1))


def _per_image(values: Tensor) -> Tensor:
    return values.view(-1, 1, 1, 1)


def _grey(images: Tensor) -> Tensor:
    """Luma (N, 1, S, S) with ITU-R BT.601's weights, rounded as in torchvision."""
    red, green, blue = images.split(1, dim=1)
    return (red * 0.2989).add_(green, alpha=0.587).add_(blue, alpha=0.114)


def _blend(images: Tensor, base: Tensor, factor: Tensor) -> Tensor:
    """Move away from (factor > 1) or towards (factor < 1) the base."""
    return torch.lerp(base, images, _per_image(factor)).clamp_(0, 1)


def _turn_hue(images: Tensor, turns: Tensor) -> Tensor:
    """Turn the hue of HSV; value (the largest channel) and chroma (largest - least) stay.

    Hue is measured in sixths of the circle; from it each channel follows by a clamped triangle
    wave (Smith 1978, "Color gamut transform pairs", in its piecewise linear form).
    """
    red, green, blue = images.unbind(1)
    least = images.amin(dim=1)
    value = images.amax(dim=1)
    chroma = value - least
    hue = torch.where(
        value == red,
        green - blue,
        torch.where(
            value == green,
            (blue - red).add_(chroma, alpha=2),
            (red - green).add_(chroma, alpha=4),
        ),
    )
    hue.div_(chroma.clamp(min=torch.finfo(chroma.dtype).tiny))
    hue.add_(6 * turns.view(-1, 1, 1)).remainder_(6)
    channels = (
        (hue - 3).abs_().sub_(1),
        (hue - 2).abs_().neg_().add_(2),
        (hue - 4).abs_().neg_().add_(2),
    )
    return torch.stack([wave.clamp_(0, 1).mul_(chroma).add_(least) for wave in channels], dim=1)
