"""What the page of an experiment says of its sweep and its ranked classes."""

import html

import pytest

from chrysalis.errors import UserError
from chrysalis.records.experiment import (
    LABEL_QUALITY,
    LabelQualityRow,
)
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.records.sweep import IMPORTANCES, ImportanceRow, SweepResult
from chrysalis.records.training import RunRecord
from chrysalis.report.pages import (
    experiments,
    provenance,
)
from chrysalis.report.pages.results import load_results
from tests.report.made.changes import change
from tests.tracing import untraced


@pytest.fixture
def swept(folder):
    """The results with a sweep and with ranked classes in the experiment on augmentation."""
    paths = StudyPaths(folder)
    study = StudyRecord.read(paths.study).model_dump(exclude_unset=True)
    experiment = next(each for each in study["experiments"] if each["name"] == "augmentation")
    base, best = (
        next(each["run"] for each in experiment["arm_runs"] if each["arm"] == arm)
        for arm in ("off", "on")
    )
    space = {
        "learning_rate": {"low": 0.0001, "high": 0.01, "log": True},
        "batch_size": {"choices": [8, 16]},
    }
    experiment |= {
        "sweep": {"trials": 9, "space": space},
        "swept_runs": [best],
        "ranked_by": [base],
    }
    StudyRecord.model_validate(study).write(paths.study)
    for run, rate, size in ((base, 0.002, 32), (best, 0.00734, 16)):
        for seed in study["seeds"]:
            change(
                RunRecord,
                paths.training(run, seed).record,
                settings__training__learning_rate=rate,
                settings__training__batch_size=size,
            )
    SweepResult(
        training={"learning_rate": 0.00734, "batch_size": 16},
        trial=4,
        val_top1=0.937,
        val_loss=0.21,
        trials=9,
        complete=5,
        pruned=3,
        diverged=1,
    ).write(paths.sweep(best) / "best.json")
    IMPORTANCES.write(
        [ImportanceRow("learning_rate", 0.71, 5), ImportanceRow("batch_size", 0.12, 5)],
        paths.sweep(best) / "importances.csv",
    )
    LABEL_QUALITY.write(
        [LabelQualityRow(1, "a|b", 14, 0.857, 0.6644), LabelQualityRow(2, "NA", 13, 1.0, 0.912)],
        paths.label_quality(base),
    )
    return folder


def test_what_a_sweep_found_and_how_classes_rank(swept):
    experiment = load_results(swept).experiment("augmentation")
    made = experiments.fragments(experiment)
    found = html.unescape(made["more.md"]).replace("\u00a0", " ")
    assert "| 0.0001 to 0.01, logarithmic | 0.002 | 0.00734 | 71.0 % |" in found
    assert "| 8, 16 | 32 | 16 | 12.0 % |" in found
    assert "Of 9 trials, 5 ran to the end, 3 were pruned and 1 diverged. Trial 4" in found
    assert "highest accuracy on val, 93.7 %" in found
    ranked = html.unescape(made["measured.md"]).replace("\u00a0", " ")
    assert "| 85.7 % | 0.664 |" in ranked
    assert ranked.index("a|b") < ranked.index(">NA<")
    for name in ("more.md", "measured.md"):
        assert untraced(made[name], swept) == set()


def test_what_the_search_of_each_arm_found(swept):
    paths = StudyPaths(swept)
    study = StudyRecord.read(paths.study).model_dump(exclude_unset=True)
    experiment = next(each for each in study["experiments"] if each["name"] == "augmentation")
    base, best = (
        next(each["run"] for each in experiment["arm_runs"] if each["arm"] == arm)
        for arm in ("off", "on")
    )
    experiment["swept_runs"] = [base, best]
    StudyRecord.model_validate(study).write(paths.study)
    values = {"learning_rate": 0.002, "batch_size": 32}
    found = SweepResult.read(paths.sweep(best) / "best.json")
    change = {"training": values, "val_top1": 0.875, "complete": 6, "pruned": 3, "diverged": 0}
    found.model_copy(update=change).write(paths.sweep(base) / "best.json")
    IMPORTANCES.write([], paths.sweep(base) / "importances.csv")
    text = experiments.fragments(load_results(swept).experiment("augmentation"))["more.md"]
    shown = html.unescape(text).replace("\u00a0", " ")
    assert "| 0.002 | 32 | 87.5 % | 6 | 3 | 0 |" in shown
    assert "| 0.00734 | 16 | 93.7 % | 5 | 3 | 1 |" in shown
    assert "a search of its own, of 9 trials over the same space" in shown
    assert untraced(text, swept) == set()


def test_a_sweep_is_no_setting_of_all_runs(swept):
    sweep = {"trials": 9, "space": {"batch_size": {"choices": [8, 16]}}}
    for path in swept.glob("runs/*/seed*/train/run.json"):
        if path.parents[2].joinpath("sweep").exists():
            change(RunRecord, path, settings__sweep=sweep)
    assert "trials" not in provenance.settings(load_results(swept))


def test_a_training_with_other_settings_than_the_sweep_found_is_refused(swept):
    (best,) = swept.glob("runs/*/sweep/best.json")
    change(SweepResult, best, training__learning_rate=0.001)
    with pytest.raises(UserError, match=r"not trained with what .* holds; remove"):
        load_results(swept)
