"""The networks of the butterfly study, at the size that defines them."""

import pytest
import torch
from torch import nn

from chrysalis.errors import UserError
from chrysalis.models import registry


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
    "mynet_pro": conv(3, 32, 7)
    + conv(32, 64, 5)
    + conv(64, 128, 3)
    + conv(128, 128, 3)
    + (25088 * 256 + 256)
    + (256 * 128 + 128)
    + (128 * 10 + 10),
    "vgg16_small": (conv(3, 32, 3) + conv(32, 32, 3))
    + (conv(32, 64, 3) + conv(64, 64, 3))
    + (conv(64, 128, 3) + 2 * conv(128, 128, 3))
    + (conv(128, 256, 3) + 2 * conv(256, 256, 3))
    + 3 * conv(256, 256, 3)
    + (12544 * 512 + 512)
    + (512 * 512 + 512)
    + (512 * 10 + 10),
    "resnet10_tiny": conv(3, 32, 7)
    + block(32, 32)
    + (block(32, 64) + conv(32, 64, 1))
    + (block(64, 128) + conv(64, 128, 1))
    + (block(128, 256) + conv(128, 256, 1))
    + (256 * 10 + 10),
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
    "mynet_pro": {
        "features.conv1": (32, 112, 112),
        "features.pool1": (32, 56, 56),
        "features.conv2": (64, 56, 56),
        "features.pool2": (64, 28, 28),
        "features.conv3": (128, 28, 28),
        "features.conv4": (128, 28, 28),
        "features.pool4": (128, 14, 14),
        "pool": (25088,),
    },
    "vgg16_small": {
        "features.stage1": (32, 224, 224),
        "features.stage2": (64, 112, 112),
        "features.stage3": (128, 56, 56),
        "features.stage4": (256, 28, 28),
        "features.stage5": (256, 14, 14),
        "pool": (12544,),
    },
    "resnet10_tiny": {
        "features.stem": (32, 112, 112),
        "features.pool": (32, 56, 56),
        "features.stage1": (32, 56, 56),
        "features.stage2": (64, 28, 28),
        "features.stage3": (128, 14, 14),
        "features.stage4": (256, 7, 7),
        "pool": (256,),
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


def test_mynet_pros_dropout_is_that_of_its_source():
    model = registry.create("mynet_pro", 10, 32)
    assert [m.p for m in model.modules() if isinstance(m, nn.Dropout)] == [0.3, 0.2]


NORMALISED = ["mynet_pro", "vgg11_small", "vgg16_small", "resnet18_small", "resnet10_tiny"]
KINDS = {"batch": nn.BatchNorm2d, "layer": nn.GroupNorm, "group": nn.GroupNorm}


@pytest.mark.parametrize("name", NORMALISED)
@pytest.mark.parametrize("norm", ["batch", "layer", "group", "none"])
def test_normalisation_is_an_option(name, norm):
    model = registry.create(name, 10, 32, norm=norm)
    kinds = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d | nn.GroupNorm)]
    convolutions = [m for m in model.modules() if isinstance(m, nn.Conv2d)]
    assert len(kinds) == (0 if norm == "none" else len(convolutions))
    assert all(isinstance(m, KINDS[norm]) for m in kinds)
    if norm in ("layer", "group"):
        assert {m.num_groups for m in kinds} == {1 if norm == "layer" else 32}
    assert all((m.bias is not None) == (norm == "none") for m in convolutions)
    loss = nn.functional.cross_entropy(model(torch.rand(4, 3, 32, 32)), torch.arange(4))
    loss.backward()
    assert loss.isfinite()


@pytest.mark.parametrize("name", ["mynet", *NORMALISED])
@pytest.mark.parametrize(
    ("activation", "kind"), [("relu", nn.ReLU), ("gelu", nn.GELU), ("silu", nn.SiLU)]
)
def test_activation_is_an_option(name, activation, kind):
    model = registry.create(name, 10, 32, activation=activation)
    found = [type(m) for m in model.modules() if isinstance(m, nn.ReLU | nn.GELU | nn.SiLU)]
    default = registry.create(name, 10, 32)
    assert len(found) == sum(isinstance(m, nn.ReLU) for m in default.modules())
    assert set(found) == {kind}


@pytest.mark.parametrize("option", ["norm", "activation"])
def test_an_unknown_kind_is_an_error_that_names_the_known(option):
    with pytest.raises(UserError, match=f"option {option}: found 'bathc'; allowed: .*none"):
        registry.create("resnet18_small", 10, 32, **{option: "bathc"})
