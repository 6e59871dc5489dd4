"""What others published, to be set beside what a study measures (config/published/<name>.yaml)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from chrysalis.config.measures import MeasureName
from chrysalis.config.settings import Fraction, Positive, Settings


class PublishedFigure(Settings):
    """An accuracy, and what of a study stands for it: a model's base run, or a chapter's arm."""

    model: str
    value: Fraction = Field(description="The published accuracy, as a fraction.")
    metric: Literal["test", "val"] = Field(
        "test", description="Top-1 on test, or on val after the epoch that is best on val."
    )
    chapter: str | None = None
    arm: str | None = None
    note: str = Field("", description="How this one was trained, where it is told apart.")

    @model_validator(mode="after")
    def _whole(self) -> PublishedFigure:
        if (self.chapter is None) != (self.arm is None):
            raise ValueError("`chapter` and `arm` come together")
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
