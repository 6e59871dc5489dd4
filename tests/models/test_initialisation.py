"""Schemes of initialisation, against their definitions."""

from typing import get_args

import pytest
import torch
from torch import nn

from chrysalis.config.run import Initialisation
from chrysalis.models.initialisation import SCHEMES, draw_weights
from chrysalis.models.registry import create

FAN_IN, FAN_OUT = 64 * 9, 128 * 9
VARIANCES = {
    "he_normal": 2 / FAN_IN,
    "he_uniform": 2 / FAN_IN,
    "xavier_normal": 2 / (FAN_IN + FAN_OUT),
    "xavier_uniform": 2 / (FAN_IN + FAN_OUT),
}


def test_the_configuration_knows_them():
    assert set(get_args(get_args(Initialisation)[0])) == {"model", *SCHEMES}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_variance_is_that_of_the_source(scheme):
    torch.manual_seed(0)
    layer = draw_weights(nn.Conv2d(64, 128, 3), scheme)
    assert layer.weight.var().item() == pytest.approx(VARIANCES[scheme], rel=0.02)
    assert not layer.bias.any()
    largest = layer.weight.abs().max().item() / VARIANCES[scheme] ** 0.5
    assert (largest < 3**0.5 + 1e-6) == scheme.endswith("uniform")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_weight_is_drawn_anew(scheme):
    torch.manual_seed(0)
    network = create("alexnet_like", 10, 32)
    before = {name: value.clone() for name, value in network.named_parameters()}
    draw_weights(network, scheme)
    assert all(
        not torch.equal(value, before[name])
        for name, value in network.named_parameters()
        if name.endswith("weight")
    )
    assert all(not p.any() for name, p in network.named_parameters() if name.endswith("bias"))


def test_a_residual_branch_without_normalisation_still_starts_at_0():
    network = draw_weights(create("resnet50", 3, 32, norm="none"), "he_normal")
    blocks = [m for m in network.modules() if hasattr(m, "starts_at_zero")]
    assert blocks
    assert not any(block.last_convolution.weight.any() for block in blocks)
