"""Hand-made runs: whole records with what a test cares about, and folders of predictions."""

import json

import numpy as np
import pandas as pd
import pytest

from chrysalis.config.run import RunSettings
from chrysalis.records.files import write_whole
from chrysalis.records.job_paths import JobPaths
from chrysalis.records.study import ArmRun, ExperimentRecord, StudyRecord
from chrysalis.records.training import CalibrationScores, RunMetrics, RunRecord, SplitMetrics


def run_record(**changes):
    """A run's record; `changes` are the fields that matter."""
    usual = {
        "settings": RunSettings(model="m", image_size=32),
        "classes": ["a", "b"],
        "images": {"train": 70, "val": 15, "test": 15},
        "parameters": 1000,
        "steps": 120,
        "epochs_run": 40,
        "best_epoch": 30,
        "best_val_top1": 0.9,
        "stopped_early": False,
        "resumed": 0,
        "train_loss": 0.1,
        "train_top1": 0.99,
        "training_seconds": 90.0,
        "seconds": 100.0,
        "peak_memory_mb": 512.5,
        "device": "cpu (made up)",
        "precision": "fp32",
        "threads": 1,
        "processes": 1,
        "versions": {"python": "3.11"},
        "code_hash": "c",
        "data_hash": "d",
    }
    return RunRecord.model_validate(usual | changes)


def split_metrics(scaled=None, **changes):
    """Metrics of a split: all the same but those that matter; scaled ones likewise."""
    usual = dict.fromkeys(
        (
            *("top1", "ece", "nll", "brier", "precision_macro", "recall_macro", "f1_macro"),
            *("precision_micro", "recall_micro", "f1_micro"),
            *("precision_weighted", "recall_weighted", "f1_weighted"),
        ),
        0.5,
    )
    calibration = CalibrationScores(**{"ece": 0.5, "nll": 0.5, "brier": 0.5, **(scaled or {})})
    return SplitMetrics(**(usual | {"images": 15} | changes), scaled=calibration)


def run_metrics(val, test, temperature=1.5):
    """Metrics of a run; `val` and `test` hold what matters of each split."""
    return RunMetrics(temperature=temperature, val=split_metrics(**val), test=split_metrics(**test))


def experiment_record(arm_runs, baseline="base", **changes):
    """An experiment; `arm_runs` are (model, arm, run), or with the stage as a fourth."""
    made = [
        ArmRun(**dict(zip(("model", "arm", "run", "stage"), parts, strict=False)))
        for parts in arm_runs
    ]
    usual = {
        "name": "made_up",
        "title": "Made up",
        "question": "Does it matter?",
        "analysis": "accuracy",
        "metrics": [],
        "against": [],
        "dynamics": False,
        "baseline": baseline,
        "arms": {arm_run.arm: {} for arm_run in made},
        "arm_runs": made,
        "sweep": None,
        "swept_runs": [],
        "ranked_by": [],
        "too_small": [],
    }
    return ExperimentRecord.model_validate(usual | changes)


def study_record(**changes):
    """A study, with the fields that matter."""
    usual = {
        "name": "shapes",
        "title": "Shapes",
        "dataset": dict.fromkeys(("title", "description", "citation", "url", "kind"), ""),
        "seeds": [0, 1, 2],
        "threshold": 0.01,
        "too_small": [],
        "experiments": [],
        "primary": [],
        "skipped_experiments": [],
        "models": [],
        "runs": [],
        "base_runs": {},
        "plain_runs": {},
        "explained": [],
        "split": {},
        "vary_split": False,
        "published": {},
        "assumed": [],
        "reduced": {},
    }
    return StudyRecord.model_validate(usual | changes)


@pytest.fixture
def write_run(tmp_path):
    """Write a run's record: labels and guesses are class names; a logit is 2 at the guess.

    `second` names the second best guess of each image.
    """

    def write(run, seed, classes, truth, guesses, second=None, split="test", paths=None):
        logits = np.zeros((len(truth), len(classes)), np.float32)
        for row, guess in enumerate(guesses):
            logits[row, classes.index(guess)] = 2
            if second:
                logits[row, classes.index(second[row])] += 1
        table = pd.DataFrame(
            {
                "split": split,
                "row": range(len(truth)),
                "path": paths or [f"{row}.png" for row in range(len(truth))],
                "label": [classes.index(name) for name in truth],
            }
        )
        for column in range(len(classes)):
            table[f"logit_{column}"] = logits[:, column]
        folder = tmp_path / "runs" / run / f"seed{seed}" / "train"
        run_record(classes=classes).write(folder / "run.json")
        if (folder / "predictions.parquet").exists():
            table = pd.concat([pd.read_parquet(folder / "predictions.parquet"), table])
        table.to_parquet(folder / "predictions.parquet", index=False)
        return folder

    return write


def write_job(results, settings, pack):
    """What a job on a run reads: its settings and its packed images; returns the job's paths."""
    paths = JobPaths(results)
    size = settings.packed_size
    paths.packed(size).parent.mkdir(parents=True, exist_ok=True)
    np.save(paths.packed(size), pack.images)
    pack.index.to_csv(paths.index(size), index=False)
    content = settings.model_dump(mode="json", exclude={"seed"})
    write_whole(paths.settings(settings.name), json.dumps(content))
    return paths
