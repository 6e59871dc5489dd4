"""Does the network look at the background? Images whose background or object is another.

After Xiao et al. 2021 (ICLR, Noise or Signal: The Role of Image Backgrounds in Object Recognition),
whose variants are called only-foreground, mixed-random and no-foreground.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from chrysalis.explain.faithfulness import BLUR, smoothed
from chrysalis.explain.imputation import linear_imputation
from chrysalis.records.maps import VARIANTS, Variant


def variants(images: Tensor, masks: Tensor, labels: Tensor, mean: Tensor) -> dict[Variant, Tensor]:
    """Each variant of images (N, 3, S, S) in [0, 1], of the same shape.

    - whole: the image as it is.
    - background_grey: the background is `mean`, the images' mean colour.
    - background_blurred: the background without the object, blurred until no detail is left.
    - background_replaced: the background of another image, if there is one of another class: the
      next such, in their order. Where its object was, it is filled in from around it.
    - object_removed: the smallest upright rectangle around the object is filled in from around it,
      so that neither the object nor its outline is left.

    Args:
        images: what the network is shown.
        masks: float (N, S, S) in [0, 1], how much of each pixel shows the object.
        labels: int64 (N,).
        mean: (1, 3, 1, 1).
    """
    inside = masks[:, None]
    behind = linear_imputation(images, _grown(masks > 0))
    detail = 2 * BLUR * images.shape[-1]
    others = torch.as_tensor(partners(labels.tolist()), device=images.device)
    made: dict[Variant, Tensor] = {
        "whole": images,
        "background_grey": images * inside + mean * (1 - inside),
        "background_blurred": images * inside + smoothed(behind, detail) * (1 - inside),
        "background_replaced": images * inside + behind[others] * (1 - inside),
        "object_removed": linear_imputation(images, boxes(masks > 0)),
    }
    return {name: made[name] for name in VARIANTS}


def partners(labels: Sequence[int]) -> np.ndarray:
    """For each image the position of the next one of another class, or its own if there is none."""
    count = len(labels)
    return np.array(
        [
            next((j % count for j in range(i + 1, i + count) if labels[j % count] != own), i)
            for i, own in enumerate(labels)
        ],
        dtype=int,
    )


def boxes(objects: Tensor) -> Tensor:
    """The smallest upright rectangle around each object, grown by a pixel: bool (N, H, W)."""
    grown = _grown(objects)
    rows, columns = grown.any(2), grown.any(1)
    return _spanned(rows)[:, :, None] & _spanned(columns)[:, None, :]


def _spanned(line: Tensor) -> Tensor:
    """All between the first and the last that are set, of each row."""
    found = line.int()
    after = found.cummax(1).values
    before = found.flip(1).cummax(1).values.flip(1)
    return (after & before).bool()


def _grown(objects: Tensor) -> Tensor:
    """With a pixel more to each side, where object and background mix."""
    return torch.nn.functional.max_pool2d(objects[:, None].float(), 3, 1, 1)[:, 0] > 0
