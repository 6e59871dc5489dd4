"""A run's record, from packed images to the files."""

import importlib.util
from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from chrysalis.augment.inputs import to_input
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.data.packed import Packed, open_packed
from chrysalis.engine.classifier import build
from chrysalis.engine.progress import ProgressReport
from chrysalis.engine.run import Context, execute
from chrysalis.engine.setup import select, share_of
from chrysalis.workflow import closure
from tests.engine.loop import FP32
from tests.engine.small_run import predictions_of, record_of, settings
from tests.runs import write_job

FILES = {"model.safetensors", "history.csv", "predictions.parquet", "run.json"}


def test_the_record_is_complete(run, pack):
    plan = settings(seed=4)
    folder = run(plan, pack)
    assert {path.name for path in folder.iterdir()} == FILES
    assert not list(folder.parent.glob("checkpoint.pt*"))
    found = record_of(folder)
    assert RunSettings.model_validate(found["settings"]) == plan
    assert found["classes"] == ["d0", "d1", "d2"]
    assert found["images"] == {"train": 24, "val": 12, "test": 12}
    # Two convolutions, then 20 x 1 x 1 features, 128 units and 3 classes.
    assert found["parameters"] == (75 + 1) * 10 + (250 + 1) * 20 + (20 + 1) * 128 + (128 + 1) * 3
    assert (found["epochs_run"], found["stopped_early"], found["resumed"]) == (2, False, 0)
    assert (found["code_hash"], found["data_hash"]) == ("c0de", "da7a")
    assert found["versions"]["torch"] == torch.__version__
    assert found["versions"].keys() == {"python", "torch", "numpy", "pillow"}
    assert (found["precision"], found["threads"]) == ("fp32", 1)
    assert found["device"].startswith("cpu (")
    assert 0 < found["training_seconds"] < found["seconds"]
    assert found["peak_memory_mb"] > 1
    assert found["train_loss"] > 0
    assert found["train_top1"] in np.arange(25) / 24

    history = pd.read_csv(folder / "history.csv")
    assert history.columns.tolist() == [
        *("epoch", "train_loss", "train_top1", "val_loss", "val_top1"),
        *("learning_rate", "seconds", "images_per_second", "val_top1_half"),
    ]
    assert history["epoch"].tolist() == [1, 2]
    best = history.iloc[found["best_epoch"] - 1]
    assert best["val_top1"] == found["best_val_top1"] == history["val_top1"].max()


def test_predictions_are_a_forward_pass_of_the_saved_model(run, pack):
    folder = run(settings(), pack)
    weights = load_file(folder / "model.safetensors")
    model = build("mynet", 3, 16, {})
    model.load_state_dict(weights)
    table = predictions_of(folder)
    assert table.columns.tolist() == [
        *("split", "row", "path", "label", "logit_0", "logit_1", "logit_2")
    ]
    for name in ("val", "test"):
        part = table[table["split"] == name]
        rows = np.flatnonzero(pack.index["split"] == name)
        assert part["row"].tolist() == rows.tolist()
        assert part["path"].tolist() == pack.index["path"][rows].tolist()
        assert part["label"].tolist() == pack.index["label"][rows].tolist()
        pixels = torch.from_numpy(pack.images[rows]).permute(0, 3, 1, 2)
        with torch.no_grad():
            logits = model.eval()(to_input(pixels, 16))
        np.testing.assert_allclose(part.iloc[:, 4:], logits, rtol=1e-5, atol=1e-6)
        assert len(part) == 12
    assert set(table["split"]) == {"val", "test"}
    # The validation figures of the history are those of the saved weights.
    val = table[table["split"] == "val"]
    right = val.iloc[:, 4:].to_numpy().argmax(1) == val["label"]
    assert right.mean() == pytest.approx(record_of(folder)["best_val_top1"])


def test_the_normalisation_is_that_of_the_training_images(run, pack):
    weights = load_file(run(settings(), pack) / "model.safetensors")
    pixels = pack.images[(pack.index["split"] == "train").to_numpy()].reshape(-1, 3) / 255
    np.testing.assert_allclose(weights["mean"].flatten(), pixels.mean(0), rtol=1e-5)
    np.testing.assert_allclose(weights["std"].flatten(), pixels.std(0), rtol=1e-5)


def test_training_never_looks_at_the_test_split(run, pack):
    test = (pack.index["split"] == "test").to_numpy()
    images = pack.images.copy()
    images[test] = 255 - images[test]
    index = pack.index.copy()
    names = {0: "d0", 1: "d1", 2: "d2"}
    index.loc[test, "label"] = (index.loc[test, "label"] + 1) % 3
    index.loc[test, "class"] = index.loc[test, "label"].map(names)
    first, second = run(settings(), pack, "clean"), run(settings(), Packed(images, index), "spoilt")
    name = "model.safetensors"
    assert (first / name).read_bytes() == (second / name).read_bytes()
    histories = [pd.read_csv(folder / "history.csv").iloc[:, :6] for folder in (first, second)]
    pd.testing.assert_frame_equal(*histories)
    tables = [predictions_of(folder).set_index("split") for folder in (first, second)]
    pd.testing.assert_frame_equal(*(table.loc["val"] for table in tables))
    assert not np.allclose(*(table.loc["test", "logit_0"] for table in tables))


def test_removed_classes_are_gone_and_labels_count_on(run, pack):
    folder = run(settings(removed_classes=("d0",)), pack)
    found = record_of(folder)
    assert found["classes"] == ["d1", "d2"]
    assert found["images"] == {"train": 16, "val": 8, "test": 8}
    table = predictions_of(folder)
    assert "logit_2" not in table
    of_row = pack.index["class"][table["row"]].tolist()
    assert [found["classes"][label] for label in table["label"]] == of_row
    assert set(of_row) == {"d1", "d2"}


def test_images_of_removed_classes_play_no_part(run, pack):
    gone = (pack.index["class"] == "d0").to_numpy()
    images = pack.images.copy()
    images[gone] = 255 - images[gone]
    folders = [
        run(settings(removed_classes=("d0",)), p, name)
        for name, p in (("clean", pack), ("spoilt", Packed(images, pack.index)))
    ]
    first, second = (load_file(folder / "model.safetensors") for folder in folders)
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(run, pack):
    found = [
        load_file(run(settings(seed=seed), pack, name) / "model.safetensors")
        for name, seed in (("a", 0), ("b", 0), ("c", 1))
    ]
    assert all(torch.equal(found[0][key], found[1][key]) for key in found[0])
    key = "network.classifier.2.weight"
    assert not torch.equal(found[0][key], found[2][key])


def test_the_seed_decides_the_first_weights(run, pack):
    plan = {"augmentation": None, "training": TrainingSettings(epochs=1, learning_rate=1e-30)}
    first, second = (
        load_file(run(settings(seed=seed, **plan), pack, str(seed)) / "model.safetensors")
        for seed in (0, 1)
    )
    key = "network.classifier.0.weight"
    assert not torch.allclose(first[key], second[key])


def test_a_killed_run_leaves_no_record_and_then_ends_the_same(run, pack, monkeypatch):
    whole = run(settings(), pack, "whole")

    def die(self, progress, plan):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ProgressReport, "__call__", die)
        run(settings(), pack, "killed")
    killed = whole.parents[1] / "killed"
    assert not (killed / "train").exists()
    assert (killed / "checkpoint.pt").exists()
    again = run(settings(), pack, "killed")
    name = "model.safetensors"
    assert (again / name).read_bytes() == (whole / name).read_bytes()
    pd.testing.assert_frame_equal(predictions_of(again), predictions_of(whole))
    assert record_of(again)["resumed"] == 1
    assert not (killed / "checkpoint.pt").exists()


@pytest.mark.parametrize("changed", ["settings", "seed", "code", "data"])
def test_a_checkpoint_is_used_only_with_the_same_settings_code_and_data(
    tmp_path, pack, monkeypatch, changed
):
    def run(plan, code, data):
        execute(plan, pack, FP32, tmp_path / "train", Context(tmp_path / "c.pt", code, data))

    def die(self, progress, plan):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ProgressReport, "__call__", die)
        run(settings(), "code", "data")
    plan = settings(
        augmentation=None if changed == "settings" else AugmentationSettings(),
        seed=int(changed == "seed"),
    )
    run(plan, "other" if changed == "code" else "code", "other" if changed == "data" else "data")
    assert record_of(tmp_path / "train")["resumed"] == 0


def test_early_stopping_is_on_record(run, pack):
    plan = settings(training=TrainingSettings(epochs=9, patience=1, learning_rate=1e-30))
    found = record_of(run(plan, pack))
    assert (found["epochs_run"], found["best_epoch"], found["stopped_early"]) == (2, 1, True)


@pytest.fixture
def restore_torch():
    """`Runtime.choose` changes torch's global settings."""
    before = torch.are_deterministic_algorithms_enabled()
    yield
    torch.use_deterministic_algorithms(before)


def test_the_script(tmp_path, pack, restore_torch):
    spec = importlib.util.spec_from_file_location(
        "train_script", Path(__file__).parents[2] / "scripts/train.py"
    )
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    plan = settings(
        training=TrainingSettings(epochs=1, batch_size=8, precision="fp32"), pack_margin=1.5
    )
    paths = write_job(tmp_path, plan, pack)
    images, index = paths.packed(24), paths.index(24)
    script.main(
        Namespace(
            **{"results": tmp_path, "run": plan.name, "seed": 3},
            **{"threads": 1, "resident_mb": 0},
        )
    )
    trained = tmp_path / "runs" / plan.name / "seed3/train"
    found = record_of(trained)
    plan = plan.model_copy(update={"seed": 3})
    assert RunSettings.model_validate(found["settings"]) == plan
    module = closure.model_module(plan.model)
    assert found["code_hash"] == closure.digest(closure.closure(Path(script.__file__), module))
    assert found["data_hash"] == open_packed(images, index).digest()
    for changed in (images, index):
        content = changed.read_bytes()
        changed.write_bytes(content[:-2] + b"1" + content[-1:])
        assert open_packed(images, index).digest() != found["data_hash"]
        changed.write_bytes(content)
    assert len(predictions_of(trained)) == 24
    assert not paths.checkpoint(plan.name, 3).exists()


def test_a_share_trains_on_fewer_images_and_is_tested_on_all(run, pack):
    folder = run(settings(train_share=0.5), pack)
    assert record_of(folder)["images"] == {"train": 12, "val": 12, "test": 12}


def test_a_share_of_val_judges_the_epochs_of_a_reduced_study(run, pack):
    plan = settings(epoch_share=0.25)
    folder = run(plan, pack)
    predicted = pd.read_parquet(folder / "predictions.parquet")
    predicted = predicted[predicted["split"] == "val"].set_index("path")
    assert len(predicted) == 12
    watched = share_of(select(pack, ())[1]["val"], 0.25, plan.seed)
    assert np.bincount(watched.labels).tolist() == [1, 1, 1]
    logits = predicted.loc[pack.index["path"].to_numpy()[watched.rows]].filter(like="logit")
    right = logits.to_numpy().argmax(1) == watched.labels
    assert record_of(folder)["best_val_top1"] == pytest.approx(right.mean())


def test_without_a_val_split_its_images_train_and_test_decides(run, pack):
    folder = run(settings(validate_on="test"), pack)
    assert record_of(folder)["images"] == {"train": 36, "val": 12, "test": 12}
    both = pd.read_parquet(folder / "predictions.parquet")
    val, test = (both[both["split"] == name].drop(columns="split") for name in ("val", "test"))
    pd.testing.assert_frame_equal(val.reset_index(drop=True), test.reset_index(drop=True))
    index = pack.index
    assert set(test["path"]) == set(index.loc[index["split"] == "test", "path"])
    _, splits = select(pack, (), "test")
    assert set(splits["train"].rows).isdisjoint(splits["test"].rows)


def test_weights_and_normalisation_follow_the_settings(run, pack):
    plain = load_file(run(settings(), pack, "plain") / "model.safetensors")
    changed = settings(initialisation="he_uniform", input_statistics="half")
    other = load_file(run(changed, pack, "changed") / "model.safetensors")
    assert other["mean"].flatten().tolist() == [0.5] * 3
    assert plain["mean"].flatten().tolist() != [0.5] * 3
    assert not torch.equal(
        plain["network.features.conv1.weight"], other["network.features.conv1.weight"]
    )
