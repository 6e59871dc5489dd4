"""Looking at a network in training without changing how it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """Put parameters, buffers, gradients, modes and random numbers back at the end."""
    modes = {module: module.training for module in model.modules()}
    values = {name: value.detach().clone() for name, value in _tensors(model)}
    gradients = {p: p.grad for p in model.parameters()}
    devices = [p.device for p in model.parameters() if p.is_cuda][:1]
    with torch.random.fork_rng(devices):
        try:
            yield
        finally:
            with torch.no_grad():
                for name, value in _tensors(model):
                    value.copy_(values[name])
            for parameter, gradient in gradients.items():
                parameter.grad = gradient
            for module, training in modes.items():
                module.training = training


def _tensors(model: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    yield from model.named_parameters()
    yield from model.named_buffers()
