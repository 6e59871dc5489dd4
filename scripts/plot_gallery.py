"""Galleries of Grad-CAM overlays: right predictions and wrong ones."""

import numpy as np
import pandas as pd

from chrysalis.explain.overlay import overlay
from chrysalis.report.figures.galleries import plot_gallery
from chrysalis.report.figures.style import save_figure
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write right.webp, wrong.webp and gallery.csv."""
    folder = arguments.job(args).paths.explained(args.run, args.seed)
    text = {"path": str, "class": str, "predicted_class": str, "layer": str}
    examples = pd.read_csv(folder / "explain/examples.csv", dtype=text, keep_default_na=False)
    cams = np.load(folder / "explain/cams.npy")
    images = np.load(folder / "explain/images.npy")
    overlays = np.array([overlay(i, c) for i, c in zip(images, cams, strict=True)], np.uint8)
    output = folder / "plot_gallery"
    output.mkdir(parents=True, exist_ok=True)
    for name, chosen in (("right", examples["correct"]), ("wrong", ~examples["correct"])):
        figure = plot_gallery(images[chosen], overlays[chosen], examples[chosen])
        save_figure(figure, output / f"{name}.webp")
    examples.to_csv(output / "gallery.csv", index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_training(parser)
    cli.run(main, parser)
