"""What others published, to be set beside what a study measures (config/published/<name>.yaml)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from chrysalis.config.measures import COSTS, EXPORTS, MeasureName
from chrysalis.config.settings import NotNegative, Positive, Settings

SHARES = frozenset({"test", "val", "top5", "dead"})  # metrics that are fractions


class PublishedFigure(Settings):
    """A number, and what of a study stands for it: a model's base run, or a chapter's arm."""

    model: str
    value: NotNegative = Field(
        description="The published number: a fraction, or in the unit of the measure."
    )
    metric: Literal["test", "val", "top5", "dead"] | MeasureName = Field(
        "test",
        description="Top-1 on test, or on val after the epoch that is best on val; top-5 on test; "
        "the share of dead units, of a chapter with `dynamics`; or a measure.",
    )
    of_class: str | None = Field(None, description="The one class whose test images count.")
    chapter: str | None = None
    arm: str | None = None
    note: str = Field("", description="How this one was trained, where it is told apart.")

    @model_validator(mode="after")
    def _whole(self) -> PublishedFigure:
        if (self.chapter is None) != (self.arm is None):
            raise ValueError("`chapter` and `arm` come together")
        if self.metric in SHARES and self.value > 1:
            raise ValueError("`value` is a fraction for this metric, 0 to 1")
        if self.of_class is not None and self.metric != "test":
            raise ValueError("`of_class` goes with `metric: test` only")
        if self.metric == "dead" and self.chapter is None:
            raise ValueError("dead units are known of a chapter's arm only")
        if self.metric in COSTS | EXPORTS:
            raise ValueError("latencies and the like are of one machine; they are not compared")
        return self


class PublishedClaim(Settings):
    """A finding, as a comparison of a chapter: of accuracy, or of a measure by its ratio."""

    claim: str
    chapter: str
    model: str | None = Field(None, description="Left out: the chapter's only model.")
    arm: str
    baseline: str
    expected: Literal["better", "worse", "none"] | None = Field(
        None, description="The outcome of the comparison of accuracies, if the claim is right."
    )
    measure: MeasureName | None = None
    ratio: Positive | None = Field(
        None, description="The measure of the arm by that of the baseline, if the claim is right."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> PublishedClaim:
        if (self.measure is None) != (self.ratio is None):
            raise ValueError("`measure` and `ratio` come together")
        if (self.expected is None) == (self.measure is None):
            raise ValueError("a claim has either `expected`, or `measure` and `ratio`")
        return self


class Published(Settings):
    """Figures and claims of one source, and how its data and training differ from ours."""

    title: str
    source: str
    differences: Annotated[list[str], Field(min_length=1)]
    figures: list[PublishedFigure] = Field([])
    claims: list[PublishedClaim] = Field([])
