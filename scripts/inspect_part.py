"""Open a part of the images; inspect_images joins what all parts found."""

from pathlib import Path

from chrysalis.data.usable import open_part
from chrysalis.records.files import replacing
from chrysalis.records.parts import Part, PartPaths
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the table of what was found."""
    table = open_part(args.root, args.part, args.threads)
    with replacing(PartPaths(args.results).inspected(args.part)) as new:
        table.to_parquet(new, index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--root", type=Path, required=True, help="the dataset's folder")
    parser.add_argument("--part", type=Part.read, required=True, help="such as 3-of-7")
    parser.add_argument("--threads", type=int, default=1)
    cli.run(main, parser)
