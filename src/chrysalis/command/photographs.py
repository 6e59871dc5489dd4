"""A person's photographs, read as the study's images were: a few at a time, however many."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from chrysalis.audit.reading import square
from chrysalis.data.images import UnusableImage, decode
from chrysalis.data.layout import is_hidden
from chrysalis.data.pack import squash
from chrysalis.errors import UserError

BATCH = 64
AHEAD = 2  # batches that are read while one is looked at
FEW = 16  # for so few, starting other processes takes longer than reading
MOST_WORKERS = 8  # each may hold a picture of 89 million pixels


@dataclass(frozen=True)
class Photograph:
    """A file: its pixels, uint8 (S, S, 3), or why it could not be read; `note` says what was left.

    `name` is its path as given, in characters that a terminal shows. `square` is the picture as the
    study's embedder takes it, where that is asked for.
    """

    name: str
    pixels: np.ndarray | None
    note: str = ""
    square: np.ndarray | None = None


def find(places: Sequence[Path]) -> list[Path]:
    """The files named, and all visible files in the folders named, at any depth, sorted.

    Raises:
        UserError: a place is not there, or there is no file in any.
    """
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            names = (path.relative_to(place) for path in place.rglob("*") if path.is_file())
            found += [place / name for name in sorted(names) if not is_hidden(name.as_posix())]
        elif place.exists():
            found.append(place)
        else:
            raise UserError(f"{place}: there is no such photograph or folder")
    if not found:
        raise UserError(f"no files in {', '.join(map(str, places))}; name photographs or folders")
    return list(dict.fromkeys(found))


def read_all(paths: Sequence[Path], size: int, side: int = 0) -> Iterator[list[Photograph]]:
    """All photographs in their order, in batches, squashed to `size` px as the study's were.

    With `side` they are read for an embedder of that side as well.
    """
    parts = [paths[start : start + BATCH] for start in range(0, len(paths), BATCH)]
    one = partial(read, size=size, side=side)
    if len(paths) <= FEW:
        yield from (list(map(one, part)) for part in parts)
        return
    # Fresh processes: forking one in which torch has started threads may hang.
    fresh = multiprocessing.get_context("spawn")
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    with ProcessPoolExecutor(workers, fresh) as pool:
        waiting: deque[list[Future[Photograph]]] = deque()
        for part in parts:
            waiting.append([pool.submit(one, path) for path in part])
            if len(waiting) > AHEAD:
                yield [each.result() for each in waiting.popleft()]
        while waiting:
            yield [each.result() for each in waiting.popleft()]


def read(path: Path, size: int, side: int = 0) -> Photograph:
    """One photograph, as `read_all` says."""
    name = shown(path)
    try:
        image, note = decode(path)
    except UnusableImage as error:
        return Photograph(name, None, str(error))
    return Photograph(name, squash(image, size), note, square(image, side) if side else None)


def shown(path: Path) -> str:
    """A path in characters that a terminal shows."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "�" for character in text)
