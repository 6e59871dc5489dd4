"""Tables of the rules contrast, check_maps, backgrounds and judge_maps: maps, and how right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from chrysalis.records.tables import Table

Measure = Literal["energy", "pointing", "iou", "iou_best", "deletion", "insertion", "road"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
LOWER_IS_BETTER: frozenset[Measure] = frozenset({"deletion"})
Variant = Literal[
    "whole", "background_grey", "background_blurred", "background_replaced", "object_removed"
]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
Compared = Literal["confused", "layers"]
MapOutcome = Literal["better", "worse", "none", "insufficient"]


@dataclass(frozen=True)
class MapScoreRow:
    """What one map scores; NaN where a measure was not taken (see `explain.check`).

    `energy` to `iou_best` need the object's mask.
    """

    path: str
    class_: str
    correct: bool
    method: str
    energy: float
    pointing: float
    iou: float
    iou_best: float
    deletion: float
    insertion: float
    road: float


@dataclass(frozen=True)
class CascadeRow:
    """How alike one image's map is once the weights down to `module` are random.

    `share` is the share of the modules with weights that are; `similarity` is a rank correlation.
    """

    path: str
    method: str
    share: float
    module: str
    similarity: float


@dataclass(frozen=True)
class BackgroundRow:
    """The class that the network gives each variant of one image with a mask."""

    path: str
    class_: str
    whole: str
    background_grey: str
    background_blurred: str
    background_replaced: str
    object_removed: str


@dataclass(frozen=True)
class MapRow:
    """A measure's mean over images, with its 95 % interval.

    `group` is all, right or wrong (of the answers), or class, and then `class_` names it.
    """

    model: str
    seed: int
    method: str
    measure: Measure
    group: str
    class_: str
    images: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class MapEffectRow:
    """A measure of a method less that of the centred Gaussian, image by image.

    The interval allows for all comparisons of the training, `comparisons` of them. `outcome` is
    better where the whole interval lies on the better side.
    """

    model: str
    seed: int
    method: str
    measure: Measure
    images: int
    effect: float
    low: float
    high: float
    comparisons: int
    outcome: MapOutcome


@dataclass(frozen=True)
class WrongRow:
    """A measure on wrong answers less that on right ones (Welch's t over the images)."""

    model: str
    seed: int
    method: str
    measure: Measure
    right: int
    wrong: int
    effect: float
    low: float
    high: float


@dataclass(frozen=True)
class WeightsRow:
    """The mean similarity after a stage of randomising, with its 95 % interval.

    `outcome` is of the last stage, where all weights are random, and empty before.
    """

    model: str
    seed: int
    method: str
    share: float
    module: str
    images: int
    mean: float
    low: float
    high: float
    outcome: str


@dataclass(frozen=True)
class VariantRow:
    """Accuracy on a variant of the test images, and its change from the whole ones, as fractions.

    `class_` is empty for all classes. The intervals have 95 %: Wilson's, and Bonett and Price's.
    """

    model: str
    seed: int
    variant: Variant
    class_: str
    images: int
    accuracy: float
    low: float
    high: float
    change: float
    change_low: float
    change_high: float


@dataclass(frozen=True)
class BetrayedRow:
    """How well a class is recognised without its object, against what others are taken for it.

    `recall` is the share of its images without object that are recognised, `alarms` the share of
    other classes' that are taken for it, `whole` its recall on whole images. `p` is of Fisher's
    exact test, `p_adjusted` corrected over all rows of the table. `betrayed`: p_adjusted is below
    5 %, and recall less alarms is at least half of the recall on whole images.
    """

    model: str
    seed: int
    class_: str
    images: int
    whole: float
    recall: float
    alarms: float
    p: float
    p_adjusted: float
    betrayed: bool


@dataclass(frozen=True)
class ContrastRow:
    """One map of an image, for the class `target`, from `layer`, of `rows` x `columns` cells.

    `figure` is confused, where the maps of an image are for its own class and for another, or
    layers, where they are for the predicted class, from layer to layer. Maps of one `line` belong
    together, in their order. `confidence` is the probability of `target`.
    """

    figure: Compared
    line: int
    path: str
    class_: str
    predicted_class: str
    target: str
    confidence: float
    layer: str
    rows: int
    columns: int


CONTRASTS = Table(ContrastRow)
MAP_SCORES = Table(MapScoreRow)
CASCADE = Table(CascadeRow)
BACKGROUNDS = Table(BackgroundRow)
MAPS = Table(MapRow)
MAP_EFFECTS = Table(MapEffectRow)
WRONG = Table(WrongRow)
WEIGHTS = Table(WeightsRow)
VARIANT_ACCURACIES = Table(VariantRow)
BETRAYED = Table(BetrayedRow)
