"""Activations and gradients, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import nn

from chrysalis.dynamics.undisturbed import undisturbed

ACTIVATIONS = (nn.ReLU, nn.ReLU6, nn.GELU, nn.SiLU, nn.Hardswish)
DEAD = 0.01  # below this everywhere, as in the study of config/published/cifar10_vgg.yaml


@dataclass(frozen=True)
class Units:
    """Of one activation layer: mean and sd of its values, and the share of dead units.

    A unit is a channel after a convolution, else a value. It is dead if its absolute value is below
    `DEAD` everywhere, on every image.
    """

    mean: float
    sd: float
    dead: float


class _Sums:
    """Running count, sum and sum of squares of a layer's values, and which units are alive."""

    def __init__(self) -> None:
        self.count, self.sum, self.squares = 0, 0.0, 0.0
        self.alive: torch.Tensor | None = None

    def add(self, values: torch.Tensor) -> None:
        values = values.detach().double()
        self.count += values.numel()
        self.sum += values.sum().item()
        self.squares += values.square().sum().item()
        # (N, C, ..) to whether each channel was alive anywhere.
        units = values.flatten(2) if values.ndim > 2 else values[..., None]
        alive = units.abs().amax((0, 2)) >= DEAD
        self.alive = alive if self.alive is None else self.alive | alive

    def units(self) -> Units:
        """What the sums come to; something has been added."""
        assert self.alive is not None
        mean = self.sum / self.count
        variance = max(self.squares / self.count - mean**2, 0.0)
        return Units(mean, variance**0.5, float((~self.alive).double().mean()))


@contextmanager
def _watched(model: nn.Module) -> Iterator[dict[str, _Sums]]:
    """Sums of the outputs of every activation layer while the context lasts."""
    sums: dict[str, _Sums] = {}
    hooks = []
    for name, module in model.named_modules():
        if isinstance(module, ACTIVATIONS):
            found = sums[name] = _Sums()
            hooks.append(
                module.register_forward_hook(lambda _, __, output, found=found: found.add(output))
            )
    try:
        yield sums
    finally:
        for hook in hooks:
            hook.remove()


@torch.no_grad()
def units_by_layer(model: nn.Module, images: torch.Tensor) -> dict[str, Units]:
    """Each activation layer's units on images (N, 3, S, S), in evaluation mode, by its name.

    Layers are the modules of `ACTIVATIONS`, in the order in which the model lists them. Give the
    network as registered: what `engine.rewrite` has rewritten computes some of them after pooling.
    """
    with undisturbed(model), _watched(model) as sums:
        model.eval()(images)
    return {name: found.units() for name, found in sums.items() if found.count}


def gradient_ratios(model: nn.Module) -> dict[str, float]:
    """||gradient|| / ||weights|| of each weight that has a gradient and two or more axes."""
    ratios = {}
    for name, parameter in model.named_parameters():
        if parameter.ndim >= 2 and parameter.grad is not None:
            size = parameter.detach().float().norm().item()
            ratios[name] = parameter.grad.float().norm().item() / size if size else float("inf")
    return ratios
