"""The rewritten network gives the same bits, forwards and backwards."""

import copy

import pytest
import torch
from torch import nn

from chrysalis.engine.classifier import build
from chrysalis.engine.rewrite import depthwise_in_fp32, for_training, pool_before_relu
from chrysalis.engine.runtime import Runtime


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


def depthwise(channels=4):
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, groups=channels), nn.Conv2d(channels, 2, 1)
    )


def test_depthwise_convolutions_are_computed_in_fp32_and_rounded():
    model, features = depthwise(), torch.rand(2, 4, 6, 6)
    exact = model[0](features.bfloat16().float()).bfloat16()
    keys = list(model.state_dict())
    depthwise_in_fp32(model)
    copied = copy.deepcopy(model)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(model[0](features.bfloat16()), exact)
        assert torch.equal(copied[0](features.bfloat16()), exact)
        assert model[1](exact).dtype == torch.bfloat16
    assert list(model.state_dict()) == keys
    # The copy is one of its own.
    nn.init.zeros_(copied[0].weight)
    nn.init.zeros_(copied[0].bias)
    assert not copied[0](features).any()
    assert model[0](features).any()


@pytest.mark.parametrize(("precision", "rewritten"), [("fp32", False), ("bf16", True)])
def test_only_where_it_helps(precision, rewritten):
    model = for_training(depthwise(), Runtime(torch.device("cpu"), precision, 1))
    assert ["forward" in vars(module) for module in model] == [rewritten, False]
