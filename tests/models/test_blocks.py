"""Building blocks against cases worked by hand."""

import pytest
import torch
from torch import nn

from chrysalis.models.blocks import (
    basic_block,
    bottleneck,
    conv_block,
    initialise,
    initialise_xavier,
)


def test_a_block_adds_its_shortcut_before_the_last_relu():
    same, changed = basic_block(4, 4), basic_block(4, 6, stride=2)
    for each in (same, changed):
        each.eval()
        nn.init.zeros_(each.residual[1][0].weight)  # the residual branch is now 0
    features = torch.randn(2, 4, 5, 5, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(same(features), features.clamp(min=0), rtol=0, atol=0)
    projection = changed.shortcut[0].weight[:, :, 0, 0]
    expected = torch.einsum("oi,nihw->nohw", projection, features[:, :, ::2, ::2]).clamp(min=0)
    torch.testing.assert_close(changed(features), expected / (1 + 1e-5) ** 0.5)


def test_a_bottleneck_widens_fourfold_and_shrinks_in_its_middle():
    block = bottleneck(8, 4, stride=2)
    assert block(torch.rand(2, 8, 6, 6)).shape == (2, 16, 3, 3)
    convolutions = [layer[0] for layer in block.residual]
    assert [(c.kernel_size[0], c.stride[0]) for c in convolutions] == [(1, 1), (3, 2), (1, 1)]


def test_layer_normalisation_is_over_channels_and_places():
    block = conv_block(3, 6, norm="layer", activation="none")
    found = block(10 * torch.rand(2, 3, 5, 5) + 3)
    assert found.mean((1, 2, 3)).tolist() == pytest.approx([0, 0], abs=1e-5)
    assert found.var((1, 2, 3), correction=0).tolist() == pytest.approx([1, 1], rel=1e-3)


def test_convolutions_start_with_the_variance_of_he_et_al():
    torch.manual_seed(0)
    model = initialise(nn.Sequential(conv_block(64, 128), nn.Conv2d(128, 50, 5)))
    for layer in (model[0][0], model[1]):
        variance = 2 / (layer.out_channels * layer.kernel_size[0] ** 2)
        assert layer.weight.var().item() == pytest.approx(variance, rel=0.03)
        assert abs(layer.weight.mean().item()) < 0.02 * variance**0.5
    assert not model[1].bias.any()


def test_grouped_convolutions_start_with_the_variance_of_what_they_sum():
    torch.manual_seed(0)
    model = initialise(nn.Sequential(nn.Conv2d(512, 512, 3, groups=512)))
    assert model[0].weight.var().item() == pytest.approx(2 / 9, rel=0.06)


def test_xavier_counts_inputs_and_outputs():
    torch.manual_seed(0)
    model = initialise_xavier(nn.Sequential(nn.Conv2d(64, 128, 3), nn.Linear(300, 500)))
    variances = [m.weight.var().item() for m in model]
    assert variances == pytest.approx([2 / (9 * (64 + 128)), 2 / 800], rel=0.03)
    assert not any(m.bias.any() for m in model)


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_without_normalisation_a_residual_branch_starts_at_nothing(norm):
    torch.manual_seed(0)
    block = initialise(nn.Sequential(basic_block(4, 4, norm=norm))).eval()
    features = torch.rand(2, 4, 5, 5)
    assert torch.equal(block(features), features) == (norm == "none")
