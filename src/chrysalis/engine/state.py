"""All that changes while a network is trained, and that a checkpoint must keep."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import torch
from torch import nn

from chrysalis.config.settings import TrainingSettings
from chrysalis.engine.average import Average
from chrysalis.engine.classifier import last_linear
from chrysalis.engine.losses import create_loss
from chrysalis.engine.optim import create_optimizer
from chrysalis.engine.runtime import Runtime


class Stateful(Protocol):
    """What a checkpoint can keep."""

    def state_dict(self) -> dict[str, Any]:
        """All that changes."""

    def load_state_dict(self, state_dict: dict[str, Any]) -> Any:
        """Go on from what `state_dict` gave."""


@dataclass(frozen=True)
class TrainingState:
    """A network in training: `forward` is what to call, which over several processes wraps it."""

    model: nn.Module
    forward: nn.Module
    criterion: nn.Module
    optimizer: torch.optim.Optimizer
    average: Average | None
    head: nn.Module | None

    @classmethod
    def create(
        cls,
        model: nn.Module,
        classes: int,
        plan: TrainingSettings,
        runtime: Runtime,
        teacher: nn.Module | None = None,
    ) -> TrainingState:
        """What the settings ask for around `model`, which is on the runtime's device.

        A `teacher` is on the same device, with the same classes.

        Raises:
            UserError: the model does not suit the loss.
        """
        head = freeze_features(model) if plan.frozen else None
        forward = runtime.group.wrap(model)
        average = Average(model, plan.ema_decay) if plan.ema_decay else None
        taught = None if teacher is None else partial(_outputs, teacher, runtime)
        criterion = create_loss(model, classes, plan, runtime.group, taught)
        return cls(model, forward, criterion, create_optimizer(model, plan), average, head)

    def train(self) -> None:
        """Put the network into training mode; frozen features stay in evaluation mode.

        So their normalisation goes on with the statistics that it has.
        """
        self.forward.train()
        if self.head is not None:
            self.model.eval()
            self.head.train()

    @property
    def evaluated(self) -> nn.Module:
        """The network to validate and to keep: the average, if there is one."""
        return self.average.model if self.average else self.model

    @property
    def _parts(self) -> dict[str, Stateful]:
        parts: dict[str, Stateful] = {
            "model": self.model,
            "criterion": self.criterion,
            "optimizer": self.optimizer,
        }
        return parts | ({"average": self.average} if self.average else {})

    def state_dict(self) -> dict[str, object]:
        """The state of every part."""
        return {name: part.state_dict() for name, part in self._parts.items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        for name, part in self._parts.items():
            part.load_state_dict(state[name])


@torch.no_grad()
def _outputs(teacher: nn.Module, runtime: Runtime, images: torch.Tensor) -> torch.Tensor:
    with runtime.autocast():
        return teacher(images)


def freeze_features(model: nn.Module) -> nn.Module:
    """Let only the model's last linear layer be trained; return that layer.

    Raises:
        UserError: the model does not end in one.
    """
    last = last_linear(model, "training.frozen")
    model.requires_grad_(False)
    return last.requires_grad_()
