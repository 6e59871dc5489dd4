"""Rewritings of networks that make them train faster and leave what they compute as it is."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

from chrysalis.engine.runtime import Runtime

Network = TypeVar("Network", bound=nn.Module)


def for_training(network: Network, runtime: Runtime) -> Network:
    """Rewrite the network, in place, as suits the runtime; return it."""
    pool_before_relu(network)
    if runtime.device.type == "cpu" and runtime.precision == "bf16":
        depthwise_in_fp32(network)
    return network


def pool_before_relu(network: Network) -> Network:
    """Let each ReLU that feeds a max-pooling follow it instead, in place; return the network.

    The largest of some values is positive or not whichever comes first, and either way the
    gradient goes to the same place, so every result keeps its bits; the ReLU then has a quarter of
    the values to pass over. Only modules within `nn.Sequential` are found. Parameters keep their
    names. Hooks on the layers before would see values before the ReLU, so this is for training.
    """
    for module in network.modules():
        if isinstance(module, nn.Sequential):
            for place in range(1, len(module)):
                pool = module[place]
                if isinstance(pool, nn.MaxPool2d) and _take_relu(module, place - 1):
                    module[place] = nn.Sequential(pool, nn.ReLU(inplace=True))
    return network


def _take_relu(parent: nn.Sequential, place: int) -> bool:
    """Replace the ReLU that the module at `place` ends in by nothing; whether it ends in one."""
    module = parent[place]
    if isinstance(module, nn.ReLU):
        parent[place] = nn.Identity()
        return True
    return isinstance(module, nn.Sequential) and len(module) > 0 and _take_relu(module, -1)


def depthwise_in_fp32(network: Network) -> Network:
    """Compute each depthwise convolution in fp32 under bf16 autocast, in place; return the network.

    On CPUs the backward pass of a depthwise convolution takes several times longer in bf16 than in
    fp32, of which it needs little anyway. Its output is rounded to the type of its input.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and module.groups == module.in_channels > 1:
            vars(module)["forward"] = functools.partial(_in_fp32, module.forward)
    return network


def _in_fp32(forward: Callable[[Tensor], Tensor], features: Tensor) -> Tensor:
    with torch.autocast(features.device.type, enabled=False):
        return forward(features.float()).to(features.dtype)
