"""As embed, for a part of the images; embed joins all parts."""

from pathlib import Path

from chrysalis.audit.embed import embed
from chrysalis.data.packed import read_table
from chrysalis.records.parts import Part, PartPaths
from chrysalis.records.paths import EmbeddingPaths, StudyPaths
from chrysalis.workflow import cli


def main(args) -> None:
    """Write vectors.npy, thumbnails.npy and measures.csv of the part."""
    images = read_table(StudyPaths(args.results).images)
    output = EmbeddingPaths(PartPaths(args.results).embedded(args.part))
    embed(args.root, images, args.embedder, output, args.threads, args.part)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--root", type=Path, required=True, help="the dataset's folder")
    parser.add_argument("--embedder", required=True, help="efficientnet_lite0 or descriptor")
    parser.add_argument("--part", type=Part.read, required=True, help="such as 3-of-7")
    parser.add_argument("--threads", type=int, default=1)
    cli.run(main, parser)
