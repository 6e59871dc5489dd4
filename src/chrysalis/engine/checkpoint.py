"""Checkpoints: written atomically each epoch, read back exactly.

The file is what `torch.save` writes, followed by its SHA-256: torch notices no flipped byte.
"""

from __future__ import annotations

import copy
import fcntl
import hashlib
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import torch
from torch import nn

from chrysalis.engine.parallel import ALONE, Group
from chrysalis.engine.state import TrainingState
from chrysalis.records.files import replacing, set_aside

log = logging.getLogger(__name__)


_CHUNK = 1 << 20


@dataclass
class Progress:
    """How far a run has come: the epochs done, and the best weights by validation.

    `diverged_at` is the epoch (from 1) in which the training stopped being finite, 0 if in none.
    """

    fingerprint: str
    epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    best_score: tuple[float, float] = (-1.0, 0.0)
    best_weights: dict[str, torch.Tensor] = field(default_factory=dict)
    resumed: int = 0
    diverged_at: int = 0

    def note(self, row: dict[str, float], model: nn.Module) -> None:
        """Add an epoch's row; keep the weights if it is the best by validation.

        Best is the highest validation top-1; among equals, the lowest validation loss.
        """
        self.epoch += 1
        self.history.append(row)
        score = (row["val_top1"], -row["val_loss"])
        if score > self.best_score:
            self.best_epoch, self.best_score = self.epoch, score
            self.best_weights = copy.deepcopy(model.state_dict())


@dataclass(frozen=True)
class Place:
    """The file of a run's checkpoint, and what identifies its settings, code and data."""

    path: Path
    fingerprint: str


class _Hashed(io.RawIOBase):
    """A file to write to, which knows the SHA-256 of what was written."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hash = file, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.hash.update(data)
        return self.file.write(data)


def save(path: Path, progress: Progress, state: TrainingState) -> None:
    """Write a checkpoint so that a kill at any moment leaves the old one or the new one."""
    with replacing(path) as part, part.open("wb") as file:
        hashed = _Hashed(file)
        torch.save(vars(progress) | {"state": state.state_dict()}, cast(IO[bytes], hashed))
        file.write(hashed.hash.digest())


def load(path: Path, fingerprint: str, state: TrainingState) -> Progress:
    """Continue from `path` if it holds this very run, else start anew.

    `fingerprint` identifies settings, code and data: a checkpoint of another one is not used. A
    damaged one is set aside, with a warning. Nothing in a file that is not whole is unpickled, and
    of a whole one nothing but tensors and plain values.
    """
    saved = _read(path) if path.exists() else {}
    if saved.get("fingerprint") != fingerprint:
        return Progress(fingerprint)
    state.load_state_dict(saved.pop("state"))
    progress = Progress(**saved)
    progress.resumed += 1
    return progress


def _read(path: Path) -> dict[str, Any]:
    """What `save` wrote; nothing if the file is damaged."""
    try:
        with path.open("rb") as file:
            _check(file, path.stat().st_size - hashlib.sha256().digest_size)
            return dict(torch.load(file, map_location="cpu", weights_only=True))
    except FileNotFoundError:  # another process of this run has just set it aside
        return {}
    except Exception:  # torch raises nearly any kind
        aside = set_aside(path)
    log.warning("%s is damaged, so this training starts again; it is now %s", path, aside.name)
    return {}


def _check(file: IO[bytes], size: int) -> None:
    """Leave the file at its start if the hash of its first `size` bytes follows them."""
    seen = hashlib.sha256()
    for start in range(0, size, _CHUNK):
        seen.update(file.read(min(_CHUNK, size - start)))
    if size <= 0 or file.read() != seen.digest():
        raise ValueError("the hash at the end is not that of the content")
    file.seek(0)


@contextmanager
def exclusive(path: Path, group: Group = ALONE) -> Iterator[None]:
    """Hold a checkpoint: a second training of the same run waits until the first has ended.

    Of several processes that train it together the first holds it, and the others wait for that.
    Where the file system has no locks, nobody waits: whoever ends last writes last.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as file:
        if group.is_first:
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX)
        group.from_first(None)
        yield
