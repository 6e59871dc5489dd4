"""The study's metrics: a small file for `dvc metrics`, and the table of the models."""

import json
from pathlib import Path

from chrysalis.evaluation.overview import claims
from chrysalis.evaluation.summary import base_trainings, headline_metrics, models_table
from chrysalis.records.experiment import CLAIMS, MODEL_METRICS
from chrysalis.records.files import write_whole
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.workflow import cli


def main(args) -> None:
    """Write metrics.json, models.csv and claims.csv."""
    paths, study = StudyPaths(args.results), StudyRecord.read(args.study)
    write_whole(paths.metrics, json.dumps(headline_metrics(study, paths), indent=1) + "\n")
    CLAIMS.write(claims(study, paths), paths.claims)
    MODEL_METRICS.write(models_table(base_trainings(study, paths)), paths.models)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--study", type=Path, required=True, help="the study as planned, .json")
    cli.run(main, parser)
