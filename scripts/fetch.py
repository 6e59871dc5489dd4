"""Put a dataset's raw images into place: from archives, a table, or a library, or drawn."""

import json
import logging
from pathlib import Path

from chrysalis.config.load import validate
from chrysalis.config.sources import Fetching
from chrysalis.data.fetch import fetch
from chrysalis.workflow import cli


def main(args) -> None:
    """Fill the output folder and write its manifest.csv."""
    logging.info("Putting the images into %s", args.output)
    source = validate({"source": json.loads(args.source)}, Fetching, "--source").source
    fetch(source, args.files, args.output, args.threads)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--source", required=True, help="the dataset's source as JSON")
    parser.add_argument("--files", type=Path, nargs="*", default=[], help="archives, or a table")
    parser.add_argument("--output", type=Path, required=True, help="folder for the images")
    parser.add_argument("--threads", type=int, default=1)
    cli.run(main, parser)
