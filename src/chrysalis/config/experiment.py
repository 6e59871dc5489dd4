"""An experiment: one question, its arms as changes, its baseline."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    Field,
    field_validator,
    model_validator,
)

from chrysalis.config.changes import Changes, Models, Name, as_text
from chrysalis.config.metrics import EXPORTS, SAME_EXPORTED, MetricName
from chrysalis.config.run import Pruned, Source
from chrysalis.config.settings import Settings
from chrysalis.config.sweep import Sweep


class WorstClasses(Settings):
    """The classes whose labels look worst on the validation images (see docs/statistics.md)."""

    worst: Annotated[int, Field(ge=1)] = Field(description="How many.")


class Arm(Changes):
    """One arm of an experiment: what differs from the base settings."""

    model: str | None = Field(None, description="A model in place of the experiment's.")
    baseline: str | None = Field(
        None,
        description="The arm that this one is compared with; left out: the experiment's baseline.",
    )
    remove_classes: list[str] | Literal["listed"] | WorstClasses = Field(
        [],
        description="Classes left out, by name or by label (0, 1, ..); listed: those of the "
        "study's remove_classes; or so many of the worst.",
    )
    teacher: str | None = Field(
        None,
        description="A model whose outputs, after training with the base settings, are learned "
        "beside the labels.",
    )
    train_on: bool = Field(
        False,
        description="Whether training starts from the model trained with the base settings instead "
        "of from random weights.",
    )
    prune: Pruned = Field(
        0.0,
        description="Share of each layer's channels that is removed from the model trained with "
        "the base settings, which is then trained on with this arm's; 0: none.",
    )
    from_sweep: bool = Field(
        False, description="Whether the result of the experiment's sweep is laid over the settings."
    )
    varied: list[Source] | None = Field(
        None,
        description="With `analysis: variance`: what differs from seed to seed; all else is that "
        "of seed 0.",
    )
    export: Literal["fp32", "int8"] | None = Field(
        None,
        description="Judge the model as exported to ONNX Runtime, with its weights as they are or "
        "quantised to int8 after training; left out: as trained.",
    )

    @field_validator("remove_classes", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return as_text(value)

    @property
    def builds_on_runs(self) -> bool:
        """Whether another run must have ended first."""
        worst = isinstance(self.remove_classes, WorstClasses)
        return self.teacher is not None or self.starts_trained or worst

    @property
    def starts_trained(self) -> bool:
        """Whether its training starts from the model trained with the base settings."""
        return self.train_on or self.prune > 0


WrittenArms = Annotated[dict[Name, Arm], Field(min_length=2)]


class Experiment(Settings):
    """One question asked of a dataset (config/experiments/<name>.yaml)."""

    title: str
    question: str
    position: int = Field(100, description="Where it stands in the report: low numbers first.")
    analysis: Literal["accuracy", "class_removal", "variance"] = Field(
        "accuracy",
        description="accuracy: test top-1 against the baseline arm. class_removal: accuracy on "
        "the remaining classes against the full model and the full model with masked logits. "
        "variance: how far test top-1 differs from seed to seed.",
    )
    metrics: list[MetricName] = Field(
        [], description="What its page tells of each arm beside accuracy."
    )
    against: list[MetricName] = Field(
        [],
        description="Those of its metrics that a figure sets accuracy against; smaller is taken "
        "to be better.",
    )
    dynamics: bool = Field(
        False,
        description="Whether its runs are trained once more with every seed, looking at loss, "
        "gradients and activations on the way. With several models each is compared with the "
        "first over all arms, else each arm with the baseline.",
    )
    by_default: bool = Field(
        True,
        description="Whether it is asked if `experiments` names no experiments; else it waits for "
        "being named there, or for `snakemake experiment_<name>`.",
    )
    sweep: Sweep | None = Field(
        None, description="The search whose result the arms with `from_sweep` are trained with."
    )
    tune: Literal["each_arm"] | None = Field(
        None,
        description="each_arm: every arm is trained with what a `sweep` of its own finds, all of "
        "them equally long; one that itself sets what is searched keeps that.",
    )
    models: Literal["first"] | Models | None = Field(
        None,
        description="Models that each arm is run with; first: the study's first model; left out: "
        "every model of the study.",
    )
    baseline: str | None = Field(
        None,
        description="The arm that the others are compared with; left out with `arms: models`, "
        "where it is the study's first model.",
    )
    arms: (
        Literal["models", "each_class", "each_source"]
        | Annotated[dict[Name, Arm], Field(min_length=2)]
    ) = Field(
        description="The arms, as changes; models: one arm for each model of the study; "
        "each_class: the full model, and one arm for each class, without it; each_source: one arm "
        "in which all differs from seed to seed, and one for each source of variance alone."
    )

    @model_validator(mode="after")
    def _drawn_where_listed(self) -> Experiment:
        if not set(self.against) <= set(self.metrics):
            raise ValueError("`against` may name only what `metrics` names")
        return self

    @model_validator(mode="after")
    def _sweep_is_used(self) -> Experiment:
        named = any(arm.from_sweep for arm in self._written_arms())
        if self.tune and (named or self.sweep is None):
            raise ValueError("`tune: each_arm` needs a `sweep`, and no arm with `from_sweep`")
        if self.tune:
            return self
        if (self.sweep is not None) != named:
            raise ValueError("`sweep` belongs with an arm with `from_sweep` or `tune: each_arm`")
        if self.sweep is not None and self.models != "first" and len(self.models or []) != 1:
            raise ValueError(
                "an experiment with a `sweep` has one model: `models: first`, or its name"
            )
        return self

    @model_validator(mode="after")
    def _measured_as_judged(self) -> Experiment:
        exported = [arm.export is not None for arm in self._written_arms()]
        if any(exported) and not all(exported):
            raise ValueError("either all arms of an experiment are exported or none is")
        if EXPORTS.intersection(self.metrics) and not any(exported):
            raise ValueError(f"only exported arms have the metrics {sorted(EXPORTS)}")
        as_trained = set(self.metrics) - EXPORTS - SAME_EXPORTED
        if any(exported) and as_trained:
            raise ValueError(f"{sorted(as_trained)} are of networks as trained, not as exported")
        return self

    @model_validator(mode="after")
    def _counts_images_where_they_vary(self) -> Experiment:
        if self.varies_images and "train_images" not in self.metrics:
            raise ValueError("arms that differ in `train_share` need `metrics: [train_images]`")
        return self

    @model_validator(mode="after")
    def _from_sweep_alone(self) -> Experiment:
        if any(self.searches(arm) and arm.builds_on_runs for arm in self._written_arms()):
            raise ValueError(
                "an arm with `from_sweep` or `tune` builds on no other run: no teacher, train_on, "
                "prune, worst"
            )
        return self

    @model_validator(mode="after")
    def _traced_from_the_start(self) -> Experiment:
        if self.dynamics and any(
            arm.builds_on_runs or self.searches(arm) for arm in self._written_arms()
        ):
            raise ValueError(
                "an experiment with `dynamics` has no arms with teacher, train_on, prune, worst or "
                "from_sweep"
            )
        return self

    def searches(self, arm: Arm) -> bool:
        """Whether the arm is trained with what a sweep finds.

        One that itself sets what the sweep searches is not.
        """
        space = self.sweep.space if self.sweep else {}
        own = arm.training.model_dump(exclude_none=True)
        return arm.from_sweep or (self.tune is not None and not own.keys() & space.keys())

    @property
    def varies_images(self) -> bool:
        """Whether its arms differ in how many images they train on."""
        return len({arm.train_share for arm in self._written_arms()}) > 1

    def _written_arms(self) -> list[Arm]:
        return list(self.arms.values()) if isinstance(self.arms, dict) else []

    @model_validator(mode="after")
    def _consistent(self) -> Experiment:
        if isinstance(self.arms, str):
            self._check_no_baseline()
            return self
        if self.baseline is None or self.baseline not in self.arms:
            raise ValueError(f"baseline '{self.baseline}' is not among the arms {list(self.arms)}")
        _check_baselines(self.arms, self.baseline)
        if self.analysis == "class_removal":
            _check_removals(self.arms, self.baseline)
        elif any(arm.varied is not None for arm in self.arms.values()):
            if self.analysis != "variance":
                raise ValueError("arms with `varied` need `analysis: variance`")
        elif len({str(arm.remove_classes) for arm in self.arms.values()}) > 1:
            raise ValueError("arms that remove different classes need `analysis: class_removal`")
        return self

    def _check_no_baseline(self) -> None:
        if self.arms == "models":
            if self.baseline or self.models or self.analysis != "accuracy":
                raise ValueError("`arms: models` takes no baseline, models or analysis of its own")
        elif self.arms == "each_class" and (self.baseline or self.analysis != "class_removal"):
            raise ValueError("`arms: each_class` takes `analysis: class_removal`, no baseline")
        elif self.arms == "each_source" and (self.baseline or self.analysis != "variance"):
            raise ValueError("`arms: each_source` takes `analysis: variance`, no baseline")


def _check_baselines(arms: dict[str, Arm], baseline: str) -> None:
    if arms[baseline].baseline:
        raise ValueError(
            f"the arm '{baseline}' is the experiment's baseline and has none of its own"
        )
    for name, arm in arms.items():
        if arm.baseline == name or arm.baseline not in (None, *arms):
            raise ValueError(f"'{name}' has the baseline '{arm.baseline}', which is no other arm")


def _check_removals(arms: dict[str, Arm], baseline: str) -> None:
    if arms[baseline].remove_classes:
        raise ValueError("the baseline of a class_removal experiment removes no class")
    if not all(arm.remove_classes for name, arm in arms.items() if name != baseline):
        raise ValueError("each arm but the baseline of a class_removal experiment removes one")
    if any(arm.model or arm.baseline for arm in arms.values()):
        raise ValueError("the arms of a class_removal experiment name no model and no baseline")
