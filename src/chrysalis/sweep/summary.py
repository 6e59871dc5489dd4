"""What a sweep found, from the results of its trials: the table, the best, what mattered."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import optuna
import pandas as pd
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.importance import FanovaImportanceEvaluator

from chrysalis.config.sweep import Choices, Sweep, Values
from chrysalis.errors import UserError
from chrysalis.records.sweep import ImportanceRow, TrialResult

FEWEST_TRIALS = 4


def trials_table(results: list[TrialResult]) -> pd.DataFrame:
    """A row for each trial, by number.

    Columns number, state, one for each setting, val_top1 (fraction), val_loss (nats), epochs,
    seconds. The two figures are empty where the trial diverged.
    """
    rows = [
        {
            "number": result.number,
            "state": result.state,
            **result.values,
            **{
                name: getattr(result, name)
                for name in ("val_top1", "val_loss", "epochs", "seconds")
            },
        }
        for result in results
    ]
    table = pd.DataFrame(rows).sort_values("number", ignore_index=True)
    return table.astype({"val_top1": float, "val_loss": float})


def best(results: list[TrialResult]) -> TrialResult:
    """The complete trial with the highest validation top-1; of equals the one with the lowest
    loss, then the first.

    Raises:
        UserError: no trial is complete.
    """
    complete = _complete(results)
    if not complete:
        raise UserError(
            f"none of the sweep's {len(results)} trials is complete: all were pruned or diverged; "
            "search lower learning rates, or try more trials"
        )
    return min(complete, key=_rank)


def importances(sweep: Sweep, results: list[TrialResult]) -> list[ImportanceRow]:
    """How much each setting matters: functional ANOVA (Hutter et al., ICML 2014).

    By importance: the share of the variance of validation top-1 over the space that the setting
    explains by itself, as a random forest sees it. Interactions make up the rest. Where the space
    is logarithmic, the setting's logarithm counts. Only complete trials do: a pruned one's accuracy
    is that of an early epoch. The list is empty with fewer than `FEWEST_TRIALS` of them, or if all
    are equally accurate.
    """
    complete = _complete(results)
    rows: list[ImportanceRow] = []
    if len(complete) >= FEWEST_TRIALS and len({r.val_top1 for r in complete}) > 1:
        spaces = {name: _measured(values) for name, values in sweep.space.items()}
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = optuna.create_study(storage=optuna.storages.InMemoryStorage())
        for result in complete:
            study.add_trial(
                optuna.trial.create_trial(
                    params={
                        name: scale(result.values[name]) for name, (scale, _) in spaces.items()
                    },
                    distributions={name: space for name, (_, space) in spaces.items()},
                    value=result.val_top1,
                )
            )
        shares = FanovaImportanceEvaluator(seed=0).evaluate(study)
        rows = [
            ImportanceRow(name, float(shares[name]), len(complete))
            for name in sorted(sweep.space, key=lambda name: -shares[name])
        ]
    return rows


def _rank(result: TrialResult) -> tuple[float, float, int]:
    """The best first; both figures are known of a complete trial."""
    return -(result.val_top1 or 0.0), result.val_loss or 0.0, result.number


def _complete(results: list[TrialResult]) -> list[TrialResult]:
    return [result for result in results if result.state == "complete"]


def _measured(values: Values) -> tuple[Callable[[Any], Any], BaseDistribution]:
    """What to measure instead of a value, and over what: Optuna's fANOVA has no logarithms."""
    if isinstance(values, Choices):
        return (lambda value: value), CategoricalDistribution(values.choices)
    scale = math.log if values.log else float
    return scale, FloatDistribution(scale(values.low), scale(values.high))
