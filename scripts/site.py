"""The report site of a study."""

import logging
from pathlib import Path

from chrysalis.records.files import HASHES, Hashes
from chrysalis.report.site.build import build_site
from chrysalis.workflow import cli


def main(args) -> None:
    """Assemble, render and check the site."""
    build_site(args.results, args.report, args.output)
    Hashes.below(args.output).write(args.output / HASHES)
    logging.info("The report: %s", args.output / "index.html")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--report", type=Path, required=True, help="the Quarto project")
    parser.add_argument("--output", type=Path, required=True, help="folder for the site")
    cli.run(main, parser)
