"""Give the packed images the split of another seed."""

from pathlib import Path

from chrysalis.data.packed import read_table
from chrysalis.data.resplit import require_no_official_test, resplit
from chrysalis.records.paths import StudyPaths
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the index with that split."""
    paths = StudyPaths(args.results)
    index, images = read_table(paths.index(args.size)), read_table(paths.images)
    if args.new_test:
        require_no_official_test(images)
    groups = read_table(paths.groups).set_index("path")["group"]
    table = resplit(index, images, tuple(args.fractions), args.split_seed, groups)
    output = paths.index(args.size, args.seed)
    output.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(output, index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--size", type=int, required=True, help="side of the packed images")
    parser.add_argument("--fractions", type=float, nargs=3, required=True, help="train val test")
    parser.add_argument("--seed", type=int, required=True, help="whose split it is to be")
    parser.add_argument("--split-seed", type=int, required=True, help="what decides the split")
    parser.add_argument("--new-test", action="store_true", help="each seed has its own test images")
    cli.run(main, parser)
