"""The study's metrics: a small file for `dvc metrics`, and the table of the models."""

import json
from pathlib import Path

from chrysalis.evaluation.summary import headline_metrics, models_table, run_folders
from chrysalis.workflow import cli


def main(args) -> None:
    """Write metrics.json and models.csv."""
    folders = run_folders(args.results / "runs", args.names, args.seeds)
    experiments = {
        name: args.results / "experiments" / name / "compare" for name in args.experiments
    }
    args.output.write_text(json.dumps(headline_metrics(folders, experiments), indent=1) + "\n")
    args.table.parent.mkdir(parents=True, exist_ok=True)
    models_table(folders).to_csv(args.table, index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--names", nargs="+", required=True, help="a run for each model")
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--experiments", nargs="*", default=[])
    parser.add_argument("--output", type=Path, required=True, help="metrics.json")
    parser.add_argument("--table", type=Path, required=True, help="models.csv")
    cli.run(main, parser)
