"""The network of the scenes study, defined at 150 px and trained from scratch."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from chrysalis.models.blocks import bottleneck, conv_block, initialise, scaled
from chrysalis.models.registry import register


@register("resnet50", title="ResNet50", cam_layer="features.stage4", smallest=32)
def resnet50(
    num_classes: int,
    image_size: int,
    *,
    dropout: float = 0.0,
    norm: str = "batch",
    activation: str = "relu",
    width: float = 1.0,
) -> nn.Module:
    """ResNet-50 (He et al. 2016, CVPR, table 1), with dropout before its linear layer as an option.

    Takes images (N, 3, image_size, image_size), returns logits (N, num_classes). `norm: none` is
    the variant without batch normalisation; each residual branch then starts at 0. `width` is the
    share of each layer's channels that is kept.
    """
    channels = scaled(64, width)
    stem = conv_block(3, channels, 7, 2, norm=norm, activation=activation)
    features = OrderedDict(stem=stem, pool=nn.MaxPool2d(3, stride=2, padding=1))
    for number, (full, blocks) in enumerate([(64, 3), (128, 4), (256, 6), (512, 3)], start=1):
        stage = nn.Sequential()
        for block in range(blocks):
            stride = 2 if number > 1 and block == 0 else 1
            inner = scaled(full, width)
            stage.append(bottleneck(channels, inner, stride, norm=norm, activation=activation))
            channels = 4 * inner
        features[f"stage{number}"] = stage
    pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(channels, num_classes))
    return initialise(
        nn.Sequential(
            OrderedDict(features=nn.Sequential(features), pool=pool, classifier=classifier)
        )
    )
