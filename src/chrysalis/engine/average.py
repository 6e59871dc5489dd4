"""An exponential moving average of a network's weights."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


class Average:
    """A copy of a network whose weights follow those in training at a distance.

    After each step weights = decay x weights + (1 - decay) x new ones; the decay itself starts low
    and rises with the steps as (1 + n) / (10 + n), so that short trainings are not held back by
    their initial weights (as in TensorFlow's ExponentialMovingAverage). Normalisation's running
    statistics are averaged too; integers are copied.

    The averaging is torch's. Its `AveragedModel` around it would read its count of steps from the
    device and copy it there at every step, for which the device would have to be waited.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        """`decay` in (0, 1) is approached from below."""
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.decay, self.steps = decay, 0

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Take in the weights of `model` after a step."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        mine, its = (list(m.state_dict().values()) for m in (self.model, model))
        floats = [place for place, value in enumerate(mine) if value.is_floating_point()]
        average = get_ema_multi_avg_fn(decay)
        average([mine[place] for place in floats], [its[place] for place in floats], self.steps)
        for own, other in zip(mine, its, strict=True):
            if not own.is_floating_point():
                own.copy_(other)

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {"model": self.model.state_dict(), "steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.model.load_state_dict(state["model"])
        self.steps = state["steps"]
