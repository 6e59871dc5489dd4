"""How large the thumbnails are by which near duplicates are told."""

from __future__ import annotations

import numpy as np

BLOCK = 8  # px: thumbnails are compared in blocks of this side
LARGEST_THUMBNAIL = 64  # px


def thumbnail_side(median_side: int) -> int:
    """Side of the thumbnails, in px, for images whose shorter sides have this median.

    A multiple of `BLOCK` and never more than the images have, so that no pixel is made up.
    """
    return int(np.clip(median_side // BLOCK * BLOCK, BLOCK, LARGEST_THUMBNAIL))
