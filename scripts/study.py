"""The resolved study as JSON, for the report."""

from pathlib import Path

from chrysalis.records.files import require, write_whole
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the study's record: a copy of what Snakemake planned."""
    write_whole(args.output, require(args.study).read_text())


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--study", type=Path, required=True, help="the study as planned, .json")
    parser.add_argument("--output", type=Path, required=True)
    cli.run(main, parser)
