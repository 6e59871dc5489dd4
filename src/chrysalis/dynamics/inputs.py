"""How steeply the loss rises with the image."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from chrysalis.dynamics.undisturbed import undisturbed


def input_gradients(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """||d loss / d image|| of each image (N,), the loss being its cross-entropy in nats.

    Images (N, 3, S, S) are in [0, 1], and the norm is Euclidean over all their values; evaluation
    mode, so images do not touch one another. The largest is a lower bound of the Lipschitz constant
    of the loss as a function of the image (Hein and Andriushchenko, NeurIPS 2017, section 2).
    """
    with undisturbed(model), torch.enable_grad():
        model.eval()
        images = images.detach().clone().requires_grad_()
        loss = functional.cross_entropy(model(images).float(), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, images)
    return gradient.flatten(1).norm(dim=1)
