"""The loss and its gradient on the way along the gradient, as in Santurkar et al. 2018.

S. Santurkar, D. Tsipras, A. Ilyas and A. Madry, "How Does Batch Normalization Help Optimization?",
NeurIPS 2018, section 3.1 and figure 4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from chrysalis.dynamics.undisturbed import undisturbed

# Step sizes that are tried, as multiples of the learning rate.
STEPS = (0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Landscape:
    """Around the weights x with gradient g, for each step size s: at x - s g.

    `losses` are the losses there (in the loss's unit), `distances` how far the gradient there is
    from g, ||g(x - s g) - g||; a small distance means that g predicts well. `norm` is ||g||.
    """

    sizes: tuple[float, ...]
    losses: tuple[float, ...]
    distances: tuple[float, ...]
    norm: float

    @property
    def smoothness(self) -> float:
        """The effective beta-smoothness: the largest change of the gradient by distance moved."""
        if self.norm == 0:
            return 0.0
        return max(
            distance / (size * self.norm)
            for size, distance in zip(self.sizes, self.distances, strict=True)
        )


def along_gradient(
    model: nn.Module, loss: Callable[[], torch.Tensor], sizes: tuple[float, ...]
) -> Landscape:
    """Look along the gradient of `loss`, which evaluates `model` on always the same images.

    The model is left as it was. Every evaluation sees the same random numbers, so dropout drops
    the same units in all of them.
    """
    parameters = [p for p in model.parameters() if p.requires_grad]
    with undisturbed(model):
        start = [p.detach().clone() for p in parameters]

        def gradient() -> tuple[float, list[torch.Tensor]]:
            torch.manual_seed(0)
            value = loss()
            return value.item(), list(torch.autograd.grad(value, parameters))

        _, here = gradient()
        losses, distances = [], []
        for size in sizes:
            with torch.no_grad():
                for parameter, old, slope in zip(parameters, start, here, strict=True):
                    parameter.copy_(old - size * slope)
            value, there = gradient()
            losses.append(value)
            distances.append(_norm([a - b for a, b in zip(there, here, strict=True)]))
        return Landscape(tuple(sizes), tuple(losses), tuple(distances), _norm(here))


def _norm(tensors: list[torch.Tensor]) -> float:
    return float(torch.stack([t.float().norm() for t in tensors]).norm())
