"""Grad-CAM: which places of an image speak for a class (Selvaraju et al. 2017, ICCV, section 3)."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from chrysalis.errors import UserError


def conv_layers(model: nn.Module) -> list[str]:
    """Names of the model's 2-D convolutions, in the order in which they were defined."""
    return [name for name, module in model.named_modules() if isinstance(module, nn.Conv2d)]


def grad_cam(
    model: nn.Module, images: Tensor, targets: Tensor | None = None, *, layer: str
) -> Tensor:
    """Heat maps, float32 (N, H, W) in [0, 1], on the images' device.

    A channel of the layer's output weighs as much as its gradient of the target's logit, averaged
    over positions; the ReLU of the weighted sum (equations 1 and 2) is enlarged bilinearly and
    divided by its maximum for each image. A map without any positive value stays 0.

    The model runs in eval mode; afterwards it and torch's random state are as before.

    Args:
        model: maps float images (N, 3, H, W) to logits (N, classes).
        images: float (N, 3, H, W).
        targets: int64 (N,) classes to explain; by default the predicted ones.
        layer: name of a module that puts out maps or tokens (see `_as_maps`); of several runs the
            last counts.

    Raises:
        UserError: no such layer, or its output has no places.
    """
    with _untouched(model), _recorded(model, layer) as outputs, torch.enable_grad():
        logits = model(images)
        if not outputs or outputs[-1].dim() not in (3, 4):
            raise UserError(
                f"Grad-CAM needs a layer that puts out (N, C, h, w), unlike '{layer}'; "
                f"choose one of {', '.join(conv_layers(model))}"
            )
        if targets is None:
            targets = logits.argmax(dim=1)
        score = logits.gather(1, targets.unsqueeze(1)).sum()
        (gradient,) = torch.autograd.grad(score, outputs[-1])
    gradient, output = (_as_maps(model, t.float()) for t in (gradient, outputs[-1].detach()))
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    cams = (weights * output).sum(dim=1, keepdim=True).relu()
    cams = F.interpolate(cams, images.shape[-2:], mode="bilinear", align_corners=False).squeeze(1)
    highest = cams.amax(dim=(1, 2), keepdim=True)
    return cams / highest.where(highest > 0, 1)


def map_size(model: nn.Module, images: Tensor, *, layer: str) -> tuple[int, int]:
    """Rows and columns of the cells that `grad_cam`'s maps of these images are made of.

    Raises:
        UserError: no such layer.
    """
    with _untouched(model), _recorded(model, layer) as outputs, torch.no_grad():
        model(images[:1])
    rows, columns = _as_maps(model, outputs[-1]).shape[-2:]
    return rows, columns


def _as_maps(model: nn.Module, output: Tensor) -> Tensor:
    """A layer's output as (N, C, h, w).

    It may be that already; (N, h, w, C) of a timm network that says so by its `output_fmt`; or a
    transformer's tokens (N, T, C), of which the last form a square and any before it have no place.
    """
    if output.dim() == 4:
        channels_last = getattr(model, "output_fmt", "NCHW") == "NHWC"
        return output.permute(0, 3, 1, 2) if channels_last else output
    side = math.isqrt(output.shape[1])
    return output[:, -side * side :].transpose(1, 2).unflatten(2, (side, side))


@contextmanager
def _recorded(model: nn.Module, layer: str) -> Iterator[list[Tensor]]:
    """Within, each run of the layer adds its output to the list, as a leaf that takes gradients."""
    outputs: list[Tensor] = []

    def record(module: nn.Module, inputs: tuple, output: object) -> object:
        if not isinstance(output, Tensor):
            return output
        # Cutting the graph here frees the gradient from needing any parameter's; the copy lets
        # the next module change its input in place.
        outputs.append(output.detach().requires_grad_())
        return outputs[-1].clone()

    handle = _find(model, layer).register_forward_hook(record)
    try:
        yield outputs
    finally:
        handle.remove()


@contextmanager
def _untouched(model: nn.Module) -> Iterator[None]:
    """Within, eval mode without gradients of parameters; afterwards all is as before."""
    modes = {module: module.training for module in model.modules()}
    parameters = [(p, p.requires_grad, p.grad) for p in model.parameters()]
    cuda = sorted({p.device.index for p, *_ in parameters if p.device.type == "cuda"})
    with torch.random.fork_rng(devices=cuda):
        try:
            model.eval().requires_grad_(False)
            yield
        finally:
            for module, training in modes.items():
                module.training = training
            for parameter, requires_grad, grad in parameters:
                parameter.requires_grad_(requires_grad).grad = grad


def _find(model: nn.Module, layer: str) -> nn.Module:
    modules = dict(model.named_modules())
    if layer not in modules:
        near = difflib.get_close_matches(layer, modules, n=5) or conv_layers(model)
        raise UserError(f"the model has no layer '{layer}'; choose for example {', '.join(near)}")
    return modules[layer]
