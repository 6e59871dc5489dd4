"""Give every image its label and its split."""

from pathlib import Path

from chrysalis.data.packed import read_table
from chrysalis.data.split import assign_splits
from chrysalis.records.files import HASHES, Hashes
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the table of splits."""
    groups = read_table(args.groups).set_index("path")["group"]
    table = assign_splits(read_table(args.images), tuple(args.fractions), args.seed, groups)
    table.to_csv(args.output, index=False)
    Hashes.of([args.output]).write(args.output.with_name(HASHES))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--images", type=Path, required=True, help="table of usable images")
    parser.add_argument("--groups", type=Path, required=True, help="table of groups")
    parser.add_argument("--fractions", type=float, nargs=3, required=True, help="train val test")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    cli.run(main, parser)
