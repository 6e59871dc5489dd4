"""Maps set against each other: which images, classes and layers, against plain counting."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax
from torch import nn

from chrysalis.explain.contrast import LAYERS, between, confused_pairs, contrast
from chrysalis.explain.layers import layers_up_to
from chrysalis.explain.maps import heat_maps
from chrysalis.explain.network import Explained
from chrysalis.models import registry
from chrysalis.records.maps import CONTRASTS
from chrysalis.records.predictions import read

answers = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=40)


@given(answers)
def test_pairs_come_by_their_wrong_answers_either_way(given_answers):
    labels, predicted = np.array(given_answers, int).reshape(-1, 2).T
    pairs = confused_pairs(labels, predicted)

    def errors(pair):
        return sum({own, answer} == set(pair) for own, answer in given_answers if own != answer)

    counts = [errors(pair) for pair in pairs]
    assert counts == sorted(counts, reverse=True)
    assert all(low < high for low, high in pairs)
    assert sum(counts) == sum(own != answer for own, answer in given_answers)


def test_the_image_that_is_likeliest_to_be_of_the_other_class():
    labels = np.array([0, 0, 1, 2])
    chances = np.array([[0.7, 0.2, 0.1], [0.4, 0.5, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]])
    assert list(between(labels, chances, (0, 1))) == [(1, 0, 1), (2, 1, 0)]
    assert list(between(labels[:2], chances[:2], (0, 2))) == [(0, 0, 2)]  # no image of class 2


@pytest.fixture
def made(record, pack):
    return contrast(record, pack)


def test_each_image_of_a_pair_has_a_map_for_both_classes(made, record, pack):
    test = read(record, "test")
    pairs = confused_pairs(test.labels, test.logits.argmax(1))
    rows = [row for row in made.rows if row.figure == "confused"]
    assert rows
    assert all(isinstance(row.confidence, float) for row in rows)
    found = {
        (row.class_, one.target, other.target)
        for row, one, other in zip(rows[::2], rows[::2], rows[1::2], strict=True)
        if row.path == one.path == other.path
    }
    for low, high in pairs[:5]:
        names = test.classes[low], test.classes[high]
        for own, other in (names, names[::-1]):
            if own in {test.classes[label] for label in test.labels}:
                assert (own, own, other) in found
    chances = softmax(test.logits.astype(float), axis=1)
    for row in rows:
        (at,) = np.flatnonzero(test.paths == row.path)
        expected = chances[at, test.classes.index(row.target)]
        assert row.confidence == pytest.approx(expected, abs=1e-4)


def test_maps_are_those_of_their_class_and_layer(made, record, pack):
    explained = Explained.load(record)
    paths = pack.index["path"].tolist()
    for row, image, cam in zip(made.rows, made.images, made.cams, strict=True):
        pixels = pack.images[[paths.index(row.path)]]
        target = torch.tensor([explained.trained.classes.index(row.target)])
        seen, maps = replace(explained, layer=row.layer).over(pixels, target)
        assert np.array_equal(image, seen[0])
        assert np.array_equal(cam, maps[0])
        model = explained.trained.model
        shown = model.normalise(explained.shown(pixels))
        expected = heat_maps(model.network, shown, target, layer=row.layer)["grad_cam"]
        enlarged = nn.functional.interpolate(expected[:, None], maps.shape[-2:], mode="bilinear")
        np.testing.assert_allclose(maps[0], enlarged[0, 0], atol=1e-6)


def test_a_line_of_layers_ends_with_the_explained_one(made):
    rows = [row for row in made.rows if row.figure == "layers"]
    for line in {row.line for row in rows}:
        own = [row for row in rows if row.line == line]
        assert 1 < len(own) <= LAYERS
        assert own[-1].layer == registry.spec("mynet").cam_layer
        assert len({row.layer for row in own}) == len(own)
        assert all(row.target == row.predicted_class for row in own)
        cells = [row.rows * row.columns for row in own]
        assert cells == sorted(cells, reverse=True)


def test_files(made, tmp_path):
    made.write(tmp_path)
    assert CONTRASTS.read(tmp_path / "contrasts.csv") == made.rows
    assert np.load(tmp_path / "images.npy").dtype == np.uint8
    assert len(np.load(tmp_path / "cams.npy")) == len(made.rows)


class Chain(nn.Module):
    """A stem, a block whose last module changes its input in place, a head; with a side road."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.block = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(inplace=True))
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.late = nn.Conv2d(4, 4, 1)
        self.head = nn.Linear(4, 2)

    def forward(self, batch):
        found = self.block(self.stem(batch))
        return self.head(self.late(found * self.squeeze(found)).mean((2, 3)))


def test_layers_with_places_in_the_order_in_which_they_run():
    network, batch = Chain(), torch.zeros(1, 3, 8, 8)
    # The block's convolution, its ReLU and the block itself put out one tensor, changed in place.
    assert layers_up_to(network, batch, "late") == ["stem", "block", "late"]
    assert layers_up_to(network, batch, "block.1") == ["stem", "block.1"]
    assert layers_up_to(network, batch, "stem") == ["stem"]
    assert not any(module._forward_hooks for module in network.modules())
    assert network.training


@pytest.mark.parametrize(
    "name",
    [
        *("resnet10_tiny", "mobilenet_v2", "torchvision/densenet121"),
        *("timm/test_resnet", "timm/vit_tiny_patch16_224"),
    ],
)
def test_nothing_gets_round_a_layer(name):
    """With the output of one of them cut from the graph, no gradient reaches the images."""
    torch.manual_seed(0)
    network = registry.create(name, 3, 64).eval()
    layer = registry.spec(name).cam_layer or network.cam_layer
    found = layers_up_to(network, torch.rand(1, 3, 64, 64), layer)
    modules, explained = dict(network.named_modules()), []
    modules[layer].register_forward_hook(lambda *passed: explained.append(passed[2]))
    assert len(found) >= 3
    assert found[-1] == layer
    for each in found[:-1]:
        handle = modules[each].register_forward_hook(lambda *passed: passed[2].detach())
        images = torch.rand(1, 3, 64, 64, requires_grad=True)
        network(images)
        handle.remove()
        (gradient,) = torch.autograd.grad(explained[-1].sum(), images, allow_unused=True)
        assert gradient is None, each


def test_layers_of_a_transformer_have_maps():
    torch.manual_seed(0)
    network = registry.create("timm/vit_tiny_patch16_224", 3, 64).eval()
    batch = torch.rand(1, 3, 64, 64)
    found = layers_up_to(network, batch, network.cam_layer)
    assert found[-1] == network.cam_layer
    assert len(found) > LAYERS
    for layer in found[:: len(found) // 4]:
        heat_maps(network, batch, layer=layer)
