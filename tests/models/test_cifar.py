"""The networks for CIFAR-10, at 32 px: parameters counted by hand, and the places within."""

from itertools import pairwise

import pytest
import torch
import torchvision
from torch import nn

from chrysalis.errors import UserError
from chrysalis.models import registry
from chrysalis.models.cifar import InvertedResidual

CHANNELS = [3, 64, 128, 256, 256, 512, 512, 512, 512]


def conv(inputs, outputs, kernel, norm=True, bias=False):
    return inputs * outputs * kernel**2 + 2 * outputs * norm + outputs * bias


def block(inputs, outputs):
    return conv(inputs, outputs, 3) + conv(outputs, outputs, 3)


def stage(inputs, outputs):
    return block(inputs, outputs) + conv(inputs, outputs, 1) + block(outputs, outputs)


PLAIN = sum(conv(i, o, 3, norm=False, bias=True) for i, o in pairwise(CHANNELS))
LINEAR = 512 * 10 + 10
NORMS = 2 * sum(CHANNELS[1:])
# Around each stage of VGG-A whose channels change; around the last it is the identity.
SHORTCUTS = sum(conv(i, o, 1) for i, o in [(3, 64), (64, 128), (128, 256), (256, 512)])
THREE_STAGES = 2 * block(64, 64) + stage(64, 128) + stage(128, 256)
FOUR_STAGES = THREE_STAGES + stage(256, 512)


def inverted(inputs, outputs, expansion):
    hidden = inputs * expansion
    widen = conv(inputs, hidden, 1) if expansion > 1 else 0
    return widen + (9 * hidden + 2 * hidden) + conv(hidden, outputs, 1)


PARAMETERS = {
    "alexnet_like": (3 * 16 * 49 + 16)
    + (16 * 64 * 25 + 64)
    + (64 * 256 * 9 + 256)
    + (256 * 256 * 9 + 256)
    + (256 * 64 * 9 + 64)
    + (1024 * 256 + 256)
    + (256 * 256 + 256)
    + (256 * 10 + 10),
    "vgg_a": PLAIN + LINEAR,
    "vgg_a_bn": PLAIN + NORMS + LINEAR,
    "vgg_a_gelu": PLAIN + NORMS + LINEAR,
    "vgg_a_residual": PLAIN + NORMS + SHORTCUTS + LINEAR,
    "vgg_a_residual_dropout": PLAIN + NORMS + SHORTCUTS + LINEAR,
    "resnet18_7x7": conv(3, 64, 7) + FOUR_STAGES + LINEAR,
    "resnet18_cifar": conv(3, 64, 3) + FOUR_STAGES + LINEAR,
    "resnet18_3x3x3": conv(3, 64, 3) + 2 * conv(64, 64, 3) + FOUR_STAGES + LINEAR,
    "resnet18_no_layer4": conv(3, 64, 3) + 2 * conv(64, 64, 3) + THREE_STAGES + 256 * 10 + 10,
    "resnet18_one_3x3": conv(3, 64, 3) + THREE_STAGES + 256 * 10 + 10,
    "mobilenet_v2": conv(3, 32, 3)
    + inverted(32, 16, 1)
    + (inverted(16, 24, 6) + inverted(24, 24, 6))
    + (inverted(24, 32, 6) + 2 * inverted(32, 32, 6))
    + (inverted(32, 64, 6) + 3 * inverted(64, 64, 6))
    + (inverted(64, 96, 6) + 2 * inverted(96, 96, 6))
    + (inverted(96, 160, 6) + 2 * inverted(160, 160, 6))
    + inverted(160, 320, 6)
    + conv(320, 1280, 1)
    + (1280 * 10 + 10),
}

# Sides of the maps by layer.
SIDES = {
    "alexnet_like": {"conv1": 32, "conv2": 16, "conv3": 8, "conv5": 8, "pool5": 4},
    "vgg_a_bn": {"stage1": 32, "stage2": 16, "stage3": 8, "stage4": 4, "stage5": 2, "pool5": 1},
    "vgg_a_residual": {"stage1": 32, "stage3": 8, "stage5": 2},
    "resnet18_7x7": {"stem": 8, "stage1": 8, "stage2": 4, "stage3": 2, "stage4": 1},
    "resnet18_cifar": {"stem": 32, "stage1": 32, "stage2": 16, "stage3": 8, "stage4": 4},
    "resnet18_3x3x3": {"stem": 32, "stage1": 32, "stage4": 4},
    "resnet18_no_layer4": {"stem": 32, "stage3": 8},
    "resnet18_one_3x3": {"stem": 32, "stage3": 8},
    "mobilenet_v2": {"stem": 32, "stage2": 32, "stage3": 16, "stage4": 8, "stage6": 4, "head": 4},
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_agree_with_a_hand_count(name):
    model = registry.create(name, 10, 32)
    assert sum(p.numel() for p in model.parameters()) == PARAMETERS[name]


def test_the_counts_that_are_published_elsewhere():
    """VGG-A's of the source is ours with normalisation; ResNet18's and MobileNetV2's are known."""
    assert PARAMETERS["vgg_a_bn"] == 9_231_114
    assert PARAMETERS["resnet18_cifar"] == 11_173_962
    assert PARAMETERS["resnet18_7x7"] == 11_689_512 - 1000 * 513 + 10 * 513
    assert PARAMETERS["mobilenet_v2"] == 3_504_872 - 1000 * 1281 + 10 * 1281


@pytest.mark.parametrize("name", SIDES)
def test_sides_of_the_maps_within_the_network(name):
    model, seen = registry.create(name, 10, 32).eval(), {}
    for layer in SIDES[name]:
        model.features.get_submodule(layer).register_forward_hook(
            lambda module, inputs, output, layer=layer: seen.update({layer: output.shape[2:]})
        )
    with torch.no_grad():
        assert model(torch.rand(1, 3, 32, 32)).shape == (1, 10)
    assert seen == {layer: (side, side) for layer, side in SIDES[name].items()}


def test_alexnet_flattens_1024_values():
    assert registry.create("alexnet_like", 10, 32).classifier[0].in_features == 1024


def test_dropout_where_the_source_has_it():
    def rates(name, **options):
        model = registry.create(name, 10, 32, **options)
        return [m.p for m in model.modules() if isinstance(m, nn.Dropout)]

    assert rates("alexnet_like") == [0.3, 0.3]
    assert rates("vgg_a_residual") == []
    assert rates("vgg_a_residual_dropout") == [0.5]
    assert rates("vgg_a_residual_dropout", dropout=0.2) == [0.2]


@pytest.mark.parametrize("name", sorted(set(PARAMETERS) - {"alexnet_like", "mobilenet_v2"}))
def test_half_the_width_halves_the_channels_of_each_layer(name):
    def channels(**options):
        layers = registry.create(name, 10, 32, **options).modules()
        return [layer.out_channels for layer in layers if isinstance(layer, nn.Conv2d)]

    assert channels(width=0.5) == [count // 2 for count in channels()]


@pytest.mark.parametrize("width", [0.25, 0.5, 0.75, 1.0])
def test_a_narrow_mobilenet_is_torchvisions_but_for_its_head(width):
    def blocks(model):
        layers = [m for m in model.features.modules() if isinstance(m, nn.Conv2d)]
        return [(c.in_channels, c.out_channels, c.groups) for c in layers[:-1]]

    theirs = torchvision.models.mobilenet_v2(width_mult=width)
    assert blocks(registry.create("mobilenet_v2", 10, 32, width=width)) == blocks(theirs)


@pytest.mark.parametrize("width", [0, -0.5, 1.01, float("nan")])
def test_a_width_that_is_no_share_is_refused(width):
    with pytest.raises(UserError, match="option width: found"):
        registry.create("vgg_a", 10, 32, width=width)


def test_xavier_in_the_vgg_family():
    torch.manual_seed(0)
    layer = registry.create("vgg_a", 10, 32).features.stage5[0][0]
    assert layer.weight.var().item() == pytest.approx(2 / (9 * 1024), rel=0.01)


def test_vgg_a_gelu_has_no_relu():
    kinds = {type(m) for m in registry.create("vgg_a_gelu", 10, 32).modules()}
    assert nn.GELU in kinds
    assert nn.ReLU not in kinds


def test_an_inverted_residual_adds_its_input_where_it_can():
    for stride, outputs, adds in ((1, 4, True), (2, 4, False), (1, 6, False)):
        block = InvertedResidual(4, outputs, stride, 6).eval()
        nn.init.zeros_(block.residual[-1][0].weight)
        features = torch.rand(1, 4, 4, 4)
        found = block(features)
        assert torch.equal(found, features if adds else torch.zeros_like(found))
