"""Activations, dead units and gradient ratios of tiny networks, by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from chrysalis.dynamics.layers import gradient_ratios, units_by_layer


def test_units_of_a_convolution_are_its_channels():
    conv = nn.Conv2d(3, 3, 1, bias=True)
    conv.weight.data.zero_()
    conv.weight.data[0, 0] = 1  # the first channel copies red
    conv.bias.data = torch.tensor([0.0, -1.0, 2.0])  # the second is dead, the third is 2
    model = nn.Sequential(conv, nn.ReLU())
    images = torch.zeros(2, 3, 2, 2)
    images[1, 0, 1, 1] = 0.5  # the first is above 0 at one place of one image
    (found,) = units_by_layer(model, images).values()
    values = np.array([*[0.0] * 7, 0.5, *[0.0] * 8, *[2.0] * 8])
    assert found.dead == pytest.approx(1 / 3)
    assert (found.mean, found.sd) == pytest.approx((values.mean(), values.std()))


def test_units_of_a_linear_layer_are_its_values():
    linear = nn.Linear(2, 4, bias=False)
    linear.weight.data = torch.tensor([[1.0, 0], [-1, 0], [0, -1], [-1, -1]])
    model = nn.Sequential(linear, nn.ReLU(inplace=True))
    found = units_by_layer(model, torch.tensor([[1.0, 2.0], [-3.0, 0.0]]))["1"]
    # Rows: 1 0 0 0 and 0 3 0 3: only the third value is never above 0.
    assert found.dead == 0.25
    assert found.mean == pytest.approx(7 / 8)


@pytest.mark.parametrize(("value", "dead"), [(0.0099, 1.0), (0.0101, 0.0), (-0.0101, 0.0)])
def test_a_unit_is_dead_while_its_size_stays_below_a_hundredth(value, dead):
    """Also where GELU puts out small values below 0."""
    model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.GELU())
    weights = torch.linspace(-0.5, 0.5, 200_001)
    place = (nn.functional.gelu(weights) - value).abs().argmin()
    model[0].weight.data = weights[place].view(1, 1)
    assert units_by_layer(model, torch.tensor([[1.0], [0.0]]))["1"].dead == dead


def test_layers_come_in_order_and_the_network_stays_in_training():
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2), nn.SiLU()).train()
    assert list(units_by_layer(model, torch.rand(3, 2))) == ["1", "3"]
    assert model.training
    assert not model[1]._forward_hooks


def test_gradient_ratios_by_hand():
    model = nn.Sequential(nn.Linear(2, 1), nn.Linear(1, 1), nn.BatchNorm1d(1))
    model[0].weight.data = torch.tensor([[3.0, 4.0]])
    model[0].weight.grad = torch.tensor([[0.0, 0.5]])
    model[0].bias.grad = torch.ones(1)
    model[1].weight.data.zero_()
    model[1].weight.grad = torch.ones(1, 1)
    assert gradient_ratios(model) == {"0.weight": pytest.approx(0.1), "1.weight": float("inf")}
