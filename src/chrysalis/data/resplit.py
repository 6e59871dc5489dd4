"""Another split of the images that are packed already."""

from __future__ import annotations

import pandas as pd

from chrysalis.data.split import assign_splits
from chrysalis.errors import UserError


def resplit(
    index: pd.DataFrame,
    images: pd.DataFrame,
    fractions: tuple[float, float, float],
    seed: int,
    groups: pd.Series | None = None,
) -> pd.DataFrame:
    """The index of a pack with the split that `assign_splits` gives for `seed`.

    Rows keep their order, and all columns but split their values. Each class has as many images
    in each split as before, so long as the fractions are the same and each image is its own group.
    Official splits stay.

    Args:
        index: of the pack, with columns path and split.
        images: as `assign_splits` takes them, of the same paths.
        fractions: of train, val and test; positive, adding up to 1.
        seed: of the shuffle.
        groups: as `assign_splits` takes them.
    """
    drawn = assign_splits(images, fractions, seed, groups).set_index("path")["split"]
    return index.assign(split=index["path"].map(drawn))


def require_no_official_test(images: pd.DataFrame) -> None:
    """Refuse a dataset whose test images are the same for every seed.

    Raises:
        UserError: the dataset has an official test split, so no other can be drawn.
    """
    if images["split"].eq("test").any():
        raise UserError(
            "vary_split: the dataset has an official test split, which is the same for every "
            "seed; set vary_split: false, or put all images of a class into one folder"
        )
