"""Decode a part of the images into an array of equal squares; pack joins all parts."""

import logging
from pathlib import Path

from chrysalis.data.pack import inspected_anew, pack_part
from chrysalis.data.packed import read_table
from chrysalis.records.job_paths import JobPaths
from chrysalis.records.parts import Part, PartPaths
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the array."""
    paths = JobPaths(args.results)
    table = read_table(paths.split)
    own = table.iloc[args.part.rows(len(table))]
    logging.info("Packing %d images as squares of %d px", len(own), args.size)
    with inspected_anew(paths.images):
        path = PartPaths(args.results).packed(args.size, args.part)
        pack_part(args.root, own, args.size, path, args.threads)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--root", type=Path, required=True, help="the dataset's folder")
    parser.add_argument("--size", type=int, required=True, help="side of the squares, in pixels")
    parser.add_argument("--part", type=Part.read, required=True, help="such as 3-of-7")
    parser.add_argument("--threads", type=int, default=1)
    cli.run(main, parser)
