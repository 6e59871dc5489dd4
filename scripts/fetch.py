"""Put a dataset's raw images into place: from archives, or scikit-learn's digits."""

import logging
from pathlib import Path

from chrysalis.data.fetch import fetch_archives, fetch_digits
from chrysalis.workflow import cli


def main(args) -> None:
    """Fill the output folder and write its manifest.csv."""
    logging.info("Putting the images into %s", args.output)
    if args.kind == "archive":
        fetch_archives(args.archives, args.output)
    else:
        fetch_digits(args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--kind", choices=["archive", "digits"], required=True)
    parser.add_argument("--archives", type=Path, nargs="*", help="the archives, for that kind")
    parser.add_argument("--output", type=Path, required=True, help="folder for the images")
    cli.run(main, parser)
