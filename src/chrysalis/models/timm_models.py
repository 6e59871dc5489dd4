"""Any architecture of the timm library, by its name there."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from functools import partial

import timm
from torch import nn

from chrysalis.errors import UserError, first_line


def check(name: str) -> str:
    """A title for timm's architecture `name`, which may carry a tag of its weights after a dot.

    Raises:
        UserError: timm has no such architecture or no weights of that tag.
    """
    tagged = "." in name
    if not timm.is_model(name) or (tagged and name not in timm.list_pretrained()):
        known = timm.list_models() + timm.list_pretrained()
        near = difflib.get_close_matches(name, known, n=3)
        hint = f"; did you mean {' or '.join(f'timm/{n}' for n in near)}?" if near else ""
        raise UserError(f"timm {timm.__version__} has no model '{name}'{hint}")
    return f"{name} (timm)"


def build(name: str, num_classes: int, image_size: int, *, pretrained: bool = False) -> nn.Module:
    """timm's `name` for float images (N, 3, image_size, image_size) and `num_classes` logits.

    Pretrained weights come from timm's own source, the Hugging Face hub or its local cache.

    Raises:
        UserError: there are no such weights, or they cannot be fetched.
    """
    config = timm.get_pretrained_cfg(name, allow_unregistered=False)
    if pretrained and not (config and config.has_weights):
        raise UserError(f"model 'timm/{name}': timm knows no pretrained weights for it")
    create = partial(timm.create_model, name, pretrained=pretrained, num_classes=num_classes)
    try:
        fixed = config and config.fixed_input_size
        network = create(img_size=image_size) if fixed else create()
    except OSError as error:
        reason = first_line(error)
        raise UserError(
            f"model 'timm/{name}': its pretrained weights cannot be fetched ({reason}). "
            "Go online once, so that they come into the Hugging Face cache, or set pretrained: "
            "false"
        ) from None
    if pretrained and config:
        vars(network)["input_statistics"] = (config.mean, config.std)
    vars(network)["cam_layer"] = _cam_layer(network)
    return network


def _cam_layer(network: nn.Module) -> str:
    """The last layer whose output still has places: maps, or a transformer's tokens."""
    blocks = getattr(network, "blocks", None)
    if hasattr(network, "patch_embed") and hasattr(network, "pos_embed") and blocks:
        # What comes after a transformer's last attention reaches the class through one token only.
        return f"blocks.{len(blocks) - 1}.norm1"
    stages: Sequence[Mapping[str, str]] = getattr(network, "feature_info", ())
    return stages[-1]["module"]
