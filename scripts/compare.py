"""An experiment's tables and verdicts from the predictions of its runs."""

import json
from pathlib import Path

from chrysalis.evaluation.experiment import analyse
from chrysalis.workflow import cli


def main(args) -> None:
    """Write a CSV for each table, and experiment.json."""
    tables, answer = analyse(json.loads(args.experiment), args.runs, args.seeds, args.threshold)
    args.output.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(args.output / f"{name}.csv", index=False)
    (args.output / "experiment.json").write_text(json.dumps(answer, indent=1))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--experiment", required=True, help="the resolved experiment, as JSON")
    parser.add_argument("--runs", type=Path, required=True, help="folder of runs")
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--threshold", type=float, required=True, help="as a fraction")
    parser.add_argument("--output", type=Path, required=True)
    cli.run(main, parser)
