"""Checkpoints: whole or not there, and only for the run that wrote them."""

import fcntl
import subprocess
import sys

import pytest
import torch
from torch import nn

from chrysalis.engine import checkpoint
from chrysalis.engine.checkpoint import Progress

torch.set_num_threads(1)


def make(seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    return model, torch.optim.AdamW(model.parameters(), lr=0.1)


def step(model, optimizer, seed=0):
    batch = torch.randn(8, 3, generator=torch.Generator().manual_seed(seed))
    optimizer.zero_grad()
    model(batch).square().sum().backward()
    optimizer.step()


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


def row(top1, loss):
    return {"val_top1": top1, "val_loss": loss}


def test_what_is_saved_comes_back_exactly(tmp_path):
    path = tmp_path / "checkpoint.pt"
    model, optimizer = make()
    progress = Progress("this run")
    step(model, optimizer)
    progress.note(row(0.5, 1.0), model)
    step(model, optimizer, 1)
    progress.note(row(0.25, 0.5), model)
    checkpoint.save(path, progress, model, optimizer)

    other, its_optimizer = make(seed=9)
    found = checkpoint.load(path, "this run", other, its_optimizer)
    assert same(other.state_dict(), model.state_dict())
    assert (found.epoch, found.best_epoch, found.best_score) == (2, 1, (0.5, -1.0))
    assert found.history == [row(0.5, 1.0), row(0.25, 0.5)]
    assert same(found.best_weights, progress.best_weights)
    assert not same(found.best_weights, model.state_dict())
    assert (progress.resumed, found.resumed) == (0, 1)
    # The optimiser's moments too: both go on alike.
    for trained, its in ((model, optimizer), (other, its_optimizer)):
        step(trained, its, 2)
    assert same(other.state_dict(), model.state_dict())


def test_a_checkpoint_of_another_run_is_not_used(tmp_path):
    path = tmp_path / "checkpoint.pt"
    model, optimizer = make()
    step(model, optimizer)
    checkpoint.save(path, Progress("one run", epoch=3), model, optimizer)
    other, its_optimizer = make(seed=9)
    before = {name: value.clone() for name, value in other.state_dict().items()}
    found = checkpoint.load(path, "another run", other, its_optimizer)
    assert found == Progress("another run")
    assert same(other.state_dict(), before)
    assert not its_optimizer.state


def test_no_checkpoint_is_a_start(tmp_path):
    assert checkpoint.load(tmp_path / "none.pt", "run", *make()) == Progress("run")


def test_a_kill_while_writing_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint.pt"
    model, optimizer = make()
    checkpoint.save(path, Progress("run", epoch=1), model, optimizer)

    def die(state, file):
        file.write(b"half a checkpoint")
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint.torch, "save", die)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(path, Progress("run", epoch=2), model, optimizer)
    assert checkpoint.load(path, "run", model, optimizer).epoch == 1


def test_the_best_epoch_is_that_of_the_highest_top1_then_of_the_lowest_loss():
    model, _ = make()
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
