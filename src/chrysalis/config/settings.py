"""How a network is trained and its images are augmented: the settings, and their base class."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


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
    translation: Annotated[float, Field(ge=0, le=0.5)] = Field(
        0.0, description="Largest shift either way, in whole pixels, as a share of the side."
    )
    brightness: Fraction = Field(0.2, description="Largest relative change of brightness.")
    contrast: Fraction = Field(0.2, description="Largest relative change of contrast.")
    saturation: Fraction = Field(0.2, description="Largest relative change of saturation.")
    hue: Annotated[float, Field(ge=0, le=0.5)] = Field(
        0.02, description="Largest turn of hue, as a share of the colour circle."
    )
    policy: Literal["none", "trivial", "rand", "auto_cifar10"] = Field(
        "none",
        description="Operations drawn from a list, after crop, flip, shift and rotation and before "
        "the changes of colour: TrivialAugment, RandAugment, or AutoAugment with the policy found "
        "on CIFAR-10.",
    )
    rand_operations: Annotated[int, Field(ge=1, le=8)] = Field(
        2, description="Operations in turn under policy rand."
    )
    rand_magnitude: Annotated[int, Field(ge=0, le=30)] = Field(
        9, description="Their magnitude, of 30."
    )
    erase: Fraction = Field(
        0.0, description="Probability of erasing a rectangle (Cutout, random erasing)."
    )
    erase_area: Annotated[tuple[Fraction, Fraction], Limits] = Field(
        (0.02, 0.33), description="Least and largest share of the image's area that is erased."
    )
    mixup: NotNegative = Field(
        0.0, description="Alpha of MixUp's beta distribution of shares; 0: off."
    )
    cutmix: NotNegative = Field(
        0.0,
        description="Alpha of CutMix's beta distribution of areas; 0: off. With mixup as well, "
        "each image gets one of the two, at even odds.",
    )


class TrainingSettings(Settings):
    """How the weights are found."""

    epochs: Annotated[int, Field(ge=1)] = Field(
        40,
        description="Passes over as many images as the whole training split holds; arms that use "
        "fewer images see each more often, in equally many steps.",
    )
    batch_size: Annotated[int, Field(ge=2)] = Field(32, description="Images per step.")
    optimizer: Literal["sgd", "nesterov", "adam", "adamw", "rmsprop"] = Field(
        "adamw", description="nesterov: sgd with Nesterov's momentum."
    )
    learning_rate: Positive = Field(1e-3, description="Peak, after warm-up.")
    momentum: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.9, description="Of sgd, nesterov and rmsprop."
    )
    weight_decay: NotNegative = Field(
        0.05, description="Decoupled with adamw, else an L2 penalty's gradient."
    )
    decay_norms_and_biases: bool = Field(
        False, description="Whether weight decay applies to normalisation and biases too."
    )
    schedule: Literal["cosine", "step", "one_cycle", "constant"] = Field(
        "cosine", description="Course of the learning rate after warm-up."
    )
    step_at: tuple[Fraction, ...] = Field(
        (0.5, 0.75), description="Schedule step: after these shares of all steps ..."
    )
    step_epochs: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (), description="... or, if given, after these epochs ..."
    )
    step_factor: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.1, description="... the rate is multiplied by this."
    )
    warmup_epochs: NotNegative = Field(
        3.0,
        description="Epochs over which the learning rate rises to its peak: linearly, or along a "
        "cosine with one_cycle.",
    )
    loss: Literal["cross_entropy", "label_smoothing", "focal", "center"] = Field(
        "cross_entropy", description="center: cross-entropy plus center loss."
    )
    label_smoothing: Fraction = Field(
        0.1, description="Share spread over all classes, of loss label_smoothing."
    )
    focal_gamma: NotNegative = Field(2.0, description="Focusing exponent of loss focal.")
    center_weight: NotNegative = Field(0.003, description="Weight of center loss (lambda).")
    center_rate: Fraction = Field(0.5, description="How fast the centers move (alpha).")
    distillation_weight: Fraction = Field(
        0.9, description="With a teacher: share of the loss that is the distance to its outputs."
    )
    distillation_temperature: Positive = Field(
        4.0, description="What the outputs of both are divided by for that."
    )
    clip_norm: NotNegative = Field(
        0.0, description="Largest norm of the whole gradient; 0: not clipped."
    )
    ema_decay: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.0, description="Decay of the average of weights that is evaluated; 0: no average."
    )
    patience: Annotated[int, Field(ge=0)] = Field(
        20,
        description="Epochs without a better validation result after which training stops; "
        "0: never.",
    )
    frozen: bool = Field(
        False,
        description="Whether only the last linear layer is trained, all before it staying as it "
        "starts: of use with pretrained weights.",
    )
    test_time_flip: bool = Field(
        False, description="Whether predictions average over an image and its mirror image."
    )
    precision: Literal["auto", "fp32", "bf16"] = Field(
        "auto", description="auto: bf16 autocast where the hardware computes it natively."
    )
    deterministic: bool = Field(
        True, description="Whether only deterministic algorithms are used: bit-identical repeats."
    )
