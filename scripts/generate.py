"""Write what follows from the code, such as config/schema.json, or check that it is in step.

The schema follows from the pydantic models, docs/replications.md from the texts kept in
docs/replications, and workflow/captions/ from the captions of the report's pages.
"""

import json
import logging
import sys
from pathlib import Path

from chrysalis.config.schema import json_schema
from chrysalis.records.replication import Replication
from chrysalis.report.pages.captions import FIGURES
from chrysalis.report.pages.studies import page
from chrysalis.workflow import cli

KEPT = Path("docs/replications")
CAPTIONS = Path("workflow/captions")  # those of `snakemake --report`


def generated() -> dict[Path, str]:
    """What each generated file holds."""
    files = {Path("config/schema.json"): json.dumps(json_schema(), indent=1) + "\n"}
    for name, words in FIGURES.items():
        files[CAPTIONS / f"{name}.rst"] = f"{words.text or words.alt}\n"
    if kept := [Replication.read(path) for path in sorted(KEPT.glob("*.json"))]:
        files[KEPT.with_suffix(".md")] = page(kept)
    return files


def main(args) -> None:
    """Write the files; with --check only compare, and exit with 1 if one differs."""
    stale = False
    for path, text in generated().items():
        if not args.check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            logging.error("out of step with the code: %s; run `make format`", path)
            stale = True
    sys.exit(stale)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    cli.run(main, parser)
