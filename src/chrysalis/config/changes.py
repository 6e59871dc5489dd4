"""Changes to the settings of a run, as a user writes them in any file of `config/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    create_model,
)

from chrysalis.config.run import (
    CropShare,
    ImageSize,
    Initialisation,
    InputStatistics,
    PackMargin,
    TrainShare,
    Validation,
)
from chrysalis.config.settings import AugmentationSettings, Settings, TrainingSettings

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]


def _each_once(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError("each name may stand in the list just once")
    return names


Models = Annotated[list[str], Field(min_length=1), AfterValidator(_each_once)]


def changes_of(settings: type[Settings]) -> type[BaseModel]:
    """A model with the same fields, each of them optional: changes to be laid over settings."""
    fields: dict[str, Any] = {}
    for name, info in settings.model_fields.items():
        kind: Any = info.annotation
        if info.metadata:
            kind = Annotated[(kind, *info.metadata)]
        fields[name] = (kind | None, Field(None, description=info.description))
    name = settings.__name__.replace("Settings", "Changes")
    return create_model(
        name,
        __config__=ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False),
        __doc__=f"Changes to {settings.__name__}; a key left out keeps its value.",
        **fields,
    )


if TYPE_CHECKING:

    class TrainingChanges(BaseModel):
        """The fields of TrainingSettings, each of them optional."""

    class AugmentationChanges(BaseModel):
        """The fields of AugmentationSettings, each of them optional."""

else:
    TrainingChanges = changes_of(TrainingSettings)
    AugmentationChanges = changes_of(AugmentationSettings)


class Changes(Settings):
    """Changes to the settings of a run, laid over those that came before."""

    options: dict[str, float | int | bool | str] = Field({}, description="The model's own options.")
    image_size: ImageSize | None = None
    pack_margin: PackMargin | None = None
    crop_pct: CropShare | None = None
    train_share: TrainShare | None = None
    initialisation: Initialisation | None = None
    input_statistics: InputStatistics | None = None
    validate_on: Validation | None = None
    training: TrainingChanges = TrainingChanges()
    augmentation: Literal["none", "standard"] | AugmentationChanges = Field(
        AugmentationChanges(), description="none, standard (as before), or changes to single keys."
    )


def as_text(value: object) -> object:
    """YAML reads a class called 8 as a number: give class names back as text."""
    if isinstance(value, list):
        return [as_text(item) for item in value]
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else value
