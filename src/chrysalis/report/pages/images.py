"""What the tables of the images come to, however many images there are."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from chrysalis.records.data import IMAGES, SPLIT
from chrysalis.records.paths import StudyPaths


@dataclass(frozen=True)
class ImageCounts:
    """The usable images: how many, their sides in pixels, and how many are of each kind.

    `official` says whether the dataset names splits itself.
    """

    images: int
    masks: int
    official: bool
    widths: tuple[int, int]
    heights: tuple[int, int]
    modes: dict[str, int]
    formats: dict[str, int]
    notes: dict[str, int]


@dataclass(frozen=True)
class ClassCounts:
    """How many images of a class are in each split."""

    class_: str
    train: int
    val: int
    test: int

    @property
    def all(self) -> int:
        """In all splits."""
        return self.train + self.val + self.test


def count_images(paths: StudyPaths) -> ImageCounts:
    """Read images.csv.

    Raises:
        UserError: it is missing or damaged.
    """
    table = IMAGES.read_frame(paths.images)
    return ImageCounts(
        images=len(table),
        masks=int(table["mask"].ne("").sum()),
        official=bool(table["split"].ne("").any()),
        widths=(int(table["width"].min()), int(table["width"].max())),
        heights=(int(table["height"].min()), int(table["height"].max())),
        modes=_numbers(table["mode"]),
        formats=_numbers(table["format"]),
        notes=_numbers(table["note"]),
    )


def count_classes(paths: StudyPaths) -> list[ClassCounts]:
    """Read split.csv; classes in the order of their labels.

    Raises:
        UserError: it is missing or damaged.
    """
    table = SPLIT.read_frame(paths.split)
    counts = pd.crosstab(table["label"], table["split"])
    counts = counts.reindex(columns=["train", "val", "test"], fill_value=0)
    names = table.drop_duplicates("label").set_index("label")["class"]
    return [ClassCounts(names[label], *map(int, row)) for label, *row in counts.itertuples()]


def _numbers(kinds: pd.Series) -> dict[str, int]:
    found = kinds[kinds.ne("")].value_counts().sort_index()
    return {str(kind): int(number) for kind, number in found.items()}
