"""The settings of one run: all that decides its weights, and nothing else.

The training engine imports this module; settings of the study live elsewhere so that changing
those retrains nothing.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Literal

from pydantic import Field

from chrysalis.config.settings import AugmentationSettings, Settings, TrainingSettings
from chrysalis.config.sweep import Sweep

ImageSize = Annotated[
    int, Field(ge=8, le=1024, description="Side of the network's square input, in pixels.")
]
# A random crop of about half the area still has the input's detail instead of being enlarged.
PackMargin = Annotated[
    float,
    Field(ge=1, le=4, description="Side of the packed images, as a multiple of the input's side."),
]
# Random crops make things look larger than they are in the whole image, so evaluation looks at the
# centre: by default the share that torchvision's and timm's evaluation transforms keep (224 of 256
# px). Source of the effect: Touvron et al., "Fixing the train-test resolution discrepancy",
# NeurIPS 2019.
CROP_PCT = 7 / 8
CropShare = Annotated[
    float,
    Field(gt=0, le=1, description="Share of a packed image's side that evaluation looks at."),
]
TrainShare = Annotated[
    float,
    Field(
        gt=0,
        le=1,
        description="Share of each class's training images that is used, at least one; which, "
        "the seed decides, and a larger share holds the smaller.",
    ),
]
Initialisation = Annotated[
    Literal["model", "he_normal", "he_uniform", "xavier_normal", "xavier_uniform"],
    Field(
        description="How the weights of convolutions and linear layers are drawn; model: as the "
        "network's builder draws them. Else biases are 0."
    ),
]
InputStatistics = Annotated[
    Literal["dataset", "imagenet", "half", "none"],
    Field(
        description="Mean and sd that the input's channels are normalised by: those of the "
        "training images, those of ImageNet, 0.5 and 0.5, or none, which leaves pixels in [0, 1]. "
        "Pretrained networks bring their own."
    ),
]
Validation = Annotated[
    Literal["val", "test"],
    Field(
        description="The split that decides which epoch is kept. test: as in studies without a val "
        "split, whose images then train as well; the figures on test are too good, and every page "
        "says so."
    ),
]


def origins(validate_on: Validation) -> dict[str, tuple[str, ...]]:
    """The splits of the data that a training's train, val and test are made of.

    If test is what it validates on, the images of val train, and test takes the place of val.
    """
    if validate_on == "test":
        return {"train": ("train", "val"), "val": ("test",), "test": ("test",)}
    return {name: (name,) for name in ("train", "val", "test")}


Pruned = Annotated[
    float,
    Field(ge=0, lt=1, description="Share of each layer's channels that is removed; 0: none."),
]

# What a seed decides: who is in which split, the first weights, the order of the images with what
# dropout leaves out, and how each image is changed.
Source = Literal["split", "initialisation", "order", "augmentation"]
SOURCES: tuple[Source, ...] = ("split", "initialisation", "order", "augmentation")
# By default all seeds share one split, and judge on the same test images.
VARIED: tuple[Source, ...] = SOURCES[1:]


class RunSettings(Settings):
    """One training: with the packed data, these settings decide the result.

    Some of them name what the study itself finds out first. `worst_classes`: so many classes are
    removed, those with the worst label quality by the run `ranked_by`. `teacher` and `start`: the
    runs, of the same seed, whose outputs are learned and whose weights, pruned by the share
    `prune`, come first. `sweep`: the search whose result is laid over `training`. `varied` are the
    sources of variance that follow the seed; the others are those of seed 0. An epoch goes
    through the share `epoch_share` of each class's images: it has as many steps as those of train
    fill, and those of val judge it.
    """

    model: str
    options: dict[str, float | int | bool | str] = Field({})
    image_size: ImageSize
    pack_margin: PackMargin = 4 / 3
    crop_pct: CropShare = CROP_PCT
    train_share: TrainShare = 1.0
    epoch_share: TrainShare = 1.0
    initialisation: Initialisation = "model"
    input_statistics: InputStatistics = "dataset"
    validate_on: Validation = "val"
    training: TrainingSettings = TrainingSettings()
    augmentation: AugmentationSettings | None = AugmentationSettings()
    removed_classes: tuple[str, ...] = ()
    worst_classes: Annotated[int, Field(ge=0)] = 0
    ranked_by: str | None = None
    teacher: str | None = None
    start: str | None = None
    prune: Pruned = 0.0
    sweep: Sweep | None = None
    varied: tuple[Source, ...] = VARIED
    seed: Annotated[int, Field(ge=0)] = 0

    @property
    def packed_size(self) -> int:
        """Side, in pixels, of the packed images that this run reads."""
        return round(self.image_size * self.pack_margin)

    def seed_of(self, source: Source) -> int:
        """The seed that decides this source of variance."""
        return self.seed if source in self.varied else 0

    def to_json(self) -> str:
        """Canonical JSON: the same settings always give the same text."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True)

    @property
    def name(self) -> str:
        """Folder name of the run without its seed: model and 8 hex digits of its settings.

        What the study finds out itself is not part of it, so it is known before.
        """
        values = self.model_dump(mode="json", exclude={"seed"})
        if self.worst_classes:
            del values["removed_classes"]
        for searched in self.sweep.space if self.sweep else ():
            del values["training"][searched]
        text = json.dumps(values, sort_keys=True)
        model = self.model.replace("/", "_")
        return f"{model}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
