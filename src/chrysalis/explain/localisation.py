"""Does a map lie on the object? Measures of a map against the object's mask, image by image.

Maps are float (N, H, W) in [0, 1], masks boolean (N, H, W); each measure is float64 (N,).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

THRESHOLDS = np.arange(1, 10) / 10  # shares of a map's maximum
FIXED = 0.5


def energy_inside(maps: Tensor, masks: Tensor) -> np.ndarray:
    """The share of a map's sum inside the mask (Wang et al. 2020, CVPR Workshops, Score-CAM).

    A map of zeros tells nothing: NaN.
    """
    total = maps.double().sum((1, 2))
    inside = (maps.double() * masks).sum((1, 2))
    return torch.where(total > 0, inside / total, torch.nan).numpy()


def pointing(maps: Tensor, masks: Tensor) -> np.ndarray:
    """1 if a map's highest place is inside the mask, else 0 (Zhang et al. 2018, IJCV 126).

    Of several highest places the share inside counts. A map of zeros tells nothing: NaN.
    """
    highest = (maps == maps.amax((1, 2), keepdim=True)).double()
    share = (highest * masks).sum((1, 2)) / highest.sum((1, 2))
    return torch.where(maps.amax((1, 2)) > 0, share, torch.nan).numpy()


def overlaps(maps: Tensor, masks: Tensor) -> np.ndarray:
    """Intersection over union with the mask of what reaches each of `THRESHOLDS` (N, 9)."""
    found = []
    for threshold in THRESHOLDS:
        above = maps >= threshold
        union = (above | masks).sum((1, 2))
        found.append((above & masks).sum((1, 2)) / union.clamp(min=1))
    return torch.stack(found, 1).double().numpy()


def best_threshold(overlap: np.ndarray) -> int:
    """The column of `overlaps` with the highest mean: one threshold for all images of a method.

    As in Choe et al. 2020 (CVPR), which shows that a fixed one favours some methods.
    """
    return int(overlap.mean(0).argmax())
