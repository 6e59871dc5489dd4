"""The masks of a dataset's images, as large as the network sees the images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from chrysalis.augment.inputs import to_input
from chrysalis.data.images import UnusableImage, decode
from chrysalis.errors import UserError


def read_masks(root: Path, paths: Sequence[str], packed: int, size: int, crop_pct: float) -> Tensor:
    """How much of each pixel shows the object: float32 (N, size, size) in [0, 1].

    They are squashed, cut and resized as the images are: to squares of `packed` px, then as
    `to_input` does.

    Args:
        root: the dataset's folder.
        paths: the masks within it; brighter than half is the object.

    Raises:
        UserError: a mask is not there or cannot be read.
    """
    squares = np.empty((len(paths), packed, packed), np.uint8)
    for square, path in zip(squares, paths, strict=True):
        try:
            image, _ = decode(root / path)
        except (UnusableImage, OSError) as error:
            raise UserError(f"{root / path}: the mask cannot be read ({error})") from None
        grey = image.convert("L").point(lambda level: 255 if level > 127 else 0)
        square[:] = np.asarray(grey.resize((packed, packed), Image.Resampling.BOX))
    return to_input(torch.from_numpy(squares)[:, None], size, crop_pct)[:, 0].clamp(0, 1)
