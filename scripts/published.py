"""Published figures and claims beside what the study measured."""

import json
from pathlib import Path

from chrysalis.evaluation.published_tables import published_tables
from chrysalis.records.paths import StudyPaths
from chrysalis.workflow import cli


def main(args) -> None:
    """Write figures.csv and claims.csv."""
    paths = StudyPaths(args.results)
    study = json.loads(paths.study.read_text())
    for name, table in published_tables(study, args.results).items():
        output = paths.published(name)
        output.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(output, index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    cli.run(main, parser)
