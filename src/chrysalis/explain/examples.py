"""Grad-CAM of a fair choice of right and wrong test predictions of one training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from chrysalis.data.packed import Packed
from chrysalis.explain.network import Explained
from chrysalis.explain.selection import select_examples
from chrysalis.records import predictions


@dataclass(frozen=True)
class Examples:
    """n predictions: a row each with the layer and the rows and columns of its map; what the
    network saw of them, uint8 (n, S, S, 3); and their maps in [0, 1], float32 (n, S, S).
    """

    table: pd.DataFrame
    images: np.ndarray
    cams: np.ndarray

    def write(self, folder: Path) -> None:
        """Write examples.csv, images.npy and cams.npy."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "images.npy", self.images)
        np.save(folder / "cams.npy", self.cams)
        self.table.to_csv(folder / "examples.csv", index=False)


def explain(record: Path, packed: Packed, layer: str = "") -> Examples:
    """Examples of the training whose record is in the folder `record`.

    `layer` is the module whose output is explained; empty means the model's last convolutional
    stage.

    Raises:
        UserError: the network has no such layer, or a file of the record is damaged.
    """
    explained = Explained.load(record, layer)
    classes = explained.trained.classes
    table = select_examples(predictions.read_frame(record)[1], classes)
    pixels = packed.images[table["row"].to_numpy()]
    targets = torch.tensor([classes.index(name) for name in table["predicted_class"]])
    images, cams = explained.over(pixels, targets)
    rows, columns = explained.cells(explained.shown(pixels))
    return Examples(table.assign(layer=explained.layer, rows=rows, columns=columns), images, cams)
