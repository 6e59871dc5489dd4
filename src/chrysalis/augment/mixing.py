"""MixUp (Zhang et al., ICLR 2018) and CutMix (Yun et al., ICCV 2019), each image with its share."""

from __future__ import annotations

import torch
from torch import Tensor

from chrysalis.augment.draws import integers, send, uniform
from chrysalis.augment.geometry import inside
from chrysalis.config.settings import AugmentationSettings


class Mix:
    """Mixes each image and target of a batch with those of a random partner in it."""

    def __init__(self, settings: AugmentationSettings) -> None:
        self.mixup, self.cutmix = settings.mixup, settings.cutmix

    def __call__(
        self, images: Tensor, targets: Tensor, generator: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Mix float images (N, 3, S, S) and targets (N, C) whose rows add up to 1.

        Returns new tensors of the same shapes and memory format; with both changes off the given
        ones, and nothing is drawn.
        """
        if not self.mixup and not self.cutmix:
            return images, targets
        count, size = len(images), images.shape[-1]
        share, boxes = self.draw(count, size, generator)
        partner = torch.randperm(count, generator=generator, device=generator.device)
        share, boxes, partner = (send(v, images.device) for v in (share, boxes, partner))

        weight = share.view(-1, 1, 1, 1)
        if self.cutmix:
            weight = torch.where(inside(boxes, size), 0, weight)
            share = share * (1 - boxes[:, 2] * boxes[:, 3] / size**2)
        mixed = torch.lerp(images[partner], images, weight)
        return mixed, torch.lerp(targets[partner], targets, share[:, None])

    def draw(self, count: int, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Draw what the images keep of themselves.

        Returns the share (count,) outside of a box, and the box within which they keep nothing:
        (count, 4) int64 top, left, height and width in pixels.
        """
        share, boxes = torch.ones(count), torch.zeros(count, 4, dtype=torch.long)
        if self.mixup:
            share = draw_beta(count, self.mixup, generator).float()
        if self.cutmix:
            boxes = draw_boxes(count, size, self.cutmix, generator)
        if self.mixup and self.cutmix:
            cut = uniform((count,), 0, 1, generator) < 0.5
            share, boxes = torch.where(cut, 1, share), boxes * cut[:, None]
        return share, boxes


def draw_beta(count: int, alpha: float, generator: torch.Generator) -> Tensor:
    """Draw from Beta(alpha, alpha): float64 (count,), on the CPU."""
    # From two gamma variates, as logarithms: for a small alpha both may be too small for a float.
    # Gamma(a) is Gamma(a + 1) U^(1/a) in distribution (Marsaglia and Tsang 2000, section 6).
    shape = torch.full((2, count), alpha + 1, dtype=torch.float64, device=generator.device)
    gamma = torch._standard_gamma(shape, generator=generator).cpu()
    power = 1 - torch.rand(
        2, count, dtype=torch.float64, device=generator.device, generator=generator
    )
    one, other = gamma.log() + power.cpu().log() / alpha
    return torch.sigmoid(one - other)


def draw_boxes(count: int, size: int, alpha: float, generator: torch.Generator) -> Tensor:
    """Draw CutMix's boxes (count, 4) int64: top, left, height and width in pixels, clipped.

    Before clipping its area is 1 - Beta(alpha, alpha) of the image, its centre uniform.
    """
    half = ((1 - draw_beta(count, alpha, generator)).sqrt() * size / 2).long()
    centre = integers((2, count), size, generator)
    start, end = (centre - half).clamp(min=0), (centre + half).clamp(max=size)
    return torch.stack([*start, *(end - start)], dim=1)
