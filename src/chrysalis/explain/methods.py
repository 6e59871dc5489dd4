"""The methods that turn a layer's activations and gradients into a map.

A method is a function of activations A and gradients G of the target's logit, both float32
(N, C, h, w), that returns float32 (N, h, w): how much each place speaks for the class. What is
below 0 does not count. Registering it gets it tested, measured and shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Compute = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Method:
    """A method with its title."""

    title: str
    compute: Compute


METHODS: dict[str, Method] = {}


def register(name: str, title: str) -> Callable[[Compute], Compute]:
    """Mark a function of (activations, gradients) as the method `name`."""

    def add(compute: Compute) -> Compute:
        METHODS[name] = Method(title, compute)
        return compute

    return add


@register("grad_cam", "Grad-CAM")
def grad_cam(activations: Tensor, gradients: Tensor) -> Tensor:
    """Channels weigh as much as their mean gradient (Selvaraju et al. 2017, ICCV, eq. 1 and 2)."""
    return (gradients.mean((2, 3), keepdim=True) * activations).sum(1)


@register("grad_cam_plus_plus", "Grad-CAM++")
def grad_cam_plus_plus(activations: Tensor, gradients: Tensor) -> Tensor:
    """Places weigh by how far they alone move the class (Chattopadhyay et al. 2018, WACV).

    Equations 10 to 12 and 19, for the exponential of the logit as the class's score. Its factor
    exp(logit) is the same for a whole image, and so is left out.
    """
    squared = gradients.square()
    total = activations.sum((2, 3), keepdim=True)
    below = 2 * squared + total * squared * gradients
    shares = squared / torch.where(below == 0, 1, below)
    weights = (shares * gradients.relu()).sum((2, 3), keepdim=True)
    return (weights * activations).sum(1)


@register("layer_cam", "Layer-CAM")
def layer_cam(activations: Tensor, gradients: Tensor) -> Tensor:
    """Each place weighs by its own gradient, where positive (Jiang et al. 2021, IEEE TIP 30)."""
    return (activations * gradients.relu()).sum(1)


@register("eigen_cam", "Eigen-CAM")
def eigen_cam(activations: Tensor, gradients: Tensor) -> Tensor:
    """The activations along their first singular vector (Muhammad and Yeasin 2020, IJCNN).

    It asks for no class, and takes no gradient. A singular vector has no sign of its own; it is
    taken such that the map's sum is not negative.
    """
    places = activations.flatten(2).transpose(1, 2)
    # The lesser of places x places and channels x channels; both have the same eigenvalues.
    if places.shape[1] <= places.shape[2]:
        found = torch.linalg.eigh(places @ places.mT).eigenvectors[..., -1]
    else:
        vector = torch.linalg.eigh(places.mT @ places).eigenvectors[..., -1:]
        found = (places @ vector).squeeze(-1)
    found = torch.where(found.sum(1, keepdim=True) < 0, -found, found)
    return found.unflatten(1, activations.shape[-2:])
