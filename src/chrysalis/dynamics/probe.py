"""The loss and its gradient at places near a network's weights, always on the same images."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Place:
    """What is found away from the weights: the loss there (in its unit), and the gradient's change.

    Of the gradient there minus the one at the weights: `norm` over all parameters, `entry`, the
    largest absolute entry, and `by_tensor`, the sum of the norms of each tensor. What is no number
    is infinite: the loss has left what floats can hold.
    """

    loss: float
    norm: float
    entry: float
    by_tensor: float


class Probe:
    """Evaluates `loss`, which evaluates `model` on always the same images, around its weights.

    It moves the weights, so use it where they are put back (`undisturbed`). Every evaluation sees
    the same random numbers, so dropout drops the same units in all of them.
    """

    def __init__(self, model: nn.Module, loss: Callable[[], torch.Tensor]) -> None:
        self.loss = loss
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.start = [p.detach().clone() for p in self.parameters]
        _, self.gradient = self._here()
        self.norm = norm(self.gradient)

    def at(self, direction: list[torch.Tensor], distance: float) -> Place:
        """What is found `distance` times `direction` (a tensor for each parameter) downhill."""
        with torch.no_grad():
            for parameter, old, way in zip(self.parameters, self.start, direction, strict=True):
                parameter.copy_(old - distance * way)
        loss, there = self._here()
        change = [a - b for a, b in zip(there, self.gradient, strict=True)]
        return Place(
            loss=_or_infinite(loss),
            norm=_or_infinite(norm(change)),
            entry=_or_infinite(max(float(c.abs().max()) for c in change)),
            by_tensor=_or_infinite(sum(norm([c]) for c in change)),
        )

    def _here(self) -> tuple[float, list[torch.Tensor]]:
        torch.manual_seed(0)
        value = self.loss()
        return value.item(), list(torch.autograd.grad(value, self.parameters))


def norm(tensors: list[torch.Tensor]) -> float:
    """The Euclidean norm over all values of all tensors."""
    return float(torch.stack([t.float().norm() for t in tensors]).norm())


def _or_infinite(value: float) -> float:
    return math.inf if math.isnan(value) else value
