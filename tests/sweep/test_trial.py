"""Trials: killed and taken up again, in parallel, pruned, diverging; each of them once."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import optuna
import pytest
import torch
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.config.sweep import FIRST_TRIAL_SEED, Choices, Range, Sweep
from chrysalis.data.packed import Packed
from chrysalis.engine.run import Context, execute
from chrysalis.engine.runtime import Runtime
from chrysalis.errors import UserError
from chrysalis.records.job_paths import JobPaths
from chrysalis.records.sweep import TrialResult
from chrysalis.sweep import storage, trial
from chrysalis.sweep.trial import run_trial, trial_settings
from tests.runs import write_job

FP32 = Runtime(torch.device("cpu"), "fp32", 1)
SCRIPT = Path(__file__).parents[2] / "scripts/trial.py"
EPOCHS = 3
FIELDS = list(TrialResult.model_fields)

# Runs scripts/trial.py in this very process, once for each number of a list; a real SIGKILL ends
# it before the given step.
RUN = """
import os, runpy, signal, sys
from chrysalis.engine import train
script, numbers, last = sys.argv[1], sys.argv[2].split(","), int(sys.argv[3])
real, rest = train.train_step, sys.argv[4:]
def train_step(*arguments):
    global last
    if last == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    last -= 1
    return real(*arguments)
train.train_step = train_step
for number in numbers:
    sys.argv = [script, *rest, "--number", number]
    runpy.run_path(script, run_name="__main__")
"""


def settings(epochs=EPOCHS, space=None, **training):
    plan = {"epochs": epochs, "batch_size": 8, "warmup_epochs": 0, "precision": "fp32"}
    return RunSettings(
        model="mynet",
        image_size=16,
        training=TrainingSettings(**plan | training),
        sweep=Sweep(
            trials=6,
            space=space
            or {
                "learning_rate": Range(low=1e-4, high=1e-2, log=True),
                "batch_size": Range(low=4, high=8),
                "optimizer": Choices(choices=["sgd", "adamw"]),
            },
        ),
    )


RUN_NAME = settings().name


@pytest.fixture
def pack(digits_pack):
    return digits_pack(3, 24)


@pytest.fixture
def run(tmp_path, pack):
    """Run a trial of the sweep in `tmp_path`."""

    def run(number=0, plan=None, pack=pack, code="c0de", data="da7a"):
        place = tmp_path / f"trial{number}.pt"
        plan, shared = plan or settings(), tmp_path / "sweep.log"
        context = Context(place, code, data)
        return run_trial(plan, number, pack, shared, lambda _: FP32, context)

    return run


@pytest.fixture
def start(tmp_path, pack):
    """Start scripts/trial.py for these numbers, to be killed before step `step`."""
    write_job(tmp_path, settings(), pack)

    def start(numbers, step=-1):
        command = [
            *(sys.executable, "-c", RUN, SCRIPT, ",".join(map(str, numbers)), str(step)),
            *("--results", tmp_path, "--run", settings().name),
        ]
        environment = os.environ | {"CUDA_VISIBLE_DEVICES": ""}
        return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)

    return start


@pytest.fixture
def paths(tmp_path):
    """Where scripts/trial.py leaves its files."""
    return JobPaths(tmp_path)


def stored(folder):
    """The trials of the only study in the storage in that folder."""
    shared = JournalStorage(JournalFileBackend(str(folder / "sweep.log")))
    (study,) = optuna.get_all_study_summaries(shared)
    return optuna.load_study(study_name=study.study_name, storage=shared).trials


def forbid_training(monkeypatch):
    def forbidden(*arguments, **named):
        raise AssertionError("trained")

    monkeypatch.setattr(trial, "train", forbidden)


def without_seconds(result):
    return result.model_dump(exclude={"seconds"})


def test_a_result_is_that_of_the_same_training_without_a_sweep(tmp_path, run, pack):
    found = run(2)
    assert list(found.model_dump()) == FIELDS
    assert (found.number, found.state, found.resumed) == (2, "complete", 0)
    assert (found.seed, found.epochs) == (FIRST_TRIAL_SEED + 2, EPOCHS)
    values = found.values
    assert list(values) == ["learning_rate", "batch_size", "optimizer"]
    assert 1e-4 <= values["learning_rate"] <= 1e-2
    assert isinstance(values["batch_size"], int) and 4 <= values["batch_size"] <= 8
    plain = settings(**values).model_copy(update={"sweep": None, "seed": FIRST_TRIAL_SEED + 2})
    assert trial_settings(settings(), 2, values) == plain
    execute(plain, pack, FP32, tmp_path / "run", Context(tmp_path / "run.pt", "c0de", "da7a"))
    record = json.loads((tmp_path / "run/run.json").read_text())
    assert found.val_top1 == record["best_val_top1"]
    assert found.best_epoch == record["best_epoch"]
    (kept,) = stored(tmp_path)
    assert (kept.state, kept.value) == (TrialState.COMPLETE, found.val_top1)
    assert kept.user_attrs["job"] == 2
    assert list(kept.intermediate_values) == [1, 2, 3]
    assert kept.intermediate_values[3] == found.val_top1
    assert not list(tmp_path.glob("*.pt"))


def test_killed_under_training_it_goes_on_with_the_same_values(paths, start):
    # Of the 24 images a step takes 4 to 8, so an epoch has 3 to 6 steps.
    killed = start([0], 7)
    assert killed.wait() == -signal.SIGKILL
    assert not (paths.trial(RUN_NAME, 0)).exists()
    assert (paths.trial_checkpoint(RUN_NAME, 0)).exists()
    (before,) = stored(paths.trial_storage(RUN_NAME).parent)
    assert before.state == TrialState.RUNNING
    assert before.intermediate_values
    again = start([0])
    assert again.wait() == 0, again.stderr.read()
    found = TrialResult.read(paths.trial(RUN_NAME, 0))
    (after,) = stored(paths.trial_storage(RUN_NAME).parent)
    assert found.values == before.params == after.params
    assert (found.state, found.resumed, found.epochs) == ("complete", 1, EPOCHS)
    assert (after.state, after.value) == (TrialState.COMPLETE, found.val_top1)
    assert list(after.intermediate_values) == [1, 2, 3]
    assert not (paths.trial_checkpoint(RUN_NAME, 0)).exists()


def test_two_processes_share_six_trials(paths, start):
    jobs = [start([0, 2, 4]), start([1, 3, 5])]
    for job in jobs:
        assert job.wait() == 0, job.stderr.read()
    found = [TrialResult.read(paths.trial(RUN_NAME, number)) for number in range(6)]
    trials = stored(paths.trial_storage(RUN_NAME).parent)
    assert sorted(t.user_attrs["job"] for t in trials) == list(range(6))
    assert {t.state for t in trials} <= {TrialState.COMPLETE, TrialState.PRUNED}
    assert {result.optuna_number for result in found} == set(range(6))
    assert len({str(result.values) for result in found}) == 6
    for result in found:
        assert trials[result.optuna_number].params == result.values


@pytest.mark.parametrize("at", ["_suggest", "_train", "_tell"])
def test_killed_between_its_steps_it_is_still_one_trial(tmp_path, run, monkeypatch, at):
    real = getattr(trial, at)
    calls = []

    def die(*arguments):
        calls.append(arguments)
        if len(calls) == (2 if at == "_suggest" else 1):
            raise KeyboardInterrupt
        return real(*arguments)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(trial, at, die)
        run()
    (before,) = stored(tmp_path)
    assert before.state == TrialState.RUNNING
    if at == "_suggest":
        assert list(before.params) == ["learning_rate"]
    if at == "_tell":
        forbid_training(monkeypatch)
    found = run()
    (after,) = stored(tmp_path)
    assert (after.state, after.value) == (TrialState.COMPLETE, found.val_top1)
    assert after.params == found.values
    assert before.params.items() <= after.params.items()


def test_an_ended_trial_is_read_and_not_repeated(tmp_path, run, monkeypatch):
    first = run()
    size = (tmp_path / "sweep.log").stat().st_size
    forbid_training(monkeypatch)
    assert run() == first
    assert len(stored(tmp_path)) == 1
    assert (tmp_path / "sweep.log").stat().st_size - size < 200  # that it was opened


def test_other_code_and_data_start_anew(tmp_path, run):
    kept = [run(), run(code="other"), run(data="other")]
    assert [result.optuna_number for result in kept] == [0, 0, 0]
    assert without_seconds(kept[0]) == without_seconds(kept[1]) == without_seconds(kept[2])


def test_an_epoch_saved_but_not_reported_is_reported_later(tmp_path, run, monkeypatch):
    def die(self, progress, plan):
        if progress.epoch == EPOCHS:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(trial._Watch, "__call__", die)
        run()
    assert stored(tmp_path)[0].intermediate_values == {}
    assert run().resumed == 1
    reported = stored(tmp_path)[0].intermediate_values
    assert list(reported) == [1, 2, 3]
    assert list(reported.values()) == sorted(reported.values())


def test_a_trial_below_the_median_is_pruned(tmp_path, run, monkeypatch):
    monkeypatch.setattr(storage, "UNPRUNED_TRIALS", 1)
    rates = iter([0.01, 1e-30, 1e-30])
    real = trial._suggest

    def suggest(its, setting, sweep):
        return real(its, setting, sweep) if setting != "learning_rate" else next(rates)

    monkeypatch.setattr(trial, "_suggest", suggest)
    plan = settings(epochs=8)
    good, bad = run(0, plan), run(1, plan)
    assert (good.state, bad.state) == ("complete", "pruned")
    assert 2 <= bad.epochs < 8
    assert bad.val_top1 < good.val_top1
    assert stored(tmp_path)[1].state == TrialState.PRUNED
    forbid_training(monkeypatch)
    assert run(1, plan) == bad


def test_a_whole_trial_is_not_pruned(run, monkeypatch):
    monkeypatch.setattr(optuna.Trial, "should_prune", lambda its: its.number == 0)
    assert run(0, settings(epochs=1)).state == "complete"
    stalls = settings(epochs=3, learning_rate=1e-30, patience=1, space=ONLY_MOMENTUM)
    monkeypatch.setattr(optuna.Trial, "should_prune", lambda its: len(its_epochs(its)) > 1)
    found = run(1, stalls)
    assert (found.state, found.epochs) == ("complete", 2)


ONLY_MOMENTUM = {"momentum": Range(low=0.5, high=0.9)}


def its_epochs(its):
    return its.study.trials[its.number].intermediate_values


def test_a_diverging_trial_ends_without_figures_and_the_sweep_goes_on(tmp_path, run, caplog):
    plan = settings(optimizer="sgd", space={"learning_rate": Range(low=1e30, high=1e31)})
    found = run(0, plan)
    assert (found.state, found.epochs, found.best_epoch) == ("diverged", 0, None)
    assert found.val_top1 is None and found.val_loss is None
    (kept,) = stored(tmp_path)
    assert (kept.state, kept.value) == (TrialState.PRUNED, None)
    assert "the training loss is nan in epoch 1" in caplog.text
    assert run(1, plan).optuna_number == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sweep": None}, "the settings have no sweep"),
        ({"teacher": "m-1"}, "the run m-1, which is not given"),
        ({"worst_classes": 1, "ranked_by": "m-1"}, "label quality, which is not given"),
        ({"model": "timm/resnetv2_50"}, "center: the model does not end in a linear layer"),
    ],
)
def test_what_does_not_suit_is_an_error_and_no_divergence(tmp_path, run, changes, message):
    plan = settings(loss="center", space=ONLY_MOMENTUM).model_copy(
        update=changes | {"image_size": 32}
    )
    with pytest.raises(UserError, match=message):
        run(0, plan)


def test_test_images_have_no_part(tmp_path, run, pack):
    spoilt = (pack.index["split"] == "test").to_numpy()
    images, index = pack.images.copy(), pack.index.copy()
    images[spoilt] = 255 - images[spoilt]
    index.loc[spoilt, "label"] = (index.loc[spoilt, "label"] + 1) % 3
    index.loc[spoilt, "class"] = "d" + index.loc[spoilt, "label"].astype(str)
    changed = Packed(images, index)
    for number in range(2):
        clean, other = run(number), run(number, pack=changed, data=changed.digest())
        assert without_seconds(clean) == without_seconds(other)


def test_a_second_process_with_the_number_waits(tmp_path, run, monkeypatch):
    held = []
    real = trial._claim

    def claim(study, number):
        with (tmp_path / "trial0.lock").open() as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held.append(number)
        return real(study, number)

    monkeypatch.setattr(trial, "_claim", claim)
    run()
    assert held == [0]
