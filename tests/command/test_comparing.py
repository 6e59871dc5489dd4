"""`chrysalis compare` says what differs, and pairs only what was judged on the same images."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from chrysalis.command.comparing import compare_studies
from chrysalis.config.run import RunSettings
from chrysalis.errors import UserError
from chrysalis.records.paths import StudyPaths
from tests.runs import run_record, study_record, write_run  # noqa: F401

TRUTH = ["a", "b"] * 100


@pytest.fixture
def study(tmp_path, write_run):  # noqa: F811
    """A study whose network is right with this chance on each of 200 test images."""

    def make(name, share, rate=0.1, paths=None, seeds=3, **changes):
        settings = RunSettings(model="m", image_size=32)
        settings = settings.model_copy(
            update={"training": settings.training.model_copy(update={"learning_rate": rate})}
        )
        for seed in range(seeds):
            rng = np.random.default_rng([seed, round(100 * share)])
            right = rng.random(len(TRUTH)) < share
            guesses = [
                truth if good else {"a": "b", "b": "a"}[truth]
                for truth, good in zip(TRUTH, right, strict=True)
            ]
            folder = write_run("m-1", seed, ["a", "b"], TRUTH, guesses, paths=paths)
            run_record(settings=settings).write(folder / "run.json")
        shutil.move(tmp_path / "runs", tmp_path / name / "runs")
        record = study_record(
            seeds=list(range(seeds)), runs=["m-1"], plain_runs={"m": "m-1"}, **changes
        )
        record.write(StudyPaths(tmp_path / name).study)
        return str(tmp_path / name)

    return make


def test_what_changed_and_that_it_matters(study):
    text = compare_studies(study("one", 0.6), study("two", 0.9, rate=0.2, title="Another"))
    assert "Shapes -> Another" in text
    assert "training.learning_rate  0.1 -> 0.2" in text
    assert "training.epochs" not in text
    assert "B is better than A by " in text
    assert "3 seeds each, 200 test images" in text
    assert "Paired: both answered the same test images." in text


def test_other_images_are_not_paired(study):
    others = [f"new/{row}.png" for row in range(len(TRUTH))]
    text = compare_studies(study("one", 0.6), study("two", 0.9, paths=others))
    assert "B is better than A by " in text
    assert "Not paired: the test images differ (200 and 200)" in text


def test_other_content_under_the_same_names_is_not_paired(study, tmp_path):
    folders = study("one", 0.6), study("two", 0.9)
    for folder, digest in zip(folders, "xy", strict=True):
        path = StudyPaths(tmp_path / folder).split
        path.parent.mkdir(parents=True)
        lines = [f"{row}.png,a,0,test,{digest},1,1,\n" for row in range(len(TRUTH))]
        path.write_text("path,class,label,split,sha256,width,height,mask\n" + "".join(lines))
    assert "Not paired" in compare_studies(*folders)


def test_the_same_trainings_need_no_test(study):
    text = compare_studies(study("one", 0.7), study("two", 0.7))
    assert "Every answer is the same" in text
    assert text.count("  nothing") == 2


def test_too_few_seeds_are_no_verdict(study):
    text = compare_studies(study("one", 0.6), study("two", 0.9, seeds=2))
    assert "Not enough seeds to tell B from A" in text
    assert "the first 2 seeds of each" in text


def test_nothing_in_common(study):
    other = study("two", 0.9)
    record = StudyPaths(Path(other)).study
    record.write_text(record.read_text().replace('"m":', '"n":'))
    with pytest.raises(UserError, match="no model is finished in both; they have m and n"):
        compare_studies(study("one", 0.6), other)


def test_a_study_that_is_not_there(study):
    with pytest.raises(UserError, match="'nowhere': no finished study"):
        compare_studies(study("one", 0.6), "nowhere")
