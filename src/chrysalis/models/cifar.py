"""Networks for images of 32 px, as they are compared on CIFAR-10; all trained from scratch.

Each builder follows the contract of `registry.register`: it returns a module that takes float
images (N, 3, image_size, image_size) and returns logits (N, num_classes). `width` is the share of
each layer's channels that is kept (Howard et al. 2017, "MobileNets", section 3.3).
"""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from torch import Tensor, nn

from chrysalis.models.blocks import (
    Residual,
    basic_block,
    conv_block,
    initialise,
    initialise_xavier,
    normalised,
    scaled,
)
from chrysalis.models.registry import register

VGG_A = ([64], [128], [256] * 2, [512] * 2, [512] * 2)
# Expansion, channels, blocks, first stride: Sandler et al. 2018, table 2. The first convolution and
# the second row have stride 1 here instead of 2, as is usual for images of 32 px.
MOBILENET_V2 = (
    *((1, 16, 1, 1), (6, 24, 2, 1), (6, 32, 3, 2), (6, 64, 4, 2)),
    *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
)


@register("alexnet_like", title="AlexNet-like", cam_layer="features.conv5", smallest=8)
def alexnet_like(num_classes: int, image_size: int, *, dropout: float = 0.3) -> nn.Module:
    """Five convolutions, three of them pooled, and two hidden layers of 256 units.

    There is no normalisation. At 32 px the flattened features are 64 x 4 x 4 = 1024 values.
    """
    conv = partial(conv_block, norm="none")
    features = OrderedDict(
        conv1=conv(3, 16, 7),
        pool1=nn.MaxPool2d(2),
        conv2=conv(16, 64, 5),
        pool2=nn.MaxPool2d(2),
        conv3=conv(64, 256),
        conv4=conv(256, 256),
        conv5=conv(256, 64),
        pool5=nn.MaxPool2d(2),
    )
    classifier = nn.Sequential(
        *(nn.Linear(64 * (image_size // 8) ** 2, 256), nn.ReLU(inplace=True), nn.Dropout(dropout)),
        *(nn.Linear(256, 256), nn.ReLU(inplace=True), nn.Dropout(dropout)),
        nn.Linear(256, num_classes),
    )
    return initialise(_network(features, nn.Flatten(), classifier))


@register("vgg_a", title="VGG-A", cam_layer="features.stage5", smallest=32)
def vgg_a(num_classes: int, image_size: int, *, width: float = 1.0) -> nn.Module:
    """VGG11 (Simonyan and Zisserman 2015, table 1, column A) with one linear layer at its end.

    Without normalisation. It has 9,225,610 parameters for 10 classes. The count 9,231,114 published
    for it is that of `vgg_a_bn`.
    """
    return _vgg_a(num_classes, width, norm="none")


@register("vgg_a_bn", title="VGG-A-BN", cam_layer="features.stage5", smallest=32)
def vgg_a_bn(num_classes: int, image_size: int, *, width: float = 1.0) -> nn.Module:
    """VGG-A with batch normalisation after each convolution, which keeps its bias.

    It has 9,231,114 parameters for 10 classes; published are 9,233,418.
    """
    return _vgg_a(num_classes, width)


@register("vgg_a_residual", title="VGG-A-Residual", cam_layer="features.stage5", smallest=32)
def vgg_a_residual(num_classes: int, image_size: int, *, width: float = 1.0) -> nn.Module:
    """VGG-A-BN with a shortcut around each stage of two convolutions and each change of channels.

    A shortcut is a 1x1 convolution with batch normalisation where channels change, else the
    identity. The source does not tell its shortcuts: 9,512,458 parameters are published, here are
    9,405,258 for 10 classes.
    """
    return _vgg_a(num_classes, width, residual=True)


@register(
    "vgg_a_residual_dropout",
    title="VGG-A-Residual-Dropout",
    cam_layer="features.stage5",
    smallest=32,
)
def vgg_a_residual_dropout(
    num_classes: int, image_size: int, *, dropout: float = 0.5, width: float = 1.0
) -> nn.Module:
    """VGG-A-Residual with dropout before the linear layer."""
    return _vgg_a(num_classes, width, residual=True, dropout=dropout)


@register("vgg_a_gelu", title="VGG-A-GELU", cam_layer="features.stage5", smallest=32)
def vgg_a_gelu(num_classes: int, image_size: int, *, width: float = 1.0) -> nn.Module:
    """VGG-A-BN with GELU (Hendrycks and Gimpel 2016) in place of ReLU."""
    return _vgg_a(num_classes, width, activation="gelu")


@register("resnet18_7x7", title="ResNet18, 7x7 stem", cam_layer="features.stage4", smallest=32)
def resnet18_7x7(num_classes: int, image_size: int, *, width: float = 1.0) -> nn.Module:
    """ResNet-18 as published (He et al. 2016, CVPR, table 1): 7x7 with stride 2, then pooling."""
    first = conv_block(3, scaled(64, width), 7, 2)
    stem = nn.Sequential(first, nn.MaxPool2d(3, stride=2, padding=1))
    return _resnet18(stem, num_classes, width)


@register("resnet18_3x3x3", title="ResNet18, three 3x3", cam_layer="features.stage4", smallest=16)
def resnet18_3x3x3(num_classes: int, image_size: int, *, width: float = 1.0) -> nn.Module:
    """ResNet-18 with three 3x3 convolutions of stride 1 in place of the 7x7, and no pooling.

    The source does not give their stride; its times of an epoch (186 s against 40 s with the 7x7)
    tell that nothing is shrunk.
    """
    return _resnet18(_three_convolutions(width), num_classes, width)


@register(
    "resnet18_no_layer4",
    title="ResNet18, three 3x3, without layer4",
    cam_layer="features.stage3",
    smallest=16,
)
def resnet18_no_layer4(num_classes: int, image_size: int, *, width: float = 1.0) -> nn.Module:
    """`resnet18_3x3x3` without its fourth stage."""
    return _resnet18(_three_convolutions(width), num_classes, width, stages=3)


@register(
    "resnet18_one_3x3",
    title="ResNet18, one 3x3, without layer4",
    cam_layer="features.stage3",
    smallest=16,
)
def resnet18_one_3x3(num_classes: int, image_size: int, *, width: float = 1.0) -> nn.Module:
    """`resnet18_no_layer4` with one 3x3 convolution in place of three."""
    return _resnet18(conv_block(3, scaled(64, width)), num_classes, width, stages=3)


@register("resnet18_cifar", title="ResNet18, CIFAR stem", cam_layer="features.stage4", smallest=16)
def resnet18_cifar(num_classes: int, image_size: int, *, width: float = 1.0) -> nn.Module:
    """ResNet-18 with the usual start for small images: one 3x3 of stride 1, and no pooling."""
    return _resnet18(conv_block(3, scaled(64, width)), num_classes, width)


@register("mobilenet_v2", title="MobileNetV2", cam_layer="features.head", smallest=16)
def mobilenet_v2(
    num_classes: int, image_size: int, *, dropout: float = 0.2, width: float = 1.0
) -> nn.Module:
    """MobileNetV2 (Sandler et al. 2018, CVPR, table 2), shrinking by 8 instead of 32."""
    channels = scaled(32, width)
    features = OrderedDict(stem=_relu6(conv_block(3, channels)))
    for number, (expansion, full, blocks, first) in enumerate(MOBILENET_V2, start=1):
        outputs = scaled(full, width)
        stage = nn.Sequential()
        for block in range(blocks):
            stage.append(InvertedResidual(channels, outputs, first if block == 0 else 1, expansion))
            channels = outputs
        features[f"stage{number}"] = stage
    last = scaled(1280, width)
    features["head"] = _relu6(conv_block(channels, last, 1))
    classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(last, num_classes))
    return initialise(_network(features, _average(), classifier))


def _depthwise(channels: int, stride: int) -> nn.Conv2d:
    """A 3x3 convolution of each channel by itself."""
    return nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False)


class InvertedResidual(nn.Module):
    """Expand, convolve each channel, project linearly (Sandler et al. 2018, figure 3b and table 1).

    Where size and channels stay, the input is added.
    """

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        layers = [_relu6(conv_block(inputs, hidden, 1))] if expansion > 1 else []
        layers += [
            _relu6(normalised(_depthwise(hidden, stride))),
            conv_block(hidden, outputs, 1, activation="none"),
        ]
        self.residual = nn.Sequential(*layers)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, inputs, h, w) to (N, outputs, ceil(h / stride), ceil(w / stride))."""
        changed = self.residual(features)
        return features + changed if self.adds else changed


def _relu6(block: nn.Sequential) -> nn.Sequential:
    block[-1] = nn.ReLU6(inplace=True)
    return block


def _vgg_a(
    num_classes: int,
    width: float,
    *,
    norm: str = "batch",
    activation: str = "relu",
    residual: bool = False,
    dropout: float = 0.0,
) -> nn.Module:
    features: OrderedDict[str, nn.Module] = OrderedDict()
    channels = 3
    for number, stage_channels in enumerate(VGG_A, start=1):
        stage = nn.Sequential()
        inputs = channels
        for place, full in enumerate(stage_channels, start=1):
            ends = residual and place == len(stage_channels)
            conv = nn.Conv2d(channels, scaled(full, width), 3, padding=1)
            stage.append(normalised(conv, norm=norm, activation="none" if ends else activation))
            channels = conv.out_channels
        features[f"stage{number}"] = Residual(stage, inputs, channels) if residual else stage
        features[f"pool{number}"] = nn.MaxPool2d(2)
    head = [nn.Dropout(dropout)] if dropout else []
    classifier = nn.Sequential(*head, nn.Linear(channels, num_classes))
    return initialise_xavier(_network(features, _average(), classifier))


def _three_convolutions(width: float) -> nn.Sequential:
    channels = scaled(64, width)
    return nn.Sequential(
        conv_block(3, channels), conv_block(channels, channels), conv_block(channels, channels)
    )


def _resnet18(stem: nn.Sequential, num_classes: int, width: float, stages: int = 4) -> nn.Module:
    features = OrderedDict(stem=stem)
    channels = scaled(64, width)
    for number, full in enumerate([64, 128, 256, 512][:stages], start=1):
        outputs = scaled(full, width)
        first = basic_block(channels, outputs, stride=1 if number == 1 else 2)
        features[f"stage{number}"] = nn.Sequential(first, basic_block(outputs, outputs))
        channels = outputs
    return initialise(_network(features, _average(), nn.Linear(channels, num_classes)))


def _average() -> nn.Sequential:
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


def _network(features: OrderedDict, pool: nn.Module, classifier: nn.Module) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(features=nn.Sequential(features), pool=pool, classifier=classifier)
    )
