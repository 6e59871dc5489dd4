"""Heat maps laid over their images."""

from __future__ import annotations

import cv2
import numpy as np

HEAT_SHARE = 0.4


def overlay(image: np.ndarray, cam: np.ndarray) -> np.ndarray:
    """Blend 0.4 of the heat map, in OpenCV's JET colours, with 0.6 of the image.

    `image` is uint8 (H, W, 3) RGB, `cam` float (H, W) in [0, 1]; the result is uint8 (H, W, 3) RGB.
    """
    levels = np.rint(cam * 255).astype(np.uint8)
    heat = cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_JET), cv2.COLOR_BGR2RGB)
    return cv2.addWeighted(heat, HEAT_SHARE, image, 1 - HEAT_SHARE, 0)
