"""An experiment's tables and verdicts from the predictions of its runs."""

import json
from pathlib import Path

from chrysalis.evaluation.experiment import analyse
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write a CSV for each table, and experiment.json."""
    experiment = json.loads(args.experiment.read_text())
    tables, answer = analyse(experiment, args.results / "runs", args.seeds, args.threshold)
    output = args.results / "experiments" / experiment["name"] / "compare"
    output.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(output / f"{name}.csv", index=False)
    (output / "experiment.json").write_text(json.dumps(answer, indent=1))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--experiment", type=Path, required=True, help="the experiment, .json")
    arguments.add_seeds(parser)
    parser.add_argument("--threshold", type=float, required=True, help="as a fraction")
    cli.run(main, parser)
