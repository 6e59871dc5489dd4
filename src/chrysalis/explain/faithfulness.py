"""Does the network use what a map shows? Measures that change an image and ask the network again.

Each is of the probability of the class that the network gives the whole image. Pixels go in the
order of the map; those of equal rank in a random order that the image's number alone decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from chrysalis.explain.imputation import linear_imputation

STEPS = 8  # in which all pixels are taken away or put back
BLUR = 1 / 12  # standard deviation of the blurred image that insertion starts from, of the side
REMOVED = (0.2, 0.5, 0.8)  # shares of the pixels that ROAD removes
NOISE = 0.01  # standard deviation of the noise on what ROAD fills in

Probability = Callable[[Tensor], Tensor]  # of images (N, 3, H, W) in [0, 1] to (N,)


def ranks(maps: Tensor, rows: Sequence[int]) -> Tensor:
    """The place of each pixel in the order of its map, the highest first, as a share (N, H, W)."""
    ties = torch.stack(
        [
            torch.randperm(maps[0].numel(), generator=torch.Generator().manual_seed(int(row)))
            for row in rows
        ]
    ).to(maps.device)
    shuffled = maps.flatten(1).gather(1, ties)
    order = ties.gather(1, shuffled.argsort(dim=1, descending=True, stable=True))
    places = torch.arange(order.shape[1], device=maps.device).expand_as(order)
    found = torch.empty_like(order).scatter_(1, order, places)
    return (found / order.shape[1]).view_as(maps)


def deletion(images: Tensor, ranked: Tensor, mean: Tensor, ask: Probability) -> np.ndarray:
    """The area under the probability while pixels become grey, the highest first (N,).

    Lower is better (Petsiuk, Das and Saenko 2018, BMVC, RISE, section 4.1). Grey is `mean`
    (1, 3, 1, 1), the images' mean colour.
    """
    return _area(mean.expand_as(images), images, ranked, ask)


def insertion(images: Tensor, ranked: Tensor, ask: Probability) -> np.ndarray:
    """The area under the probability while a blurred image gets its pixels back (N,).

    Higher is better (Petsiuk, Das and Saenko 2018).
    """
    return _area(images, blurred(images), ranked, ask)


def blurred(images: Tensor) -> Tensor:
    """The images, blurred until no detail is left."""
    return smoothed(images, BLUR * images.shape[-1])


def smoothed(images: Tensor, sd: float) -> Tensor:
    """Images (N, C, S, S) under a Gaussian of `sd` pixels, which ends at twice that.

    Their edges are mirrored, so it reaches over less than half a side.
    """
    radius = min(round(2 * sd), images.shape[-1] // 2 - 1)
    # SciPy's, since torchvision takes seconds to import.
    made = gaussian_filter(images.cpu().numpy(), sd, mode="mirror", radius=radius, axes=(2, 3))
    return torch.from_numpy(made).to(images.device)


def _area(inside: Tensor, outside: Tensor, ranked: Tensor, ask: Probability) -> np.ndarray:
    """By the trapezoidal rule, of `inside` on a growing share of the pixels."""
    curve = []
    for step in range(STEPS + 1):
        changed = (ranked < step / STEPS)[:, None]
        curve.append(ask(torch.where(changed, inside, outside)))
    return np.trapezoid(torch.stack(curve, 1).double().numpy(), dx=1 / STEPS, axis=1)


def road(images: Tensor, ranked: Tensor, rows: Sequence[int], ask: Probability) -> np.ndarray:
    """Half of what the probability loses more by removing the highest pixels than the lowest (N,).

    Higher is better. Remove and debias (Rong et al. 2022, ICML): what is removed is filled in from
    around it, with a little noise, so that its outline tells nothing. The mean over the shares
    `REMOVED`; both orders are combined as in Gildenblat's pytorch-grad-cam.
    """
    noise = torch.stack(
        [
            torch.randn(images[0].shape, generator=torch.Generator().manual_seed(int(row)))
            for row in rows
        ]
    ).to(images.device)

    def without(removed: Tensor) -> Tensor:
        filled = linear_imputation(images, removed) + NOISE * noise
        return ask(torch.where(removed[:, None], filled.clamp(0, 1), images))

    gains = [(without(ranked >= 1 - share) - without(ranked < share)) / 2 for share in REMOVED]
    return torch.stack(gains).double().mean(0).numpy()
