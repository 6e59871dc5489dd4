"""The race to 94 % on CIFAR-10."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from benchmarks import pictures, speedrun
from benchmarks.speedrun import Run, peak_flops
from chrysalis.data.packed import open_packed
from chrysalis.errors import UserError


@pytest.fixture
def source(tmp_path):
    for split, count in (("train", 40), ("test", 20)):
        pictures.draw(tmp_path / "source" / split, count, width=32, height=32)
    # The same seed drew the same pictures, which may not be in two splits.
    for path in (tmp_path / "source/train").glob("*/*.jpg"):
        pixels = np.random.default_rng(int(path.stem)).integers(0, 256, (32, 32, 3), np.uint8)
        Image.fromarray(pixels).save(path)
    return tmp_path / "source"


def test_peaks_are_told_by_the_devices_name():
    assert peak_flops("NVIDIA A100-SXM4-40GB") == 312e12
    assert peak_flops("NVIDIA H100 80GB HBM3") == 989e12
    assert peak_flops("NVIDIA H100 PCIe") == 756e12
    assert peak_flops("NVIDIA L4") == 121e12
    assert peak_flops("NVIDIA L40S") == 362e12
    assert peak_flops("the CPU") is None


def test_the_share_of_the_peak_is_flops_by_second():
    # 2 TFLOP a step, 60 steps in 4 s of training: 30 TFLOP/s.
    run = Run(seconds=5.0, training_seconds=4.0, steps=60, flops_per_step=2 * 10**12, top1=0.95)
    assert run.flops_per_second == 30e12
    told = speedrun.text([run], "NVIDIA A100-SXM4-40GB")
    assert "30.00, 9.6 % of 312" in told
    assert "95.00: reached" in told
    worse = Run(5.0, 4.0, 60, 1, 0.92)
    told = speedrun.text([run, worse, worse], "another")
    assert "peak not known" in told
    assert "93.00: not reached" in told


@pytest.mark.usefixtures("in_this_process")
def test_flops_of_a_step_are_counted_by_hand(source, tmp_path):
    packed = speedrun.pack_dataset(source, tmp_path / "pack")
    training = speedrun.ours.Training(speedrun.recipe("mynet", 1, 8, 0.1, 0), packed)
    network = training.state.model.network
    convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    linear = [m for m in network.modules() if isinstance(m, nn.Linear)]
    # 2 FLOPs for each weight at each output place: 28 x 28 and 10 x 10.
    places = [28 * 28, 10 * 10]
    first, second = (
        2 * 8 * m.weight.numel() * place for m, place in zip(convolutions, places, strict=True)
    )
    hidden = sum(2 * 8 * m.weight.numel() for m in linear)
    # Backward: once for the weights and once for the input, but images need no gradient.
    assert speedrun.flops_per_step(training) == 2 * first + 3 * second + 3 * hidden


def test_all_official_training_images_train(source, tmp_path):
    packed = speedrun.pack_dataset(source, tmp_path / "pack")
    index = open_packed(packed / "images.npy", packed / "index.csv").index
    assert index["split"].value_counts().to_dict() == {"train": 40, "test": 20}
    assert (index["class"] == "class" + index["label"].astype(str)).all()


def test_a_source_without_splits_is_told(tmp_path):
    pictures.draw(tmp_path / "plain", 4, width=32, height=32)
    with pytest.raises(UserError, match="train/ and test/"):
        speedrun.pack_dataset(tmp_path / "plain", tmp_path / "pack")
    with pytest.raises(UserError, match="nothing"):
        speedrun.pack_dataset(tmp_path / "nothing", tmp_path / "pack")


def test_without_a_gpu_it_says_so_and_measures_nothing(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    speedrun.main(speedrun.parser().parse_args([]))
    assert "needs a GPU" in capsys.readouterr().out


def test_without_the_images_it_says_so(monkeypatch, capsys):
    monkeypatch.setattr(speedrun, "default_source", lambda: None)
    speedrun.main(speedrun.parser().parse_args(["--toy"]))
    assert "name it with --source" in capsys.readouterr().out


@pytest.mark.usefixtures("in_this_process")
def test_the_toy_goes_through_it_and_is_called_a_toy(saved, source):
    arguments = ["--toy", "--source", str(source), "--model", "mynet", "--epochs", "2"]
    arguments += ["--batch-size", "16", "--repeats", "2"]
    text, data = saved(speedrun, "speedrun", *arguments)
    assert text.startswith("TOY, not a measurement")
    assert "arXiv 2404.00498" in text
    assert len(data) == 2
    for run in data:
        assert run["steps"] == 4
        assert 0 < run["training_seconds"] < run["seconds"]
        assert round(run["top1"] * 20, 6) in range(21)


@pytest.mark.parametrize(
    "name", ["cifar-10-binary.tar.gz", "cifar-10-python.tar.gz", "cifar10_jpeg_full.tar.xz"]
)
def test_the_archive_is_found_where_the_dataset_says(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert speedrun.default_source() is None
    place = tmp_path / "data/raw" / name
    place.parent.mkdir(parents=True)
    place.touch()
    assert speedrun.default_source().resolve() == place
