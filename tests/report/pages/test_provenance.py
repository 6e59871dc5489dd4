"""The page that says how the study was made."""

import re
from dataclasses import replace

from chrysalis.records.training import RunRecord
from chrysalis.report.pages import (
    fragments,
    numbers,
    provenance,
)
from chrysalis.report.pages.results import load_results
from tests.report.made.changes import change
from tests.report.pages.words import plain


def test_settings_in_which_runs_differ_are_set_apart(made):
    shared, differing = made["settings.md"].replace("<wbr>", "").split("The runs differ")
    assert "learning&#95;rate" in shared
    assert "augmentation&#46;flip" in shared or "augmentation.flip" in shared
    assert "removed&#95;classes" in differing
    assert differing.count("as above") == 4  # of six runs, two have augmentation off


def test_a_setting_that_some_models_lack_is_a_dash(folder):
    for place in folder.glob("runs/resnet18_small-*/*/train/run.json"):
        change(RunRecord, place, settings__options={})
    for place in folder.glob("runs/mynet-b*/*/train/run.json"):
        change(RunRecord, place, settings__options={"dropout": 0.25})
    differing = provenance.settings(load_results(folder)).split("The runs differ")[1]
    rows = [line.split(" | ") for line in differing.splitlines() if line.startswith("| ")]
    column = next(n for n, cell in enumerate(rows[0]) if "dropout" in cell)
    shown = [re.sub("<.*?>", "", row[column]) for row in rows[2:]]
    assert shown == ["0.5", "0.25", "0.5", *[numbers.NOTHING] * 3]
    assert "options</code>" not in differing


def test_what_a_source_does_not_say_is_listed(folder):
    loaded = load_results(folder)
    text = plain(fragments.all_fragments(loaded, "quarto")["assumed.md"])
    assert "- The rate is not known: here 0.5 <is> taken." in text
    record = loaded.record.model_copy(update={"assumed": []})
    assert fragments.all_fragments(replace(loaded, record=record), "quarto")["assumed.md"] == ""


def test_the_list_of_trainings_says_which_diverged(folder):
    path = next(folder.glob("runs/*/seed0/train/run.json"))
    change(RunRecord, path, diverged_at=7, epochs_run=6)
    text = provenance.runs(load_results(folder))
    assert text.count("6, diverged in epoch 7") == 1
