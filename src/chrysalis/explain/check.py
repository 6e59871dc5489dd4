"""How right the maps of one training are: its methods and the controls, on its test images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from chrysalis.data.packed import Packed
from chrysalis.explain import faithfulness, localisation
from chrysalis.explain.backgrounds import variants
from chrysalis.explain.controls import control_maps
from chrysalis.explain.masks import read_masks
from chrysalis.explain.methods import METHODS
from chrysalis.explain.network import Explained
from chrysalis.explain.randomisation import cascade, weighted_modules
from chrysalis.explain.selection import even
from chrysalis.records.maps import CASCADE, MAP_SCORES, BackgroundRow, CascadeRow, MapScoreRow
from chrysalis.records.predictions import read_frame

BATCH = 64
MOST_MASKED = 2000  # images whose maps are compared with masks


@dataclass(frozen=True)
class Tested:
    """Test images: their rows in the pack, paths, labels, and masks' paths (empty: none)."""

    rows: np.ndarray
    paths: np.ndarray
    labels: np.ndarray
    masks: np.ndarray

    def only(self, chosen: np.ndarray) -> Tested:
        """Those chosen."""
        return Tested(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def batches(self) -> Iterator[Tested]:
        """In their order."""
        for start in range(0, len(self.rows), BATCH):
            yield self.only(np.arange(start, min(start + BATCH, len(self.rows))))


@dataclass(frozen=True)
class Checker:
    """A training, its images, and the folder that the paths of masks are relative to."""

    explained: Explained
    packed: Packed
    root: Path

    @classmethod
    def tested(cls, record: Path, packed: Packed) -> Tested:
        """The test images of the training whose record is in the folder `record`."""
        table = read_frame(record)[1]
        test = table[table["split"] == "test"].sort_values("row")
        rows = test["row"].to_numpy()
        masks = packed.index["mask"].to_numpy()[rows]
        return Tested(rows, test["path"].to_numpy(), test["label"].to_numpy(), masks)

    def scores(self, tested: Tested, images: int) -> list[MapScoreRow]:
        """Of each map: against the mask, for up to `MOST_MASKED` images that have one; by changing
        the image, for up to `images`. Classes take even turns.
        """
        masked = even(tested.labels, tested.masks != "", MOST_MASKED)
        changed = even(tested.labels, np.ones(len(tested.rows), bool), images)
        parts: list[pd.DataFrame] = []
        # Those that are changed fill batches of their own: each is asked for 24 times a map.
        order = np.concatenate([changed, np.setdiff1d(masked, changed)])
        for batch in tested.only(order).batches():
            parts += self._of_batch(batch, np.isin(batch.rows, tested.rows[changed]))
        table = pd.concat(parts, ignore_index=True)
        return MAP_SCORES.rows(_with_best_threshold(table)[MAP_SCORES.columns])

    def _of_batch(self, batch: Tested, changed: np.ndarray) -> list[pd.DataFrame]:
        """A table for each method and control, with the overlaps at each threshold."""
        explained, classes = self.explained, self.explained.trained.classes
        images = explained.shown(self.packed.images[batch.rows])
        targets = explained.logits(images).argmax(1)
        maps = explained.maps(images, targets, list(METHODS))
        maps |= control_maps(images, explained.cells(images), batch.rows.tolist())
        answers = targets.cpu().numpy()
        named = {
            "path": batch.paths,
            "class": [classes[label] for label in batch.labels],
            "correct": answers == batch.labels,
        }
        has_mask = np.flatnonzero(batch.masks != "")
        masks = self._masks(batch.only(has_mask)) > 0.5
        return [
            pd.DataFrame(
                {
                    **named,
                    "method": method,
                    **_against_masks(found[has_mask].cpu(), masks, has_mask, len(found)),
                    **self._by_changing(images, found, targets, batch.rows, changed),
                }
            )
            for method, found in maps.items()
        ]

    def _masks(self, batch: Tested) -> Tensor:
        settings = self.explained.trained.settings
        side = self.packed.images.shape[1]
        return read_masks(
            self.root, batch.masks.tolist(), side, settings.image_size, settings.crop_pct
        )

    def _by_changing(
        self, images: Tensor, maps: Tensor, targets: Tensor, rows: np.ndarray, changed: np.ndarray
    ) -> dict[str, np.ndarray]:
        found = {name: np.full(len(maps), np.nan) for name in ("deletion", "insertion", "road")}
        if changed.any():
            own, numbers = images[changed], rows[changed].tolist()
            ask = self.explained.probability(targets[changed])
            ranked = faithfulness.ranks(maps[changed], numbers)
            grey = self.explained.trained.model.mean
            found["deletion"][changed] = faithfulness.deletion(own, ranked, grey, ask)
            found["insertion"][changed] = faithfulness.insertion(own, ranked, ask)
            found["road"][changed] = faithfulness.road(own, ranked, numbers, ask)
        return found

    def cascaded(self, tested: Tested, images: int) -> list[CascadeRow]:
        """How alike the maps of up to `images` images are as the weights are randomised."""
        chosen = tested.only(even(tested.labels, np.ones(len(tested.rows), bool), images))
        model, layer = self.explained.trained.model, self.explained.layer
        count = len(weighted_modules(model.network))
        rows: list[CascadeRow] = []
        for batch in chosen.batches():
            shown = self.explained.shown(self.packed.images[batch.rows])
            inputs, targets = model.normalise(shown), self.explained.logits(shown).argmax(1)
            found = cascade(model.network, inputs, targets, layer, METHODS)
            for method, stages in found.items():
                for stage, (module, similar) in enumerate(stages):
                    share = _done(stage, len(stages), count)
                    rows += [
                        CascadeRow(path, method, share, module, value)
                        for path, value in zip(batch.paths, similar.tolist(), strict=True)
                    ]
        return CASCADE.rows(CASCADE.frame(rows))

    def backgrounds(self, tested: Tested) -> list[BackgroundRow]:
        """The answers to each variant of up to `MOST_MASKED` images with a mask.

        An image takes another's background from its own batch, which classes share evenly.
        """
        chosen = even(tested.labels, tested.masks != "", MOST_MASKED)
        mixed = np.random.default_rng(0).permutation(chosen)
        names = np.array(self.explained.trained.classes, dtype=object)
        rows: list[BackgroundRow] = []
        for batch in tested.only(mixed).batches():
            images = self.explained.shown(self.packed.images[batch.rows])
            masks = self._masks(batch).to(images.device)
            labels = torch.from_numpy(batch.labels)
            made = variants(images, masks, labels, self.explained.trained.model.mean)
            answers = [
                names[self.explained.logits(each).argmax(1).cpu().numpy()] for each in made.values()
            ]
            columns = (batch.paths, names[batch.labels], *answers)
            rows += [BackgroundRow(*values) for values in zip(*columns, strict=True)]
        return sorted(rows, key=lambda row: row.path)


def _done(stage: int, stages: int, modules: int) -> float:
    """The share of the modules that is random after a stage, as np.array_split divides them."""
    return sum(len(part) for part in np.array_split(range(modules), stages)[: stage + 1]) / modules


def _against_masks(
    maps: Tensor, masks: Tensor, places: np.ndarray, count: int
) -> dict[str, np.ndarray]:
    """The measures of the images that have masks, at their `places` of all `count`."""
    overlap = localisation.overlaps(maps, masks)
    own = {
        "energy": localisation.energy_inside(maps, masks),
        "pointing": localisation.pointing(maps, masks),
        **{f"iou {at:.1f}": overlap[:, n] for n, at in enumerate(localisation.THRESHOLDS)},
    }
    found = {}
    for name, values in own.items():
        found[name] = np.full(count, np.nan)
        found[name][places] = values
    return found


def _with_best_threshold(table: pd.DataFrame) -> pd.DataFrame:
    """With the columns iou, at the fixed threshold, and iou_best, at the method's best one."""
    table = table.assign(iou=table[f"iou {localisation.FIXED:.1f}"], iou_best=np.nan)
    columns = [name for name in table if name.startswith("iou ")]
    for _, own in table.groupby("method", sort=False):
        overlap = own[columns].dropna()
        if len(overlap):
            best = columns[localisation.best_threshold(overlap.to_numpy())]
            table.loc[own.index, "iou_best"] = own[best]
    return table
