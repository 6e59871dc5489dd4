"""Decide which images share a split: near duplicates, and the dataset's own groups."""

from pathlib import Path

from chrysalis.data.groups import join, listed_groups, named_groups
from chrysalis.data.packed import read_table
from chrysalis.records.audit import GROUPS, PAIRS, GroupRow
from chrysalis.records.files import HASHES, Hashes, require
from chrysalis.records.paths import StudyPaths
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the group of every image."""
    paths = StudyPaths(args.results)
    names = read_table(paths.images)["path"].tolist()
    pairs = [(row.path_a, row.path_b) for row in PAIRS.read(paths.pairs)] if args.pairs else []
    named: dict[str, str] = {}
    if args.pattern:
        named = named_groups(names, args.pattern)
    elif args.table:
        named = listed_groups(names, read_table(require(args.table)), args.column)
    groups = join(names, pairs, named)
    GROUPS.write((GroupRow(path, group) for path, group in groups.items()), paths.groups)
    Hashes.of([paths.groups]).write(paths.groups.with_name(HASHES))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--pairs", action="store_true", help="near duplicates share a split")
    parser.add_argument("--pattern", help="regular expression that reads a group from a file name")
    parser.add_argument("--table", type=Path, help="table with a column path and the groups")
    parser.add_argument("--column", help="column of the table that names the group")
    cli.run(main, parser)
