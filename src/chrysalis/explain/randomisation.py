"""Does a map depend on what the network has learned? Its weights are randomised from the top.

Adebayo et al. 2018 (NeurIPS, Sanity Checks for Saliency Maps, section 3): a map that stays the same
when the weights are random explains the image, not the network.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from chrysalis.explain.maps import heat_maps

STAGES = 6


def cascade(
    model: nn.Module, images: Tensor, targets: Tensor, layer: str, methods: Iterable[str]
) -> dict[str, list[tuple[str, np.ndarray]]]:
    """By method, after each stage: the lowest module randomised so far, and the similarity (N,).

    Modules with weights are randomised from the last defined to the first, in up to `STAGES` equal
    stages, each on top of those before. The entries of each weight are shuffled, so that it keeps
    its distribution. Similarity is `rank_correlation` with the map of the trained network. The
    model itself stays as it is.
    """
    methods = list(methods)
    trained = heat_maps(model, images, targets, layer=layer, methods=methods)
    randomised = copy.deepcopy(model)
    generator = torch.Generator().manual_seed(0)
    found: dict[str, list[tuple[str, np.ndarray]]] = {name: [] for name in methods}
    names = weighted_modules(randomised)[::-1]
    for stage in np.array_split(np.arange(len(names)), min(STAGES, len(names))):
        for index in stage:
            _shuffle(randomised.get_submodule(names[index]), generator)
        maps = heat_maps(randomised, images, targets, layer=layer, methods=methods)
        for name in methods:
            similar = rank_correlation(maps[name], trained[name])
            found[name].append((names[stage[-1]], similar))
    return found


def weighted_modules(model: nn.Module) -> list[str]:
    """The modules that have weights of their own, in the order in which they were defined."""
    return [
        name
        for name, module in model.named_modules()
        if next(module.parameters(recurse=False), None) is not None
    ]


@torch.no_grad()
def _shuffle(module: nn.Module, generator: torch.Generator) -> None:
    for parameter in module.parameters(recurse=False):
        order = torch.randperm(parameter.numel(), generator=generator).to(parameter.device)
        parameter.copy_(parameter.flatten()[order].view_as(parameter))


def rank_correlation(one: Tensor, other: Tensor) -> np.ndarray:
    """Spearman's correlation (N,) of maps (N, H, W), pixel by pixel; 0 if one is constant."""
    # Ranked by pandas, since scipy.stats takes a second to import.
    first, second = (
        pd.DataFrame(maps.flatten(1).cpu().numpy()).rank(axis=1).to_numpy() for maps in (one, other)
    )
    first, second = (each - each.mean(1, keepdims=True) for each in (first, second))
    scale = np.sqrt((first**2).sum(1) * (second**2).sum(1))
    return np.divide((first * second).sum(1), scale, out=np.zeros(len(scale)), where=scale > 0)
