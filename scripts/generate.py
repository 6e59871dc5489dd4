"""Write config/schema.json from the pydantic models, or check that it is in step with them."""

import json
import logging
import sys
from pathlib import Path

from chrysalis.config.schema import json_schema
from chrysalis.workflow import cli

SCHEMA = Path("config/schema.json")


def main(args) -> None:
    """Write the file; with --check only compare, and exit with 1 if it differs."""
    text = json.dumps(json_schema(), indent=1) + "\n"
    if not args.check:
        SCHEMA.write_text(text)
    elif not SCHEMA.exists() or SCHEMA.read_text() != text:
        logging.error("out of step with the code: %s; run `make format`", SCHEMA)
        sys.exit(1)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    cli.run(main, parser)
