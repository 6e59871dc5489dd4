"""From a trained run to the record of its exported network."""

import dataclasses
import importlib.util
import json
import shutil
from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.engine.run import Context, execute
from chrysalis.engine.runtime import Runtime
from chrysalis.errors import UserError
from chrysalis.export import record
from chrysalis.export.record import export
from tests.runs import write_job

FP32 = Runtime(torch.device("cpu"), "fp32", 1)


@pytest.fixture(autouse=True)
def quick_and_restored(monkeypatch):
    """Few timings; `Runtime.choose` changes torch's global settings."""
    monkeypatch.setattr("chrysalis.engine.cost.LEAST_SECONDS", 0.0)
    before = torch.are_deterministic_algorithms_enabled()
    yield
    torch.use_deterministic_algorithms(before)


@pytest.fixture
def pack(digits_pack):
    return digits_pack(4, 24)


@pytest.fixture
def trained(tmp_path, pack):
    """Train a run; returns the folder of its record."""

    def trained(**changes):
        plan = {"epochs": 2, "batch_size": 8, "warmup_epochs": 1} | changes.pop("training", {})
        settings = RunSettings(
            model="mynet", image_size=16, training=TrainingSettings(**plan), **changes
        )
        output = tmp_path / "run/train"
        execute(settings, pack, FP32, output, Context(tmp_path / "checkpoint.pt", "c0de", "da7a"))
        return output

    return trained


def read(folder):
    found = pd.read_parquet(folder / "predictions.parquet")
    return found, found.filter(like="logit_").to_numpy()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"training": {"test_time_flip": True}},
        {"removed_classes": ("d1",)},
        {"crop_pct": 0.6, "train_share": 0.5},
    ],
    ids=str,
)
def test_predictions_of_fp32_are_those_of_training(trained, pack, tmp_path, changes):
    run = trained(**changes)
    export(run, pack, "fp32", tmp_path / "fp32", threads=1)
    (expected, logits), (found, again) = read(run), read(tmp_path / "fp32")
    assert found.dtypes.equals(expected.dtypes)
    names = ["split", "row", "path", "label"]
    pd.testing.assert_frame_equal(found[names], expected[names])
    np.testing.assert_allclose(again, logits, atol=1e-4)
    assert np.ptp(logits) > 0.01


def test_the_records_of_both_precisions(trained, pack, tmp_path):
    run, found = trained(), {}
    trained_record = json.loads((run / "run.json").read_text())
    for precision in ("fp32", "int8"):
        output = tmp_path / precision
        export(run, pack, precision, output, threads=1)
        assert {path.name for path in output.iterdir()} == {
            *("model.onnx", "predictions.parquet", "run.json")
        }
        found[precision] = json.loads((output / "run.json").read_text())
        assert found[precision]["precision"] == precision
        assert found[precision]["bytes"] == (output / "model.onnx").stat().st_size
        assert found[precision]["threads"] == 1
        assert found[precision]["device"].startswith("cpu (")
        assert found[precision]["latency_ms"].keys() == {"1", "64"}
        for latency in found[precision]["latency_ms"].values():
            assert latency.keys() == {"median", "least", "most", "n"}
        assert found[precision]["versions"].keys() >= {"torch", "numpy", "onnxruntime"}
        for name in ("settings", "classes", "parameters"):
            assert found[precision][name] == trained_record[name]
    assert found["int8"]["calibration_images"] == 32
    assert found["fp32"]["calibration_images"] is None
    assert found["int8"]["bytes"] < found["fp32"]["bytes"]
    (_, whole), (_, small) = read(tmp_path / "fp32"), read(tmp_path / "int8")
    assert 0 < np.abs(small - whole).max() < 0.2 * np.ptp(whole)


def test_calibration_sees_training_images_only(trained, pack, tmp_path):
    run = trained()
    poisoned = pack.images.copy()
    poisoned[(pack.index["split"] != "train").to_numpy()] ^= 255
    export(run, pack, "int8", tmp_path / "one", threads=1)
    export(run, dataclasses.replace(pack, images=poisoned), "int8", tmp_path / "two", threads=1)
    one, two = ((tmp_path / name / "model.onnx").read_bytes() for name in ("one", "two"))
    assert one == two
    assert not np.array_equal(read(tmp_path / "one")[1], read(tmp_path / "two")[1])
    export(run, dataclasses.replace(pack, images=~pack.images), "int8", tmp_path / "three", 1)
    assert (tmp_path / "three/model.onnx").read_bytes() != one


def test_calibration_sees_only_what_the_run_was_trained_on(trained, pack, tmp_path, monkeypatch):
    run, seen = trained(train_share=0.25, removed_classes=("d2",)), []
    inputs = record.calibration_inputs
    monkeypatch.setattr(
        record,
        "calibration_inputs",
        lambda images, rows, settings: seen.extend(rows) or inputs(images, rows, settings),
    )
    export(run, pack, "int8", tmp_path / "int8", threads=1)
    chosen = pack.index.iloc[seen]
    assert set(chosen["split"]) == {"train"}
    assert chosen["class"].value_counts().to_dict() == {"d0": 2, "d1": 2, "d3": 2}


def test_a_folder_without_a_finished_run(pack, tmp_path):
    with pytest.raises(UserError, match=r"holds no finished run \(run\.json\)"):
        export(tmp_path / "nowhere", pack, "fp32", tmp_path / "fp32", threads=1)
    assert not (tmp_path / "fp32").exists()


def test_images_of_other_classes(trained, digits_pack, tmp_path):
    with pytest.raises(UserError, match=r"'d3'\] apart, of which the images .* have \['d0', 'd1'"):
        export(trained(), digits_pack(3, 24), "fp32", tmp_path / "fp32", threads=1)


def test_the_script(trained, pack, tmp_path):
    spec = importlib.util.spec_from_file_location(
        "export_script", Path(__file__).parents[2] / "scripts/export.py"
    )
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    run = trained()
    settings = RunSettings.model_validate(json.loads((run / "run.json").read_text())["settings"])
    place = write_job(tmp_path, settings, pack).of_seed(settings.name, 0)
    shutil.copytree(run, place / "train")
    named = {"results": tmp_path, "run": settings.name, "seed": 0}
    script.main(Namespace(**named, precision="int8", threads=1))
    output = place / "export/int8"
    assert json.loads((output / "run.json").read_text())["precision"] == "int8"
    assert read(output)[0]["path"].tolist() == read(run)[0]["path"].tolist()
