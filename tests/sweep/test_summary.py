"""A sweep's tables and best trial by hand, and which settings matter where it is known."""

import importlib.util
import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chrysalis.config.run import RunSettings
from chrysalis.config.sweep import Choices, Range, Sweep
from chrysalis.errors import UserError
from chrysalis.records.files import write_whole
from chrysalis.records.job_paths import JobPaths
from chrysalis.records.sweep import IMPORTANCES, TrialResult
from chrysalis.sweep import summary
from chrysalis.sweep.summary import best, trials_table

SWEEP = Sweep(
    trials=5,
    space={
        "momentum": Range(low=0.5, high=0.9),
        "learning_rate": Range(low=1e-5, high=1e-1, log=True),
        "optimizer": Choices(choices=["sgd", "adamw"]),
    },
)


def result(number, top1, loss=0.5, state="complete", **values):
    found = {"momentum": 0.7, "learning_rate": 1e-3, "optimizer": "sgd"} | values
    return TrialResult(
        **{"number": number, "state": state, "values": found},
        **{"val_top1": top1, "val_loss": loss if top1 is not None else None, "best_epoch": 2},
        **{"epochs": 3, "seconds": 1.5, "resumed": 0, "seed": 9, "optuna_number": number},
    )


def test_the_table_by_hand():
    found = trials_table(
        [result(2, None, state="diverged"), result(0, 0.5), result(1, 0.25, state="pruned")]
    )
    assert found.columns.tolist() == [
        *("number", "state", "momentum", "learning_rate", "optimizer"),
        *("val_top1", "val_loss", "epochs", "seconds"),
    ]
    assert found["number"].tolist() == [0, 1, 2]
    assert found["state"].tolist() == ["complete", "pruned", "diverged"]
    assert found.iloc[1].tolist()[2:] == [0.7, 1e-3, "sgd", 0.25, 0.5, 3, 1.5]
    assert found.loc[2, ["val_top1", "val_loss"]].isna().all()


def test_the_best_is_complete_most_accurate_then_surest_then_first():
    results = [
        *(result(5, 0.9, 0.4), result(0, 0.8, 0.1), result(4, 0.9, 0.3), result(3, 0.9, 0.3)),
        *(result(1, 0.99, 0.1, "pruned"), result(2, None, state="diverged")),
    ]
    assert best(results).number == 3


def test_no_complete_trial_is_an_error():
    with pytest.raises(UserError, match="none of the sweep's 2 trials is complete"):
        best([result(0, None, state="diverged"), result(1, 0.5, state="pruned")])


def importances(sweep, results):
    return IMPORTANCES.frame(summary.importances(sweep, results))


def drawn(accuracy, count=30):
    """Results at random values of the space, with the accuracy that the function gives."""
    rng = np.random.default_rng(1)
    results = []
    for number in range(count):
        values = {
            "momentum": rng.uniform(0.5, 0.9),
            "learning_rate": 10 ** rng.uniform(-5, -1),
            "optimizer": str(rng.choice(["sgd", "adamw"])),
        }
        results.append(result(number, accuracy(values), **values))
    return results


@pytest.mark.parametrize(
    ("matters", "accuracy"),
    [
        ("momentum", lambda v: v["momentum"]),
        ("learning_rate", lambda v: 0.5 + np.log10(v["learning_rate"]) / 10),
        ("optimizer", lambda v: 0.5 + 0.1 * (v["optimizer"] == "sgd")),
    ],
)
def test_the_setting_that_matters_comes_first(matters, accuracy):
    found = importances(SWEEP, drawn(accuracy))
    assert found["setting"][0] == matters
    assert found["importance"][0] > 0.8
    assert found["importance"].is_monotonic_decreasing
    assert found["importance"].sum() <= 1 + 1e-9
    assert found["trials"].tolist() == [30] * 3
    assert sorted(found["setting"]) == sorted(SWEEP.space)


def test_a_logarithmic_range_is_measured_as_it_is_searched():
    # Variances: of a step of 0.1 amid the decades 0.0025; of the momentum's slope 0.2² 0.4² / 12.
    # On a plain scale the step would be at a hundredth of the range, and of variance 0.0001.
    found = importances(
        SWEEP,
        drawn(lambda v: 0.3 + 0.1 * (v["learning_rate"] > 1e-3) + 0.2 * v["momentum"], 60),
    )
    shares = found.set_index("setting")["importance"]
    assert shares["learning_rate"] == pytest.approx(0.0025 / (0.0025 + 0.16 * 0.04 / 12), abs=0.1)
    assert shares["momentum"] == pytest.approx(1 - 0.0025 / (0.0025 + 0.16 * 0.04 / 12), abs=0.1)


def test_importances_are_of_complete_trials_and_the_same_each_time():
    results = drawn(lambda v: v["momentum"])
    found = importances(SWEEP, results)
    others = [
        result(30 + n, 0.1 * n, state="pruned", optimizer=("sgd", "adamw")[n % 2])
        for n in range(10)
    ]
    pd.testing.assert_frame_equal(
        importances(SWEEP, [*others, *results, result(40, None, state="diverged")]), found
    )


@pytest.mark.parametrize(
    "results",
    [
        drawn(lambda v: v["momentum"], 3),
        drawn(lambda v: 0.5, 9),
        [result(n, 0.1 * n, state="pruned") for n in range(9)],
    ],
    ids=["few", "equal", "pruned"],
)
def test_nothing_is_said_of_too_little(results):
    found = importances(SWEEP, results)
    assert found.empty
    assert found.columns.tolist() == ["setting", "importance", "trials"]


def main_of(name):
    path = Path(__file__).parents[2] / "scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"{name}_script", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


def test_the_scripts(tmp_path):
    results = [
        *drawn(lambda v: v["momentum"], 5),
        *(result(5, 0.1, state="pruned"), result(6, None, state="diverged")),
    ]
    plan = SWEEP.model_copy(update={"trials": len(results)})
    settings = RunSettings(model="mynet", image_size=16, sweep=plan)
    paths = JobPaths(tmp_path)
    write_whole(paths.settings("mynet-0"), settings.to_json())
    for one in results:
        one.write(paths.trial("mynet-0", one.number))
    sweep, figures = paths.sweep("mynet-0"), tmp_path / "figures"
    main_of("sweep")(Namespace(results=tmp_path, run="mynet-0"))
    found = json.loads((sweep / "best.json").read_text())
    chosen = max(results[:5], key=lambda r: r.val_top1)
    assert found == {
        "training": chosen.values,
        "trial": chosen.number,
        "val_top1": chosen.val_top1,
        "val_loss": 0.5,
        **{"trials": 7, "complete": 5, "pruned": 1, "diverged": 1},
    }
    assert len(pd.read_csv(sweep / "trials.csv")) == 7
    assert pd.read_csv(sweep / "importances.csv")["setting"][0] == "momentum"
    main_of("plot_sweep")(Namespace(results=tmp_path, run="mynet-0", output=figures))
    assert sorted(path.name for path in figures.iterdir()) == [
        *("importance.csv", "importance.svg", "parallel.csv", "parallel.svg"),
        *("search.csv", "search.svg"),
    ]
    best_so_far = pd.read_csv(figures / "search.csv")["best_so_far"]
    assert best_so_far.iloc[-1] == pytest.approx(chosen.val_top1)
