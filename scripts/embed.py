"""A vector, a grey thumbnail and simple measures for every usable image."""

from pathlib import Path

from chrysalis.audit.embed import embed, join_embedded
from chrysalis.data.packed import read_table
from chrysalis.records.files import HASHES, Hashes
from chrysalis.records.parts import PartPaths, all_parts
from chrysalis.records.paths import EmbeddingPaths, StudyPaths
from chrysalis.workflow import cli


def main(args) -> None:
    """Write vectors.npy, thumbnails.npy and measures.csv."""
    paths = StudyPaths(args.results)
    images, output = read_table(paths.images), paths.embedding
    if args.join:
        folders = map(PartPaths(args.results).embedded, all_parts(args.join))
        join_embedded([EmbeddingPaths(folder) for folder in folders], len(images), output)
    else:
        embed(args.root, images, args.embedder, output, args.threads)
    written = output.vectors, output.thumbnails, output.measures
    Hashes.of(written).write(output.folder / HASHES)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--root", type=Path, required=True, help="the dataset's folder")
    parser.add_argument("--embedder", required=True, help="efficientnet_lite0 or descriptor")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--join", type=int, default=0, help="so many parts that are done already")
    cli.run(main, parser)
