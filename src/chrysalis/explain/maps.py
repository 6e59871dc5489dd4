"""Heat maps of images, by any method, from any layer of any network."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor, nn
from torch.nn import functional as F

from chrysalis.explain.layers import activations_and_gradients
from chrysalis.explain.methods import METHODS


def heat_maps(
    model: nn.Module,
    images: Tensor,
    targets: Tensor | None = None,
    *,
    layer: str,
    methods: Iterable[str] = ("grad_cam",),
) -> dict[str, Tensor]:
    """By method, maps float32 (N, H, W) in [0, 1] on the images' device.

    One pass forward and backward serves all methods. What a method gives is cut at 0, enlarged
    bilinearly and divided by its maximum for each image; a map without any positive value stays 0.

    The model runs in eval mode; afterwards it and torch's random state are as before.

    Args:
        model: maps float images (N, 3, H, W) to logits (N, classes).
        images: float (N, 3, H, W).
        targets: int64 (N,) classes to explain; by default the predicted ones.
        layer: name of a module that puts out maps or tokens.
        methods: names in `METHODS`.

    Raises:
        UserError: no such layer, or its output has no places.
    """
    activations, gradients = activations_and_gradients(model, images, targets, layer)
    side = (images.shape[-2], images.shape[-1])
    return {
        name: enlarged(METHODS[name].compute(activations, gradients).relu(), side)
        for name in methods
    }


def enlarged(cells: Tensor, side: tuple[int, int]) -> Tensor:
    """Cells (N, h, w), not negative, as maps (N, H, W) whose maximum is 1, or 0 everywhere."""
    maps = F.interpolate(cells.unsqueeze(1), side, mode="bilinear", align_corners=False).squeeze(1)
    highest = maps.amax(dim=(1, 2), keepdim=True)
    return maps / highest.where(highest > 0, 1)
