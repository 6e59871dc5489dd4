"""Optimizers and the course of their learning rate."""

from __future__ import annotations

import functools
import inspect
import math
from typing import TypeVar

import torch
from torch import nn

from chrysalis.config.settings import TrainingSettings

# torch's OneCycleLR: how far below its peak the rate starts, and how far below that it ends.
ONE_CYCLE_START, ONE_CYCLE_END = 25.0, 1e4
# What timm and torchvision call the embeddings and tokens of their vision transformers.
EMBEDDINGS = {
    *("pos_embed", "pos_embedding", "cls_token", "class_token", "dist_token", "reg_token"),
}

# Methods that torch wraps for its compiler.
WRAPPED = ("step", "zero_grad", "add_param_group", "state_dict", "load_state_dict")

Kind = TypeVar("Kind", bound=torch.optim.Optimizer)


def create_optimizer(model: nn.Module, plan: TrainingSettings) -> torch.optim.Optimizer:
    """The optimizer that the settings name, over the model's trainable parameters.

    SGD with momentum, plain or Nesterov's (Sutskever et al. 2013), Adam (Kingma and Ba 2015), AdamW
    (Loshchilov and Hutter 2019) or RMSprop (Tieleman and Hinton 2012), as torch implements them.
    """
    groups = parameter_groups(model, plan.weight_decay, plan.decay_norms_and_biases)
    if plan.optimizer == "adamw":
        return _uncompiled(torch.optim.AdamW)(groups, lr=plan.learning_rate, fused=True)
    if plan.optimizer == "adam":
        return _uncompiled(torch.optim.Adam)(groups, lr=plan.learning_rate, fused=True)
    if plan.optimizer == "rmsprop":
        return _uncompiled(torch.optim.RMSprop)(
            groups, lr=plan.learning_rate, momentum=plan.momentum
        )
    return _uncompiled(torch.optim.SGD)(
        groups,
        lr=plan.learning_rate,
        momentum=plan.momentum,
        nesterov=plan.optimizer == "nesterov" and plan.momentum > 0,
        fused=True,
    )


@functools.cache
def _uncompiled(kind: type[Kind]) -> type[Kind]:
    """The optimizer without what torch wraps its methods in, which imports torch's compiler.

    That takes seconds at the start of each training, and nothing is compiled here.
    """
    own = {name: inspect.unwrap(getattr(kind, name)) for name in WRAPPED}
    own["step"] = torch.no_grad()(own["step"])
    return type(kind.__name__, (kind,), own)


def parameter_groups(model: nn.Module, decay: float, everywhere: bool) -> list[dict]:
    """Trainable parameters with their weight decay, which some have only if `everywhere`.

    Those are of fewer than two dimensions, which normalisation and biases have, and the position
    embeddings and tokens of vision transformers (Dosovitskiy et al. 2021; Touvron et al. 2021).
    """
    decayed: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            plain = parameter.ndim < 2 or name.rpartition(".")[2] in EMBEDDINGS
            (others if plain and not everywhere else decayed).append(parameter)
    groups = [
        {"params": decayed, "weight_decay": decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def learning_rate(plan: TrainingSettings, step: int, steps: int) -> float:
    """Rate at optimizer step `step` (from 0), with `steps` in an epoch.

    After a linear warm-up: half a cosine down to 0 (Loshchilov and Hutter 2017, section 3), steps
    down, or constant. one_cycle (Smith and Topin 2018, as torch's OneCycleLR) has a warm-up along a
    cosine from 1/25 of the peak, and falls along another to 1/250,000 of it.
    """
    warmup, total = round(plan.warmup_epochs * steps), plan.epochs * steps
    if plan.schedule == "one_cycle":
        return _one_cycle(plan.learning_rate, step, warmup, total)
    if step < warmup:
        return plan.learning_rate * (step + 1) / warmup
    if plan.schedule == "constant":
        return plan.learning_rate
    if plan.schedule == "step":
        after = [float(epoch * steps) for epoch in plan.step_epochs]
        after = after or [share * total for share in plan.step_at]
        passed = sum(step >= limit for limit in after)
        return plan.learning_rate * plan.step_factor**passed
    share = (step - warmup) / max(1, total - warmup)
    return plan.learning_rate * (1 + math.cos(math.pi * share)) / 2


def _one_cycle(peak: float, step: int, warmup: int, total: int) -> float:
    start = peak / ONE_CYCLE_START
    top = max(warmup - 1, 0)
    if step < top:
        return _along_cosine(start, peak, step / top)
    return _along_cosine(peak, start / ONE_CYCLE_END, (step - top) / max(1, total - 1 - top))


def _along_cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2
