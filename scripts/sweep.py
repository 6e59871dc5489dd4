"""Collect a sweep's trials: the best settings, a table of all, and what mattered."""

import json
from collections import Counter
from pathlib import Path

from chrysalis.config.run import RunSettings
from chrysalis.sweep.summary import best, importances, trials_table
from chrysalis.workflow import cli


def main(args) -> None:
    """Write trials.csv, importances.csv and best.json."""
    sweep = RunSettings.model_validate(json.loads(args.settings)).sweep
    results = [json.loads(path.read_text()) for path in args.trials]
    args.output.mkdir(parents=True, exist_ok=True)
    trials_table(results).to_csv(args.output / "trials.csv", index=False)
    importances(sweep, results).to_csv(args.output / "importances.csv", index=False)
    chosen, ended = best(results), Counter(result["state"] for result in results)
    found = {
        "training": chosen["values"],
        "trial": chosen["number"],
        "val_top1": chosen["val_top1"],
        "val_loss": chosen["val_loss"],
        "trials": len(results),
        **{state: ended[state] for state in ("complete", "pruned", "diverged")},
    }
    (args.output / "best.json").write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--settings", required=True, help="settings with the sweep, as JSON")
    parser.add_argument("--trials", type=Path, nargs="+", required=True, help="results, .json")
    parser.add_argument("--output", type=Path, required=True, help="folder for the tables")
    cli.run(main, parser)
