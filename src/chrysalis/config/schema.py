"""What a user may write in the YAML files of `config/`: the only source of their schema."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    Field,
    field_validator,
    model_validator,
)

from chrysalis.config.changes import Changes, Models, Name, as_text
from chrysalis.config.experiment import Arm, Experiment
from chrysalis.config.published import Published
from chrysalis.config.settings import Settings
from chrysalis.config.sources import Source

MOST_SEEDS = 1000
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Share = Annotated[float, Field(gt=0, lt=1)]


class SplitSettings(Settings):
    """How images without an official split are divided."""

    fractions: tuple[Share, Share, Share] = Field((0.7, 0.15, 0.15), description="train, val, test")
    seed: Seed = 0
    near_duplicates_together: bool = Field(
        True, description="Whether near duplicates stay in one split."
    )

    @field_validator("fractions")
    @classmethod
    def _whole(cls, value: tuple[float, float, float]) -> tuple[float, float, float]:
        if abs(sum(value) - 1) > 1e-6:
            raise ValueError(f"the three fractions must add up to 1, found {sum(value):g}")
        return value


class GroupTable(Settings):
    """Groups of images from a table."""

    file: str = Field(description="A CSV file with a column path: paths within the dataset.")
    column: str = Field(description="The column that names each image's group.")


Group = Annotated[
    str | GroupTable,
    Field(
        description="Groups of images that share a split, such as those of one patient: a regular "
        "expression matched from the start of the file's name (or of the path within the dataset, "
        "if it holds a slash), whose parentheses name the group; or a column of a table."
    ),
]
Check = Literal[
    "broken",
    "exact_duplicates",
    "near_duplicates",
    "leakage",
    "labels",
    "imbalance",
    "classes_alike",
    "noisy_classes",
    "series",
    "odd_shape",
    "odd_size",
    "dark",
    "bright",
    "plain",
    "blurred",
    "outlier",
]


class AuditSettings(Settings):
    """What the audit of the images leads to."""

    fail_on: list[Check] = Field(
        [], description="Checks that end the study, before it trains, if they find anything."
    )


def check_group(value: str | GroupTable | None) -> str | GroupTable | None:
    """`value`, refused if it is no regular expression."""
    if isinstance(value, str):
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from None
    return value


class Dataset(Settings):
    """A dataset and the settings that suit it (config/datasets/<name>.yaml)."""

    title: str
    description: str = ""
    citation: str = ""
    licence: str = ""
    url: str = ""
    source: Source
    split: SplitSettings = SplitSettings()
    group: Group | None = None
    audit: AuditSettings = AuditSettings()
    ask_experiments: list[Name] = Field(
        [], description="Experiments to ask of it beside those asked by default."
    )
    skip_experiments: list[Name] = Field(
        [], description="Experiments not to ask of it, unless the study names them."
    )
    published: list[Name] = Field(
        [], description="Published figures to set beside the study's, by file in config/published."
    )
    remove_classes: list[str] = Field(
        [], description="Classes that the removal experiment removes."
    )
    cam_layers: dict[str, str] = Field(
        {}, description="Grad-CAM layer by model, where the last stage's map is too coarse."
    )
    settings: Changes = Changes()

    @field_validator("remove_classes", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return as_text(value)

    @field_validator("group")
    @classmethod
    def _expression(cls, value: str | GroupTable | None) -> str | GroupTable | None:
        return check_group(value)


class ModelFile(Settings):
    """Settings that suit a model (config/models/<name>.yaml, optional)."""

    settings: Changes = Changes()


class StudyConfig(Settings):
    """What to study (config/config.yaml, config/studies/<name>.yaml, --configfile, --config)."""

    name: Name | None = Field(
        None, description="The study's folder in results; left out: the dataset's name."
    )
    title: str = Field("", description="The report's title; left out: the dataset's.")
    assumed: list[str] = Field(
        [], description="What the source of the study does not tell, with what is taken here."
    )
    dataset: str = Field(
        description="A name in config/datasets, a folder, an archive, a table, or hf:owner/name."
    )
    seeds: int | list[Seed] = Field(3, description="How many seeds (0, 1, ...), or which.")
    vary_split: bool = Field(
        False,
        description="Whether each seed has its own split into train, val and test; else all seeds "
        "have the same.",
    )
    models: Models | None = Field(
        None,
        description="Models to study, the first being the baseline of comparisons; left out: all.",
    )
    experiments: list[Name] | Literal["all"] | None = Field(
        None,
        description="Experiments, by the names of their files in config/experiments; all; or left "
        "out: those asked by default, except any that the dataset skips.",
    )
    remove_classes: list[str] | None = Field(
        None, description="Classes that the removal experiment removes; left out: the dataset's."
    )
    group: Group | None = Field(None, description="Groups of images; left out: the dataset's.")
    audit: AuditSettings | None = Field(None, description="Left out: the dataset's.")
    primary: list[Name] | None = Field(
        None,
        description="Experiments whose comparisons are the study's main claims: the overview holds "
        "the chance of any false verdict among them to 5 %, and calls the rest exploratory; left "
        "out: all that are asked.",
    )
    corruptions: list[Name] | Literal["all"] = Field(
        [],
        description="Experiments whose arms are also judged on corrupted test images (noise, blur, "
        "weather and so on): by name; or all, but for those that remove classes or export.",
    )
    threshold: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.01, description="Least difference in accuracy of practical interest, as a fraction."
    )
    settings: Changes = Field(Changes(), description="Changes to the settings of every run.")
    arms: dict[Name, dict[Name, Arm]] = Field(
        {},
        description="By experiment, changes laid over its arms in this study; an arm of another "
        "name is added.",
    )
    scale: Literal["full", "reduced"] = Field(
        "full", description="reduced: with the changes of `reduced`; every page says so."
    )
    reduced: Changes = Field(
        Changes(), description="Changes to the settings of every run of a reduced study."
    )
    published: list[Name] | None = Field(
        None,
        description="Published figures to set beside the study's, by file in config/published; "
        "left out: those of the dataset.",
    )
    explained_images: Annotated[int, Field(ge=10, le=10_000)] = Field(
        30,
        description="On how many test images of each model maps are checked by removing pixels. "
        "Those with a mask are compared with it on up to 2,000 images.",
    )
    cam_layers: dict[str, str] = Field(
        {}, description="Grad-CAM layer by model; left out: the dataset's, else the last stage."
    )
    resident_mb: Annotated[int, Field(ge=0)] = Field(
        2048,
        description="A split of up to so many MiB lives on the device; larger ones are streamed.",
    )
    device: Literal["auto", "cpu", "gpu"] = Field(
        "auto",
        description="What trains and predicts; auto: a GPU where the machine, or the cluster, has "
        "one.",
    )
    tracking: Literal["none", "tensorboard", "mlflow", "wandb"] = Field(
        "none",
        description="An experiment tracker that gets the study's trainings when they are done, on "
        "this machine alone: W&B offline, too. Its package is not installed by itself.",
    )
    processes: Annotated[int, Field(ge=1)] = Field(
        1, description="Processes that train each run together (torchrun), on a GPU each."
    )
    parts: Annotated[int, Field(ge=1, le=1000)] = Field(
        1, description="Jobs that inspect, embed and pack the images, each a part of them."
    )

    @field_validator("dataset", "remove_classes", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return as_text(value)

    @field_validator("group")
    @classmethod
    def _expression(cls, value: str | GroupTable | None) -> str | GroupTable | None:
        return check_group(value)

    @field_validator("seeds")
    @classmethod
    def _some_seeds(cls, value: int | list[int]) -> int | list[int]:
        if isinstance(value, int) and value < 1:
            raise ValueError("at least one seed is needed")
        if isinstance(value, int) and value > MOST_SEEDS:
            raise ValueError(
                f"at most {MOST_SEEDS} seeds can be counted; to name one, write [{value}]"
            )
        if isinstance(value, list) and (not value or len(set(value)) < len(value)):
            raise ValueError("the list of seeds must name each seed once, and at least one")
        return value

    @model_validator(mode="after")
    def _seeds_to_vary(self) -> StudyConfig:
        if self.vary_split and len(self.seed_list) < 2:
            raise ValueError("vary_split needs at least two seeds; raise seeds or leave it out")
        return self

    @model_validator(mode="after")
    def _reduced_by_something(self) -> StudyConfig:
        if self.scale == "reduced" and not self.reduced.model_fields_set:
            raise ValueError("`scale: reduced` needs to know by what: fill in `reduced`")
        return self

    @property
    def run_settings(self) -> list[Changes]:
        """What the study changes of every run's settings, in the order of application."""
        return [self.settings, *([self.reduced] if self.scale == "reduced" else [])]

    @property
    def seed_list(self) -> list[int]:
        """The seeds themselves."""
        return list(range(self.seeds)) if isinstance(self.seeds, int) else list(self.seeds)


FILES: dict[str, type[BaseModel]] = {
    "config": StudyConfig,
    "dataset": Dataset,
    "model": ModelFile,
    "experiment": Experiment,
    "published": Published,
}


def json_schema() -> dict[str, Any]:
    """JSON schema of all files of `config/`; each file refers to its part under `$defs`."""
    definitions: dict[str, Any] = {}
    for name, model in FILES.items():
        schema = model.model_json_schema(ref_template="#/$defs/{model}")
        definitions |= schema.pop("$defs", {})
        definitions[name] = schema
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Chrysalis configuration",
        "$defs": dict(sorted(definitions.items())),
    }
