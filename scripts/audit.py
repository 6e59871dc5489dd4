"""Check the images: odd files, near duplicates, leaks, doubtful labels, classes that are alike."""

import logging
from pathlib import Path

from chrysalis.audit.report import audit
from chrysalis.records.paths import StudyPaths
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the tables of the audit, and audit.json."""
    paths = StudyPaths(args.results)
    found = audit(paths, args.embedder, args.threads)
    found.write(paths)
    logging.info("The audit finds %d things to look at", len(found.issues))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--embedder", required=True, help="what made the vectors")
    parser.add_argument("--threads", type=int, default=1)
    cli.run(main, parser)
