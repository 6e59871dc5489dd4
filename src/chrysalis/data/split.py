"""Which image trains, which validates, which tests."""

from __future__ import annotations

import hashlib

import pandas as pd

from chrysalis.errors import UserError

SPLITS = ("train", "val", "test")
SPLIT_COLUMNS = ["path", "class", "label", "split", "sha256", "width", "height", "mask"]


def assign_splits(
    images: pd.DataFrame,
    fractions: tuple[float, float, float] = (0.70, 0.15, 0.15),
    seed: int = 0,
) -> pd.DataFrame:
    """Give every image its label and its split.

    Rules, class by class:

    - An official val or test split is kept as it is. It need not hold every class.
    - A split without a single image in the dataset is carved out of the rest (the official train
      images; all of them if there are no official splits). It gets its fraction, relative to the
      fractions of train and of the splits carved, times the number of these images, rounded
      (halves to even), and at least one image.
    - Train gets what remains and at least one image; the larger of the carved splits, val if they
      are equal, gives way for that.
    - Images are drawn in the order of the SHA-256 of seed, class and path: a shuffle that depends
      on no row order, no other class and no library's generator.

    Labels number the classes from 0 in sorted order.

    Args:
        images: with columns path, class, split (empty unless official), sha256, width, height
            and mask, as `chrysalis.data.inspection.inspect_images` gives them.
        fractions: of train, val and test; positive, adding up to 1.
        seed: of the shuffle.

    Returns:
        Columns path, class, label, split, sha256, width, height, mask; sorted by split in the
        order train, val, test, then by path.

    Raises:
        UserError: a class has too few images outside the official splits.
    """
    labels = {name: label for label, name in enumerate(sorted(images["class"].unique()))}
    share = dict(zip(SPLITS, fractions, strict=True))
    carved = [split for split in ("val", "test") if not images["split"].eq(split).any()]
    table = images.assign(label=images["class"].map(labels)).reset_index(drop=True)
    free = ~table["split"].isin(["val", "test"])
    for name in labels:
        paths = table.loc[free & table["class"].eq(name), "path"]
        if len(paths) <= len(carved):
            raise UserError(
                f"class '{name}' has {len(paths)} image(s) to take {', '.join(['train', *carved])} "
                "from, one each is needed; add images to it or remove its folder"
            )
        counts = _counts(len(paths), share, carved)
        order = sorted(paths.index, key=lambda row: _draw(seed, name, paths[row]))
        table.loc[order, "split"] = [split for split, n in counts.items() for _ in range(n)]
    return _sorted(table)


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    rank = table["split"].map(SPLITS.index)
    table = table.assign(rank=rank).sort_values(["rank", "path"], ignore_index=True)
    return table[SPLIT_COLUMNS]


def _counts(n: int, share: dict[str, float], carved: list[str]) -> dict[str, int]:
    """How many of `n` images each carved split and train get; `n` allows one each."""
    whole = share["train"] + sum(share[split] for split in carved)
    counts = {split: max(1, round(share[split] / whole * n)) for split in carved}
    while sum(counts.values()) >= n and max(counts.values(), default=1) > 1:
        counts[max(counts, key=lambda split: counts[split])] -= 1
    return {**counts, "train": n - sum(counts.values())}


def _draw(seed: int, class_name: str, path: str) -> str:
    return hashlib.sha256(f"{seed}\0{class_name}\0{path}".encode()).hexdigest()
