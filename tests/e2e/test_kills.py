"""Killed at a random step ten times in a row, a run still ends with the same weights."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from tests.runs import write_job

TRAIN = Path(__file__).parents[2] / "scripts/train.py"
KILLS = 10
EPOCHS = 12

# Runs scripts/train.py in this very process, which a real SIGKILL ends before the given step.
DIE = """
import os, runpy, signal, sys
from chrysalis.engine import train
script, last, real = sys.argv[1], int(sys.argv.pop(2)), train.train_step
sys.argv = sys.argv[1:]
def train_step(*arguments):
    global last
    if last == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    last -= 1
    return real(*arguments)
train.train_step = train_step
runpy.run_path(script, run_name="__main__")
"""


@pytest.fixture
def start(tmp_path, digits_pack):
    """Trains everything that has a state; `start(folder, step)` is killed before that step."""
    pack = digits_pack(3, 40)
    settings = RunSettings(
        **{"model": "resnet18_small", "image_size": 32, "options": {"dropout": 0.3}},
        augmentation=AugmentationSettings(policy="rand", erase=0.3, mixup=0.2, cutmix=1.0),
        training=TrainingSettings(
            **{"epochs": EPOCHS, "batch_size": 8, "warmup_epochs": 1, "precision": "bf16"},
            **{"optimizer": "nesterov", "loss": "center", "ema_decay": 0.9, "clip_norm": 1.0},
        ),
    )

    def start(folder, step=-1):
        write_job(folder, settings, pack)
        return subprocess.run(
            [
                *(sys.executable, "-c", DIE, TRAIN, str(step)),
                *("--results", folder, "--run", settings.name, "--seed", "0"),
            ],
            env=os.environ | {"CUDA_VISIBLE_DEVICES": ""},
            capture_output=True,
            text=True,
        )

    return start


def test_ten_kills_change_no_bit(tmp_path, start):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert start(whole).returncode == 0
    # Each process gets past an epoch's end (3 steps) now and then, so the kills are spread over
    # the whole training: a random step of those that are left, at most 5.
    draws = random.Random(20)
    steps = [draws.randint(0, 5) for _ in range(KILLS)]
    for number, step in enumerate(steps):
        assert start(killed, step).returncode == -signal.SIGKILL, (number, steps)
        assert not list(killed.rglob("model.safetensors"))
    assert start(killed).returncode == 0
    whole, killed = (next(place.glob("runs/*/seed0/train")) for place in (whole, killed))
    for name in ("model.safetensors", "predictions.parquet"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes(), steps
    record = json.loads((killed / "run.json").read_text())
    assert record["resumed"] >= 5, steps
    assert record["epochs_run"] == EPOCHS
