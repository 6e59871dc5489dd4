"""Checkpoints: written atomically each epoch, read back exactly."""

from __future__ import annotations

import copy
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn

from chrysalis.engine.parallel import ALONE, Group
from chrysalis.engine.state import TrainingState


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


def save(path: Path, progress: Progress, state: TrainingState) -> None:
    """Write a checkpoint so that a kill at any moment leaves the old one or the new one."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        torch.save(vars(progress) | {"state": state.state_dict()}, file)
    temporary.replace(path)


def load(path: Path, fingerprint: str, state: TrainingState) -> Progress:
    """Continue from `path` if it holds this very run, else start anew.

    `fingerprint` identifies settings, code and data: a checkpoint of another one is not used.
    """
    if path.exists():
        saved = torch.load(path, map_location="cpu", weights_only=True)
        if saved["fingerprint"] == fingerprint:
            state.load_state_dict(saved.pop("state"))
            progress = Progress(**saved)
            progress.resumed += 1
            return progress
    return Progress(fingerprint)


@contextmanager
def exclusive(path: Path, group: Group = ALONE) -> Iterator[None]:
    """Hold a checkpoint: a second training of the same run waits until the first has ended.

    Of several processes that train it together the first holds it, and the others wait for that.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as file:
        if group.is_first:
            fcntl.flock(file, fcntl.LOCK_EX)
        group.from_first(None)
        yield
