"""Structured pruning: whole channels of a network are taken out."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

from chrysalis.engine.classifier import last_linear

Network = TypeVar("Network", bound=nn.Module)


def prune(network: Network, image_size: int, share: float) -> Network:
    """Take that share of every layer's channels out of the network, in place; return it.

    Out go the channels with the least weights (the L2 norm, averaged over all layers that share the
    channel: Fang et al., "DepGraph", CVPR 2023), the same share in each layer, rounded down. The
    outputs stay. So `share` and the architecture alone decide which shape is left; with a share of
    0 nothing goes. `network` maps images (N, 3, S, S) of side `image_size` to logits.

    Raises:
        UserError: the network does not end in a linear layer.
    """
    if share == 0:
        return network
    import torch_pruning  # half a second, which runs that prune nothing need not wait

    last = last_linear(network, "prune")
    training = network.training
    network.eval()
    weight = next(network.parameters())
    example = torch.zeros(1, 3, image_size, image_size, device=weight.device, dtype=weight.dtype)
    importance = torch_pruning.importance.GroupMagnitudeImportance(p=2, group_reduction="mean")
    pruner = torch_pruning.pruner.BasePruner(
        network,
        example,
        importance=importance,
        pruning_ratio=share,
        ignored_layers=[last],
    )
    pruner.step()
    # Channels were cut from plain tensors: give the layout back that the network came with.
    return network.to(memory_format=torch.channels_last).train(training)
