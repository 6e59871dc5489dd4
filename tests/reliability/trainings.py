"""What may happen to a training and its record."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import threading
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import torch

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.data.packed import Packed
from chrysalis.engine import checkpoint, finished
from chrysalis.engine.earlier import Earlier
from chrysalis.engine.run import Context, execute
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.trained import load_trained
from chrysalis.records import predictions
from chrysalis.records.training import RunRecord
from chrysalis.sweep.storage import open_study
from tests.reliability.catalogue import fault
from tests.reliability.damage import (
    Killed,
    cut,
    flip,
    refused,
)

RUNTIME = Runtime(torch.device("cpu"), "fp32", 1)
OUTPUT = Path("run/train")
CHECKPOINT = Path("checkpoints/run.pt")


def plan(**changes: object) -> RunSettings:
    """Settings of a training of three epochs that takes a moment."""
    training = TrainingSettings.model_validate(
        {"epochs": 3, "batch_size": 8, "warmup_epochs": 0, "precision": "fp32"} | changes
    )
    return RunSettings(model="mynet", image_size=16, augmentation=None, training=training)


def pack() -> Packed:
    """48 noisy squares of three colours."""
    splits = (["train"] * 8 + ["val"] * 4 + ["test"] * 4) * 3
    labels = np.repeat([0, 1, 2], 16)
    noise = np.random.default_rng(0).integers(0, 120, (48, 21, 21, 3), dtype=np.uint8)
    noise[np.arange(48), :, :, labels] += 100
    names = [f"{label}/{row}.png" for row, label in enumerate(labels)]
    index = pd.DataFrame(
        {"path": names, "class": labels.astype(str), "label": labels, "split": splits}
    )
    return Packed(noise, index)


def train(output: Path = OUTPUT, killed_at: int = 0, **changes: object) -> Path:
    """Train to the end, or until so many epochs are done; returns the folder of the record.

    What an earlier one has finished counts as accepted by Snakemake.
    """
    shutil.rmtree(finished.place(CHECKPOINT), ignore_errors=True)

    def report(_: object, progress: checkpoint.Progress, __: object) -> None:
        if progress.epoch == killed_at:
            raise Killed

    torch.set_num_threads(1)
    with mock.patch("chrysalis.engine.run.ProgressReport.__call__", report):
        execute(plan(**changes), pack(), RUNTIME, output, Context(CHECKPOINT, "code", "data"))
    return output


def weights(folder: Path) -> bytes:
    """The bytes of a training's weights."""
    return (folder / "model.safetensors").read_bytes()


@fault(
    "A training is killed after an epoch",
    "It goes on after that epoch and ends with the same weights, bit for bit.",
    "the epoch that was running",
)
def _() -> None:
    expected = weights(train(Path("whole")))
    with pytest.raises(Killed):
        train(killed_at=2)
    assert weights(train()) == expected
    assert RunRecord.read(OUTPUT / "run.json").resumed == 1


@fault(
    "A cluster ends the job of a training after its last epoch, and its files are deleted",
    "The same command takes the record that was finished.",
)
def _() -> None:
    expected = weights(train())
    shutil.rmtree(OUTPUT)
    context = Context(CHECKPOINT, "code", "data")
    with mock.patch("chrysalis.engine.run.train", side_effect=AssertionError("it trains again")):
        execute(plan(), pack(), RUNTIME, OUTPUT, context)
    assert weights(OUTPUT) == expected


@fault(
    "A checkpoint is torn, empty, or has a flipped bit",
    "It is set aside with a warning, and the training starts again, to the same weights.",
    "the epochs of that training",
)
def _() -> None:
    expected = weights(train(Path("whole")))
    for damage in (cut, flip, lambda path: path.write_bytes(b"")):
        with pytest.raises(Killed):
            train(killed_at=2)
        damage(CHECKPOINT)
        assert weights(train()) == expected
        assert CHECKPOINT.with_name("run.pt.damaged").exists()
        shutil.rmtree(OUTPUT)


@fault(
    "A checkpoint holds a malicious pickle",
    "It is never unpickled. It is set aside, and the training starts again.",
)
def _() -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return os.mkdir, ("evil",)

    buffer = io.BytesIO()
    torch.save({"fingerprint": "x", "state": Evil()}, buffer)
    CHECKPOINT.parent.mkdir()
    for end in (b"", hashlib.sha256(buffer.getvalue()).digest()):
        CHECKPOINT.write_bytes(buffer.getvalue() + end)
        train(epochs=1)
        assert CHECKPOINT.with_name("run.pt.damaged").exists()
    assert not Path("evil").exists()


@fault(
    "A training diverges (a learning rate of 1e9)",
    "It ends there with a warning. Its record says in which epoch, and holds the best weights "
    "before that, which are finite, as are its predictions.",
)
def _() -> None:
    for precision in ("fp32", "bf16"):
        train(learning_rate=1e9, epochs=1, precision=precision, optimizer="sgd", momentum=0)
        assert RunRecord.read(OUTPUT / "run.json").diverged_at == 1
        state = load_trained(OUTPUT).model.state_dict().values()
        assert all(torch.isfinite(value).all() for value in state)
        assert np.isfinite(predictions.read(OUTPUT, "test").logits).all()


@fault(
    "A bit of `model.safetensors` flips",
    "Its reader notices by the hash in `run.json` and sets it aside; the same command trains that "
    "run again, to the same weights.",
    "the time of that training",
)
def _() -> None:
    expected = weights(train())
    flip(OUTPUT / "model.safetensors", 0.9)
    with refused("its content is not what was written", OUTPUT / "model.safetensors"):
        load_trained(OUTPUT)
    assert weights(train()) == expected
    load_trained(OUTPUT)


@fault(
    "`predictions.parquet` is cut short",
    "As above: it is set aside, and made again.",
    "the time of that training",
)
def _() -> None:
    train()
    cut(OUTPUT / "predictions.parquet")
    with refused("bytes, and .* were written", OUTPUT / "predictions.parquet"):
        predictions.read(OUTPUT, "test")
    train()
    assert len(predictions.read(OUTPUT, "test").labels) == 12


@fault(
    "`run.json` is damaged",
    "As above: it is set aside, and made again.",
    "the time of that training",
)
def _() -> None:
    train()
    for damage in (cut, lambda path: path.write_bytes(b"\xff\xfe"), lambda path: cut(path)):
        damage(OUTPUT / "run.json")
        with refused("run.json: damaged", OUTPUT / "run.json"):
            load_trained(OUTPUT)
        train()


@fault(
    "The result of a sweep, or the table of label quality, is damaged",
    "The training that needs it sets it aside and says so; the same command makes it again.",
)
def _() -> None:
    sweep, quality = Path("best.json"), Path("label_quality.csv")
    sweep.write_text('{"training": {"learning')
    quality.write_bytes(b"rank,class\n1,\xff\n")
    searched = {"trials": 2, "space": {"learning_rate": {"low": 1e-4, "high": 1e-2}}}
    swept = RunSettings.model_validate(plan().model_dump() | {"sweep": searched})
    with refused("best.json: damaged", sweep):
        Earlier(sweep=sweep).settle(swept)
    ranked = plan().model_copy(update={"worst_classes": 1, "ranked_by": "mynet-1"})
    with refused("label_quality.csv: damaged", quality):
        Earlier(label_quality=quality).settle(ranked)


@fault(
    "A trial of a sweep is killed while it writes to their journal",
    "The next one removes the unfinished line and goes on.",
)
def _() -> None:
    journal = Path("sweep.log")
    study = open_study(journal, "name", 0, 3)
    study.ask()
    with journal.open("ab") as file:
        file.write(b'{"op_code": 4, "worker')
    study = open_study(journal, "name", 1, 3)
    assert len(study.get_trials()) == 1
    study.ask()
    assert journal.read_bytes().endswith(b"\n")


@fault(
    "A second training of the same run starts while the first is at it",
    "It waits until the first has ended.",
)
def _() -> None:
    first, order = threading.Event(), []

    def second() -> None:
        first.wait()
        with checkpoint.exclusive(CHECKPOINT):
            order.append("second")

    other = threading.Thread(target=second)
    other.start()
    with checkpoint.exclusive(CHECKPOINT):
        first.set()
        other.join(0.2)
        order.append("first")
    other.join()
    assert order == ["first", "second"]
