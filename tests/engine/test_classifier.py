"""The network with the normalisation of its input."""

import numpy as np
import torch
from torch import nn

from chrysalis.engine import classifier
from chrysalis.engine.classifier import Classifier, build, channel_statistics, input_statistics


def test_logits_by_hand():
    network = nn.Sequential(nn.Flatten(), nn.Linear(3, 2, bias=False))
    network[1].weight.data = torch.tensor([[1.0, 0, 0], [0, 1, 10]])
    model = Classifier(network, torch.tensor([0.5, 0.25, 0]), torch.tensor([0.25, 0.5, 1]))
    pixel = torch.tensor([1.0, 0.75, 0.2]).view(1, 3, 1, 1)
    # Normalised: (1 - 0.5) / 0.25 = 2, (0.75 - 0.25) / 0.5 = 1, 0.2.
    torch.testing.assert_close(model(pixel), torch.tensor([[2.0, 3.0]]))
    torch.testing.assert_close(model.normalise(pixel).flatten(), torch.tensor([2.0, 1, 0.2]))


def test_the_normalisation_is_saved_but_not_trained():
    model = build("mynet", 3, 16, {}, (torch.tensor([0.1, 0.2, 0.3]), torch.ones(3)))
    assert model.state_dict()["mean"].flatten().tolist() == torch.tensor([0.1, 0.2, 0.3]).tolist()
    assert not {"mean", "std"} & {name for name, _ in model.named_parameters()}


def test_without_statistics_the_input_is_left_alone():
    model = build("mynet", 3, 16, {})
    images = torch.rand(2, 3, 16, 16)
    assert torch.equal(model.normalise(images), images)


def test_the_global_generator_decides_the_weights():
    weights = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        weights.append(build("mynet", 3, 16, {}).network.features.conv1.weight)
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert weights[0].is_contiguous(memory_format=torch.channels_last)


def test_options_reach_the_network():
    dropouts = [
        module.p
        for module in build("vgg11_small", 3, 32, {"dropout": 0.125}).modules()
        if isinstance(module, nn.Dropout)
    ]
    assert dropouts == [0.125, 0.125]


def test_channel_statistics_are_numpys():
    images = np.random.default_rng(0).integers(0, 256, (30, 5, 5, 3), np.uint8)
    images[..., 1] //= 3
    rows = np.array([3, 8, 1, 29, 14])
    mean, std = channel_statistics(images, rows)
    pixels = images[rows].reshape(-1, 3) / 255
    np.testing.assert_allclose(mean, pixels.mean(0), rtol=1e-6)
    np.testing.assert_allclose(std, pixels.std(0), rtol=1e-6)
    assert mean.dtype == std.dtype == torch.float32


def test_channel_statistics_of_many_images_read_evenly_spaced_ones(monkeypatch):
    monkeypatch.setattr(classifier, "STATISTICS_IMAGES", 3)
    images = np.arange(11, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    mean, std = channel_statistics(images, np.arange(11))
    np.testing.assert_allclose(mean, np.full(3, 5 / 255), rtol=1e-6)
    np.testing.assert_allclose(std, np.full(3, np.std([0, 5, 10]) / 255), rtol=1e-6)


def test_a_channel_without_any_variation_is_not_divided_by_zero():
    images = np.full((4, 3, 3, 3), 51, np.uint8)
    mean, std = channel_statistics(images, np.arange(4))
    np.testing.assert_allclose(mean, [0.2] * 3, rtol=1e-6)
    assert (std == 1e-3).all()


def test_the_input_is_normalised_as_the_setting_says():
    pixels = np.random.default_rng(0).integers(0, 256, (6, 4, 4, 3), dtype=np.uint8)
    rows = np.arange(6)
    mean, std = input_statistics("dataset", pixels, rows)
    np.testing.assert_allclose(mean, (pixels / 255).mean((0, 1, 2)), rtol=1e-5)
    assert [each.tolist() for each in input_statistics("half", pixels, rows)] == [[0.5] * 3] * 2
    assert [each.tolist() for each in input_statistics("none", pixels, rows)] == [
        [0.0] * 3,
        [1] * 3,
    ]
    mean, std = input_statistics("imagenet", pixels, rows)
    assert mean.tolist() == torch.tensor([0.485, 0.456, 0.406]).tolist()
    assert std.tolist() == torch.tensor([0.229, 0.224, 0.225]).tolist()
