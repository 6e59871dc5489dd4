"""The three networks of the butterfly study, at the sizes that define them."""

import pytest
import torch
from torch import nn

from chrysalis.models import registry
from chrysalis.models.blocks import BasicBlock, conv_bn_relu, initialise

torch.set_num_threads(1)


def conv(inputs, outputs, kernel):
    """Weights of a convolution without bias, followed by batch normalisation's scale and shift."""
    return inputs * outputs * kernel * kernel + 2 * outputs


def block(inputs, outputs):
    return conv(inputs, outputs, 3) + conv(outputs, outputs, 3)


PARAMETERS = {
    "mynet": (3 * 10 * 5 * 5 + 10) + (10 * 20 * 5 * 5 + 20) + (56180 * 128 + 128) + (128 * 10 + 10),
    "vgg11_small": conv(3, 32, 3)
    + conv(32, 64, 3)
    + (conv(64, 128, 3) + conv(128, 128, 3))
    + (conv(128, 256, 3) + conv(256, 256, 3))
    + (conv(256, 256, 3) + conv(256, 256, 3))
    + (12544 * 512 + 512)
    + (512 * 512 + 512)
    + (512 * 10 + 10),
    "resnet18_small": conv(3, 32, 7)
    + (block(32, 32) + block(32, 32))
    + (block(32, 64) + conv(32, 64, 1) + block(64, 64))
    + (block(64, 128) + conv(64, 128, 1) + block(128, 128))
    + (block(128, 256) + conv(128, 256, 1) + block(256, 256))
    + (256 * 10 + 10),
}

SHAPES = {
    "mynet": {
        "features.conv1": (10, 220, 220),
        "features.pool1": (10, 110, 110),
        "features.conv2": (20, 106, 106),
        "features.pool2": (20, 53, 53),
        "pool": (56180,),
        "classifier.0": (128,),
    },
    "vgg11_small": {
        "features.stage1": (32, 224, 224),
        "features.pool1": (32, 112, 112),
        "features.stage2": (64, 112, 112),
        "features.stage3": (128, 56, 56),
        "features.stage4": (256, 28, 28),
        "features.stage5": (256, 14, 14),
        "features.pool5": (256, 7, 7),
        "pool": (12544,),
        "classifier.0": (512,),
        "classifier.3": (512,),
    },
    "resnet18_small": {
        "features.stem": (32, 112, 112),
        "features.pool": (32, 56, 56),
        "features.stage1": (32, 56, 56),
        "features.stage2": (64, 28, 28),
        "features.stage3": (128, 14, 14),
        "features.stage4": (256, 7, 7),
        "pool": (256,),
    },
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_agree_with_a_hand_count(name):
    model = registry.create(name, 10, 224)
    assert sum(p.numel() for p in model.parameters()) == PARAMETERS[name]


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_within_the_network_at_224_pixels(name):
    model = registry.create(name, 10, 224).eval()
    seen = {}
    for layer in SHAPES[name]:
        model.get_submodule(layer).register_forward_hook(
            lambda module, inputs, output, layer=layer: seen.update({layer: tuple(output.shape)})
        )
    with torch.no_grad():
        assert model(torch.rand(1, 3, 224, 224)).shape == (1, 10)
    assert seen == {layer: (1, *shape) for layer, shape in SHAPES[name].items()}


@pytest.mark.parametrize("name", ["vgg11_small", "resnet18_small"])
def test_dropout_is_an_option(name):
    model = registry.create(name, 10, 32, dropout=0.3)
    assert {m.p for m in model.modules() if isinstance(m, nn.Dropout)} == {0.3}


def test_a_block_adds_its_shortcut_before_the_last_relu():
    same, changed = BasicBlock(4, 4), BasicBlock(4, 6, stride=2)
    for each in (same, changed):
        each.eval()
        nn.init.zeros_(each.residual[1][0].weight)  # the residual branch is now 0
    features = torch.randn(2, 4, 5, 5, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(same(features), features.clamp(min=0), rtol=0, atol=0)
    projection = changed.shortcut[0].weight[:, :, 0, 0]
    expected = torch.einsum("oi,nihw->nohw", projection, features[:, :, ::2, ::2]).clamp(min=0)
    torch.testing.assert_close(changed(features), expected / (1 + 1e-5) ** 0.5)


def test_convolutions_start_with_the_variance_of_he_et_al():
    torch.manual_seed(0)
    model = initialise(nn.Sequential(conv_bn_relu(64, 128), nn.Conv2d(128, 50, 5)))
    for layer in (model[0][0], model[1]):
        variance = 2 / (layer.out_channels * layer.kernel_size[0] ** 2)
        assert layer.weight.var().item() == pytest.approx(variance, rel=0.03)
        assert abs(layer.weight.mean().item()) < 0.02 * variance**0.5
    assert not model[1].bias.any()
