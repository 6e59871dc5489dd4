"""ResNet50 at 150 px, the size of the scenes."""

import pytest
import torch
from torch import nn

from chrysalis.models import registry


def conv(inputs, outputs, kernel):
    return inputs * outputs * kernel**2 + 2 * outputs


def stage(inputs, width, blocks):
    def block(channels):
        return conv(channels, width, 1) + conv(width, width, 3) + conv(width, 4 * width, 1)

    return block(inputs) + conv(inputs, 4 * width, 1) + (blocks - 1) * block(4 * width)


def test_parameters_agree_with_a_hand_count():
    model = registry.create("resnet50", 6, 150)
    body = conv(3, 64, 7) + stage(64, 64, 3) + stage(256, 128, 4) + stage(512, 256, 6)
    expected = body + stage(1024, 512, 3) + 2048 * 6 + 6
    assert sum(p.numel() for p in model.parameters()) == expected
    assert expected == 25_557_032 - 1000 * 2049 + 6 * 2049  # of ResNet-50 with 1000 classes


def test_sides_of_the_maps_within_the_network():
    model, seen = registry.create("resnet50", 6, 150).eval(), {}
    for layer in ("stem", "pool", "stage1", "stage2", "stage3", "stage4"):
        model.features.get_submodule(layer).register_forward_hook(
            lambda module, inputs, output, layer=layer: seen.update({layer: output.shape[1:]})
        )
    with torch.no_grad():
        assert model(torch.rand(1, 3, 150, 150)).shape == (1, 6)
    assert seen == {
        **{"stem": (64, 75, 75), "pool": (64, 38, 38), "stage1": (256, 38, 38)},
        **{"stage2": (512, 19, 19), "stage3": (1024, 10, 10), "stage4": (2048, 5, 5)},
    }


def test_half_the_width_halves_the_channels_of_each_layer():
    def channels(**options):
        layers = registry.create("resnet50", 6, 64, **options).modules()
        return [layer.out_channels for layer in layers if isinstance(layer, nn.Conv2d)]

    assert channels(width=0.5) == [count // 2 for count in channels()]


def test_dropout_is_an_option():
    model = registry.create("resnet50", 6, 32, dropout=0.4)
    assert [m.p for m in model.modules() if isinstance(m, nn.Dropout)] == [0.4]


@pytest.mark.parametrize("size", [32, 64])
def test_without_batch_normalisation_the_signal_keeps_its_scale(size):
    torch.manual_seed(0)
    model = registry.create("resnet50", 6, size, norm="none")
    assert not any(isinstance(m, nn.BatchNorm2d) for m in model.modules())
    logits = model(torch.rand(4, 3, size, size))
    assert 1e-3 < logits.std() < 30
    nn.functional.cross_entropy(logits, torch.arange(4)).backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())
