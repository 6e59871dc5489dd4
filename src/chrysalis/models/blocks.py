"""Building blocks that several architectures share."""

from __future__ import annotations

from torch import Tensor, nn


def conv_bn_relu(
    inputs: int, outputs: int, kernel: int = 3, stride: int = 1, *, relu: bool = True
) -> nn.Sequential:
    """Convolution that keeps the size (but for its stride), batch normalisation, and ReLU.

    Maps (N, inputs, h, w) to (N, outputs, ceil(h / stride), ceil(w / stride)); `kernel` is odd.
    The convolution has no bias, since batch normalisation adds one.
    """
    conv = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
    layers = [conv, nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if relu else nn.Sequential(*layers)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut (He et al. 2016, CVPR, figures 2 and 5).

    The shortcut is the identity, or a 1x1 projection where size or channels change (option B of
    section 4.1).
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.residual = nn.Sequential(
            conv_bn_relu(inputs, outputs, stride=stride), conv_bn_relu(outputs, outputs, relu=False)
        )
        self.shortcut = (
            nn.Identity()
            if inputs == outputs and stride == 1
            else conv_bn_relu(inputs, outputs, kernel=1, stride=stride, relu=False)
        )
        self.relu = nn.ReLU(inplace=True)

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, inputs, h, w) to (N, outputs, ceil(h / stride), ceil(w / stride))."""
        return self.relu(self.residual(features) + self.shortcut(features))


def initialise(model: nn.Module) -> nn.Module:
    """Draw the weights of all convolutions anew, in place; return the model.

    Normal with variance 2 / (outputs x kernel area), which keeps the gradient's scale through
    ReLUs (He et al. 2015, ICCV, section 2.2, equation 14); biases are 0. Linear layers and batch
    normalisation keep PyTorch's defaults.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return model
