"""Parts of a dataset: which images each of several jobs does, and where it leaves its files.

What is made in parts and then joined is, bit for bit, what one job makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

BLOCK = 64  # images that are decoded, and go through a network, at once


@dataclass(frozen=True)
class Part:
    """The `number`th of `of` parts, counted from 1; written 3-of-7."""

    number: int
    of: int

    @classmethod
    def read(cls, text: str) -> Part:
        """From 3-of-7.

        Raises:
            ValueError: it is written otherwise.
        """
        number, of = map(int, text.split("-of-"))
        return cls(number, of)

    def __str__(self) -> str:
        return f"{self.number}-of-{self.of}"

    def rows(self, n: int) -> slice:
        """Which of `n` rows it has: none, or consecutive ones.

        They are whole blocks but for the last, so that a network sees the same batches whatever the
        number of parts: other batches round differently.
        """
        blocks = -(-n // BLOCK)
        first, last = (BLOCK * (blocks * end // self.of) for end in (self.number - 1, self.number))
        return slice(min(first, n), min(last, n))


WHOLE = Part(1, 1)


@dataclass(frozen=True)
class PartPaths:
    """Files of the jobs that each do a part; `results` is results/<dataset>."""

    results: Path

    def inspected(self, part: Part) -> Path:
        """What was found in the files of a part."""
        return self.results / f"data/inspect_part/{part}.parquet"

    def embedded(self, part: Part) -> Path:
        """The folder of a part's vectors, thumbnails and measures."""
        return self.results / f"data/embed_part/{part}"

    def packed(self, size: int, part: Part) -> Path:
        """A part's images as squares of `size` px."""
        return self.results / f"data/pack_part/{size}px/{part}.npy"


def all_parts(of: int) -> list[Part]:
    """So many parts, in order; none for 0."""
    return [Part(number, of) for number in range(1, of + 1)]
