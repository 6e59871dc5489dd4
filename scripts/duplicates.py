"""Find near duplicates: pairs of images that show the same photograph."""

import logging
from pathlib import Path

import numpy as np

from chrysalis.audit.duplicates import find_duplicates
from chrysalis.data.packed import read_table
from chrysalis.records.audit import PAIRS
from chrysalis.records.files import HASHES, Hashes
from chrysalis.records.paths import StudyPaths
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the table of pairs."""
    paths = StudyPaths(args.results)
    names = read_table(paths.images)["path"].tolist()
    vectors = np.load(paths.embedding.vectors, mmap_mode="r")
    rows = find_duplicates(names, vectors, paths.embedding.thumbnails, args.threads)
    logging.info("%d pairs of near duplicates", len(rows))
    PAIRS.write(rows, paths.pairs)
    Hashes.of([paths.pairs]).write(paths.pairs.with_name(HASHES))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--threads", type=int, default=1)
    cli.run(main, parser)
