"""The measures of the study of VGG-A that `config/published/cifar10_vgg.yaml` holds, as it words
them: how the gradient changes along itself, gradients that vanish or explode, and the response to
noise. Where its words leave a choice, the functions say what was chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from chrysalis.dynamics.probe import Probe
from chrysalis.dynamics.undisturbed import undisturbed

FARTHEST, PLACES = 0.5, 10
STEP = 0.1
NOISE = 0.01
VANISHING, EXPLODING = 1e-7, 1.0


@dataclass(frozen=True)
class Differences:
    """Largest absolute entry of the gradient's change: at the farthest place, and the mean of all.

    Along the gradient, `PLACES` evenly spaced places up to `FARTHEST`; the direction has norm 1 in
    each tensor, so that each moves by the distance.
    """

    farthest: float
    mean: float


def gradient_differences(probe: Probe) -> Differences:
    """How the gradient changes along itself; a tensor whose gradient is 0 stays where it is."""
    direction = [g / g.norm() if g.any() else g for g in probe.gradient]
    distances = [FARTHEST * place / PLACES for place in range(1, PLACES + 1)]
    found = [probe.at(direction, distance).entry for distance in distances]
    return Differences(found[-1], float(np.mean(found)))


def gradient_predictiveness(probe: Probe) -> float:
    """Sum over the tensors of the norm of the gradient's change, after a step of 0.1 times it."""
    return probe.at(probe.gradient, STEP).by_tensor


def entry_shares(gradient: list[torch.Tensor]) -> tuple[float, float]:
    """The shares of a gradient's entries that vanish (|g| < 1e-7) and that explode (|g| > 1)."""
    sizes = torch.cat([g.detach().flatten() for g in gradient]).abs()
    return (
        float((sizes < VANISHING).double().mean()),
        float((sizes > EXPLODING).double().mean()),
    )


@torch.no_grad()
def lipschitz(model: nn.Module, images: torch.Tensor) -> float:
    """How much the logits of images (N, 3, S, S) in [0, 1] move by noise, per distance moved.

    ||f(x + n) - f(x)|| / ||n|| over all images at once, n being normal with sd 0.01, always the
    same; evaluation mode. The unit is logits per unit of brightness.
    """
    with undisturbed(model):
        torch.manual_seed(0)
        model.eval()
        noise = NOISE * torch.randn_like(images)
        moved = model(images + noise).float() - model(images).float()
        return float(moved.norm() / noise.norm())
