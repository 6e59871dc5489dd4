"""Files that several jobs made, each of a part of the images, into one."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from chrysalis.records.files import damaged, replacing, require


def open_rows(path: Path) -> np.ndarray:
    """The array in a .npy file, which stays on disk.

    Raises:
        UserError: there is no such file, or it is damaged and set aside.
    """
    try:
        return np.load(require(path), mmap_mode="r")
    except (ValueError, EOFError) as error:
        raise damaged(path, str(error)) from None


def join_arrays(parts: Sequence[Path], whole: np.ndarray) -> None:
    """Copy the rows of .npy files into `whole`, one file behind the other; memory stays flat.

    Raises:
        UserError: as `open_rows`; also for the last file if there are too many or too few rows.
    """
    start = 0
    for path in parts:
        rows = open_rows(path)
        room = whole[start : start + len(rows)]
        start += len(rows)
        if room.shape != rows.shape or (path == parts[-1] and start != len(whole)):
            raise damaged(path, f"{rows.shape} does not fit into {whole.shape} behind the others")
        room[:] = rows


def join_tables(parts: Iterable[Path], whole: Path) -> None:
    """Write the rows of CSV files with one header, as they are, one file behind the other."""
    with replacing(whole) as new, new.open("wb") as table:
        for number, path in enumerate(parts):
            with require(path).open("rb") as rows:
                header = rows.readline()
                if number == 0:
                    table.write(header)
                shutil.copyfileobj(rows, table)
