"""Figures of a dataset: images by class and split, one example of each class, and a strip."""

from pathlib import Path

from chrysalis.data.packed import open_packed
from chrysalis.report.figures.data import count_classes, plot_classes
from chrysalis.report.figures.galleries import (
    STRIP,
    choose_samples,
    draw_strip,
    plot_samples,
    save_gallery,
)
from chrysalis.report.figures.style import save_figure
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the figures, each with its table."""
    packed = open_packed(args.images, args.images.with_suffix(".csv"))
    args.output.mkdir(parents=True, exist_ok=True)
    count_classes(packed.index).to_csv(args.output / "classes.csv", index=False)
    save_figure(plot_classes(packed.index), args.output / "classes.svg")
    chosen = choose_samples(packed.index)
    chosen.to_csv(args.output / "samples.csv", index=False)
    chosen[:STRIP].to_csv(args.output / "strip.csv", index=False)
    strip = draw_strip(packed.images[chosen["row"][:STRIP]])
    strip.save(args.output / "strip.webp", quality=88, method=6)
    save_gallery(plot_samples(packed.images, packed.index), args.output / "samples.svg")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--images", type=Path, required=True, help="packed images, .npy")
    parser.add_argument("--output", type=Path, required=True, help="folder for the figures")
    cli.run(main, parser)
