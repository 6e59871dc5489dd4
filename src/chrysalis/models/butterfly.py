"""Three convolutional networks of growing depth, all trained from scratch.

Each builder follows the contract of `registry.register`: it returns a module that takes float
images (N, 3, image_size, image_size) and returns logits (N, num_classes).
"""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from chrysalis.models.blocks import BasicBlock, conv_bn_relu, initialise
from chrysalis.models.registry import register


@register("mynet", title="ButterflyMyNet", cam_layer="features.conv2", smallest=16)
def mynet(num_classes: int, image_size: int) -> nn.Module:
    """Two unpadded 5x5 convolutions with 10 and 20 channels, then 128 hidden units.

    At 224 px the flattened features are 20 x 53 x 53 = 56180 values.
    """
    side = ((image_size - 4) // 2 - 4) // 2
    features = OrderedDict(
        conv1=nn.Conv2d(3, 10, 5),
        pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(10, 20, 5),
        pool2=nn.MaxPool2d(2),
        relu=nn.ReLU(inplace=True),
    )
    classifier = nn.Sequential(
        nn.Linear(20 * side * side, 128), nn.ReLU(inplace=True), nn.Linear(128, num_classes)
    )
    return initialise(_network(features, nn.Flatten(), classifier))


@register(
    "vgg11_small", title="ButterflyVGG (VGG11_small)", cam_layer="features.stage5", smallest=32
)
def vgg11_small(num_classes: int, image_size: int, *, dropout: float = 0.5) -> nn.Module:
    """VGG11 (Simonyan and Zisserman 2015, ICLR, table 1, column A) at half its channels.

    Every convolution is batch-normalised. The two hidden linear layers have 512 units instead of
    4096, which would hold 97 % of all the weights here (with 512 it is 74 %).
    """
    features = OrderedDict()
    channels = 3
    for number, widths in enumerate([[32], [64], [128] * 2, [256] * 2, [256] * 2], start=1):
        stage = nn.Sequential()
        for width in widths:
            stage.append(conv_bn_relu(channels, width))
            channels = width
        features[f"stage{number}"] = stage
        features[f"pool{number}"] = nn.MaxPool2d(2)
    pool = nn.Sequential(nn.AdaptiveAvgPool2d(7), nn.Flatten())
    classifier = nn.Sequential(
        *(nn.Linear(channels * 7 * 7, 512), nn.ReLU(inplace=True), nn.Dropout(dropout)),
        *(nn.Linear(512, 512), nn.ReLU(inplace=True), nn.Dropout(dropout)),
        nn.Linear(512, num_classes),
    )
    return initialise(_network(features, pool, classifier))


@register(
    "resnet18_small",
    title="ButterflyResNet (ResNet18_small)",
    cam_layer="features.stage4",
    smallest=32,
)
def resnet18_small(num_classes: int, image_size: int, *, dropout: float = 0.2) -> nn.Module:
    """ResNet-18 (He et al. 2016, CVPR, table 1) at half its channels, with dropout at the end."""
    features = OrderedDict(
        stem=conv_bn_relu(3, 32, kernel=7, stride=2), pool=nn.MaxPool2d(3, stride=2, padding=1)
    )
    channels = 32
    for number, width in enumerate([32, 64, 128, 256], start=1):
        first = BasicBlock(channels, width, stride=1 if number == 1 else 2)
        features[f"stage{number}"] = nn.Sequential(first, BasicBlock(width, width))
        channels = width
    pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(channels, num_classes))
    return initialise(_network(features, pool, classifier))


def _network(features: OrderedDict, pool: nn.Module, classifier: nn.Module) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(features=nn.Sequential(features), pool=pool, classifier=classifier)
    )
