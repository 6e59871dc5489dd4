"""Tables: CSV files whose columns and types are the fields of a dataclass.

A field called `class_` is the column `class`. Text is read as written: a class may be called 1, NA
or null. An empty number is NaN. A field that is a tuple is written with `;` between its values.
"""

from __future__ import annotations

import csv
import dataclasses
import typing
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Generic, TypeVar

import pandas as pd

from chrysalis.records.files import damaged, replacing, require

Row = TypeVar("Row")
BETWEEN = ";"


class Table(Generic[Row]):
    """The one place that writes and reads a kind of table."""

    def __init__(self, row: type[Row]) -> None:
        self.row = row
        hints = typing.get_type_hints(row)
        self.types = {_column(name): hints[name] for name in hints}

    @property
    def columns(self) -> list[str]:
        """The columns, in their order."""
        return list(self.types)

    def frame(self, rows: Iterable[Row]) -> pd.DataFrame:
        """The rows as a data frame, with the columns even where there is no row."""
        values = [
            [getattr(row, field.name) for field in dataclasses.fields(row)]  # type: ignore[arg-type]
            for row in rows
        ]
        return pd.DataFrame(values, columns=self.columns)

    def write(self, rows: Iterable[Row], path: Path) -> None:
        """Write the file, with its folder."""
        write_frame(self.frame(rows), path)

    def read_frame(self, path: Path) -> pd.DataFrame:
        """The file as a data frame with these columns, in their types; others are left out.

        Raises:
            UserError: there is no such file, or it is damaged and set aside: it cannot be read, a
                column is missing, or a value is of another type.
        """
        try:
            table = pd.read_csv(require(path), dtype=str, keep_default_na=False)
        except ValueError as error:
            raise damaged(path, str(error)) from None
        self._check(table.columns, path)
        try:
            return pd.DataFrame(
                {name: _typed(table[name], kind) for name, kind in self.types.items()}
            )
        except ValueError as error:
            raise damaged(path, str(error)) from None

    def read(self, path: Path) -> list[Row]:
        """The file's rows. Most tables are short: without pandas that takes a tenth of the time.

        Raises:
            UserError: as `read_frame`.
        """
        try:
            with require(path).open(encoding="utf-8", newline="") as file:
                header, *lines = csv.reader(file, strict=True)
        except (ValueError, csv.Error) as error:
            raise damaged(path, str(error)) from None
        self._check(header, path)
        kinds = [(header.index(name), _value_of(kind)) for name, kind in self.types.items()]
        try:
            return [self.row(*(value(line[at]) for at, value in kinds)) for line in lines if line]
        except (ValueError, IndexError) as error:
            raise damaged(path, str(error)) from None

    def _check(self, columns: Iterable[str], path: Path) -> None:
        if missing := [name for name in self.columns if name not in set(columns)]:
            raise damaged(path, f"it has no column {', '.join(missing)}")

    def rows(self, table: pd.DataFrame) -> list[Row]:
        """The rows of a data frame that `read_frame` gave, or a part of it."""
        columns = (table[name].tolist() for name in self.columns)
        return [self.row(*values) for values in zip(*columns, strict=True)]


def write_frame(table: pd.DataFrame, path: Path) -> None:
    """Write a data frame whole, with its folder; tuples of numbers as in a `Table`."""
    with replacing(path) as part:
        table.map(_text).to_csv(part, index=False)


def read_parquet(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """The table in a parquet file, or these columns of it.

    Raises:
        UserError: there is no such file, or it is damaged and set aside.
    """
    try:
        return pd.read_parquet(require(path), columns=columns)
    except (OSError, ValueError, KeyError) as error:
        raise damaged(path, str(error).partition("\n")[0]) from None


def _text(value: Any) -> Any:
    return BETWEEN.join(f"{one:.6g}" for one in value) if isinstance(value, tuple) else value


def _column(field: str) -> str:
    return field.removesuffix("_")


def _typed(column: pd.Series, kind: Any) -> Any:
    if typing.get_origin(kind) is tuple:
        return column.map(_numbers).tolist()
    if kind is float:
        return pd.to_numeric(column.mask(column == "")).astype(float)
    if kind is bool:
        return column.map(_truth).astype(bool)
    return column.astype("int64") if kind is int else column


def _value_of(kind: Any) -> Callable[[str], Any]:
    """What makes a value of that type of a cell's text; as `_typed` for a column."""
    if typing.get_origin(kind) is tuple:
        return _numbers
    if kind is float:
        return _number
    if kind is bool:
        return _truth
    return int if kind is int else str


def _number(text: str) -> float:
    return float(text or "nan")


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(BETWEEN) if part)


def _truth(text: str) -> bool:
    return text.lower() in ("true", "1")
