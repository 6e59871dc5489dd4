"""Images that a table lists: CSV or Parquet with columns path, label, and perhaps more."""

from __future__ import annotations

import csv
import hashlib
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from chrysalis.data import layout
from chrysalis.data.layout import SPLIT_FOLDERS
from chrysalis.errors import UserError, suggest

SUFFIXES = (".csv", ".parquet")
GROUPS = "groups.csv"  # what fetching writes beside the class folders
NEEDED, OPTIONAL = ("path", "label"), ("split", "group", "mask")


@dataclass(frozen=True)
class ListedFile:
    """One row of a table: where a file lies beside the table, and its place in the dataset.

    `place` has the layout that `chrysalis.data.layout.find_images` reads. `group` is empty text
    where there is none.
    """

    source: str
    place: str
    group: str = ""


def listed_files(table: Path) -> list[ListedFile]:
    """The images of a table and their masks, in its order.

    `path` and `mask` are relative to the folder that the table lies in. `split` is a name of
    `SPLIT_FOLDERS`, in every row or in none.

    Raises:
        UserError: the table can't be read, lacks a column or has no rows; or a row has no label, an
            unknown split, a path out of the table's folder, or a path that an earlier row has.
    """
    rows = _rows(table)
    masked = any(row.get("mask") for row in rows)
    has_splits = any(row.get("split") for row in rows)
    wheres = [f"{table}, row {number}" for number in range(1, len(rows) + 1)]
    paths = [_beside(row["path"], where) for row, where in zip(rows, wheres, strict=True)]
    common = posixpath.commonpath([f"./{posixpath.dirname(path)}" for path in paths])
    common = common.removeprefix("./")
    found: dict[str, ListedFile] = {}
    for row, path, where in zip(rows, paths, wheres, strict=True):
        inside = path.removeprefix(f"{common}/").replace("/", "__")
        folders = [_split(row.get("split", ""), where)] if has_splits else []
        place = "/".join([*folders, _folder(row["label"], where), inside])
        if place in found:
            raise UserError(f"{where}: {path} is listed twice for one class; remove a row")
        image = f"images/{place}" if masked else place
        found[place] = ListedFile(path, image, row.get("group", ""))
        if mask := row.get("mask"):
            suffix = PurePosixPath(mask).suffix
            name = f"masks/{PurePosixPath(place).with_suffix(suffix)}"
            found[name] = ListedFile(_beside(mask, where), name)
    return list(found.values())


def class_names(table: Path) -> list[str]:
    """The classes of a table, in the order of their labels.

    Raises:
        UserError: as `listed_files`, or it has just one class.
    """
    return layout.class_names((file.place for file in listed_files(table)), str(table))


def sizes_digest(table: Path) -> str:
    """SHA-256, in hex, of the files of a table and their sizes in bytes (0 if there is none)."""
    digest = hashlib.sha256()
    for file in listed_files(table):
        path = table.parent / file.source
        size = path.stat().st_size if path.is_file() else 0
        digest.update(f"{size} {file.place}\0".encode())
    return digest.hexdigest()


def has_groups(table: Path) -> bool:
    """Whether a row of the table names a group."""
    return any(row.get("group") for row in _rows(table))


def _rows(table: Path) -> list[dict[str, str]]:
    """The rows as text, an absent value as empty text."""
    try:
        columns, rows = _read_parquet(table) if _is_parquet(table) else _read_csv(table)
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{table}: this table can't be read ({error})") from None
    for name in NEEDED:
        if name not in columns:
            raise UserError(
                f"{table}: no column '{name}'; {suggest(name, columns)}. A table of images has the "
                f"columns {', '.join(NEEDED)}, and may have {', '.join(OPTIONAL)}"
            )
    if not rows:
        raise UserError(f"{table}: lists no images")
    return rows


def _is_parquet(table: Path) -> bool:
    return table.name.lower().endswith(".parquet")


def _read_csv(table: Path) -> tuple[Iterable[str], list[dict[str, str]]]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restval="")
        return reader.fieldnames or (), list(reader)


def _read_parquet(table: Path) -> tuple[Iterable[str], list[dict[str, str]]]:
    from pyarrow import parquet  # takes a moment to import; only needed here

    columns = parquet.ParquetFile(table).schema_arrow.names
    wanted = [name for name in (*NEEDED, *OPTIONAL) if name in columns]
    rows = parquet.read_table(table, columns=wanted).to_pylist()
    return columns, [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in rows
    ]


def _beside(path: str, where: str) -> str:
    normal = posixpath.normpath(path)
    if not path or normal.startswith(("/", "..")):
        raise UserError(
            f"{where}: the path '{path}' does not lead to a file below the table's folder; write "
            "paths relative to that folder, or move the table above the images"
        )
    return normal


def _folder(label: str, where: str) -> str:
    if not label or "/" in label or label.startswith("."):
        raise UserError(
            f"{where}: '{label}' can't be the name of a class, which is not empty, has no slash "
            "and does not begin with a dot"
        )
    return label


def _split(split: str, where: str) -> str:
    if split.lower() not in SPLIT_FOLDERS:
        raise UserError(
            f"{where}: the split is '{split}'; {suggest(split.lower(), SPLIT_FOLDERS)}. Either "
            "every row has a split, or none has"
        )
    return SPLIT_FOLDERS[split.lower()]
