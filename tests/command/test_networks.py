"""Which network is meant, from hand-made records."""

import json

import pandas as pd
import pytest

from chrysalis.command import networks
from chrysalis.config.run import RunSettings
from chrysalis.errors import UserError
from chrysalis.records.paths import StudyPaths
from tests.runs import run_record, study_record, write_run  # noqa: F401

TRUTH = ["a", "a", "b", "b"]


@pytest.fixture
def study(tmp_path, write_run):  # noqa: F811
    """Three runs with two seeds each: `good` is right more often on val, `fair` only on test."""

    def add(run, seed, val, test, classes=("a", "b"), **changes):
        folder = write_run(run, seed, list(classes), TRUTH, val, split="val")
        write_run(run, seed, list(classes), TRUTH, test)
        settings = RunSettings(model=run, image_size=32, seed=seed, **changes)
        run_record(classes=list(classes), settings=settings).write(folder / "run.json")

    def make(**changes):
        for seed in (0, 1):
            add("fair", seed, ["a", "b", "b", "a"], TRUTH)
            add(
                "good",
                seed,
                ["a", "a", "b", "a"] if seed else TRUTH,
                ["b", "b", "a", "a"],
                **changes,
            )
            add("without", seed, TRUTH, TRUTH, classes=("a", "b"))
        runs = ["fair", "good"]
        study_record(seeds=[0, 1], runs=runs).write(StudyPaths(tmp_path).study)
        return tmp_path

    return make


def test_the_best_by_validation_whatever_test_says(study):
    chosen = networks.choose(str(study()))
    assert chosen.run == "good"
    assert [folder.parent.name for folder in chosen.folders] == ["seed0", "seed1"]
    assert chosen.why == "the best of 2 runs by validation"


def test_a_model_a_run_a_training_and_the_best_seed(study):
    folder = study()
    assert networks.choose(str(folder), model="fair").run == "fair"
    assert networks.choose(str(folder / "runs/fair")).run == "fair"
    training = folder / "runs/fair/seed1"
    for path in (training, training / "train"):
        assert networks.choose(str(path)).folders == (training / "train",)
    best = networks.choose(str(folder), seeds="best")
    assert [each.parent.name for each in best.folders] == ["seed0"]


def test_seeds_with_their_own_splits_do_not_answer_together(study):
    folder = study(varied=("split", "initialisation"))
    assert len(networks.choose(str(folder)).folders) == 1


def test_an_unfinished_run_is_no_candidate(study):
    folder = study()
    (folder / "runs/good/seed1/train/run.json").unlink()
    assert networks.choose(str(folder)).run == "fair"


def test_a_run_that_leaves_classes_out_is_no_candidate(study, tmp_path):
    folder = study()
    for seed in (0, 1):
        path = folder / f"runs/good/seed{seed}/train"
        table = pd.read_parquet(path / "predictions.parquet")
        table[table["label"] == 0].drop(columns="logit_1").to_parquet(path / "predictions.parquet")
        content = json.loads((path / "run.json").read_text()) | {"classes": ["a"]}
        (path / "run.json").write_text(json.dumps(content))
    assert networks.choose(str(folder)).run == "fair"


def test_without_any_finished_run(study):
    folder = study()
    for path in folder.glob("runs/*/*/train/run.json"):
        path.unlink()
    with pytest.raises(UserError, match="no run of this study is finished"):
        networks.choose(str(folder))
