"""Which images belong together and must share a split: near duplicates, and your own groups."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from chrysalis.errors import UserError


def named_groups(paths: Iterable[str], pattern: str) -> dict[str, str]:
    """By path, the group that a regular expression reads from it; other paths are left out.

    The pattern is matched from the start of the file's name, or of the whole path if the pattern
    holds a slash. The group is what its parentheses hold, or the whole match without any.

    Raises:
        UserError: it matches no path.
    """
    expression = re.compile(pattern)
    found = {}
    for path in paths:
        match = expression.match(path if "/" in pattern else path.rpartition("/")[2])
        if match:
            parts = [part for part in match.groups() if part is not None]
            found[path] = "/".join(parts) if parts else match[0]
    if not found:
        raise UserError(
            f"group: the pattern '{pattern}' matches no image; it is matched from the start of the "
            "file's name, or of the path within the dataset if it holds a slash"
        )
    return found


def listed_groups(paths: Iterable[str], table: pd.DataFrame, column: str) -> dict[str, str]:
    """By path, the value of a column of a table with a column path; empty values are left out.

    Raises:
        UserError: a column is missing, or the table lists none of the paths.
    """
    missing = [name for name in ("path", column) if name not in table]
    if missing:
        raise UserError(f"group: the table has no column '{missing[0]}'")
    groups = dict(zip(table["path"], table[column], strict=True))
    found = {path: groups[path] for path in paths if groups.get(path)}
    if not found:
        raise UserError(
            "group: the table lists none of the images; its column path must hold their paths "
            "within the dataset"
        )
    return found


def join(
    paths: Iterable[str], pairs: Iterable[tuple[str, str]], named: dict[str, str]
) -> pd.Series:
    """The group of each path: connected components of the pairs and of the named groups.

    A group goes by the name of its first path in sorted order. Returns text, indexed by path, in
    the order of `paths`.
    """
    paths = list(paths)
    parent = {path: path for path in paths}

    def root(path: str) -> str:
        while parent[path] != path:
            parent[path] = parent[parent[path]]
            path = parent[path]
        return path

    def unite(one: str, other: str) -> None:
        low, high = sorted((root(one), root(other)))
        parent[high] = low

    for one, other in pairs:
        unite(one, other)
    first: dict[str, str] = {}
    for path, name in named.items():
        unite(path, first.setdefault(name, path))
    return pd.Series({path: root(path) for path in paths}, dtype=object).rename_axis("path")
