"""Write config/schema.json and docs/replications.md, or check that they are in step.

The schema follows from the pydantic models, the page from the texts kept in docs/replications.
"""

import json
import logging
import sys
from pathlib import Path

from chrysalis.config.schema import json_schema
from chrysalis.records.replication import Replication
from chrysalis.report.pages.studies import page
from chrysalis.workflow import cli

KEPT = Path("docs/replications")


def generated() -> dict[Path, str]:
    """What each generated file holds."""
    files = {Path("config/schema.json"): json.dumps(json_schema(), indent=1) + "\n"}
    if kept := [Replication.read(path) for path in sorted(KEPT.glob("*.json"))]:
        files[KEPT.with_suffix(".md")] = page(kept)
    return files


def main(args) -> None:
    """Write the files; with --check only compare, and exit with 1 if one differs."""
    stale = False
    for path, text in generated().items():
        if not args.check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            logging.error("out of step with the code: %s; run `make format`", path)
            stale = True
    sys.exit(stale)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    cli.run(main, parser)
