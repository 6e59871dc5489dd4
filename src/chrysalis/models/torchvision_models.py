"""Any classifier of torchvision, by its name there."""

from __future__ import annotations

import difflib
from functools import partial

import torch
import torchvision
from torch import Tensor, nn
from torchvision import models
from torchvision.models.vision_transformer import interpolate_embeddings

from chrysalis.errors import UserError, first_line

# Networks with a second classifier for training, which is left out here.
AUXILIARY = ("googlenet", "inception_v3")


def check(name: str) -> str:
    """A title for torchvision's classifier `name`.

    Raises:
        UserError: torchvision has no such classifier.
    """
    known = models.list_models(module=models)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3)
        hint = f"; did you mean {' or '.join(f'torchvision/{n}' for n in near)}?" if near else ""
        raise UserError(f"torchvision {torchvision.__version__} has no classifier '{name}'{hint}")
    return f"{name} (torchvision)"


def build(name: str, num_classes: int, image_size: int, *, pretrained: bool = False) -> nn.Module:
    """torchvision's `name`: float images (N, 3, image_size, image_size) to `num_classes` logits.

    Pretrained weights are torchvision's default ones for ImageNet, from its download site or the
    local cache of `torch.hub`; the last layer is new unless there are as many classes.

    Raises:
        UserError: the network cannot take such images, or its weights cannot be fetched.
    """
    create = partial(models.get_model, name, weights=None, num_classes=num_classes)
    if name in AUXILIARY:
        # The weights expect what `transform_input` makes of the usual normalisation.
        create = partial(create, aux_logits=False, init_weights=True, transform_input=pretrained)
    elif name.startswith("vit_"):
        create = partial(create, image_size=image_size)
    elif name.startswith("maxvit_"):
        create = partial(create, input_size=(image_size, image_size))
    try:
        network = create()
        layer = _cam_layer(network, image_size)
    except (AssertionError, RuntimeError, ValueError) as error:
        reason = first_line(error)
        raise UserError(
            f"model 'torchvision/{name}': it cannot take images of {image_size} px ({reason}); "
            "set another image_size in the dataset's file, or choose another model"
        ) from None
    vars(network)["cam_layer"] = layer
    if pretrained:
        vars(network)["input_statistics"] = _load(name, network, image_size)
    return network


def _load(name: str, network: nn.Module, image_size: int) -> tuple[list[float], list[float]]:
    """Put the default weights into the network; returns the means and deviations they expect."""
    weights = models.get_model_weights(name).DEFAULT
    try:
        theirs = models.get_model(name, weights=weights, progress=False).state_dict()
    except OSError as error:
        reason = first_line(error)
        raise UserError(
            f"model 'torchvision/{name}': its pretrained weights cannot be fetched ({reason}). "
            "Go online once, so that they come into the cache of torch.hub, or set pretrained: "
            "false"
        ) from None
    if isinstance(network, models.VisionTransformer):
        theirs = dict(interpolate_embeddings(image_size, network.patch_size, theirs))
    ours = network.state_dict()
    fitting = {key: theirs[key] for key in ours if theirs[key].shape == ours[key].shape}
    new = {key.rpartition(".")[0] for key in set(ours) - set(fitting)}
    if len(new) > 1:
        raise UserError(
            f"model 'torchvision/{name}': the pretrained weights of {', '.join(sorted(new))} do "
            f"not fit images of {image_size} px; set pretrained: false, or another image_size"
        )
    network.load_state_dict(ours | fitting)
    transforms = weights.transforms()
    return transforms.mean, transforms.std


def _cam_layer(network: nn.Module, image_size: int) -> str:
    """The last layer with weights whose output still has places: maps, or a transformer's tokens.

    Raises:
        RuntimeError: the network cannot take images of this size.
    """
    ends = _map_layers(network, image_size)
    if isinstance(network, models.VisionTransformer):
        # What comes after the last attention reaches the class through one token only.
        return f"encoder.layers.encoder_layer_{len(network.encoder.layers) - 1}.ln_1"
    if isinstance(network, models.SwinTransformer):
        return "permute"  # from (N, h, w, C), as its stages put out, to maps
    return ends[-1]


def _map_layers(network: nn.Module, image_size: int) -> list[str]:
    """The layers with weights that put out maps of several places, as they finish."""
    names = {
        module: name
        for name, module in network.named_modules()
        if any(True for _ in module.parameters())
    }
    found: list[str] = []

    def note(module: nn.Module, inputs: tuple[Tensor, ...], output: object) -> None:
        if isinstance(output, Tensor) and output.dim() == 4 and output[0, 0].numel() > 1:
            found.append(names[module])

    handles = [module.register_forward_hook(note) for module in names]
    try:
        with torch.no_grad():
            network.eval()(torch.zeros(1, 3, image_size, image_size))
    finally:
        network.train()
        for handle in handles:
            handle.remove()
    return found
