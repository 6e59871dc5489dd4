"""Put a dataset's raw images into place: from archives, a table, or a library, or drawn."""

import json
import logging
from pathlib import Path

from chrysalis.config.load import validate
from chrysalis.config.specimens import Specimens
from chrysalis.data.fetch import fetch_archives, fetch_digits, fetch_specimens, fetch_table
from chrysalis.workflow import cli


def main(args) -> None:
    """Fill the output folder and write its manifest.csv."""
    logging.info("Putting the images into %s", args.output)
    if args.kind == "archive":
        fetch_archives(args.archives, args.output)
    elif args.kind == "specimens":
        settings = validate(json.loads(args.source), Specimens, "--source")
        fetch_specimens(settings, args.output, args.threads)
    elif args.kind == "table":
        fetch_table(args.archives[0], args.output)
    else:
        fetch_digits(args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    kinds = ["archive", "digits", "specimens", "table"]
    parser.add_argument("--kind", choices=kinds, required=True)
    parser.add_argument("--archives", type=Path, nargs="*", help="the archives, or the table")
    parser.add_argument("--source", help="the dataset's source as JSON, for specimens")
    parser.add_argument("--output", type=Path, required=True, help="folder for the images")
    parser.add_argument("--threads", type=int, default=1)
    cli.run(main, parser)
