"""How many images each split will have for a run, before anything is trained."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import pandas as pd

from chrysalis.config.run import RunSettings, origins

SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Images:
    """How many images there are of each class in each split; how many of test have a mask."""

    by_split: dict[str, dict[str, int]]
    masked: int = 0

    @classmethod
    def of_index(cls, index: pd.DataFrame) -> Images:
        """From a table with the columns split, class and mask."""
        counts = index.groupby(["split", "class"]).size()
        masked = index.loc[index["split"] == "test", "mask"].ne("").sum()
        return cls({split: counts[split].to_dict() for split in SPLITS}, int(masked))

    def of(self, settings: RunSettings, split: str) -> int:
        """How many of a split the run uses.

        Which classes turn out to be the worst is not known yet: they are taken to be of the mean
        size.
        """
        kept = self._kept(settings, split)
        if split == "train":
            kept = {name: math.ceil(settings.train_share * count) for name, count in kept.items()}
        return round(_kept_share(settings, kept) * sum(kept.values()))

    def watched(self, settings: RunSettings) -> int:
        """How many images of val each epoch is judged by."""
        kept = self._kept(settings, "val")
        counts = [math.ceil(settings.epoch_share * count) for count in kept.values()]
        return round(_kept_share(settings, kept) * sum(counts))

    def of_epoch(self, settings: RunSettings) -> int:
        """As many images as the steps of an epoch fill, whatever images the run uses."""
        counts = self._whole(settings, "train").values()
        return sum(math.ceil(settings.epoch_share * count) for count in counts)

    def _kept(self, settings: RunSettings, split: str) -> dict[str, int]:
        counts = self._whole(settings, split).items()
        return {name: count for name, count in counts if name not in settings.removed_classes}

    def _whole(self, settings: RunSettings, split: str) -> dict[str, int]:
        """Of each class, with all images and classes."""
        counts: Counter[str] = Counter()
        for origin in origins(settings.validate_on)[split]:
            counts.update(self.by_split[origin])
        return dict(counts)


def _kept_share(settings: RunSettings, kept: dict[str, int]) -> float:
    return 1 - settings.worst_classes / len(kept)
