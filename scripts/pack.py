"""Decode every image once into one array of equal squares."""

import logging
from pathlib import Path

from chrysalis.data.pack import inspected_anew, join_packed, pack
from chrysalis.data.packed import read_table
from chrysalis.records.job_paths import JobPaths
from chrysalis.records.parts import PartPaths, all_parts
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the array, its index, and the hashes of both."""
    paths = JobPaths(args.results)
    table = read_table(paths.split)
    logging.info("Packing %d images as squares of %d px", len(table), args.size)
    files = paths.packed(args.size), paths.index(args.size)
    if args.join:
        made = PartPaths(args.results)
        parts = [made.packed(args.size, part) for part in all_parts(args.join)]
        join_packed(parts, table, args.size, *files)
        return
    with inspected_anew(paths.images):
        pack(args.root, table, args.size, *files, args.threads)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--root", type=Path, required=True, help="the dataset's folder")
    parser.add_argument("--size", type=int, required=True, help="side of the squares, in pixels")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--join", type=int, default=0, help="so many parts that are done already")
    cli.run(main, parser)
