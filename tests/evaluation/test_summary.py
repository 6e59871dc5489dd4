"""What is read off the base runs of a study."""

import numpy as np
import pandas as pd
import pytest

from chrysalis.evaluation.summary import (
    base_trainings,
    best_by_validation,
    headline_metrics,
    models_table,
    sum_confusion,
)
from chrysalis.records.evaluation import (
    CALIBRATION_ERROR,
    RISK_COVERAGE,
    CalibrationErrorRow,
    RiskCoverageRow,
)
from chrysalis.records.experiment import EFFECTS, MODEL_METRICS, EffectRow
from chrysalis.records.paths import StudyPaths
from tests.runs import experiment_record, run_metrics, study_record

RUNS = {"m": "m-11111111", "timm/n": "timm_n-22222222"}


@pytest.fixture
def paths(tmp_path):
    """Two models of two seeds: m is best on validation, n on test."""
    values = {"m": [(0.8, 0.5), (0.9, 0.6)], "timm/n": [(0.7, 0.9), (0.8, 1.0)]}
    made = StudyPaths(tmp_path)
    for model, seeds in values.items():
        for seed, tops in enumerate(seeds):
            splits = [
                {"top1": top1, "f1_macro": top1 / 2, "ece": 0.1 * seed}
                | {"scaled": {"ece": 0.05 * seed}}
                for top1 in tops
            ]
            metrics = run_metrics(*splits, temperature=1.5 + seed)
            place = made.training(RUNS[model], seed)
            metrics.write(place.metrics)
            errors = [
                CalibrationErrorRow(scaled, 15, 0.1, 0.04, debiased + 0.01 * seed, 0.0, 0.12)
                for scaled, debiased in (("no", 0.06), ("yes", 0.02))
            ]
            CALIBRATION_ERROR.write(errors, place.calibration_error)
            risks = [RiskCoverageRow(c, c * (seed + 1) / 10, c / 20) for c in (0.5, 0.8, 0.93, 1.0)]
            RISK_COVERAGE.write(risks, place.risk_coverage)
    return made


def study(**changes):
    return study_record(seeds=[0, 1], base_runs=RUNS, **changes)


def test_the_best_model_is_chosen_by_validation_alone(paths):
    found = base_trainings(study(), paths)
    assert best_by_validation({m: [t.metrics for t in ts] for m, ts in found.items()}) == "m"


def test_trainings_are_named_by_their_model_as_it_is_registered(paths):
    found = base_trainings(study(), paths)
    assert list(found) == ["m", "timm/n"]
    assert [training.paths.folder for training in found["timm/n"]] == [
        paths.results / "runs/timm_n-22222222/seed0",
        paths.results / "runs/timm_n-22222222/seed1",
    ]


def test_the_models_table_has_mean_sd_and_each_seed(paths):
    rows = models_table(base_trainings(study(), paths))
    table = MODEL_METRICS.frame(rows).set_index(["model", "split", "metric"])
    row = table.loc[("timm/n", "test", "top1")]
    assert (row["mean"], row["sd"]) == pytest.approx((0.95, 0.1 / np.sqrt(2)))
    assert (row["seeds"], row["values"]) == (2, (0.9, 1.0))
    assert table.loc[("m", "val", "scaled_ece"), "values"] == (0, 0.05)
    assert table.loc[("m", "val", "temperature"), "mean"] == 2
    assert ("m", "test", "temperature") not in table.index
    assert table.loc[("m", "test", "ece_debiased"), "values"] == pytest.approx((0.06, 0.07))
    assert table.loc[("m", "test", "scaled_ece_debiased"), "mean"] == pytest.approx(0.025)
    assert table.loc[("m", "test", "aurc"), "mean"] == pytest.approx(0.05)
    assert table.loc[("m", "test", "risk_80"), "values"] == pytest.approx((0.08, 0.16))
    assert table.loc[("m", "test", "risk_90"), "values"] == pytest.approx((0.093, 0.186))
    assert len(table) == 2 * (2 * (14 + 3) + 1 + 2 * 4 + 4)


def test_headline_metrics(paths):
    rows = [
        EffectRow(
            "m", "on", "off", 0.1234567, 0, 0, 0, 0, 1, 0.0301234, 1, 2, 9, 0, "better", "S."
        ),
        EffectRow("n", "on", "off", -0.02, 0, 0, 0, 0, 1, np.nan, 1, 2, 9, 0, "insufficient", "S."),
    ]
    EFFECTS.write(rows, paths.experiment("augmentation").table("effects"))
    record = experiment_record([("m", "off", RUNS["m"])], "off", name="augmentation")
    found = headline_metrics(study(experiments=[record]), paths)
    assert found["models"]["m"] == {
        "seeds": 2,
        "val_top1_mean": 0.85,
        "test_top1_mean": 0.55,
        "test_top1_sd": round(0.1 / 2**0.5, 6),
        "test_f1_macro_mean": 0.275,
        "test_ece_mean": 0.05,
        "test_ece_debiased_mean": 0.065,
    }
    assert list(found["models"]) == ["m", "timm/n"]
    assert found["experiments"]["augmentation"] == {
        "m on - off": {"effect": 0.123457, "p_adjusted": 0.030123, "outcome": "better"},
        "n on - off": {"effect": -0.02, "p_adjusted": None, "outcome": "insufficient"},
    }


def test_one_seed_has_no_sd(paths):
    found = headline_metrics(study_record(seeds=[0], base_runs={"m": RUNS["m"]}), paths)
    assert found["models"]["m"]["test_top1_sd"] is None


def test_confusion_counts_add_up_over_seeds(tmp_path):
    counts = [np.array([[3, 1], [0, 4]]), np.array([[2, 2], [1, 3]])]
    files = []
    for seed, test in enumerate(counts):
        tables = [
            pd.DataFrame({"split": split, "class": ["1", "NA"], "1": c[:, 0], "NA": c[:, 1]})
            for split, c in (("val", test + 50), ("test", test))
        ]
        files.append(tmp_path / f"{seed}.csv")
        pd.concat(tables).to_csv(files[-1], index=False)
    found = sum_confusion(files)
    assert found.columns.tolist() == ["split", "class", "1", "NA"]
    assert found["class"].tolist() == ["1", "NA"]
    assert found[["1", "NA"]].to_numpy().tolist() == [[5, 3], [1, 7]]
