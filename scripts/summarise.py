"""The study's metrics: a small file for `dvc metrics`, and the table of the models."""

import json
from pathlib import Path

from chrysalis.evaluation.summary import headline_metrics, models_table
from chrysalis.records.files import write_whole
from chrysalis.records.paths import StudyPaths
from chrysalis.workflow import cli


def main(args) -> None:
    """Write metrics.json and models.csv."""
    paths, study = StudyPaths(args.results), json.loads(args.study.read_text())
    folders = {
        model: [paths.of_seed(run, seed) for seed in study["seeds"]]
        for model, run in study["base_runs"].items()
    }
    names = [experiment["name"] for experiment in study["experiments"]]
    tables = {name: paths.experiment(name).folder / "compare" for name in names}
    write_whole(paths.metrics, json.dumps(headline_metrics(folders, tables), indent=1) + "\n")
    paths.models.parent.mkdir(parents=True, exist_ok=True)
    models_table(folders).to_csv(paths.models, index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--study", type=Path, required=True, help="the study as planned, .json")
    cli.run(main, parser)
