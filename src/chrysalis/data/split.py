"""Which image trains, which validates, which tests."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

import pandas as pd

from chrysalis.errors import UserError

SPLITS = ("train", "val", "test")
SPLIT_COLUMNS = ["path", "class", "label", "split", "sha256", "width", "height", "mask"]

_Rooms = dict[str, Counter[str]]  # by split and class, how many images more it may take


def assign_splits(
    images: pd.DataFrame,
    fractions: tuple[float, float, float] = (0.70, 0.15, 0.15),
    seed: int = 0,
    groups: pd.Series | None = None,
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
    - Images of a group stay together. In that order, each group goes to the first of val, test and
      train that has room for all of it; groups of several classes are placed before all others. A
      carved split can thus have fewer images of a class than it should, by less than the largest
      group has, and more only where no group is small enough.

    Labels number the classes from 0 in sorted order.

    Args:
        images: with columns path, class, split (empty unless official), sha256, width, height
            and mask, as `chrysalis.data.inspection.inspect_images` gives them.
        fractions: of train, val and test; positive, adding up to 1.
        seed: of the shuffle.
        groups: the group of each path, indexed by path; None: each image is a group of its own.

    Returns:
        Columns path, class, label, split, sha256, width, height, mask; sorted by split in the
        order train, val, test, then by path.

    Raises:
        UserError: a class has too few images, or groups of images, outside the official splits.
    """
    labels = {name: label for label, name in enumerate(sorted(images["class"].unique()))}
    share = dict(zip(SPLITS, fractions, strict=True))
    carved = [split for split in ("val", "test") if not images["split"].eq(split).any()]
    table = images.assign(label=images["class"].map(labels)).reset_index(drop=True)
    free = table[~table["split"].isin(["val", "test"])]
    sizes = {name: int(free["class"].eq(name).sum()) for name in labels}
    drawn = _draw_groups(free, _rooms(sizes, share, carved), seed, groups)
    table.loc[free.index, "split"] = free["path"].map(drawn)
    return _sorted(table)


def _rooms(sizes: dict[str, int], share: dict[str, float], carved: list[str]) -> _Rooms:
    """How many images of each class each carved split and train are to get."""
    rooms: _Rooms = {split: Counter() for split in (*carved, "train")}
    for name, n in sizes.items():
        if n <= len(carved):
            raise UserError(
                f"class '{name}' has {n} image(s) to take {', '.join(['train', *carved])} "
                "from, one each is needed; add images to it or remove its folder"
            )
        for split, count in _counts(n, share, carved).items():
            rooms[split][name] = count
    return rooms


def _draw_groups(
    free: pd.DataFrame, rooms: _Rooms, seed: int, groups: pd.Series | None
) -> dict[str, str]:
    """The split of each path; `rooms` are filled on the way."""
    of_group: dict[str, list[tuple[str, str]]] = {}
    for path, name in zip(free["path"], free["class"], strict=True):
        group = path if groups is None else groups[path]
        of_group.setdefault(group, []).append((path, name))
    units = [sorted(members) for members in of_group.values()]
    # Alone, a class must not depend on the others: those of several classes come first.
    order = sorted(
        units, key=lambda unit: (len({name for _, name in unit}) == 1, _draw(seed, unit))
    )
    places = {unit[0][0]: _place(Counter(name for _, name in unit), rooms) for unit in order}
    for name in sorted(free["class"].unique()):
        _fill_empty(name, order, places, [split for split in rooms if split != "train"])
    return {path: places[unit[0][0]] for unit in units for path, _ in unit}


def _place(needed: Counter[str], rooms: _Rooms) -> str:
    """The first split with room for these images, else train; the room is taken."""
    fits = (split for split, room in rooms.items() if all(room[c] >= needed[c] for c in needed))
    place = next(fits, "train")
    rooms[place].subtract(needed)
    return place


def _fill_empty(
    name: str, order: list[list[tuple[str, str]]], places: dict[str, str], carved: list[str]
) -> None:
    """Give each split that has none of a class the smallest group that another can spare.

    Raises:
        UserError: there are too few groups.
    """
    units = [unit for unit in order if any(own == name for _, own in unit)]
    for split in (*carved, "train"):
        holders = Counter(places[unit[0][0]] for unit in units)
        if holders[split]:
            continue
        spare = [unit for unit in units if holders[places[unit[0][0]]] > 1]
        single = [unit for unit in spare if all(own == name for _, own in unit)]
        if not single:
            raise UserError(
                f"class '{name}' has {len(units)} group(s) of images that belong together, and "
                f"each of {', '.join(['train', *carved])} needs one; add images to it, remove its "
                "folder or change the dataset's group"
            )
        places[min(single, key=len)[0][0]] = split


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


def _draw(seed: int, unit: Iterable[tuple[str, str]]) -> str:
    """Where a group comes in the shuffle: by its first image."""
    path, class_name = min(unit)
    return hashlib.sha256(f"{seed}\0{class_name}\0{path}".encode()).hexdigest()
