"""Maps that know nothing of the network: what a method has to beat."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from chrysalis.explain.maps import enlarged

GAUSSIAN = "gaussian"  # the control that verdicts compare with: photographers centre their subject
SPREAD = 0.25  # the Gaussian's standard deviation, of the image's side
Cells = tuple[int, int]
CONTROLS: dict[str, str] = {
    "random": "Random",
    GAUSSIAN: "Centred Gaussian",
    "sobel": "Edges (Sobel)",
}


def control_maps(images: Tensor, cells: Cells, rows: Sequence[int]) -> dict[str, Tensor]:
    """By control, maps float32 (N, H, W) in [0, 1] of images (N, 3, H, W) in [0, 1].

    Args:
        images: what the network sees, not normalised.
        cells: rows and columns of the methods' maps; the random ones are as coarse.
        rows: a number of each image, which alone decides its random map.
    """
    made: dict[str, Callable[[], Tensor]] = {
        "random": lambda: _random(images, cells, rows),
        GAUSSIAN: lambda: _gaussian(images),
        "sobel": lambda: _sobel(images),
    }
    return {name: made[name]() for name in CONTROLS}


def _random(images: Tensor, cells: Cells, rows: Sequence[int]) -> Tensor:
    """Independent uniform values, one a cell."""
    drawn = [torch.rand(cells, generator=torch.Generator().manual_seed(int(n))) for n in rows]
    side = (images.shape[-2], images.shape[-1])
    return enlarged(torch.stack(drawn), side).to(images.device)


def _gaussian(images: Tensor) -> Tensor:
    """Highest in the middle, and the same for every image."""
    down, across = (
        torch.exp(-torch.linspace(-0.5, 0.5, size).div(SPREAD).square() / 2)
        for size in images.shape[-2:]
    )
    map_ = torch.outer(down, across)
    return (map_ / map_.max()).to(images.device).expand(len(images), -1, -1)


def _sobel(images: Tensor) -> Tensor:
    """The size of the brightness gradient, by Sobel's filters."""
    across = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]], device=images.device)
    grey = F.pad(images.mean(1, keepdim=True), (1, 1, 1, 1), mode="replicate")
    found = F.conv2d(grey, torch.stack([across, across.T])[:, None])
    return enlarged(found.square().sum(1).sqrt(), (images.shape[-2], images.shape[-1]))
