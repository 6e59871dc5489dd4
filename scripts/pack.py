"""Decode every image once into one array of equal squares."""

import logging
from pathlib import Path

from chrysalis.data.pack import ChangedImage, pack
from chrysalis.data.packed import read_table
from chrysalis.errors import UserError
from chrysalis.records.files import set_aside
from chrysalis.records.job_paths import JobPaths
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the array, its index, and the hashes of both."""
    paths = JobPaths(args.results)
    table = read_table(paths.split)
    logging.info("Packing %d images as squares of %d px", len(table), args.size)
    files = paths.packed(args.size), paths.index(args.size)
    try:
        pack(args.root, table, args.size, *files, args.threads)
    except ChangedImage as error:
        set_aside(paths.images)  # out of date, and without it Snakemake inspects the images again
        raise UserError(
            f"{error}; give the same command again, and all images are inspected anew"
        ) from None


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--root", type=Path, required=True, help="the dataset's folder")
    parser.add_argument("--size", type=int, required=True, help="side of the squares, in pixels")
    parser.add_argument("--threads", type=int, default=1)
    cli.run(main, parser)
