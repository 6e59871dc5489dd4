"""The common loop and Lightning do what a user's own would."""

import copy

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, TensorDataset
from torchvision import transforms

from benchmarks import peers, pictures
from benchmarks.lightning_module import fit
from chrysalis.config.settings import AugmentationSettings
from chrysalis.models import registry


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    pictures.draw(folder, 20, width=40, height=32)
    return folder


def plan(folder, **changes):
    told = {"model": "mynet", "size": 16, "batch_size": 4, "workers": 0, "warmup": 1}
    return peers.Plan(folder, **(told | changes))


def test_the_transforms_have_our_settings():
    crop, flip, rotation, jitter, _, _ = peers.transform(16, AugmentationSettings()).transforms
    assert (crop.size, tuple(crop.scale)) == ((16, 16), (0.35, 1.0))
    assert tuple(crop.ratio) == (3 / 4, 4 / 3)
    assert flip.p == 0.5
    assert rotation.degrees == [-15.0, 15.0]
    assert (jitter.brightness, jitter.contrast, jitter.saturation) == ((0.8, 1.2),) * 3
    assert jitter.hue == (-0.02, 0.02)


def test_images_in_memory_are_the_files_resized(folder):
    files, memory = peers.dataset(plan(folder)), peers.dataset(plan(folder, cache_size=24))
    assert len(files) == len(memory) == 20
    files.transform = memory.transform = transforms.PILToTensor()
    for row in (0, 7, 19):
        with Image.open(files.samples[row][0]) as image:
            expected = np.asarray(image.resize((24, 24), Image.Resampling.BICUBIC))
        pixels, label = memory[row]
        np.testing.assert_array_equal(pixels.permute(1, 2, 0).numpy(), expected)
        assert label == files[row][1]


@pytest.mark.parametrize("cache_size", [0, 24])
def test_the_common_loop_sees_every_full_batch_once(folder, cache_size):
    epoch = peers.common_loop(plan(folder, batch_size=6, cache_size=cache_size))
    assert epoch.images == 18
    assert 0 < epoch.waiting < epoch.seconds


def test_the_warm_up_is_the_first_steps(folder):
    few, whole = peers.loaders(plan(folder, warmup=2), peers.dataset(plan(folder)))
    assert (len(few), len(whole)) == (2, 5)


@pytest.mark.parametrize("tuned", [False, True])
def test_lightning_trains_as_a_hand_written_step_does(tuned):
    torch.manual_seed(0)
    images, labels = torch.rand(8, 3, 16, 16), torch.arange(8) % 3
    model = registry.create("mynet", 3, 16)
    expected = copy.deepcopy(model)
    epoch = fit(model, DataLoader(TensorDataset(images, labels), batch_size=4), tuned)
    optimizer = torch.optim.AdamW(expected.parameters(), lr=1e-3)
    for part, answers in zip(images.split(4), labels.split(4), strict=True):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=tuned):
            loss = torch.nn.functional.cross_entropy(expected(part), answers)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert epoch.images == 8
    assert epoch.seconds > 0
    # bf16 rounds differently in another memory layout; AdamW's first steps are of the rate's size.
    tolerance = 2e-3 if tuned else 1e-6
    for value, wanted in zip(model.parameters(), expected.parameters(), strict=True):
        torch.testing.assert_close(value, wanted, rtol=0, atol=tolerance)


def test_lightnings_arm_sees_every_full_batch_once(folder):
    assert peers.lightning(plan(folder, batch_size=6), tuned=False).images == 18
