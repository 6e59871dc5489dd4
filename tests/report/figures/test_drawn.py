"""Figures with their tables, as they are saved for a study and an experiment."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from chrysalis.evaluation.evaluate import evaluate
from chrysalis.evaluation.traces import Traced
from chrysalis.evaluation.training import Training
from chrysalis.records.dynamics import DYNAMICS_EFFECTS, LAYERS, STEPS, LayerRow, StepRow
from chrysalis.records.experiment import (
    ARMS,
    EFFECTS,
    PER_CLASS,
    ArmRow,
    ClassAccuracyRow,
    EffectRow,
)
from chrysalis.records.paths import ExperimentPaths, TrainingPaths
from chrysalis.records.training import HISTORY, HistoryRow
from chrysalis.report.figures.arm_dynamics import draw_dynamics, tabulate_traces
from chrysalis.report.figures.arms import draw_experiment
from chrysalis.report.figures.base_runs import draw_lr_range, draw_models
from chrysalis.report.figures.dynamics import LOOKED
from chrysalis.report.figures.saving import save_drawn
from tests.runs import write_run  # noqa: F401


def test_each_figure_is_saved_with_its_table(tmp_path):
    table = pd.DataFrame({"a": [1, 2]})
    save_drawn({"one": (table, Figure()), "two": (table, Figure())}, tmp_path / "deep/folder")
    names = sorted(path.name for path in (tmp_path / "deep/folder").iterdir())
    assert names == ["one.csv", "one.svg", "two.csv", "two.svg"]
    assert pd.read_csv(tmp_path / "deep/folder/one.csv").equals(table)


@pytest.fixture
def trainings(write_run):  # noqa: F811
    """Two trainings of each of two models; `good` is the better one on val, not on test."""
    found = {}
    for model, guess in (("bad", "x"), ("good", "y")):
        for seed in (0, 1):
            write_run(f"{model}-1", seed, ["x", "y"], ["x", "y"], [guess, "y"][::-1], split="val")
            if model == "good":
                write_run(f"{model}-1", seed, ["x", "y"], ["x", "y"], ["x", "y"], split="val")
            record = write_run(f"{model}-1", seed, ["x", "y"], ["x", "y", "y"], ["x", "y", guess])
            paths = TrainingPaths(record.parent)
            evaluate(paths).write(paths)
            HISTORY.write(
                [
                    HistoryRow(1, 1.0, 0.5, 0.7, 0.4, 0.001, 1.0, 100.0),
                    HistoryRow(2, 0.5, 0.5, 0.7, 0.6 + seed / 10, 0.001, 1.0, 100.0),
                ],
                paths.history,
            )
            found.setdefault(model, []).append(Training(paths))
    return found


def test_the_studys_models(trainings):
    drawn = draw_models(trainings)
    assert list(drawn) == ["curves", "reliability", "risk_coverage", "confusion"]
    curves = drawn["curves"][0]
    assert curves.loc[curves["epoch"] == 2, "val_top1_mean"].tolist() == pytest.approx([0.65] * 2)
    # The confusion matrix is that of the model that is best on val: counts of two seeds.
    confusion = drawn["confusion"][0]
    assert confusion.iloc[:, 2:].to_numpy().tolist() == [[2, 0], [0, 4]]
    assert all(isinstance(figure, Figure) for _, figure in drawn.values())


def test_learning_rate_range_tests(tmp_path):
    rates = np.geomspace(1e-4, 1, 41)
    loss = 2 - np.tanh(2 * np.log10(rates / 0.01))
    for model in ("m", "n"):
        (tmp_path / model / "lr_range").mkdir(parents=True)
        table = pd.DataFrame({"learning_rate": rates, "loss": loss, "smoothed": loss})
        table.to_csv(tmp_path / model / "lr_range/lr_range.csv", index=False)
    drawn = draw_lr_range(
        {m: Training(TrainingPaths(tmp_path / m)) for m in ("m", "n")}, {"m": 0.001, "n": 0.1}
    )
    table = drawn["lr_range"][0]
    assert table.groupby("model")["trained_with"].unique().map(list).to_dict() == {
        **{"m": [0.001], "n": [0.1]}
    }
    assert table["steepest"].to_numpy() == pytest.approx(0.01, rel=0.3)


def test_an_experiments_names_are_read_as_written(tmp_path):
    paths = ExperimentPaths(tmp_path)
    ARMS.write(
        [ArmRow("m", arm, "r", 9, 2, 0.5, 0.1, (0.5, 0.6)) for arm in ("NA", "1")],
        paths.table("arms"),
    )
    EFFECTS.write(
        [
            EffectRow(
                "m",
                "1",
                "NA",
                0.1,
                0.0,
                0.2,
                0.04,
                0.03,
                1.0,
                0.04,
                1.0,
                3,
                60,
                0.1,
                "better",
                "S.",
            )
        ],
        paths.table("effects"),
    )
    PER_CLASS.write(
        [ClassAccuracyRow("m", arm, "null", 9, 0.5, 0.1) for arm in ("NA", "1")],
        paths.table("per_class"),
    )
    drawn = draw_experiment(paths, 0.01)
    assert list(drawn) == ["arms", "effects", "per_class"]
    assert drawn["arms"][0]["arm"].tolist() == ["NA", "1"]
    assert drawn["effects"][0]["effect"].tolist() == [0.1]
    assert drawn["per_class"][0]["class"].tolist() == ["null"] * 2


def test_dynamics_of_all_trainings(tmp_path):
    traces = {}
    for number, arm in enumerate(("slow", "fast")):
        folder = tmp_path / arm / "dynamics"
        looked = dict.fromkeys(LOOKED, 1.0 + number)
        STEPS.write(
            [StepRow(n, 1, 0.1, 4.0 - n, **({} if n % 2 else looked)) for n in range(4)],
            folder / "steps.csv",
        )
        LAYERS.write([LayerRow(1, "a", 0.0, 1.0, 0.5)], folder / "layers.csv")
        traces["m", arm] = dict.fromkeys((0, 7), Traced(TrainingPaths(folder.parent)))
    tables = tabulate_traces(traces)
    assert tables["layers"][["model", "arm", "seed"]].to_numpy().tolist() == [
        ["m", arm, seed] for arm in ("slow", "fast") for seed in (0, 7)
    ]
    assert len(tables["steps"]) == 16
    assert tables["steps"].index.is_unique
    drawn = draw_dynamics(tables, DYNAMICS_EFFECTS.frame([]))
    assert list(drawn) == ["measures", "loss_band", "landscape", "layers"]
    assert len(drawn["landscape"][0]) == 4
