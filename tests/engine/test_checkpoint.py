"""Checkpoints: whole or not there, and only for the run that wrote them."""

import fcntl
import hashlib
import io
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from chrysalis.config.settings import TrainingSettings
from chrysalis.engine import checkpoint
from chrysalis.engine.checkpoint import Progress
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.state import TrainingState

RUNTIME = Runtime(torch.device("cpu"), "fp32", 1)


def make(seed=0, **plan):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    return TrainingState.create(model, 2, TrainingSettings(learning_rate=0.1, **plan), RUNTIME)


def step(state, seed=0):
    batch = torch.randn(8, 3, generator=torch.Generator().manual_seed(seed))
    targets = torch.eye(2)[torch.arange(8) % 2]
    state.optimizer.zero_grad()
    state.criterion(state.model.train()(batch), targets).backward()
    state.optimizer.step()
    if state.average:
        state.average.update(state.model)


EVERYTHING = {"loss": "center", "ema_decay": 0.5, "optimizer": "rmsprop"}


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


def row(top1, loss):
    return {"val_top1": top1, "val_loss": loss}


@pytest.mark.parametrize("plan", [{}, EVERYTHING], ids=["adamw", "everything"])
def test_what_is_saved_comes_back_exactly(tmp_path, plan):
    path = tmp_path / "checkpoint.pt"
    state = make(**plan)
    progress = Progress("this run")
    step(state)
    progress.note(row(0.5, 1.0), state.evaluated)
    step(state, 1)
    progress.note(row(0.25, 0.5), state.evaluated)
    checkpoint.save(path, progress, state)

    other = make(seed=9, **plan)
    found = checkpoint.load(path, "this run", other)
    assert same(other.model.state_dict(), state.model.state_dict())
    assert (found.epoch, found.best_epoch, found.best_score) == (2, 1, (0.5, -1.0))
    assert found.history == [row(0.5, 1.0), row(0.25, 0.5)]
    assert same(found.best_weights, progress.best_weights)
    assert not same(found.best_weights, state.model.state_dict())
    assert (progress.resumed, found.resumed) == (0, 1)
    # The optimizer's moments, the average and the loss's centers too: both go on alike.
    for each in (state, other):
        step(each, 2)
        step(each, 3)
    assert same(other.model.state_dict(), state.model.state_dict())
    assert same(other.evaluated.state_dict(), state.evaluated.state_dict())
    assert same(other.criterion.state_dict(), state.criterion.state_dict())


def test_a_checkpoint_of_another_run_is_not_used(tmp_path):
    path = tmp_path / "checkpoint.pt"
    state = make()
    step(state)
    checkpoint.save(path, Progress("one run", epoch=3), state)
    other = make(seed=9)
    before = {name: value.clone() for name, value in other.model.state_dict().items()}
    found = checkpoint.load(path, "another run", other)
    assert found == Progress("another run")
    assert same(other.model.state_dict(), before)
    assert not other.optimizer.state


def test_no_checkpoint_is_a_start(tmp_path):
    assert checkpoint.load(tmp_path / "none.pt", "run", make()) == Progress("run")


def test_a_kill_while_writing_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint.pt"
    state = make()
    checkpoint.save(path, Progress("run", epoch=1), state)

    def die(content, file):
        file.write(b"half a checkpoint")
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint.torch, "save", die)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(path, Progress("run", epoch=2), state)
    assert checkpoint.load(path, "run", state).epoch == 1


def test_the_best_epoch_is_that_of_the_highest_top1_then_of_the_lowest_loss():
    model = make().model
    progress = Progress("run")
    rows = [(0.5, 1.0), (0.7, 0.9), (0.7, 0.8), (0.7, 0.8), (0.6, 0.1)]
    expected = [1, 2, 3, 3, 3]
    for number, (values, best) in enumerate(zip(rows, expected, strict=True)):
        nn.init.constant_(model[0].weight, number + 1)
        progress.note(row(*values), model)
        assert progress.best_epoch == best
        assert (progress.best_weights["0.weight"] == best).all()
    assert progress.best_score == (0.7, -0.8)


HOLD = """
import sys
from pathlib import Path
from pathlib import Path
from chrysalis.engine.checkpoint import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_training_of_a_run_waits_for_the_first(tmp_path):
    path = tmp_path / "runs/checkpoint.pt"
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert first.stdout.readline() == "held\n"
        (lock,) = path.parent.iterdir()
        with lock.open("w") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        first.kill()
        first.wait()
        with checkpoint.exclusive(path):
            pass
    finally:
        first.kill()
        first.communicate()


class Evil:
    def __reduce__(self):
        return Path.touch, (Path(self.mark),)

    def __init__(self, mark):
        self.mark = str(mark)


@pytest.mark.parametrize("damage", ["empty", "torn", "flipped", "malicious", "malicious and whole"])
def test_a_damaged_checkpoint_is_set_aside_and_training_starts_again(tmp_path, caplog, damage):
    path, mark = tmp_path / "checkpoint.pt", tmp_path / "unpickled"
    state = make()
    checkpoint.save(path, Progress("run", epoch=1), state)
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 1
    elif damage.startswith("malicious"):
        buffer = io.BytesIO()
        torch.save({"fingerprint": "run", "state": Evil(mark)}, buffer)
        content = bytearray(buffer.getvalue())
        content += hashlib.sha256(content).digest() if "whole" in damage else b""
    else:
        content = content[: len(content) // 2] if damage == "torn" else bytearray()
    path.write_bytes(content)
    before = {name: value.clone() for name, value in state.model.state_dict().items()}
    assert checkpoint.load(path, "run", state) == Progress("run")
    assert same(state.model.state_dict(), before)
    assert "checkpoint.pt is damaged, so this training starts again" in caplog.text
    assert "weights_only" not in caplog.text
    assert [found.name for found in tmp_path.iterdir()] == ["checkpoint.pt.damaged"]
    checkpoint.save(path, Progress("run", epoch=1), state)
    assert checkpoint.load(path, "run", state).epoch == 1
