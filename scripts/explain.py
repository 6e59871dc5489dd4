"""Grad-CAM of a fair choice of right and wrong test predictions of one run."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

from chrysalis.augment.inputs import centre, to_input
from chrysalis.data.packed import open_packed
from chrysalis.engine.trained import load_trained
from chrysalis.explain.gradcam import grad_cam, map_size
from chrysalis.explain.selection import select_examples
from chrysalis.models import registry
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the chosen examples: their table, what the network saw of them, and their maps.

    examples.csv has n rows, images.npy is uint8 (n, S, S, 3), cams.npy float32 (n, S, S).
    """
    trained = load_trained(args.run)
    settings, classes, model = trained.settings, trained.classes, trained.model
    examples = select_examples(pd.read_parquet(args.run / "predictions.parquet"), classes)
    layer = args.layer or registry.spec(settings.model).cam_layer or model.network.cam_layer
    packed = open_packed(args.images, args.index)
    pixels = torch.from_numpy(packed.images[examples["row"].to_numpy()]).permute(0, 3, 1, 2)
    targets = torch.tensor([classes.index(name) for name in examples["predicted_class"]])
    inputs = model.normalise(to_input(pixels, settings.image_size, settings.crop_pct))
    cams = grad_cam(model.network, inputs, targets, layer=layer)
    seen = centre(pixels, settings.crop_pct)
    cams = functional.interpolate(cams[:, None], seen.shape[-2:], mode="bilinear")[:, 0]
    args.output.mkdir(parents=True, exist_ok=True)
    np.save(args.output / "images.npy", seen.permute(0, 2, 3, 1).numpy())
    np.save(args.output / "cams.npy", cams.numpy())
    rows, columns = map_size(model.network, inputs, layer=layer)
    examples = examples.assign(layer=layer, rows=rows, columns=columns)
    examples.to_csv(args.output / "examples.csv", index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder with the run's record")
    parser.add_argument("--images", type=Path, required=True, help="packed images, .npy")
    parser.add_argument("--index", type=Path, required=True, help="their index, .csv")
    parser.add_argument(
        "--layer", nargs="?", default="", help="left out: the last convolutional stage"
    )
    parser.add_argument("--output", type=Path, required=True)
    cli.run(main, parser)
