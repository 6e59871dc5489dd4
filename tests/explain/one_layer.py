"""What tests of maps share: images, and Grad-CAM at one layer."""

import torch

from chrysalis.explain.maps import heat_maps


def grad_cam(model, batch, targets=None, *, layer):
    return heat_maps(model, batch, targets, layer=layer)["grad_cam"]


def images(count=3, size=32):
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(2))
