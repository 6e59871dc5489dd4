"""Published figures beside ours, and what becomes of claims, from hand-made tables."""

import json

import numpy as np
import pandas as pd
import pytest

from chrysalis.evaluation import published
from chrysalis.evaluation.published import Measured, claims_table, figures_table

STUDY = {
    "seeds": [0, 1, 2],
    "plain_runs": {"m": "m-1"},
    "experiments": [{"name": "asked"}],
}


@pytest.fixture
def measured(tmp_path):
    for run, values in {"m-1": (0.8, 0.9, 1.0), "m-2": (0.5, 0.5, 0.8)}.items():
        for seed, value in enumerate(values):
            place = tmp_path / f"runs/{run}/seed{seed}/evaluate"
            place.mkdir(parents=True)
            test = {"top1": value, "top5": value / 2}
            told = {"val": {"top1": value - 0.1}, "test": test, "temperature": 1.2}
            (place / "metrics.json").write_text(json.dumps(told))
            (place / "per_class.csv").write_text(
                f"split,class,support,accuracy\nval,1,5,0.1\ntest,1,5,{value / 4}\ntest,b,5,0.2\n"
            )
            (place.parent / "train").mkdir()
            record = {"parameters": 2_000_000 + seed}
            (place.parent / "train/run.json").write_text(json.dumps(record))
    compare = tmp_path / "experiments/asked/compare"
    compare.mkdir(parents=True)
    arms = [{"model": "m", "arm": "base", "run": "m-1"}, {"model": "m", "arm": "on", "run": "m-2"}]
    pd.DataFrame(arms).to_csv(compare / "arms.csv", index=False)
    outcomes = {"up": "better", "down": "worse", "flat": "none", "few": "insufficient"}
    effects = [
        {"model": "m", "arm": arm, "baseline": "base", "outcome": outcome, "sentence": f"S {arm}."}
        for arm, outcome in outcomes.items()
    ]
    pd.DataFrame(effects).to_csv(compare / "effects.csv", index=False)
    values = {"base": "10;12;14", "half": "5;6;7", "same": "9;12;15", "double": "20;24;28"}
    metrics = [
        {"model": "m", "arm": arm, "metric": "converged", "values": text}
        for arm, text in values.items()
    ]
    pd.DataFrame(metrics).to_csv(compare / "metrics.csv", index=False)
    return Measured(STUDY, tmp_path)


def figure(**changes):
    told = {
        "model": "m",
        "value": 0.85,
        "metric": "test",
        "experiment": None,
        "arm": None,
        "note": "",
    }
    return told | {"of_class": None} | changes


def claim(**changes):
    told = {"claim": "c", "experiment": "asked", "model": None, "arm": "up", "baseline": "base"}
    return told | {"expected": "better", "metric": None, "ratio": None} | changes


def test_figures_beside_the_base_run_or_an_arm(measured):
    figures = [
        figure(),
        figure(metric="val"),
        figure(experiment="asked", arm="on"),
        figure(model="absent"),
        figure(experiment="other", arm="on"),
    ]
    table = figures_table({"figures": figures}, measured)
    assert table["mean"].tolist()[:3] == pytest.approx([0.9, 0.8, 0.6])
    assert table["mean"].isna().tolist() == [False] * 3 + [True] * 2
    assert table["sd"].tolist()[0] == pytest.approx(0.1)
    assert table["seeds"].tolist() == [3, 3, 3, 0, 0]
    assert table["published"].tolist() == [0.85] * 5


def test_figures_of_every_kind(measured, tmp_path):
    folder = tmp_path / "experiments/asked/plot_dynamics"
    folder.mkdir()
    (folder / "summary.csv").write_text("model,arm,dead\nm,base,0.4\nm,on,0.3\n")
    figures = [
        figure(metric="top5"),
        figure(of_class="1"),
        figure(of_class="absent"),
        figure(metric="parameters", value=2.1),
        figure(metric="dead", experiment="asked", arm="on"),
    ]
    table = figures_table({"figures": figures}, measured)
    assert table["mean"].tolist() == pytest.approx(
        [0.45, 0.225, np.nan, 2.000001, 0.3], nan_ok=True
    )
    assert table["seeds"].tolist() == [3, 3, 0, 3, 1]
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
        ("few", "better", published.UNDECIDED),
        ("absent", "better", published.NOT_ASKED),
    ],
)
def test_a_claim_of_accuracy_takes_the_experiments_verdict(measured, arm, expected, outcome):
    told = {"claims": [claim(arm=arm, expected=expected)]}
    (row,) = claims_table(told, measured).to_dict("records")
    assert row["outcome"] == outcome
    assert row["basis"] == ("" if arm == "absent" else f"S {arm}.")


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
def test_a_claim_of_a_measure_is_judged_by_ratio_and_by_every_seed(measured, arm, ratio, outcome):
    told = claim(arm=arm, expected=None, metric="converged", ratio=ratio)
    (row,) = claims_table({"claims": [told]}, measured).to_dict("records")
    assert row["outcome"] == outcome


def test_the_ratio_is_told(measured):
    told = claim(arm="half", expected=None, metric="converged", ratio=0.5)
    (row,) = claims_table({"claims": [told]}, measured).to_dict("records")
    assert row["basis"] == ("converged: half by base is 0.50, the claim being 0.50 (3 seeds each)")


def test_an_experiment_that_is_not_asked_answers_nothing(measured):
    for changes in ({}, {"expected": None, "metric": "gap", "ratio": 2.0}):
        told = claim(experiment="other", **changes)
        assert claims_table({"claims": [told]}, measured)["outcome"].item() == published.NOT_ASKED


def test_two_seeds_are_too_few(measured, tmp_path):
    path = tmp_path / "experiments/asked/compare/metrics.csv"
    pd.DataFrame(
        [
            {"model": "m", "arm": arm, "metric": "converged", "values": text}
            for arm, text in {"base": "10;12", "half": "5;6"}.items()
        ]
    ).to_csv(path, index=False)
    told = claim(arm="half", expected=None, metric="converged", ratio=0.5)
    assert claims_table({"claims": [told]}, measured)["outcome"].item() == published.UNDECIDED
