"""Galleries of Grad-CAM overlays: right predictions and wrong ones."""

from pathlib import Path

import numpy as np
import pandas as pd

from chrysalis.explain.overlay import overlay
from chrysalis.report.figures.galleries import plot_gallery
from chrysalis.report.figures.style import save_figure
from chrysalis.workflow import cli


def main(args) -> None:
    """Write right.webp, wrong.webp and gallery.csv."""
    text = {"path": str, "class": str, "predicted_class": str, "layer": str}
    examples = pd.read_csv(args.explained / "examples.csv", dtype=text, keep_default_na=False)
    cams = np.load(args.explained / "cams.npy")
    images = np.load(args.explained / "images.npy")
    overlays = np.array([overlay(i, c) for i, c in zip(images, cams, strict=True)], np.uint8)
    args.output.mkdir(parents=True, exist_ok=True)
    for name, chosen in (("right", examples["correct"]), ("wrong", ~examples["correct"])):
        figure = plot_gallery(images[chosen], overlays[chosen], examples[chosen])
        save_figure(figure, args.output / f"{name}.webp")
    examples.to_csv(args.output / "gallery.csv", index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--explained", type=Path, required=True, help="folder of the rule explain")
    parser.add_argument("--output", type=Path, required=True)
    cli.run(main, parser)
