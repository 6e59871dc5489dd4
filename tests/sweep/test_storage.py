"""The shared storage: what a killed writer leaves, and what makes a study another one."""

import fcntl
import signal
import subprocess
import sys
import time

import optuna
import pytest
from optuna.trial import TrialState, create_trial

from chrysalis.config.run import RunSettings
from chrysalis.config.sweep import Range, Sweep
from chrysalis.errors import UserError
from chrysalis.sweep import storage
from chrysalis.sweep.storage import KernelLock, open_study, study_name

# Holds the journal's lock with half a line written, until it is killed.
HOLD = """
import sys, time
from pathlib import Path
from chrysalis.sweep.storage import KernelLock
path = Path(sys.argv[1])
lock = KernelLock(path)
lock.acquire()
with path.open("ab") as file:
    file.write(b'{"op_code":5,"tri')
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def study(tmp_path):
    def study(number=0, name="s", epochs=8):
        return open_study(tmp_path / "deep" / "sweep.log", name, number, epochs)

    return study


def settings(**changes):
    space = {"learning_rate": Range(low=1e-4, high=1e-2, log=True)}
    base = {"model": "mynet", "image_size": 16, "sweep": Sweep(trials=3, space=space)}
    return RunSettings(**base | changes)


def add(study, value, at=(), params=None, distributions=None):
    study.add_trial(
        create_trial(
            value=value,
            intermediate_values=dict(enumerate(at, 1)),
            params=params,
            distributions=distributions,
        )
    )


def test_a_killed_writer_blocks_nobody_and_leaves_no_half_line(tmp_path, study):
    add(study(), 0.5)
    path = tmp_path / "deep" / "sweep.log"
    before = path.read_bytes()
    writer = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE)
    assert writer.stdout.readline() == b"held\n"
    assert path.read_bytes() != before
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    start = time.monotonic()
    add(study(), 0.7)
    assert time.monotonic() - start < 2
    assert path.read_bytes().startswith(before)
    assert [trial.value for trial in study().trials] == [0.5, 0.7]
    assert list(path.parent.iterdir()) == [path]


def test_the_lock_excludes_others_until_it_is_released(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"a\n")
    lock = KernelLock(path)
    assert lock.acquire()
    with path.open() as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lock.release()
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert path.read_bytes() == b"a\n"


def test_a_damaged_file_is_named(tmp_path):
    path = tmp_path / "sweep.log"
    path.write_text("rubbish\nmore\n")
    with pytest.raises(UserError, match=r"sweep\.log: damaged .*remove it"):
        open_study(path, "s", 0, 8)


def test_other_settings_code_or_data_are_another_study(study):
    name = study_name(settings(), "code", "data")
    assert study_name(settings(seed=5), "code", "data") == name
    names = {
        name,
        study_name(settings(crop_pct=1), "code", "data"),
        study_name(settings(), "other", "data"),
        study_name(settings(), "code", "other"),
    }
    assert len(names) == 4
    add(study(name="one"), 0.5)
    assert study(name="two").trials == []
    assert len(study(name="one").trials) == 1


def test_the_first_trials_are_decided_by_their_number(tmp_path):
    def drawn(number, name):
        return open_study(tmp_path / name, "s", number, 8).ask().suggest_float("x", 0, 1)

    first = [drawn(number, f"{number}.log") for number in range(5)]
    # Backwards into one file: what others drew makes no difference.
    assert [drawn(number, "all.log") for number in reversed(range(5))] == first[::-1]
    assert len(set(first)) == 5


def test_later_trials_keep_to_where_it_was_good(study):
    space = optuna.distributions.FloatDistribution(0, 1)
    for step in range(30):
        x = step / 29
        add(study(), 1 - abs(x - 0.8), params={"x": x}, distributions={"x": space})
    found = [study(number).ask().suggest_float("x", 0, 1) for number in range(8)]
    assert sum(0.6 < x < 1 for x in found) >= 6


def test_pruning_waits_for_enough_trials_and_epochs(study):
    def pruned(value, epoch):
        trial = study().ask()
        trial.report(value, epoch)
        ends = trial.should_prune()
        study().tell(trial.number, state=TrialState.PRUNED)
        return ends

    for top1 in (0.1, 0.2, 0.3, 0.4):
        add(study(), top1, [top1] * 8)
    assert not pruned(0.0, 8)
    add(study(), 0.5, [0.5] * 4)  # stopped early
    assert storage.UNPRUNED_TRIALS == 5
    assert not pruned(0.0, 1)  # a quarter of 8 epochs is 2
    assert pruned(0.29, 2)
    assert not pruned(0.3, 2)  # the median of the five
    assert not pruned(0.0, 5)  # which only four have reached
