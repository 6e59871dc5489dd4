"""Galleries of Grad-CAM: right and wrong predictions, confused classes, and from layer to layer."""

from pathlib import Path

import numpy as np
import pandas as pd

from chrysalis.explain.overlay import overlay
from chrysalis.records.maps import CONTRASTS
from chrysalis.report.figures.galleries import (
    plot_confused,
    plot_gallery,
    plot_layers,
    save_gallery,
)
from chrysalis.workflow import arguments, cli

Pictures = tuple[np.ndarray, np.ndarray]


def main(args) -> None:
    """Write right.svg and wrong.svg with gallery.csv, then the others with a table each."""
    folder = arguments.job(args).paths.explained(args.run, args.seed)
    output = folder / "plot_gallery"
    output.mkdir(parents=True, exist_ok=True)
    text = {"path": str, "class": str, "predicted_class": str, "layer": str}
    examples = pd.read_csv(folder / "explain/examples.csv", dtype=text, keep_default_na=False)
    images, overlays = pictures(folder / "explain")
    for name, chosen in (("right", examples["correct"]), ("wrong", ~examples["correct"])):
        figure = plot_gallery(images[chosen], overlays[chosen], examples[chosen])
        save_gallery(figure, output / f"{name}.svg")
    examples.to_csv(output / "gallery.csv", index=False)
    table = CONTRASTS.read_frame(folder / "contrast/contrasts.csv")
    images, overlays = pictures(folder / "contrast")
    for kind, name, plot in (
        ("confused", "confused", plot_confused),
        ("layers", "through_layers", plot_layers),
    ):
        chosen = table["figure"] == kind
        save_gallery(plot(images[chosen], overlays[chosen], table[chosen]), output / f"{name}.svg")
        table[chosen].to_csv(output / f"{name}.csv", index=False)


def pictures(folder: Path) -> Pictures:
    """What the network saw, and the same under the maps."""
    images, cams = (np.load(folder / f"{name}.npy") for name in ("images", "cams"))
    return images, np.array([overlay(i, c) for i, c in zip(images, cams, strict=True)], np.uint8)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_training(parser)
    cli.run(main, parser)
