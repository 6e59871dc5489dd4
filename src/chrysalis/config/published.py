"""What others published, to be set beside what a study measures (config/published/<name>.yaml)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from chrysalis.config.metrics import COSTS, EXPORTS, MetricName
from chrysalis.config.settings import NotNegative, Positive, Settings

SHARES = frozenset({"test", "val", "top5", "dead"})  # metrics that are fractions


class PublishedFigure(Settings):
    """A number, and what of a study stands for it: a model's base run, or an experiment's arm."""

    model: str
    value: NotNegative = Field(
        description="The published number: a fraction, or in the unit of the metric."
    )
    metric: Literal["test", "val", "top5", "dead"] | MetricName = Field(
        "test",
        description="Top-1 on test, or on val after the epoch that is best on val; top-5 on test; "
        "the share of dead units, of an experiment with `dynamics`; or a metric.",
    )
    of_class: str | None = Field(None, description="The one class whose test images count.")
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
        if self.of_class is not None and self.metric != "test":
            raise ValueError("`of_class` goes with `metric: test` only")
        if self.metric == "dead" and self.experiment is None:
            raise ValueError("dead units are known of an experiment's arm only")
        if self.metric in COSTS | EXPORTS:
            raise ValueError("latencies and the like are of one machine; they are not compared")
        return self


class PublishedClaim(Settings):
    """A finding, as a comparison of an experiment: of accuracy, or of a metric by its ratio."""

    claim: str
    experiment: str
    model: str | None = Field(None, description="Left out: the experiment's only model.")
    arm: str
    baseline: str
    expected: Literal["better", "worse", "none"] | None = Field(
        None, description="The outcome of the comparison of accuracies, if the claim is right."
    )
    metric: MetricName | None = None
    ratio: Positive | None = Field(
        None, description="The metric of the arm by that of the baseline, if the claim is right."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> PublishedClaim:
        if (self.metric is None) != (self.ratio is None):
            raise ValueError("`metric` and `ratio` come together")
        if (self.expected is None) == (self.metric is None):
            raise ValueError("a claim has either `expected`, or `metric` and `ratio`")
        return self


class Published(Settings):
    """Figures and claims of one source, and how its data and training differ from ours."""

    title: str
    source: str
    differences: Annotated[list[str], Field(min_length=1)]
    figures: list[PublishedFigure] = Field([])
    claims: list[PublishedClaim] = Field([])
