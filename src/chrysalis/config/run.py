"""The settings of one run: all that decides its weights, and nothing else.

The training engine imports this module; settings of the study live elsewhere so that changing
those retrains nothing.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

# Images are packed larger than the network's input, so that a random crop of about half the area
# still has the input's detail instead of being enlarged.
PACK_MARGIN = 4 / 3

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]


def _ascending(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] > limits[1]:
        raise ValueError("the least must not be above the largest")
    return limits


Limits = AfterValidator(_ascending)


class Settings(BaseModel):
    """Base of every settings model: unknown keys are errors, values do not change once made."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class AugmentationSettings(Settings):
    """Random changes of a training image; each has an "off" value, and all off means none."""

    crop_area: Annotated[tuple[Fraction, Fraction], Limits] = Field(
        (0.35, 1.0), description="Least and largest share of the image's area that a crop keeps."
    )
    crop_aspect: Annotated[tuple[Positive, Positive], Limits] = Field(
        (3 / 4, 4 / 3), description="Least and largest width / height of a crop."
    )
    flip: Fraction = Field(0.5, description="Probability of mirroring left to right.")
    rotation: Annotated[float, Field(ge=0, le=180)] = Field(
        15.0, description="Largest rotation either way, in degrees."
    )
    brightness: Fraction = Field(0.2, description="Largest relative change of brightness.")
    contrast: Fraction = Field(0.2, description="Largest relative change of contrast.")
    saturation: Fraction = Field(0.2, description="Largest relative change of saturation.")
    hue: Annotated[float, Field(ge=0, le=0.5)] = Field(
        0.02, description="Largest turn of hue, as a share of the colour circle."
    )


class TrainingSettings(Settings):
    """How the weights are found."""

    epochs: Annotated[int, Field(ge=1)] = Field(40, description="Passes over the training images.")
    batch_size: Annotated[int, Field(ge=2)] = Field(32, description="Images per step.")
    learning_rate: Positive = Field(1e-3, description="Peak, after warm-up.")
    weight_decay: Annotated[float, Field(ge=0)] = Field(0.05, description="AdamW's, decoupled.")
    warmup_epochs: Annotated[float, Field(ge=0)] = Field(
        3.0, description="Epochs over which the learning rate rises linearly to its peak."
    )
    patience: Annotated[int, Field(ge=1)] = Field(
        20, description="Epochs without a better validation result after which training stops."
    )
    precision: Literal["auto", "fp32", "bf16"] = Field(
        "auto", description="auto: bf16 autocast where the hardware computes it natively."
    )


class RunSettings(Settings):
    """One training: with the packed data, these settings decide the result."""

    model: str
    options: dict[str, float | int | bool | str] = {}
    image_size: Annotated[int, Field(ge=8, le=1024)]
    training: TrainingSettings = TrainingSettings()
    augmentation: AugmentationSettings | None = AugmentationSettings()
    removed_classes: tuple[str, ...] = ()
    seed: Annotated[int, Field(ge=0)] = 0

    @property
    def packed_size(self) -> int:
        """Side, in pixels, of the packed images that this run reads."""
        return round(self.image_size * PACK_MARGIN)

    def to_json(self) -> str:
        """Canonical JSON: the same settings always give the same text."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True)

    @property
    def name(self) -> str:
        """Folder name of the run without its seed: model and 8 hex digits of its settings."""
        text = self.model_copy(update={"seed": 0}).to_json()
        return f"{self.model}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
