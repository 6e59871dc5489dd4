"""Published figures beside ours, and what becomes of claims, from hand-made tables."""

from dataclasses import replace

import numpy as np
import pytest

from chrysalis.config.published import Published, PublishedClaim, PublishedFigure
from chrysalis.evaluation import published
from chrysalis.evaluation.published import Measured, claims_table, figures_table
from chrysalis.records.dynamics import DYNAMICS, DynamicsRow
from chrysalis.records.evaluation import PER_CLASS, PerClassRow
from chrysalis.records.experiment import (
    ARMS,
    EFFECTS,
    METRICS,
    PUBLISHED_FIGURES,
    ArmRow,
    EffectRow,
    MetricRow,
)
from chrysalis.records.paths import StudyPaths
from tests.runs import experiment_record, run_metrics, run_record, study_record

EFFECT = EffectRow(
    "m", "up", "base", 0.1, 0.0, 0.2, 0.01, 0.01, 1.0, 0.01, 1.0, 3, 60, 0.1, "better", "S."
)


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
            run_record(parameters=2_000_000 + seed).write(place.record)
    asked = paths.experiment("asked")
    arms = [("base", "m-1"), ("on", "m-2")]
    ARMS.write(
        [ArmRow("m", arm, run, 60, 3, 0.9, 0.1, (0.8, 0.9, 1.0)) for arm, run in arms],
        asked.table("arms"),
    )
    outcomes = {
        "up": "better",
        "down": "worse",
        "flat": "none",
        "same": "equal",
        "few": "insufficient",
    }
    EFFECTS.write(
        [
            replace(EFFECT, arm=arm, outcome=outcome, sentence=f"S {arm}.")
            for arm, outcome in outcomes.items()
        ],
        asked.table("effects"),
    )
    write_converged(paths, base=(10, 12, 14), half=(5, 6, 7), same=(9, 12, 15), double=(20, 24, 28))
    record = experiment_record([("m", "base", "m-1")], name="asked")
    return Measured(study_record(plain_runs={"m": "m-1"}, experiments=[record]), paths)


def write_converged(paths, **values):
    rows = [
        MetricRow("m", arm, "m-1", "converged", len(each), 0, 0, each)
        for arm, each in values.items()
    ]
    METRICS.write(rows, paths.experiment("asked").table("metrics"))


def figure(**changes):
    return PublishedFigure(**({"model": "m", "value": 0.85} | changes))


def claim(**changes):
    usual = {"claim": "c", "experiment": "asked", "arm": "up", "baseline": "base"}
    return PublishedClaim(**(usual | {"expected": "better"} | changes))


def others(**given):
    return Published(title="T", source="S", differences=["D"], **given)


def tabulated(figures, measured):
    return PUBLISHED_FIGURES.frame(figures_table("others", others(figures=figures), measured))


def judged(one, measured):
    (row,) = claims_table("others", others(claims=[one]), measured)
    return row


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
    assert table["mean"].tolist() == pytest.approx(
        [0.45, 0.225, np.nan, 2.000001, 0.3], nan_ok=True
    )
    assert table["seeds"].tolist() == [3, 3, 0, 3, 3]
    assert table["of_class"].tolist() == ["", "1", "absent", "", ""]


@pytest.mark.parametrize(
    ("arm", "expected", "outcome"),
    [
        ("up", "better", published.HOLDS),
        ("up", "worse", published.CONTRADICTED),
        ("up", "none", published.CONTRADICTED),
        ("down", "worse", published.HOLDS),
        ("flat", "better", published.NOT_SEEN),
        ("flat", "none", published.NOTHING_AGAINST),
        ("same", "none", published.HOLDS),
        ("same", "better", published.CONTRADICTED),
        ("few", "better", published.UNDECIDED),
        ("absent", "better", published.NOT_ASKED),
    ],
)
def test_a_claim_of_accuracy_takes_the_experiments_verdict(measured, arm, expected, outcome):
    row = judged(claim(arm=arm, expected=expected), measured)
    assert row.outcome == outcome
    assert row.basis == ("" if arm == "absent" else f"S {arm}.")


@pytest.mark.parametrize(
    ("arm", "ratio", "outcome"),
    [
        ("half", 0.5, published.HOLDS),
        ("half", 0.2, published.NOT_SEEN),  # fewer, but far from a fifth
        ("half", 2.0, published.CONTRADICTED),
        ("same", 0.5, published.NOT_SEEN),
        ("double", 2.0, published.HOLDS),
        ("double", 0.5, published.CONTRADICTED),
        ("absent", 0.5, published.NOT_ASKED),
    ],
)
def test_a_claim_of_a_metric_is_judged_by_ratio_and_by_every_seed(measured, arm, ratio, outcome):
    one = claim(arm=arm, expected=None, metric="converged", ratio=ratio)
    assert judged(one, measured).outcome == outcome


def test_the_basis_names_both_ratios(measured):
    one = claim(arm="half", expected=None, metric="converged", ratio=0.5)
    assert judged(one, measured).basis == (
        "converged: half divided by base is 0.50; the claim is 0.50 (3 seeds each)"
    )


def test_an_experiment_that_is_not_asked_answers_nothing(measured):
    for changes in ({}, {"expected": None, "metric": "gap", "ratio": 2.0}):
        assert judged(claim(experiment="other", **changes), measured).outcome == published.NOT_ASKED


def test_two_seeds_are_too_few(measured):
    write_converged(measured.paths, base=(10, 12), half=(5, 6))
    one = claim(arm="half", expected=None, metric="converged", ratio=0.5)
    assert judged(one, measured).outcome == published.UNDECIDED
