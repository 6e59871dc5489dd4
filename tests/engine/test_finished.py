"""A finished record that Snakemake lost is taken; another training's, or a damaged one, is not."""

import json
import shutil

import pytest
import torch

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.engine import finished
from chrysalis.engine import run as run_module
from chrysalis.engine.run import Context, execute
from chrysalis.engine.runtime import Runtime
from chrysalis.errors import UserError

FP32 = Runtime(torch.device("cpu"), "fp32", 1)
FILES = ("model.safetensors", "history.csv", "predictions.parquet", "run.json")


@pytest.fixture
def job(tmp_path, digits_pack, monkeypatch):
    """Runs the job of a tiny training; after the first, one that trains fails."""
    pack, output = digits_pack(3, 16), tmp_path / "train"

    def job(code="c0de", epochs=1, may_train=False):
        plan = RunSettings(
            model="mynet",
            image_size=16,
            training=TrainingSettings(epochs=epochs, batch_size=8, warmup_epochs=0),
        )
        with monkeypatch.context() as patch:
            if not may_train:
                patch.setattr(run_module, "train", refuse)
            execute(plan, pack, FP32, output, Context(tmp_path / "seed0.pt", code, "da7a"))
        return {name: (output / name).read_bytes() for name in FILES}

    def refuse(*_):
        raise UserError("it trains")

    return job


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "seed0.finished"


def test_the_record_is_taken_as_it_was(job, tmp_path, kept):
    first = job(may_train=True)
    assert not (tmp_path / "seed0.pt").exists()
    assert {path.name for path in kept.iterdir()} == set(FILES)
    # Linked, so it takes no space.
    assert (kept / "model.safetensors").stat().st_nlink == 2
    shutil.rmtree(tmp_path / "train")
    assert job() == first
    # Also a second time, and if only a part is gone.
    (tmp_path / "train/run.json").unlink()
    assert job() == first


@pytest.mark.parametrize("changes", [{"code": "0ther"}, {"epochs": 2}])
def test_another_trainings_is_not(job, changes):
    job(may_train=True)
    with pytest.raises(UserError, match="it trains"):
        job(**changes)


def test_nor_one_of_other_processes(job, kept):
    job(may_train=True)
    record = json.loads((kept / "run.json").read_text())
    (kept / "run.json").unlink()
    (kept / "run.json").write_text(json.dumps(record | {"processes": 2}))
    with pytest.raises(UserError, match="it trains"):
        job()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("fault", ["gone", "flipped"])
def test_nor_a_damaged_one(job, kept, name, fault):
    job(may_train=True)
    content = bytearray((kept / name).read_bytes())
    (kept / name).unlink()
    if fault == "flipped":
        content[0] ^= 1
        (kept / name).write_bytes(content)
    with pytest.raises(UserError, match="it trains"):
        job()


def test_without_links_files_are_copied(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("no links here")

    monkeypatch.setattr(finished.os, "link", refuse)
    (tmp_path / "train").mkdir()
    for name in ("a", "run.json"):
        (tmp_path / "train" / name).write_text(name)
    finished.keep(tmp_path / "train", ("a",), tmp_path / "kept")
    assert (tmp_path / "kept/a").read_text() == "a"
    assert (tmp_path / "kept/run.json").read_text() == "run.json"
