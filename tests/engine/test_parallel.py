"""A run trained by two processes under torchrun, against the same run trained by one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.engine.batches import Batches
from chrysalis.engine.parallel import ALONE, Group, joined
from chrysalis.errors import UserError
from tests.runs import write_job

TRAIN = Path(__file__).parents[2] / "scripts/train.py"
CPU = torch.device("cpu")


def test_alone_nothing_is_wrapped_and_nothing_is_summed():
    model, value = torch.nn.Linear(2, 2), torch.ones(3)
    assert ALONE.wrap(model) is model
    assert ALONE.sum(value) is value
    assert ALONE.from_first("x") == "x"
    assert ALONE.is_first
    with joined(CPU) as group:
        assert group == ALONE


def test_the_shares_of_a_batch_are_equal_and_make_it_up():
    images = np.arange(11, dtype=np.uint8).reshape(-1, 1, 1, 1).repeat(3, axis=3)
    batches = Batches(images, np.arange(11), np.arange(11), CPU)

    def epoch(group):
        order = torch.Generator().manual_seed(0)
        return [labels.tolist() for _, labels in batches.shuffled(4, order, group)]

    whole, parts = epoch(ALONE), [epoch(Group(rank, 2)) for rank in range(2)]
    for batch, first, second in zip(whole, *parts, strict=True):
        assert len(first) == len(second) == 2
        assert sorted(first + second) == sorted(batch)


def test_more_processes_than_images_is_an_error():
    batches = Batches(np.zeros((3, 1, 1, 3), np.uint8), np.arange(3), np.zeros(3), CPU)
    with pytest.raises(UserError, match="8 processes cannot share batches of 4 images"):
        list(batches.shuffled(4, torch.Generator(), Group(0, 8)))


@pytest.fixture
def run(tmp_path, digits_pack):
    """Trains by scripts/train.py with some processes; returns weights and record."""
    pack = digits_pack(3, 24)

    def run(processes, **training):
        plan = {"epochs": 3, "batch_size": 8, "warmup_epochs": 1, "precision": "fp32", **training}
        settings = RunSettings(
            **{"model": "mynet", "image_size": 16, "pack_margin": 1.5},
            training=TrainingSettings(**plan),
            augmentation=None,
        )
        paths = write_job(tmp_path / f"{processes}", settings, pack)
        torchrun = [
            "-m",
            "torch.distributed.run",
            "--standalone",
            f"--nproc-per-node={processes}",
            "--",
        ]
        subprocess.run(
            [
                *(sys.executable, *(torchrun if processes > 1 else []), TRAIN),
                *("--results", paths.results, "--run", settings.name, "--seed", "0"),
                *("--log", tmp_path / f"{processes}.log"),
            ],
            check=True,
            env=os.environ | {"PYTHONSAFEPATH": "1", "CUDA_VISIBLE_DEVICES": ""},
            capture_output=True,
        )
        output = paths.of_seed(settings.name, 0) / "train"
        weights = load_file(output / "model.safetensors")
        return weights, json.loads((output / "run.json").read_text()), tmp_path / f"{processes}.log"

    return run


def test_two_processes_find_the_weights_that_one_finds(run):
    """Center loss and clipping look at the whole batch, so they take part."""
    training = {"loss": "center", "clip_norm": 0.5, "ema_decay": 0.5}
    (one, record, _), (two, its, log) = run(1, **training), run(2, **training)
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, rtol=1e-3, atol=1e-5)
    assert (record["processes"], its["processes"]) == (1, 2)
    assert its["best_val_top1"] == record["best_val_top1"]
    assert log.read_text().count("epoch 3/3") == 1
