"""Building blocks that several architectures share."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor, nn

from chrysalis.errors import UserError

GROUPS = 32  # Wu and He, "Group Normalization", ECCV 2018, section 4.1

NORMS: dict[str, Callable[[int], nn.Module]] = {
    "batch": nn.BatchNorm2d,
    # Over channels and positions together, as group normalisation with a single group.
    "layer": lambda channels: nn.GroupNorm(1, channels),
    "group": lambda channels: nn.GroupNorm(math.gcd(GROUPS, channels), channels),
    "none": lambda channels: nn.Identity(),
}
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": lambda: nn.ReLU(inplace=True),
    "gelu": nn.GELU,
    "silu": lambda: nn.SiLU(inplace=True),
    "none": nn.Identity,
}


def norm_layer(kind: str, channels: int) -> nn.Module:
    """Normalisation of (N, channels, h, w): batch, layer, group or none.

    Raises:
        UserError: another kind.
    """
    return _choose(NORMS, kind, "norm")(channels)


def activation_layer(kind: str) -> nn.Module:
    """relu, gelu, silu or none.

    Raises:
        UserError: another kind.
    """
    return _choose(ACTIVATIONS, kind, "activation")()


def _choose(known: dict[str, Callable], kind: str, option: str) -> Callable:
    if kind not in known:
        raise UserError(f"option {option}: found {kind!r}; allowed: {', '.join(known)}")
    return known[kind]


def scaled(channels: int, width: float) -> int:
    """This share of the channels, to the nearest multiple of 8, but never below 0.9 of it.

    As MobileNetV2's own code has it (Sandler et al. 2018, CVPR, section 4).

    Raises:
        UserError: the share is not in (0, 1].
    """
    if not 0 < width <= 1:
        raise UserError(f"option width: found {width}; allowed: above 0, at most 1")
    wanted = channels * width
    nearest = max(8, int(wanted + 4) // 8 * 8)
    return nearest if nearest >= 0.9 * wanted else nearest + 8


def conv_block(
    inputs: int,
    outputs: int,
    kernel: int = 3,
    stride: int = 1,
    *,
    norm: str = "batch",
    activation: str = "relu",
) -> nn.Sequential:
    """Convolution that keeps the size (but for its stride), normalisation, activation.

    Maps (N, inputs, h, w) to (N, outputs, ceil(h / stride), ceil(w / stride)); `kernel` is odd.
    Without normalisation, which adds a bias itself, the convolution always has one.
    """
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=norm == "none")
    return normalised(conv, norm=norm, activation=activation)


def normalised(conv: nn.Conv2d, *, norm: str = "batch", activation: str = "relu") -> nn.Sequential:
    """A convolution with normalisation and activation behind it."""
    layers = [conv, norm_layer(norm, conv.out_channels), activation_layer(activation)]
    return nn.Sequential(*(layer for layer in layers if not isinstance(layer, nn.Identity)))


class Residual(nn.Module):
    """A branch beside a shortcut (He et al. 2016, CVPR, figure 2).

    The shortcut is the identity, or a 1x1 projection where size or channels change (option B of
    section 4.1). Without normalisation the branch starts at 0 once `initialise` has run, so that
    depth does not blow the signal up (Zhang et al. 2019, "Fixup", ICLR, section 3).
    """

    def __init__(
        self,
        branch: nn.Sequential,
        inputs: int,
        outputs: int,
        stride: int = 1,
        *,
        norm: str = "batch",
        activation: str = "relu",
    ) -> None:
        """`branch` maps (N, inputs, h, w) to (N, outputs, ..) and ends in a `conv_block`."""
        super().__init__()
        self.residual = branch
        self.starts_at_zero = norm == "none"
        self.shortcut = (
            nn.Identity()
            if inputs == outputs and stride == 1
            else conv_block(inputs, outputs, 1, stride, norm=norm, activation="none")
        )
        self.activation = activation_layer(activation)

    @property
    def last_convolution(self) -> nn.Conv2d:
        """The convolution that the branch ends in."""
        *_, last = (m for m in self.residual.modules() if isinstance(m, nn.Conv2d))
        return last

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, inputs, h, w) to (N, outputs, ceil(h / stride), ceil(w / stride))."""
        return self.activation(self.residual(features) + self.shortcut(features))


def basic_block(
    inputs: int, outputs: int, stride: int = 1, *, norm: str = "batch", activation: str = "relu"
) -> Residual:
    """Two 3x3 convolutions beside a shortcut (He et al. 2016, figure 5 left)."""
    branch = nn.Sequential(
        conv_block(inputs, outputs, stride=stride, norm=norm, activation=activation),
        conv_block(outputs, outputs, norm=norm, activation="none"),
    )
    return Residual(branch, inputs, outputs, stride, norm=norm, activation=activation)


def bottleneck(
    inputs: int, width: int, stride: int = 1, *, norm: str = "batch", activation: str = "relu"
) -> Residual:
    """1x1, 3x3 and 1x1 convolutions to 4 x width channels (He et al. 2016, figure 5 right).

    The stride is the 3x3 convolution's, as in the torchvision and timm versions.
    """
    branch = nn.Sequential(
        conv_block(inputs, width, 1, norm=norm, activation=activation),
        conv_block(width, width, 3, stride, norm=norm, activation=activation),
        conv_block(width, 4 * width, 1, norm=norm, activation="none"),
    )
    return Residual(branch, inputs, 4 * width, stride, norm=norm, activation=activation)


def initialise(model: nn.Module) -> nn.Module:
    """Draw the weights of all convolutions anew, in place; return the model.

    Normal with variance 2 / (outputs x kernel area / groups), which keeps the gradient's scale
    through ReLUs (He et al. 2015, ICCV, section 2.2, equation 14); biases are 0. Linear layers and
    normalisation keep PyTorch's defaults. Residual branches without normalisation start at 0.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            area = module.kernel_size[0] * module.kernel_size[1]
            deviation = (2 * module.groups / (module.out_channels * area)) ** 0.5
            nn.init.normal_(module.weight, 0.0, deviation)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    for module in model.modules():
        if isinstance(module, Residual) and module.starts_at_zero:
            nn.init.zeros_(module.last_convolution.weight)
    return model


def initialise_xavier(model: nn.Module) -> nn.Module:
    """Draw the weights of all convolutions and linear layers anew, in place; return the model.

    Normal with variance 2 / (inputs + outputs), counting kernel positions (Glorot and Bengio 2010,
    AISTATS, equation 16); biases are 0.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.xavier_normal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return model
