"""The rewritten network gives the same bits, forwards and backwards."""

import copy

import pytest
import torch
from torch import nn

from chrysalis.engine.classifier import build
from chrysalis.engine.rewrite import pool_before_relu

torch.set_num_threads(1)


def gradients(model, images, labels, precision):
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        logits = model(images)
    nn.functional.cross_entropy(logits.float(), labels).backward()
    return logits, {name: p.grad for name, p in model.named_parameters()}


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_logits_and_gradients_keep_their_bits(precision):
    torch.manual_seed(0)
    model = build("vgg11_small", 3, 32, {"dropout": 0.0}).train()
    other = pool_before_relu(copy.deepcopy(model))
    images = torch.rand(4, 3, 32, 32).round(decimals=1)  # coarse, so that there are ties
    labels = torch.tensor([0, 1, 2, 0])
    (logits, expected), (its, found) = (
        gradients(m, images, labels, precision) for m in (model, other)
    )
    assert torch.equal(logits, its)
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    assert model.state_dict().keys() == other.state_dict().keys()
    assert all(torch.equal(a, b) for a, b in zip(model.buffers(), other.buffers(), strict=True))


def order(network):
    return [type(m).__name__ for m in network.modules() if not list(m.children())]


def test_only_a_relu_right_before_the_pooling_moves():
    nested = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Sequential(nn.BatchNorm2d(4), nn.ReLU()))
    assert order(pool_before_relu(nn.Sequential(nested, nn.MaxPool2d(2), nn.ReLU()))) == [
        *("Conv2d", "BatchNorm2d", "Identity", "MaxPool2d", "ReLU", "ReLU")
    ]
    for untouched in (
        nn.Sequential(nn.ReLU(), nn.AvgPool2d(2)),
        nn.Sequential(nn.GELU(), nn.MaxPool2d(2)),
        nn.Sequential(nn.ReLU(), nn.Conv2d(3, 4, 1), nn.MaxPool2d(2)),
        nn.Sequential(nn.Sequential(), nn.MaxPool2d(2)),
    ):
        before = order(untouched)
        assert order(pool_before_relu(untouched)) == before
