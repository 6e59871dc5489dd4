"""Decode every image once into one array of equal squares."""

import logging
from pathlib import Path

from chrysalis.data.pack import pack
from chrysalis.data.packed import read_table
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the array and its index."""
    table = read_table(args.split)
    logging.info("Packing %d images as squares of %d px", len(table), args.size)
    pack(args.root, table, args.size, args.images, args.index, args.threads)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--root", type=Path, required=True, help="the dataset's folder")
    parser.add_argument("--split", type=Path, required=True, help="table of splits")
    parser.add_argument("--size", type=int, required=True, help="side of the squares, in pixels")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--images", type=Path, required=True, help="the array, .npy")
    parser.add_argument("--index", type=Path, required=True, help="its index, .csv")
    cli.run(main, parser)
