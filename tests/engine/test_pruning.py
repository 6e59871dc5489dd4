"""Channels are taken out: which, how many, and that what is left still computes."""

import pytest
import torch
from torch import nn

from chrysalis.engine.classifier import build
from chrysalis.engine.pruning import prune
from chrysalis.errors import UserError


def test_the_channels_with_the_least_weights_go_with_all_that_hangs_on_them():
    first, norm, second = nn.Conv2d(3, 4, 1, bias=False), nn.BatchNorm2d(4), nn.Conv2d(4, 2, 1)
    with torch.no_grad():
        first.weight.copy_(torch.tensor([5.0, 0.1, 7.0, 0.2]).view(4, 1, 1, 1).expand(4, 3, 1, 1))
        second.weight.fill_(1.0)
    head = nn.Linear(2, 3)
    network = nn.Sequential(first, norm, second, nn.AdaptiveAvgPool2d(1), nn.Flatten(), head)
    prune(network, 8, 0.5)
    assert first.weight[:, 0, 0, 0].tolist() == [5.0, 7.0]
    assert norm.weight.shape == (2,)
    assert second.weight.shape == (1, 2, 1, 1)
    assert head.weight.shape == (3, 1)


@pytest.mark.parametrize("model", ["resnet18_small", "vgg11_small", "mynet", "resnet10_tiny"])
def test_share_and_architecture_alone_decide_the_shape(model):
    torch.manual_seed(1)
    one, other = (prune(build(model, 5, 32, {}), 32, 0.5) for _ in range(2))
    whole = sum(p.numel() for p in build(model, 5, 32, {}).parameters())
    left = sum(p.numel() for p in one.parameters())
    # Half the inputs and half the outputs of each layer but the first and the last.
    assert left / whole == pytest.approx(0.25, abs=0.06)
    other.load_state_dict(one.state_dict())
    images = torch.rand(2, 3, 32, 32)
    assert one.eval()(images).shape == (2, 5)
    torch.testing.assert_close(one(images), other.eval()(images))


def test_more_is_less_and_nothing_else_changes():
    sizes = []
    for share in (0.25, 0.5, 0.75, 0.9):
        model = build("resnet18_small", 5, 32, {}).train()
        pruned = prune(model, 32, share)
        assert pruned is model
        assert pruned.training
        sizes.append(sum(p.numel() for p in model.parameters()))
    assert sizes == sorted(sizes, reverse=True)


def test_a_network_without_a_last_linear_layer_is_refused():
    with pytest.raises(UserError, match="does not end in a linear layer"):
        prune(nn.Sequential(nn.Conv2d(3, 4, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()), 8, 0.5)
