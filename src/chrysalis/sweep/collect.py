"""What the rule sweep makes of a sweep's trials: the best settings, a table, what mattered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from chrysalis.config.sweep import Sweep
from chrysalis.records.sweep import IMPORTANCES, ImportanceRow, SweepResult, TrialResult
from chrysalis.sweep.summary import best, importances, trials_table


@dataclass(frozen=True)
class Collected:
    """The best trial and how many ended how; a row per trial, and one per setting."""

    found: SweepResult
    trials: pd.DataFrame
    importances: list[ImportanceRow]

    def write(self, folder: Path) -> None:
        """Write trials.csv, importances.csv and best.json."""
        folder.mkdir(parents=True, exist_ok=True)
        self.trials.to_csv(folder / "trials.csv", index=False)
        IMPORTANCES.write(self.importances, folder / "importances.csv")
        self.found.write(folder / "best.json")


def collect(sweep: Sweep, results: list[TrialResult]) -> Collected:
    """What came of these trials.

    Raises:
        UserError: none of them is complete.
    """
    chosen, ended = best(results), Counter(result.state for result in results)
    found = SweepResult(
        training=chosen.values,
        trial=chosen.number,
        val_top1=chosen.val_top1 or 0.0,
        val_loss=chosen.val_loss or 0.0,
        trials=len(results),
        complete=ended["complete"],
        pruned=ended["pruned"],
        diverged=ended["diverged"],
    )
    return Collected(found, trials_table(results), importances(sweep, results))
