"""What a network answers for photographs, batch by batch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from chrysalis.command.judged import UNKNOWN, Judged, score
from chrysalis.command.neighbours import Neighbours
from chrysalis.command.networks import Chosen
from chrysalis.command.photographs import Photograph
from chrysalis.engine.batches import Batches
from chrysalis.engine.runtime import Runtime, has_native_bf16
from chrysalis.engine.train import predict
from chrysalis.engine.trained import Trained, load_trained


@dataclass(frozen=True)
class Answer:
    """What is said of a photograph; where it could not be read, `reason` says why.

    `probabilities` (classes,) are calibrated. `likeliest` is the class with the highest, and
    `unknown` whether the photograph is unlike those of the study.
    """

    photograph: Photograph
    reason: str = ""
    likeliest: str = ""
    probabilities: np.ndarray | None = None
    familiarity: float = float("nan")
    unknown: bool = False

    @property
    def word(self) -> str:
        """The answer itself; empty for a file that is no picture."""
        return UNKNOWN if self.unknown else self.likeliest

    @property
    def probability(self) -> float:
        """That of the likeliest class."""
        return float("nan") if self.probabilities is None else float(self.probabilities.max())


class Answerer:
    """Networks that answer together, in the precision that they were validated in."""

    def __init__(
        self,
        chosen: Chosen,
        judged: Judged,
        device: torch.device,
        neighbours: Neighbours | None = None,
    ) -> None:
        """Load the networks of `chosen`; with `neighbours` these say what is unknown.

        Raises:
            UserError: a file of theirs is missing or damaged.
        """
        self.chosen, self.judged, self.neighbours = chosen, judged, neighbours
        self.members: list[Trained] = [load_trained(folder) for folder in chosen.folders]
        for member in self.members:
            member.model.to(device)
        precision = chosen.records[0].precision
        if precision == "bf16" and not has_native_bf16(device):
            precision = "fp32"
        self.runtime = Runtime.choose(device, precision, os.cpu_count() or 1)

    @property
    def side(self) -> int:
        """Side of the squares that it is given beside them, in pixels; 0 for none."""
        return self.neighbours.embedder.side if self.neighbours else 0

    @property
    def size(self) -> int:
        """Side of the pictures that it is given, in pixels."""
        return self.members[0].settings.packed_size

    def logits(self, pixels: np.ndarray) -> list[np.ndarray]:
        """Each network's logits (n, classes), float32, of pixels uint8 (n, S, S, 3)."""
        rows = np.arange(len(pixels))
        batches = Batches(pixels, rows, np.zeros(len(pixels), np.int32), self.runtime.device)
        return [
            np.concatenate(list(predict(member.model, batches, self.runtime, member.settings)))
            for member in self.members
        ]

    def answer(self, photographs: list[Photograph]) -> list[Answer]:
        """An answer for each photograph, in their order."""
        known = [each for each in photographs if each.pixels is not None]
        found = self._of_readable(known) if known else iter(())
        return [
            Answer(each, reason=each.note) if each.pixels is None else Answer(each, **next(found))
            for each in photographs
        ]

    def _of_readable(self, photographs: list[Photograph]) -> Iterator[dict]:
        logits = self.logits(np.stack([np.asarray(each.pixels) for each in photographs]))
        probabilities = self.judged.probabilities(logits)
        if self.neighbours:
            squares = np.stack([np.asarray(each.square) for each in photographs])
            scores = self.neighbours.familiarity(squares)
        else:
            scores = score(logits)
        unknown = self.judged.unknown(scores)
        for row, of_classes in enumerate(probabilities):
            yield {
                "likeliest": self.judged.classes[of_classes.argmax()],
                "probabilities": of_classes,
                "familiarity": float(scores[row]),
                "unknown": bool(unknown[row]),
            }
