"""A vector, a grey thumbnail and simple measures for every usable image."""

from pathlib import Path

from chrysalis.audit.embed import embed
from chrysalis.data.packed import read_table
from chrysalis.records.files import HASHES, Hashes
from chrysalis.records.paths import StudyPaths
from chrysalis.workflow import cli


def main(args) -> None:
    """Write vectors.npy, thumbnails.npy and measures.csv."""
    paths = StudyPaths(args.results)
    embed(args.root, read_table(paths.images), args.embedder, paths.embedding, args.threads)
    written = paths.embedding.vectors, paths.embedding.thumbnails, paths.embedding.measures
    Hashes.of(written).write(paths.embedding.folder / HASHES)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--root", type=Path, required=True, help="the dataset's folder")
    parser.add_argument("--embedder", required=True, help="efficientnet_lite0 or descriptor")
    parser.add_argument("--threads", type=int, default=1)
    cli.run(main, parser)
