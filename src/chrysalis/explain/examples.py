"""Grad-CAM of a fair choice of right and wrong test predictions of one training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

from chrysalis.augment.inputs import centre, to_input
from chrysalis.data.packed import Packed
from chrysalis.engine.trained import load_trained
from chrysalis.explain.layers import map_size, usual_layer
from chrysalis.explain.maps import heat_maps
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
    trained = load_trained(record)
    settings, classes, model = trained.settings, trained.classes, trained.model
    table = select_examples(predictions.read_frame(record)[1], classes)
    layer = layer or usual_layer(trained)
    pixels = torch.from_numpy(packed.images[table["row"].to_numpy()]).permute(0, 3, 1, 2)
    targets = torch.tensor([classes.index(name) for name in table["predicted_class"]])
    inputs = model.normalise(to_input(pixels, settings.image_size, settings.crop_pct))
    cams = heat_maps(model.network, inputs, targets, layer=layer)["grad_cam"]
    seen = centre(pixels, settings.crop_pct)
    cams = functional.interpolate(cams[:, None], seen.shape[-2:], mode="bilinear")[:, 0]
    rows, columns = map_size(model.network, inputs, layer=layer)
    return Examples(
        table.assign(layer=layer, rows=rows, columns=columns),
        seen.permute(0, 2, 3, 1).numpy(),
        cams.numpy(),
    )
