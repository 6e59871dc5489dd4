"""The order of rows, and rows that belong together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol, TypeVar


class _OfModel(Protocol):
    @property
    def model(self) -> str: ...


class OfArm(_OfModel, Protocol):
    """A row about one arm of one model."""

    @property
    def arm(self) -> str:
        """The arm's name."""
        ...


class _Compared(OfArm, Protocol):
    @property
    def baseline(self) -> str: ...


class Comparison(NamedTuple):
    """An arm, its baseline, and the model that both are run with."""

    model: str
    arm: str
    baseline: str


ModelRow = TypeVar("ModelRow", bound=_OfModel)
ArmOfModel = TypeVar("ArmOfModel", bound=OfArm)
ComparedRow = TypeVar("ComparedRow", bound=_Compared)


def by_model(rows: list[ModelRow]) -> list[ModelRow]:
    """The rows with those of one model together; models in the order of their first row."""
    models = list(dict.fromkeys(row.model for row in rows))
    return sorted(rows, key=lambda row: models.index(row.model))


def by_arm(rows: Iterable[ArmOfModel]) -> list[list[ArmOfModel]]:
    """The rows of each arm of each model, in the order of their first rows."""
    found: dict[tuple[str, str], list[ArmOfModel]] = {}
    for row in rows:
        found.setdefault((row.model, row.arm), []).append(row)
    return list(found.values())


def by_comparison(rows: Iterable[ComparedRow]) -> dict[Comparison, list[ComparedRow]]:
    """The rows of each comparison, in the order of their first rows."""
    found: dict[Comparison, list[ComparedRow]] = {}
    for row in rows:
        found.setdefault(comparison(row), []).append(row)
    return found


def comparison(row: _Compared) -> Comparison:
    """The comparison that a row is about."""
    return Comparison(row.model, row.arm, row.baseline)
