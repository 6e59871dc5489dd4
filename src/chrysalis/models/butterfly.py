"""The networks of the butterfly study, defined at 224 px and trained from scratch.

Each builder follows the contract of `registry.register`: it returns a module that takes float
images (N, 3, image_size, image_size) and returns logits (N, num_classes). Normalisation (batch,
layer, group, none) and activation (relu, gelu, silu) are options.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from torch import nn

from chrysalis.models.blocks import activation_layer, basic_block, conv_block, initialise
from chrysalis.models.registry import register

VGG11 = ([32], [64], [128] * 2, [256] * 2, [256] * 2)
VGG16 = ([32] * 2, [64] * 2, [128] * 3, [256] * 3, [256] * 3)


@register("mynet", title="ButterflyMyNet", cam_layer="features.conv2", smallest=16)
def mynet(num_classes: int, image_size: int, *, activation: str = "relu") -> nn.Module:
    """Two unpadded 5x5 convolutions with 10 and 20 channels, then 128 hidden units.

    At 224 px the flattened features are 20 x 53 x 53 = 56180 values. There is no normalisation.
    """
    side = ((image_size - 4) // 2 - 4) // 2
    features = OrderedDict(
        conv1=nn.Conv2d(3, 10, 5),
        pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(10, 20, 5),
        pool2=nn.MaxPool2d(2),
        activation=activation_layer(activation),
    )
    classifier = nn.Sequential(
        nn.Linear(20 * side * side, 128),
        activation_layer(activation),
        nn.Linear(128, num_classes),
    )
    return initialise(_network(features, nn.Flatten(), classifier))


@register("mynet_pro", title="ButterflyMyNetPro", cam_layer="features.conv4", smallest=16)
def mynet_pro(
    num_classes: int, image_size: int, *, norm: str = "batch", activation: str = "relu"
) -> nn.Module:
    """Four convolutions of 7x7 with stride 2, 5x5, 3x3 and 3x3, with 32, 64, 128 and 128 channels.

    At 224 px the flattened features are 128 x 14 x 14 = 25088 values. The source does not give the
    width of the two hidden layers, between which dropout is 0.3 and 0.2: here 256 and 128.
    """
    conv = partial(conv_block, norm=norm, activation=activation)
    features = OrderedDict(
        conv1=conv(3, 32, 7, 2),
        pool1=nn.MaxPool2d(2),
        conv2=conv(32, 64, 5),
        pool2=nn.MaxPool2d(2),
        conv3=conv(64, 128),
        conv4=conv(128, 128),
        pool4=nn.MaxPool2d(2),
    )
    side = (image_size + 1) // 2 // 2 // 2 // 2
    classifier = nn.Sequential(
        *(nn.Linear(128 * side * side, 256), activation_layer(activation), nn.Dropout(0.3)),
        *(nn.Linear(256, 128), activation_layer(activation), nn.Dropout(0.2)),
        nn.Linear(128, num_classes),
    )
    return initialise(_network(features, nn.Flatten(), classifier))


@register(
    "vgg11_small", title="ButterflyVGG (VGG11_small)", cam_layer="features.stage5", smallest=32
)
def vgg11_small(
    num_classes: int,
    image_size: int,
    *,
    dropout: float = 0.5,
    norm: str = "batch",
    activation: str = "relu",
) -> nn.Module:
    """VGG11 (Simonyan and Zisserman 2015, ICLR, table 1, column A) at half its channels.

    Every convolution is normalised. The two hidden linear layers have 512 units instead of 4096,
    which would hold 97 % of all the weights here (with 512 it is 74 %).
    """
    return _vgg(VGG11, num_classes, dropout, norm, activation)


@register("vgg16_small", title="VGG16_small", cam_layer="features.stage5", smallest=32)
def vgg16_small(
    num_classes: int,
    image_size: int,
    *,
    dropout: float = 0.5,
    norm: str = "batch",
    activation: str = "relu",
) -> nn.Module:
    """VGG16 (Simonyan and Zisserman 2015, table 1, column D) changed as VGG11_small."""
    return _vgg(VGG16, num_classes, dropout, norm, activation)


@register(
    "resnet18_small",
    title="ButterflyResNet (ResNet18_small)",
    cam_layer="features.stage4",
    smallest=32,
)
def resnet18_small(
    num_classes: int,
    image_size: int,
    *,
    dropout: float = 0.2,
    norm: str = "batch",
    activation: str = "relu",
) -> nn.Module:
    """ResNet-18 (He et al. 2016, CVPR, table 1) at half its channels, with dropout at the end."""
    return _resnet(2, num_classes, dropout, norm, activation)


@register("resnet10_tiny", title="ResNet10_tiny", cam_layer="features.stage4", smallest=32)
def resnet10_tiny(
    num_classes: int,
    image_size: int,
    *,
    dropout: float = 0.2,
    norm: str = "batch",
    activation: str = "relu",
) -> nn.Module:
    """ResNet18_small with one block a stage in place of two."""
    return _resnet(1, num_classes, dropout, norm, activation)


def _vgg(
    stages: tuple[list[int], ...], num_classes: int, dropout: float, norm: str, activation: str
) -> nn.Module:
    features: OrderedDict[str, nn.Module] = OrderedDict()
    channels = 3
    for number, widths in enumerate(stages, start=1):
        stage = nn.Sequential()
        for width in widths:
            stage.append(conv_block(channels, width, norm=norm, activation=activation))
            channels = width
        features[f"stage{number}"] = stage
        features[f"pool{number}"] = nn.MaxPool2d(2)
    pool = nn.Sequential(nn.AdaptiveAvgPool2d(7), nn.Flatten())
    classifier = nn.Sequential(
        *(nn.Linear(channels * 7 * 7, 512), activation_layer(activation), nn.Dropout(dropout)),
        *(nn.Linear(512, 512), activation_layer(activation), nn.Dropout(dropout)),
        nn.Linear(512, num_classes),
    )
    return initialise(_network(features, pool, classifier))


def _resnet(blocks: int, num_classes: int, dropout: float, norm: str, activation: str) -> nn.Module:
    stem = conv_block(3, 32, 7, 2, norm=norm, activation=activation)
    features = OrderedDict(stem=stem, pool=nn.MaxPool2d(3, stride=2, padding=1))
    channels = 32
    for number, width in enumerate([32, 64, 128, 256], start=1):
        stage = nn.Sequential()
        for block in range(blocks):
            stride = 2 if number > 1 and block == 0 else 1
            stage.append(basic_block(channels, width, stride, norm=norm, activation=activation))
            channels = width
        features[f"stage{number}"] = stage
    pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(channels, num_classes))
    return initialise(_network(features, pool, classifier))


def _network(features: OrderedDict, pool: nn.Module, classifier: nn.Module) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(features=nn.Sequential(features), pool=pool, classifier=classifier)
    )
