"""Schemes by which the weights of any network can be drawn anew, by name.

He: variance 2 / inputs, which keeps the signal's scale through ReLUs (He et al. 2015, ICCV, section
2.2, equation 10). Xavier: variance 2 / (inputs + outputs) (Glorot and Bengio 2010, AISTATS,
equation 16). Inputs and outputs count the positions of the kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn

from chrysalis.models.blocks import Residual

SCHEMES: dict[str, Callable[[Tensor], Tensor]] = {
    "he_normal": partial(nn.init.kaiming_normal_, nonlinearity="relu"),
    "he_uniform": partial(nn.init.kaiming_uniform_, nonlinearity="relu"),
    "xavier_normal": nn.init.xavier_normal_,
    "xavier_uniform": nn.init.xavier_uniform_,
}


def draw_weights(network: nn.Module, scheme: str) -> nn.Module:
    """Draw the weights of all convolutions and linear layers anew, in place; return the network.

    Biases are 0, and residual branches without normalisation start at 0. torch's global generator
    decides.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            SCHEMES[scheme](module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    for module in network.modules():
        if isinstance(module, Residual) and module.starts_at_zero:
            nn.init.zeros_(module.last_convolution.weight)
    return network
