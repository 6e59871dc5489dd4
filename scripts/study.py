"""The resolved study as JSON, for the report."""

import json
from pathlib import Path

from chrysalis.study.study import resolve
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the study's description."""
    args.output.write_text(json.dumps(resolve(json.loads(args.config)).describe(), indent=1))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--config", required=True, help="Snakemake's configuration, as JSON")
    parser.add_argument("--output", type=Path, required=True)
    cli.run(main, parser)
