"""What a user may write in the YAML files of `config/`: the only source of their schema."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    Field,
    field_validator,
    model_validator,
)

from chrysalis.config.changes import Changes, Models, Name, as_text
from chrysalis.config.experiment import Experiment
from chrysalis.config.published import Published
from chrysalis.config.settings import Settings
from chrysalis.config.specimens import Specimens

Share = Annotated[float, Field(gt=0, lt=1)]


class Digits(Settings):
    """scikit-learn's 1,797 handwritten digits, embedded in that library."""

    kind: Literal["digits"]


class Archive(Settings):
    """One or more archives of class folders: .zip, .tar, .tar.gz, .tgz or .tar.xz."""

    kind: Literal["archive"]
    files: list[str] = Field(min_length=1, description="All are needed, and unpacked together.")
    folders: list[str] = Field(
        ["data/raw"],
        min_length=1,
        description="Where to look; the first that holds all files is used.",
    )
    how_to_get: str = Field("", description="What to tell somebody who does not have it.")


class Folder(Settings):
    """A folder of class folders, used where it lies."""

    kind: Literal["folder"]
    path: str


class SplitSettings(Settings):
    """How images without an official split are divided."""

    fractions: tuple[Share, Share, Share] = Field((0.7, 0.15, 0.15), description="train, val, test")
    seed: Annotated[int, Field(ge=0)] = 0

    @field_validator("fractions")
    @classmethod
    def _whole(cls, value: tuple[float, float, float]) -> tuple[float, float, float]:
        if abs(sum(value) - 1) > 1e-6:
            raise ValueError(f"the three fractions must add up to 1, found {sum(value):g}")
        return value


class Dataset(Settings):
    """A dataset and the settings that suit it (config/datasets/<name>.yaml)."""

    title: str
    description: str = ""
    citation: str = ""
    url: str = ""
    source: Annotated[Digits | Specimens | Archive | Folder, Field(discriminator="kind")]
    split: SplitSettings = SplitSettings()
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


class ModelFile(Settings):
    """Settings that suit a model (config/models/<name>.yaml, optional)."""

    settings: Changes = Changes()


class StudyConfig(Settings):
    """What to study (config/config.yaml, --configfile, --config)."""

    dataset: str = Field(description="A name in config/datasets, a folder, or an archive.")
    seeds: int | list[Annotated[int, Field(ge=0)]] = Field(
        3, description="How many seeds (0, 1, ...), or which."
    )
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
    primary: list[Name] | None = Field(
        None,
        description="Experiments whose comparisons are the study's main claims: the overview holds "
        "the chance of any false verdict among them to 5 %, and calls the rest exploratory; left "
        "out: all that are asked.",
    )
    threshold: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.01, description="Least difference in accuracy of practical interest, as a fraction."
    )
    settings: Changes = Field(Changes(), description="Changes to the settings of every run.")
    cam_layers: dict[str, str] = Field(
        {}, description="Grad-CAM layer by model; left out: the dataset's, else the last stage."
    )
    resident_mb: Annotated[int, Field(ge=0)] = Field(
        2048,
        description="A split of up to so many MiB lives on the device; larger ones are streamed.",
    )
    processes: Annotated[int, Field(ge=1)] = Field(
        1, description="Processes that train each run together (torchrun), on a GPU each."
    )

    @field_validator("remove_classes", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return as_text(value)

    @field_validator("seeds")
    @classmethod
    def _some_seeds(cls, value: int | list[int]) -> int | list[int]:
        if isinstance(value, int) and value < 1:
            raise ValueError("at least one seed is needed")
        if isinstance(value, list) and (not value or len(set(value)) < len(value)):
            raise ValueError("the list of seeds must name each seed once, and at least one")
        return value

    @model_validator(mode="after")
    def _seeds_to_vary(self) -> StudyConfig:
        if self.vary_split and len(self.seed_list) < 2:
            raise ValueError("vary_split needs at least two seeds; raise seeds or leave it out")
        return self

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
