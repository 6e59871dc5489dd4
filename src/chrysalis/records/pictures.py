"""What the pages in pictures show: wrong answers, classes, the map of the images, and their tiles.

A sheet is a WebP file of square tiles, row by row, in columns of `COLUMNS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chrysalis.records.files import Record
from chrysalis.records.tables import Table

TILE, COLUMNS = 96, 20  # side of a tile in px, and tiles in a row of a sheet
MAP_SHEET, CLASSES_SHEET = "map", "classes"


def errors_sheet(run: str) -> str:
    """Name of the sheet of a run's errors."""
    return f"errors-{run}"


def class_sheet(label: int) -> str:
    """Name of the sheet of a class."""
    return f"class-{label}"


@dataclass(frozen=True)
class ErrorRow:
    """A wrong answer of one training on test; `confidence` is its probability of that answer."""

    model: str
    seed: int
    path: str
    class_: str
    predicted: str
    confidence: float


@dataclass(frozen=True)
class ErrorImageRow:
    """A test image that trainings of a model get wrong: `wrong` of the `judged` ones, a seed each.

    `predicted` is the most frequent wrong answer, `confidence` the mean of all wrong ones. If the
    audit doubts the label, it looks like `suggested`, and `label_confidence` is the probability of
    its own class. If it has a near duplicate in train or val, that is `twin`, of `twin_class`.
    Otherwise these are empty.
    """

    model: str
    path: str
    class_: str
    predicted: str
    confidence: float
    wrong: int
    judged: int
    suggested: str
    label_confidence: float
    twin: str
    twin_split: str
    twin_class: str


@dataclass(frozen=True)
class ClassAccuracyRow:
    """How many test images of a class a model recognises: mean and sd over the seeds' shares.

    `images` is their number in the split of one seed.
    """

    model: str
    label: int
    class_: str
    images: int
    seeds: int
    mean: float
    sd: float


@dataclass(frozen=True)
class ConfusionRow:
    """How often trainings of a model answer `predicted` on test images of another class.

    `errors` of `answers`, over the images of the class and all seeds; `share` is their ratio.
    """

    model: str
    class_: str
    predicted: str
    errors: int
    answers: int
    share: float


Kind = Literal["example", "missed", "taken", "doubtful", "suggested"]


@dataclass(frozen=True)
class ClassPictureRow:
    """A picture on the page of a class, which is number `label`.

    `kind` says why: an example; missed, a test image that models take for `other`; taken, one of
    `other` that models take for this class; doubtful, it has this label and looks like `other`;
    suggested, it looks like this class and has the label `other`. `wrong` of the `judged` answers
    of all trainings are wrong; both are 0 where no model is asked.
    """

    label: int
    kind: Kind
    path: str
    other: str
    wrong: int
    judged: int


@dataclass(frozen=True)
class PointRow:
    """An image on the map: its place, from 0 to 1 both ways, its class and split."""

    path: str
    x: float
    y: float
    label: int
    class_: str
    split: str


class MapRecord(Record):
    """map.json: how the map was made. Of `images`, `shown` are on it, chosen with `seed`."""

    images: int
    shown: int
    perplexity: float
    seed: int


@dataclass(frozen=True)
class TileRow:
    """A tile of a sheet, counted from 0: the image, or its map if `kind` is map."""

    sheet: str
    tile: int
    kind: Literal["image", "map"]
    path: str


ERRORS = Table(ErrorRow)
ERROR_IMAGES = Table(ErrorImageRow)
CLASS_ACCURACY = Table(ClassAccuracyRow)
CONFUSIONS = Table(ConfusionRow)
CLASS_PICTURES = Table(ClassPictureRow)
POINTS = Table(PointRow)
TILES = Table(TileRow)
