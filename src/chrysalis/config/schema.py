"""What a user may write in the YAML files of `config/`: the only source of their schema."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    create_model,
    field_validator,
    model_validator,
)

from chrysalis.config.measures import MeasureName
from chrysalis.config.published import Published
from chrysalis.config.run import CropShare, ImageSize, PackMargin, TrainShare
from chrysalis.config.settings import AugmentationSettings, Settings, TrainingSettings

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
Share = Annotated[float, Field(gt=0, lt=1)]


def _each_once(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError("each name may stand in the list just once")
    return names


Models = Annotated[list[str], Field(min_length=1), AfterValidator(_each_once)]


def changes_of(settings: type[Settings]) -> type[BaseModel]:
    """A model with the same fields, each of them optional: changes to be laid over settings."""
    fields: dict[str, Any] = {}
    for name, info in settings.model_fields.items():
        kind = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        fields[name] = (kind | None, Field(None, description=info.description))
    name = settings.__name__.replace("Settings", "Changes")
    return create_model(
        name,
        __config__=ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False),
        __doc__=f"Changes to {settings.__name__}; a key left out keeps its value.",
        **fields,
    )


TrainingChanges = changes_of(TrainingSettings)
AugmentationChanges = changes_of(AugmentationSettings)


class Changes(Settings):
    """Changes to the settings of a run, laid over those that came before."""

    options: dict[str, float | int | bool | str] = Field({}, description="The model's own options.")
    image_size: ImageSize | None = None
    pack_margin: PackMargin | None = None
    crop_pct: CropShare | None = None
    train_share: TrainShare | None = None
    training: TrainingChanges = TrainingChanges()
    augmentation: Literal["none", "standard"] | AugmentationChanges = Field(
        AugmentationChanges(), description="none, standard (as before), or changes to single keys."
    )


class Arm(Changes):
    """One arm of a chapter: what differs from the base settings."""

    model: str | None = Field(None, description="A model in place of the chapter's.")
    remove_classes: list[str] | Literal["listed"] = Field(
        [],
        description="Classes left out, by name or by label (0, 1, ..); listed: those of the "
        "study's remove_classes.",
    )

    @field_validator("remove_classes", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return as_text(value)


class Chapter(Settings):
    """One question asked of a dataset (config/experiments/<name>.yaml)."""

    title: str
    question: str
    position: int = Field(100, description="Where it stands in the report: low numbers first.")
    analysis: Literal["accuracy", "class_removal"] = Field(
        "accuracy",
        description="accuracy: test top-1 against the baseline arm. class_removal: accuracy on "
        "the remaining classes against the full model and the full model with masked logits.",
    )
    measures: list[MeasureName] = Field(
        [], description="What its page tells of each arm beside accuracy."
    )
    against: list[MeasureName] = Field(
        [],
        description="Those of its measures that a figure sets accuracy against; smaller is taken "
        "to be better.",
    )
    dynamics: bool = Field(
        False,
        description="Whether its runs are trained once more with the first seed, looking at loss, "
        "gradients and activations on the way.",
    )
    by_default: bool = Field(
        True,
        description="Whether it is asked if `experiments` names no chapters; else it waits for "
        "being named there, or for `snakemake chapter_<name>`.",
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
    arms: Literal["models", "each_class"] | Annotated[dict[Name, Arm], Field(min_length=2)] = Field(
        description="The arms, as changes; models: one arm for each model of the study; "
        "each_class: the full model, and one arm for each class, without it."
    )

    @model_validator(mode="after")
    def _told_where_drawn(self) -> Chapter:
        if not set(self.against) <= set(self.measures):
            raise ValueError("`against` may name only what `measures` names")
        return self

    @model_validator(mode="after")
    def _consistent(self) -> Chapter:
        if self.arms == "models":
            if self.baseline or self.models or self.analysis != "accuracy":
                raise ValueError("`arms: models` takes no baseline, models or analysis of its own")
            return self
        if self.arms == "each_class":
            if self.baseline or self.analysis != "class_removal":
                raise ValueError("`arms: each_class` takes `analysis: class_removal`, no baseline")
            return self
        if self.baseline not in self.arms:
            raise ValueError(f"baseline '{self.baseline}' is not among the arms {list(self.arms)}")
        if self.analysis == "class_removal":
            self._check_removals()
        elif len({tuple(arm.remove_classes) for arm in self.arms.values()}) > 1:
            raise ValueError("arms that remove different classes need `analysis: class_removal`")
        return self

    def _check_removals(self) -> None:
        if self.arms[self.baseline].remove_classes:
            raise ValueError("the baseline of a class_removal chapter removes no class")
        others = [arm for name, arm in self.arms.items() if name != self.baseline]
        if not all(arm.remove_classes for arm in others):
            raise ValueError("each arm but the baseline of a class_removal chapter removes one")
        if any(arm.model for arm in self.arms.values()):
            raise ValueError("the arms of a class_removal chapter name no model")


class Digits(Settings):
    """scikit-learn's 1,797 handwritten digits, embedded in that library."""

    kind: Literal["digits"]


class Archive(Settings):
    """An archive of class folders: .zip, .tar, .tar.gz, .tgz or .tar.xz."""

    kind: Literal["archive"]
    paths: list[str] = Field(min_length=1, description="Where to look, the first found is used.")
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
    source: Annotated[Digits | Archive | Folder, Field(discriminator="kind")]
    split: SplitSettings = SplitSettings()
    skip_experiments: list[Name] = Field(
        [], description="Chapters not to ask of it, unless the study names them."
    )
    published: list[Name] = Field(
        [], description="Published figures to set beside the study's, by file in config/published."
    )
    remove_classes: list[str] = Field([], description="Classes that the removal chapter removes.")
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
    models: Models | None = Field(
        None,
        description="Models to study, the first being the baseline of comparisons; left out: all.",
    )
    experiments: list[Name] | Literal["all"] | None = Field(
        None,
        description="Chapters, by their file's name in config/experiments; all; or left out: those "
        "that are asked by default, but for those that the dataset skips.",
    )
    remove_classes: list[str] | None = Field(
        None, description="Classes that the removal chapter removes; left out: the dataset's."
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

    @property
    def seed_list(self) -> list[int]:
        """The seeds themselves."""
        return list(range(self.seeds)) if isinstance(self.seeds, int) else list(self.seeds)


def as_text(value: object) -> object:
    """YAML reads a class called 8 as a number: give class names back as text."""
    if isinstance(value, list):
        return [str(item) if isinstance(item, int) else item for item in value]
    return value


FILES = {
    "config": StudyConfig,
    "dataset": Dataset,
    "model": ModelFile,
    "experiment": Chapter,
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
