"""What every page says of its study."""

import html
import re
from dataclasses import replace

from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.records.training import RunRecord
from chrysalis.report.pages import (
    dataset,
    fragments,
)
from chrysalis.report.pages.results import load_results
from tests.report.made.changes import change
from tests.report.pages.words import plain


def test_runs_that_are_chosen_by_test_are_named_on_every_page(folder):
    assert "Chosen by test" not in fragments.banner(load_results(folder))
    for path in folder.glob("runs/*-b*/seed*/train/run.json"):
        change(RunRecord, path, settings__validate_on="test")
    loaded = load_results(folder)
    text = html.unescape(fragments.banner(loaded)).replace("<wbr>", "").replace("\\", "")
    names = {training.run for training in loaded.trainings if "-b" in training.run}
    assert all(name in text for name in names)
    assert 'title="Chosen by test"' in text
    made = fragments.all_fragments(loaded, "quarto")
    assert all("Chosen by test" in made[name] for name in made if name.endswith("banner.md"))


def test_a_reduced_study_says_so_on_every_page(folder):
    loaded = load_results(folder)
    assert "Reduced study" not in fragments.banner(loaded)
    less = {"train_share": ("1.0", "0.1"), "training.epochs": ("20", "5")}
    record = loaded.record.model_copy(update={"reduced": less})
    made = fragments.all_fragments(replace(loaded, record=record), "quarto")
    banners = [made[name] for name in made if name.endswith("banner.md")]
    assert len(banners) > 1
    for text in map(plain, banners):
        assert "train_share is 0.1 in place of 1.0; training.epochs is 5 in place of 20" in text


def test_test_time_flip_is_named_on_every_page(folder):
    assert "mirror image" not in fragments.banner(load_results(folder))
    for path in folder.glob("runs/*-b*/seed*/train/run.json"):
        change(RunRecord, path, settings__training__test_time_flip=True)
    loaded = load_results(folder)
    text = html.unescape(fragments.banner(loaded)).replace("<wbr>", "").replace("\\", "")
    names = {training.run for training in loaded.trainings if "-b" in training.run}
    assert all(name in text for name in names)
    assert "All runs" not in text
    assert "average each prediction over an image and its mirror image" in text
    for path in folder.glob("runs/*/seed*/train/run.json"):
        change(RunRecord, path, settings__training__test_time_flip=True)
    assert "All runs average" in fragments.banner(load_results(folder))


def test_an_experiment_that_is_too_small_is_named_and_the_others_are_not(folder):
    path = StudyPaths(folder).study
    study = StudyRecord.read(path).model_dump(exclude_unset=True)
    study["too_small"] = study["experiments"][1]["too_small"] = ["5 epochs are needed, not 4"]
    StudyRecord.model_validate(study).write(path)
    loaded = load_results(folder)
    models_experiment, augmentation = loaded.experiments[:2]
    assert fragments.banner(loaded) == ""
    named = fragments.small_experiments(loaded)
    shown = re.sub("<.*?>", "", named)
    assert "[Augmentation](experiments/augmentation.qmd) (5 epochs are needed, not 4)" in shown
    assert "Models" not in named
    warning = plain(fragments.banner(loaded, augmentation))
    assert "This experiment is too small to conclude from: 5 epochs are needed, not 4." in warning
    assert fragments.banner(loaded, models_experiment) == ""


def test_every_page_says_that_splits_vary(folder):
    path = StudyPaths(folder).study
    assert fragments.varied(load_results(folder)) == ""
    assert "Each training seed has its own split" not in dataset.data_counts(load_results(folder))
    change(StudyRecord, path, vary_split=True)
    loaded = load_results(folder)
    assert "corrected resampled t-test" in fragments.banner(loaded)
    assert "Each training seed has its own split" in dataset.data_counts(loaded)
