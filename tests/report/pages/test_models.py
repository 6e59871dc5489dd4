"""The tables of the models' page."""

from dataclasses import replace

from chrysalis.records.experiment import (
    MODEL_METRICS,
)
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.records.training import RunMetrics
from chrysalis.report.pages import (
    models,
)
from chrysalis.report.pages.results import load_results
from tests.report.made.changes import change
from tests.report.pages.words import plain


def test_what_a_perfect_network_would_score_stands_beside_the_ece(results, made, folder):
    text = plain(made["models_calibration_error.md"])
    assert "| mynet | as trained | 4.1 % | 3.1 % | 1.2 % | 0.0 % to 5.2 % |" in text
    assert "Chance alone can explain the ECE of every model." in text
    path = StudyPaths(folder).models
    rows = [
        replace(row, mean=0.0021, values=values)
        if (row.model, row.metric) == ("mynet", "scaled_ece_low")
        else row
        for row in MODEL_METRICS.read(path)
        for values in [(0.0019, 0.0021, 0.0023)]
    ]
    MODEL_METRICS.write(rows, path)
    text = plain(models.models_calibration_error(load_results(folder)))
    assert "Chance alone does not explain the ECE of mynet (scaled)." in text
    assert "| 1.2 % | 0.2 % to 5.2 % |" in text
    rows = [replace(row, values=(0.0, *row.values[1:])) for row in rows]
    MODEL_METRICS.write(rows, path)
    text = plain(models.models_calibration_error(load_results(folder)))
    assert "Chance alone can explain" in text
    assert "0.2 % to 5.2 %" not in text


def test_errors_if_only_the_surest_answers_count(made):
    text = plain(made["models_selective.md"])
    assert "| mynet | 9.0 % | 3.4 % | 2.1 % | 1.23 % |" in text


def test_best_model_is_chosen_on_val(folder):
    paths = StudyPaths(folder)
    study = StudyRecord.read(paths.study)
    for model, val, test in (("mynet", 0.8, 0.95), ("resnet18_small", 0.85, 0.7)):
        for seed in study.seeds:
            place = paths.training(study.base_runs[model], seed).metrics
            change(RunMetrics, place, val__top1=val, test__top1=test)
    best = plain(models.models_metrics(load_results(folder)).split("\n")[0])
    assert "best model on val is resnet18_small." in best
    assert "85.0 % on val and 70.0 % on test, the mean over 3 seeds" in best


def test_metrics_that_too_few_classes_lack_are_left_out(folder):
    assert "Test top-3" in models.models_metrics(load_results(folder))
    for place in folder.glob("runs/*/seed*/evaluate/metrics.json"):
        change(RunMetrics, place, test__top3=None)
    assert "Test top-3" not in models.models_metrics(load_results(folder))
