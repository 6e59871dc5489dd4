"""One page on all studies that have results, with what became of published claims."""

from pathlib import Path

from chrysalis.records.files import write_whole
from chrysalis.report.pages.studies import load, page
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the page."""
    write_whole(args.output, page([load(results) for results in args.results]))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, nargs="+", required=True, help="of each study")
    parser.add_argument("--output", type=Path, required=True)
    cli.run(main, parser)
