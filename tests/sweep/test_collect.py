"""What a sweep comes to."""

import pandas as pd
import pytest

from chrysalis.config.sweep import Range, Sweep
from chrysalis.errors import UserError
from chrysalis.records.sweep import SweepResult, TrialResult
from chrysalis.sweep.collect import collect

SWEEP = Sweep(trials=4, space={"momentum": Range(low=0.5, high=0.9)})


def result(number, top1, state="complete"):
    return TrialResult(
        **{"number": number, "state": state, "values": {"momentum": 0.5 + number / 10}},
        **{"val_top1": top1, "val_loss": None if top1 is None else 1 - top1, "best_epoch": 2},
        **{"epochs": 3, "seconds": 1.5, "resumed": 0, "seed": 9, "optuna_number": number},
    )


RESULTS = [result(0, 0.7), result(1, 0.8), result(2, 0.9, "pruned"), result(3, None, "diverged")]


def test_the_best_and_how_the_others_ended(tmp_path):
    found = collect(SWEEP, RESULTS)
    assert found.found.model_dump() == {
        **{"training": {"momentum": 0.6}, "trial": 1, "val_top1": 0.8, "trials": 4},
        **{"val_loss": pytest.approx(0.2), "complete": 2, "pruned": 1, "diverged": 1},
    }
    assert found.trials["state"].tolist() == ["complete", "complete", "pruned", "diverged"]
    assert found.importances == []  # too few to tell
    found.write(tmp_path / "sweep")
    assert SweepResult.read(tmp_path / "sweep/best.json") == found.found
    assert pd.read_csv(tmp_path / "sweep/trials.csv")["number"].tolist() == [0, 1, 2, 3]


def test_no_trial_with_figures():
    with pytest.raises(UserError):
        collect(SWEEP, RESULTS[2:])
