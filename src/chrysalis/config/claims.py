"""What a source claims, in its words and as something that a study can judge.

Differences and margins of accuracies are in percentage points, those of a metric in its unit. The
margin says how far from its size a claim still holds; where the source gives none, it is ours.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from chrysalis.config.changes import Name
from chrysalis.config.metrics import COSTS, EXPORTS, DynamicsMeasure, MetricName
from chrysalis.config.settings import Fraction, Positive, Settings

Accuracy = Literal["test", "val", "top5"]  # top-1 on test, top-1 on val, top-5 on test
Factor = Annotated[float, Field(gt=1)]


class _Claim(Settings):
    claim: str = Field(description="The finding, in the source's words or close to them.")


class _OfExperiment(_Claim):
    experiment: Name = Field(description="The experiment that asks the same question.")
    model: str | None = Field(None, description="Left out: the experiment's only model.")


class _Comparison(_OfExperiment):
    arm: str
    baseline: str


class DifferenceClaim(_Comparison):
    """One arm has the higher or lower figure, by about so much if `size` is given."""

    kind: Literal["difference"]
    metric: Accuracy | MetricName = "test"
    of_class: str | None = Field(None, description="The one class whose images count.")
    direction: Literal["higher", "lower"] = Field(
        description="Where the arm lies from the baseline."
    )
    size: Positive | None = Field(None, description="By how much, in points or the metric's unit.")
    margin: Positive | None = Field(None, description="How far from `size` the claim holds.")

    @model_validator(mode="after")
    def _sized(self) -> DifferenceClaim:
        if (self.size is None) != (self.margin is None):
            raise ValueError("`size` and `margin` come together")
        if self.size is not None and self.margin is not None and self.margin > self.size:
            raise ValueError("a `margin` above `size` would turn the direction around")
        if self.of_class is not None and self.metric not in ("test", "val", "top5"):
            raise ValueError("`of_class` goes with accuracies only")
        _comparable(self.metric)
        return self


class EqualityClaim(_Comparison):
    """Two arms are equally accurate, within a margin in percentage points."""

    kind: Literal["equality"]
    metric: Accuracy = "test"
    margin: Positive


class RatioClaim(_Comparison):
    """The arm's metric is so many times the baseline's, up to a factor."""

    kind: Literal["ratio"]
    metric: MetricName
    times: Positive = Field(description="The arm's metric divided by the baseline's.")
    margin: Factor = Field(description="The factor, either way, by which `times` may be off.")

    @model_validator(mode="after")
    def _of_one_machine(self) -> RatioClaim:
        _comparable(self.metric)
        return self


class ConvergenceClaim(_Comparison):
    """The arm takes fewer or more epochs to an accuracy that both arms reach."""

    kind: Literal["convergence"]
    direction: Literal["faster", "slower"]
    times: Positive | None = Field(
        None, description="The arm's epochs divided by the baseline's, if the claim gives a size."
    )
    margin: Factor | None = Field(None, description="The factor by which `times` may be off.")
    accuracy: Fraction | None = Field(
        None, description="The val top-1 to reach; left out: one that both arms reach."
    )

    @model_validator(mode="after")
    def _sized(self) -> ConvergenceClaim:
        if (self.times is None) != (self.margin is None):
            raise ValueError("`times` and `margin` come together")
        if self.times is not None and (self.times < 1) != (self.direction == "faster"):
            raise ValueError("`times` is below 1 for a faster arm and above 1 for a slower one")
        return self


class OrderingClaim(_OfExperiment):
    """One arm has the highest, or the lowest, accuracy of all arms of an experiment."""

    kind: Literal["ordering"]
    arm: str
    place: Literal["highest", "lowest"]
    metric: Accuracy = "test"


class ClassesClaim(_OfExperiment):
    """One arm recognises some classes less often than others."""

    kind: Literal["classes"]
    arm: str
    lower: Annotated[list[str], Field(min_length=1)]
    higher: Annotated[list[str], Field(min_length=1)]
    compared: Literal["means", "each"] = Field(
        "means", description="The means of both lists, or each class with each of the other list."
    )

    @model_validator(mode="after")
    def _apart(self) -> ClassesClaim:
        if both := sorted(set(self.lower) & set(self.higher)):
            raise ValueError(f"{', '.join(both)} can't be both `lower` and `higher`")
        return self


class PlaceClaim(_Comparison):
    """Of the classes that an arm keeps, those nearer to, or farther from, the removed ones gain
    more, by their places in the order of the names.
    """

    kind: Literal["place"]
    gains: Literal["nearer", "farther"] = Field(description="Which classes gain more.")


class DynamicsClaim(_Claim):
    """One model trains more tamely or more wildly than another, over the arms that both have."""

    kind: Literal["dynamics"]
    experiment: Name = Field(description="An experiment with `dynamics`.")
    model: str
    baseline: str = Field(description="The experiment's first model.")
    measures: Annotated[list[DynamicsMeasure], Field(min_length=1)]
    direction: Literal["higher", "lower"]


class MapsClaim(_Claim):
    """The heat maps of every explained model lie on the object; or less so on wrong answers."""

    kind: Literal["maps"]
    method: Literal["grad_cam", "grad_cam_plus_plus", "layer_cam", "eigen_cam"] = "grad_cam"
    says: Literal["on_object", "less_when_wrong"]
    share: Fraction = Field(
        0.75, description="With on_object: the share of a map's sum that lies on the object."
    )


class UntestedClaim(_Claim):
    """A claim that this study does not judge, and why."""

    kind: Literal["not_tested"]
    reason: str


Claim = Annotated[
    DifferenceClaim
    | EqualityClaim
    | RatioClaim
    | ConvergenceClaim
    | OrderingClaim
    | ClassesClaim
    | PlaceClaim
    | DynamicsClaim
    | MapsClaim
    | UntestedClaim,
    Field(discriminator="kind"),
]
CLAIM_KINDS = (
    *("difference", "equality", "ratio", "convergence", "ordering", "classes"),
    *("place", "dynamics", "maps"),
    "not_tested",
)


def _comparable(metric: str) -> None:
    if metric in COSTS | EXPORTS:
        raise ValueError("latencies and the like are of one machine; they are not compared")
    if metric == "converged":
        raise ValueError("epochs are compared by `kind: convergence`")
