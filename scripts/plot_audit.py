"""Galleries of near duplicates and of images with doubtful labels."""

from pathlib import Path

from chrysalis.data.packed import open_packed
from chrysalis.records.audit import DUPLICATES, LABELS
from chrysalis.records.paths import StudyPaths
from chrysalis.report.figures.audit import plot_doubtful, plot_duplicates, shown
from chrysalis.report.figures.galleries import save_gallery
from chrysalis.workflow import cli


def main(args) -> None:
    """Write both figures, each with its table."""
    paths = StudyPaths(args.results)
    packed = open_packed(args.images, args.images.with_suffix(".csv"))
    rows = {path: row for row, path in enumerate(packed.index["path"])}
    output = paths.data / "plot_audit"
    output.mkdir(parents=True, exist_ok=True)
    duplicates = shown(DUPLICATES.read(paths.audit("duplicates")))
    pairs = [(rows[row.path_a], rows[row.path_b]) for row in duplicates]
    DUPLICATES.write(duplicates, output / "duplicates.csv")
    save_gallery(plot_duplicates(packed.images, pairs, duplicates), output / "duplicates.svg")
    doubtful = shown(LABELS.read(paths.audit("labels")))
    LABELS.write(doubtful, output / "doubtful.csv")
    places = [rows[row.path] for row in doubtful]
    save_gallery(plot_doubtful(packed.images, places, doubtful), output / "doubtful.svg")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--images", type=Path, required=True, help="packed images, .npy")
    cli.run(main, parser)
