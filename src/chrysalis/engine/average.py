"""An exponential moving average of a network's weights."""

from __future__ import annotations

import copy

import torch
from torch import nn


class Average:
    """A copy of a network whose weights follow those in training at a distance.

    After each step weights = decay x weights + (1 - decay) x new ones; the decay itself starts low
    and rises with the steps as (1 + n) / (10 + n), so that short trainings are not held back by
    their initial weights (as in TensorFlow's ExponentialMovingAverage). Normalisation's running
    statistics are averaged too; integers are copied.
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
        pairs = list(
            zip(self.model.state_dict().values(), model.state_dict().values(), strict=True)
        )
        floats = [(mine, its) for mine, its in pairs if mine.is_floating_point()]
        torch._foreach_lerp_([m for m, _ in floats], [i for _, i in floats], 1 - decay)
        for mine, its in pairs:
            if not mine.is_floating_point():
                mine.copy_(its)

    def state_dict(self) -> dict[str, object]:
        """What a checkpoint keeps."""
        return {"model": self.model.state_dict(), "steps": self.steps}

    def load_state_dict(self, state: dict[str, object]) -> None:
        """Go on from what `state_dict` gave."""
        self.model.load_state_dict(state["model"])
        self.steps = state["steps"]
