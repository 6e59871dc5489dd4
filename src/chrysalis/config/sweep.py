"""What a sweep searches: ranges of training settings, tried out on the validation images."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag, ValidationError, model_validator

from chrysalis.config.settings import Settings, TrainingSettings

# Trials take seeds from here on, so that the runs that judge a sweep's result are fresh ones.
FIRST_TRIAL_SEED = 1_000_000
# So many trials are drawn at random before the search learns from those that have ended.
RANDOM_TRIALS = 10


class Range(Settings):
    """Numbers between two limits; whole ones where the setting is whole."""

    low: float
    high: float
    log: bool = Field(False, description="Whether factors count rather than differences.")

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if not self.low < self.high:
            raise ValueError("`low` must be below `high`")
        if self.log and self.low <= 0:
            raise ValueError("`low` must be above 0 on a logarithmic scale")
        return self

    @property
    def ends(self) -> tuple[float, ...]:
        """Values that must be possible if all are."""
        return (self.low, self.high)


class Choices(Settings):
    """A list of values."""

    choices: Annotated[list[float | int | bool | str], Field(min_length=2)]

    @property
    def ends(self) -> tuple[float | int | bool | str, ...]:
        """Values that must be possible if all are."""
        return tuple(self.choices)


def _kind(value: object) -> str:
    given = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    return "Choices" if "choices" in given else "Range"


# The tags keep messages to the one kind that is meant.
Values = Annotated[
    Annotated[Range, Tag("Range")] | Annotated[Choices, Tag("Choices")], Discriminator(_kind)
]


class Sweep(Settings):
    """A search for the training settings with the highest validation accuracy."""

    trials: Annotated[int, Field(ge=2)] = Field(20, description="Trainings, each of other values.")
    space: Annotated[dict[str, Values], Field(min_length=1)] = Field(
        description="For each training setting to search, its range or its choices."
    )

    @model_validator(mode="after")
    def _possible(self) -> Sweep:
        fields = TrainingSettings.model_fields
        for name, values in self.space.items():
            if name not in fields:
                raise ValueError(
                    f"'{name}' is no training setting; allowed: {', '.join(sorted(fields))}"
                )
            if name == "epochs":
                raise ValueError("a sweep cannot search `epochs`: trials are pruned by epoch")
            whole = isinstance(values, Range) and fields[name].annotation is int
            for value in values.ends:
                given = int(value) if whole and float(value).is_integer() else value
                try:
                    TrainingSettings.model_validate({name: given})
                except ValidationError as error:
                    raise ValueError(
                        f"'{name}' cannot be {value!r}: {error.errors()[0]['msg'].lower()}"
                    ) from None
        return self
