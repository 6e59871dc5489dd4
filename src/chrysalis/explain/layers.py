"""What a layer of a network puts out and its gradient, with the network left as it was."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

from chrysalis.engine.trained import Trained
from chrysalis.errors import UserError
from chrysalis.models import registry


def usual_layer(trained: Trained) -> str:
    """The name of the layer that explains a network: its last stage that has places."""
    return registry.spec(trained.settings.model).cam_layer or str(trained.model.network.cam_layer)


def conv_layers(model: nn.Module) -> list[str]:
    """Names of the model's 2-D convolutions, in the order in which they were defined."""
    return [name for name, module in model.named_modules() if isinstance(module, nn.Conv2d)]


def activations_and_gradients(
    model: nn.Module, images: Tensor, targets: Tensor | None, layer: str
) -> tuple[Tensor, Tensor]:
    """What `layer` puts out for the images, and its gradient of the targets' logits.

    Both are float32 (N, C, h, w), cut from the graph. The model runs in eval mode; afterwards it
    and torch's random state are as before.

    Args:
        model: maps float images (N, 3, H, W) to logits (N, classes).
        images: float (N, 3, H, W).
        targets: int64 (N,); None: the predicted classes.
        layer: name of a module that puts out maps or tokens (see `as_maps`); of several runs the
            last counts.

    Raises:
        UserError: no such layer, or its output has no places.
    """
    with untouched(model), _recorded(model, layer) as outputs, torch.enable_grad():
        logits = model(images)
        _check(model, layer, outputs)
        if targets is None:
            targets = logits.argmax(dim=1)
        score = logits.gather(1, targets.unsqueeze(1)).sum()
        (gradient,) = torch.autograd.grad(score, outputs[-1])
    return as_maps(model, outputs[-1].detach().float()), as_maps(model, gradient.float())


def map_size(model: nn.Module, images: Tensor, *, layer: str) -> tuple[int, int]:
    """Rows and columns of the cells that the layer's maps of these images are made of.

    Raises:
        UserError: no such layer, or its output has no places.
    """
    with untouched(model), _recorded(model, layer) as outputs, torch.no_grad():
        model(images[:1])
    _check(model, layer, outputs)
    rows, columns = as_maps(model, outputs[-1]).shape[-2:]
    return rows, columns


def layers_up_to(model: nn.Module, images: Tensor, layer: str) -> list[str]:
    """Names of the layers whose outputs have places, in the order in which they run, to `layer`.

    All that reaches `layer` from the images passes through each of them, so a layer beside a
    shortcut is none. They put out what `layer` does: (N, C, h, w), or tokens; and at least two
    cells each way. Of modules that pass on the same output, such as a block and its last module,
    the outermost counts.

    Raises:
        UserError: no such layer, or its output has no places.
    """
    names = {module: name for name, module in model.named_modules()}
    layer = names[_find(model, layer)]
    images = images.detach().requires_grad_()
    ran: list[tuple[str, Tensor, Node | None]] = []

    def record(module: nn.Module, inputs: tuple, output: object) -> None:
        if not isinstance(output, Tensor) or (ran and ran[-1][0] == layer):
            return
        if ran and output is ran[-1][1]:
            ran.pop()
        elif any(output is earlier and output.grad_fn is node for _, earlier, node in ran):
            return  # a shortcut that changes nothing; one changed in place has another node
        ran.append((names[module], output, output.grad_fn))

    handles = [module.register_forward_hook(record) for module in names if names[module]]
    try:
        with untouched(model), torch.enable_grad():
            model(images)
    finally:
        for handle in handles:
            handle.remove()
    found = [(output, node) for name, output, node in ran if name == layer]
    _check(model, layer, [output for output, _ in found])
    last, end = found[-1]
    return [
        name
        for name, output, node in ran
        if name == layer or (_alike(model, output, last) and not _reaches(end, images, node))
    ]


def _reaches(end: Node | None, images: Tensor, without: Node | None) -> bool:
    """Whether the graph leads from `end` back to the images past the node `without`."""
    seen, waiting = {without, None}, [end]
    while waiting:
        node = waiting.pop()
        if node in seen or node is None:
            continue
        if getattr(node, "variable", None) is images:
            return True
        seen.add(node)
        waiting += [before for before, _ in node.next_functions]
    return False


def _alike(model: nn.Module, output: Tensor, other: Tensor) -> bool:
    """Whether an output has places as the other has, and more than one each way."""
    if output.dim() != other.dim() or len(output) != len(other):
        return False
    try:
        return min(as_maps(model, output).shape[-2:]) > 1
    except UserError:
        return False


def as_maps(model: nn.Module, output: Tensor) -> Tensor:
    """A layer's output as (N, C, h, w).

    It may be that already; (N, h, w, C) of a timm network that says so by its `output_fmt`; or a
    transformer's tokens (N, T, C). Those in front, of the class and registers, have no place: a
    timm network says how many there are, otherwise the last tokens that form a square count.

    Raises:
        UserError: the tokens are not those of a grid.
    """
    if output.dim() == 4:
        channels_last = getattr(model, "output_fmt", "NCHW") == "NHWC"
        return output.permute(0, 3, 1, 2) if channels_last else output
    rows, columns = _grid(model, output.shape[1])
    return output[:, -rows * columns :].transpose(1, 2).unflatten(2, (rows, columns))


def _grid(model: nn.Module, tokens: int) -> tuple[int, int]:
    """Rows and columns of the tokens that have a place."""
    in_front = getattr(model, "num_prefix_tokens", None)
    if in_front is None:
        return math.isqrt(tokens), math.isqrt(tokens)
    places = tokens - in_front
    rows, columns = getattr(getattr(model, "patch_embed", None), "grid_size", None) or (0, 0)
    if rows * columns == places:
        return rows, columns
    side = math.isqrt(max(places, 0))
    if side == 0 or side * side != places:
        raise UserError(f"{places} tokens of an image form no grid; choose another layer")
    return side, side


def _check(model: nn.Module, layer: str, outputs: list[Tensor]) -> None:
    if not outputs or outputs[-1].dim() not in (3, 4):
        raise UserError(
            f"a map needs a layer that puts out (N, C, h, w) or tokens, unlike '{layer}'; "
            f"choose one of {', '.join(conv_layers(model))}"
        )


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
def untouched(model: nn.Module) -> Iterator[None]:
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
