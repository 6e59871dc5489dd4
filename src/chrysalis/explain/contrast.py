"""Maps set against each other: for both classes of confused pairs, and from layer to layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy.special import softmax

from chrysalis.data.packed import Packed
from chrysalis.explain.network import Explained
from chrysalis.explain.selection import select_examples
from chrysalis.records import predictions
from chrysalis.records.maps import CONTRASTS, Compared, ContrastRow

MOST_PAIRS = 5
LAYERS = 5


@dataclass
class Contrast:
    """A row for each map, what the network saw of its image, uint8 (S, S, 3), and the map itself,
    float32 (S, S) in [0, 1].
    """

    rows: list[ContrastRow] = field(default_factory=list)
    images: list[np.ndarray] = field(default_factory=list)
    cams: list[np.ndarray] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write contrasts.csv, images.npy and cams.npy."""
        CONTRASTS.write(self.rows, folder / "contrasts.csv")
        np.save(folder / "images.npy", np.array(self.images, np.uint8))
        np.save(folder / "cams.npy", np.array(self.cams, np.float32))


def contrast(record: Path, packed: Packed, layer: str = "") -> Contrast:
    """The maps of the training whose record is in the folder `record`, on its test images.

    Each of the most confused pairs of classes has a line with an image of each class: the one that
    the network thinks likeliest to be of the other, with a map for each of the two. Then a right
    and a wrong answer, drawn at random, have a line each with maps from layer to layer.

    `layer` is the module that is explained; empty for the usual one.

    Raises:
        UserError: the network has no such layer, or a file of the record is damaged.
    """
    classes, table = predictions.read_frame(record)
    test = table[table["split"] == "test"].sort_values("row", ignore_index=True)
    logits = test[[f"logit_{label}" for label in range(len(classes))]].to_numpy(float)
    chances, labels = softmax(logits, axis=1), test["label"].to_numpy()
    maker = _Maker(Explained.load(record, layer), packed, test, chances)
    for line, pair in enumerate(confused_pairs(labels, chances.argmax(1))[:MOST_PAIRS]):
        for place, own, other in between(labels, chances, pair):
            maker.add("confused", line, place, [own, other], [maker.explained.layer])
    drawn = select_examples(table, classes, right=1, wrong=1)
    for line, row in enumerate(drawn["row"]):
        place = int(np.flatnonzero(test["row"] == row)[0])
        maker.add("layers", line, place, [int(chances[place].argmax())], maker.layers)
    return maker.made


def confused_pairs(labels: np.ndarray, predicted: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of classes, ascending, with the most wrong answers between them, either way, first."""
    wrong = labels != predicted
    pairs = Counter(
        (min(pair), max(pair))
        for pair in zip(labels[wrong].tolist(), predicted[wrong].tolist(), strict=True)
    )
    return sorted(pairs, key=lambda pair: (-pairs[pair], pair))


def between(
    labels: np.ndarray, chances: np.ndarray, pair: tuple[int, int]
) -> Iterator[tuple[int, int, int]]:
    """For each class of the pair the place of its image that is likeliest to be of the other, with
    both classes; a class without images has none. `chances` are (n, classes).
    """
    for own, other in (pair, pair[::-1]):
        among = np.flatnonzero(labels == own)
        if len(among):
            yield int(among[chances[among, other].argmax()]), own, other


@dataclass(frozen=True)
class _Maker:
    """Makes the maps of test images, which `test` and `chances` have in one order."""

    explained: Explained
    packed: Packed
    test: pd.DataFrame
    chances: np.ndarray
    made: Contrast = field(default_factory=Contrast)

    @cached_property
    def layers(self) -> list[str]:
        """The layers that a line of layers shows."""
        first = self.packed.images[self.test["row"].to_numpy()[:1]]
        return self.explained.layers(self.explained.shown(first), LAYERS)

    def add(
        self, figure: Compared, line: int, place: int, targets: list[int], layers: list[str]
    ) -> None:
        """Maps of one image for each of the targets, from each of the layers."""
        image, classes = self.test.iloc[place], self.explained.trained.classes
        pixels = self.packed.images[[image["row"]]]
        for layer in layers:
            explained = replace(self.explained, layer=layer)
            cells = explained.cells(explained.shown(pixels))
            for target in targets:
                seen, cams = explained.over(pixels, torch.tensor([target]))
                self.made.rows.append(
                    ContrastRow(
                        figure=figure,
                        line=line,
                        path=image["path"],
                        class_=classes[image["label"]],
                        predicted_class=classes[int(self.chances[place].argmax())],
                        target=classes[target],
                        confidence=round(float(self.chances[place, target]), 4),
                        layer=layer,
                        rows=cells[0],
                        columns=cells[1],
                    )
                )
                self.made.images.append(seen[0])
                self.made.cams.append(cams[0])
