"""What others published, to be set beside what a study measures (config/published/<name>.yaml)."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from chrysalis.config.claims import Claim
from chrysalis.config.metrics import COSTS, EXPORTS, MetricName
from chrysalis.config.settings import NotNegative, Settings

TestShare = Literal[
    "test",
    "top2",
    "top3",
    "top4",
    "top5",
    "precision_macro",
    "recall_macro",
    "f1_macro",
    "precision_weighted",
    "f1_weighted",
]
OfEpoch = Literal["val", "train", "train_loss"]
OfDynamics = Literal["dead", "vanishing", "exploding"]
# Metrics that are fractions.
SHARES = frozenset({*get_args(TestShare), *get_args(OfDynamics), "precision", "val", "train"})


class PublishedFigure(Settings):
    """A number, and what of a study stands for it: a model's base run, or an experiment's arm."""

    model: str
    value: NotNegative = Field(
        description="The published number: a fraction, or in the unit of the metric."
    )
    metric: TestShare | OfEpoch | Literal["precision"] | OfDynamics | MetricName = Field(
        "test",
        description="Top-1 on test, or on val after the epoch that is best on val; other shares of "
        "test; accuracy and loss in training, after an epoch; the precision of a class; shares of "
        "units and steps, of an experiment with `dynamics`; or a metric.",
    )
    of_class: str | None = Field(
        None,
        description="The one class that counts: of its test images with `test`, of the images "
        "taken for it with `precision`.",
    )
    epoch: Annotated[int, Field(ge=1)] | None = Field(
        None, description="The epoch after which val, train or train_loss was measured."
    )
    experiment: str | None = None
    arm: str | None = None
    note: str = Field(
        "",
        description="How this one was trained, to tell it from another figure of the same model.",
    )

    @model_validator(mode="after")
    def _whole(self) -> PublishedFigure:
        if (self.experiment is None) != (self.arm is None):
            raise ValueError("`experiment` and `arm` come together")
        if self.metric in SHARES and self.value > 1:
            raise ValueError("`value` is a fraction for this metric, 0 to 1")
        if self.of_class is not None and self.metric not in ("test", "precision"):
            raise ValueError("`of_class` goes with `metric: test` and `metric: precision` only")
        if self.of_class is None and self.metric == "precision":
            raise ValueError("`metric: precision` needs `of_class`")
        if self.epoch is not None and self.metric not in get_args(OfEpoch):
            raise ValueError("`epoch` goes with val, train and train_loss only")
        if self.epoch is None and self.metric in ("train", "train_loss"):
            raise ValueError("`train` and `train_loss` need `epoch`")
        if self.metric == "converged" and self.experiment is None:
            raise ValueError("how fast a training converges is known of an experiment's arm only")
        if self.metric in get_args(OfDynamics) and self.experiment is None:
            raise ValueError("dynamics are known of an experiment's arm only")
        if self.metric in COSTS | EXPORTS:
            raise ValueError("latencies and the like are of one machine; they are not compared")
        return self


class Published(Settings):
    """Figures and claims of one source, and how its data and training differ from ours."""

    title: str
    source: str
    differences: Annotated[list[str], Field(min_length=1)]
    figures: list[PublishedFigure] = Field([])
    claims: list[Claim] = Field([])
