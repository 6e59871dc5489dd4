"""Published figures beside ours, from hand-made runs."""

import numpy as np
import pytest

from chrysalis.config.published import Published, PublishedFigure
from chrysalis.evaluation.measured import Measured
from chrysalis.evaluation.published import figures_table
from chrysalis.records.dynamics import DYNAMICS, DynamicsRow
from chrysalis.records.evaluation import PER_CLASS, PerClassRow
from chrysalis.records.paths import StudyPaths
from chrysalis.records.published import PUBLISHED_FIGURES
from chrysalis.records.training import HISTORY, HistoryRow
from chrysalis.stats.claims import another_training
from tests.runs import experiment_record, run_metrics, run_record, study_record


@pytest.fixture
def measured(tmp_path):
    paths = StudyPaths(tmp_path)
    for run, values in {"m-1": (0.8, 0.9, 1.0), "m-2": (0.5, 0.5, 0.8)}.items():
        for seed, value in enumerate(values):
            place = paths.training(run, seed)
            test = {"top1": value, "top5": value / 2}
            run_metrics({"top1": value - 0.1}, test).write(place.metrics)
            PER_CLASS.write(
                [
                    PerClassRow("val", "1", 5, 0.1),
                    PerClassRow("test", "1", 5, value / 4),
                    PerClassRow("test", "b", 5, 0.2),
                ],
                place.per_class,
            )
            run_record(classes=["1", "b"], parameters=2_000_000).write(place.record)
            rows = [HistoryRow(n, 0.9 / n, 0.3, 0, value * n / 2, 0, 1, 1) for n in (1, 2)]
            HISTORY.write(rows, place.history)
    arms = [("m", "base", "m-1"), ("m", "on", "m-2")]
    record = experiment_record(arms, name="asked", dynamics=True)
    return Measured(study_record(plain_runs={"m": "m-1"}, experiments=[record]), paths)


def figure(**changes):
    return PublishedFigure(**({"model": "m", "value": 0.85} | changes))


def others(**given):
    return Published(title="T", source="S", differences=["D"], **given)


def tabulated(figures, measured):
    return PUBLISHED_FIGURES.frame(figures_table("others", others(figures=figures), measured))


def test_figures_beside_the_base_run_or_an_arm(measured):
    figures = [
        figure(),
        figure(metric="val"),
        figure(experiment="asked", arm="on"),
        figure(model="absent"),
        figure(experiment="other", arm="on"),
    ]
    table = tabulated(figures, measured)
    assert table["mean"].tolist()[:3] == pytest.approx([0.9, 0.8, 0.6])
    assert table["mean"].isna().tolist() == [False] * 3 + [True] * 2
    assert table["sd"].tolist()[0] == pytest.approx(0.1)
    assert table["seeds"].tolist() == [3, 3, 3, 0, 0]
    assert table["published"].tolist() == [0.85] * 5


def test_figures_of_every_kind(measured):
    rows = [
        DynamicsRow("m", arm, measure, 3, 0.3, 0.1, (dead - 0.1, dead, dead + 0.1))
        for arm, measure, dead in (("base", "dead", 0.4), ("on", "dead", 0.3), ("on", "other", 0.9))
    ]
    DYNAMICS.write(rows, measured.paths.experiment("asked").dynamics("summary"))
    figures = [
        figure(metric="top5"),
        figure(of_class="1"),
        figure(of_class="absent"),
        figure(metric="parameters", value=2.1),
        figure(metric="dead", experiment="asked", arm="on"),
    ]
    table = tabulated(figures, measured)
    assert table["mean"].tolist() == pytest.approx([0.45, 0.225, np.nan, 2, 0.3], nan_ok=True)
    assert table["seeds"].tolist() == [3, 3, 0, 3, 3]
    assert table["of_class"].tolist() == ["", "1", "absent", "", ""]


def test_figures_of_epochs(measured):
    figures = [
        figure(metric="val", epoch=1),
        figure(metric="train", epoch=2),
        figure(metric="train_loss", epoch=2, value=1.25),
        figure(metric="val", epoch=3),
    ]
    table = tabulated(figures, measured)
    assert table["mean"].tolist() == pytest.approx([0.45, 0.3, 0.45, np.nan], nan_ok=True)
    assert table["epoch"].tolist() == ["1", "2", "2", "3"]


def test_the_precision_of_a_class_is_not_its_recall(measured, write_run):
    for seed in range(3):
        write_run("m-1", seed, ["1", "b"], "11bb", ["1", "1", "1", "b"])
    figures = [figure(metric="precision", of_class=name) for name in ("1", "b", "absent")]
    table = tabulated(figures, measured)
    assert table["mean"].tolist() == pytest.approx([2 / 3, 1, np.nan], nan_ok=True)


def test_how_fast_an_arm_converges_is_of_all_arms_of_its_experiment(measured):
    for arm, run in (("base", "m-1"), ("on", "m-2")):
        for seed in range(3):
            top1 = [0.6, 0.95] if arm == "base" else [0.1, 0.1]
            rows = [HistoryRow(n, 0, 0, 0, value, 0, 1, 1) for n, value in enumerate(top1, 1)]
            HISTORY.write(rows, measured.paths.training(run, seed).history)
    figures = [
        figure(metric="converged", value=2, experiment="asked", arm=arm) for arm in ("base", "on")
    ]
    table = tabulated(figures, measured)
    assert table["mean"].tolist() == [2, np.inf]
    assert table["outcome"].tolist() == ["too few seeds"] * 2 or table["low"].notna().any()


def test_a_figure_is_within_our_interval_or_not(measured):
    low, high = another_training(np.array([0.8, 0.9, 1.0]), 15)
    figures = [figure(value=value) for value in (max(low + 0.01, 0), low - 0.01) if 0 <= value <= 1]
    figures += [
        figure(metric="parameters", value=2.0),
        figure(metric="parameters", value=2.000001),
        figure(model="absent"),
        figure(metric="dead", experiment="asked", arm="base"),
    ]
    row = DynamicsRow("m", "base", "dead", 1, 0.85, np.nan, (0.85,))
    DYNAMICS.write([row], measured.paths.experiment("asked").dynamics("summary"))
    table = tabulated(figures, measured)
    assert table["low"][0] == pytest.approx(low)
    assert table["high"][0] == pytest.approx(high)
    assert table["outcome"].tolist()[-6:] == [
        "within our interval",
        "outside our interval",
        "within our interval",
        "outside our interval",
        "not in this study",
        "too few seeds",
    ]
