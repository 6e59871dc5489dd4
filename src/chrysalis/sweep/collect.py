"""What the rule sweep makes of a sweep's trials: the best settings, a table, what mattered."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from chrysalis.config.sweep import Sweep
from chrysalis.sweep.summary import best, importances, trials_table

STATES = ("complete", "pruned", "diverged")


@dataclass(frozen=True)
class Collected:
    """`found`: the best trial's settings (`training`), number and figures, and how many trials
    ended how. A row for each trial, and one for each setting with its importance.
    """

    found: dict[str, Any]
    trials: pd.DataFrame
    importances: pd.DataFrame

    def write(self, folder: Path) -> None:
        """Write trials.csv, importances.csv and best.json."""
        folder.mkdir(parents=True, exist_ok=True)
        self.trials.to_csv(folder / "trials.csv", index=False)
        self.importances.to_csv(folder / "importances.csv", index=False)
        (folder / "best.json").write_text(json.dumps(self.found, indent=1))


def collect(sweep: Sweep, results: list[dict[str, Any]]) -> Collected:
    """What came of these trials, each as `run_trial` gives it.

    Raises:
        UserError: none of them ended with figures.
    """
    chosen, ended = best(results), Counter(result["state"] for result in results)
    found = {
        "training": chosen["values"],
        "trial": chosen["number"],
        "val_top1": chosen["val_top1"],
        "val_loss": chosen["val_loss"],
        "trials": len(results),
        **{state: ended[state] for state in STATES},
    }
    return Collected(found, trials_table(results), importances(sweep, results))
