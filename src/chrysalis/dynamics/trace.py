"""A training that is observed on the way, and takes the steps it would take unobserved."""

from __future__ import annotations

import copy
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from chrysalis.augment.inputs import to_input
from chrysalis.config.run import RunSettings
from chrysalis.dynamics.inputs import input_gradients
from chrysalis.dynamics.landscape import LENGTHS, along_gradient
from chrysalis.dynamics.layers import gradient_ratios, units_by_layer
from chrysalis.dynamics.probe import Probe, norm
from chrysalis.dynamics.undisturbed import undisturbed
from chrysalis.dynamics.vgg_study import (
    entry_shares,
    gradient_differences,
    gradient_predictiveness,
    lipschitz,
)
from chrysalis.engine.batches import Batch, Batches
from chrysalis.engine.epochs import Epoch, epochs, steps_in_epoch
from chrysalis.engine.setup import TrainingSetup
from chrysalis.engine.state import TrainingState
from chrysalis.engine.train import train_step
from chrysalis.engine.trained import shaped
from chrysalis.records.dynamics import (
    EPOCHS,
    LAYERS,
    STEPS,
    Divergence,
    EpochRow,
    LayerRow,
    StepRow,
    TraceRecord,
)

LOOKS = 12  # at the landscape, over the whole training
IMAGES = 256  # of val, for activations, input gradients and noise


@dataclass
class Trace:
    """The rows of a training's three tables, and where it stopped being finite, if it did."""

    steps: list[StepRow] = field(default_factory=list)
    epochs: list[EpochRow] = field(default_factory=list)
    layers: list[LayerRow] = field(default_factory=list)
    diverged: Divergence | None = None

    def write(self, folder: Path) -> None:
        """Write steps.csv, epochs.csv, layers.csv, and trace.json last."""
        STEPS.write(self.steps, folder / "steps.csv")
        EPOCHS.write(self.epochs, folder / "epochs.csv")
        LAYERS.write(self.layers, folder / "layers.csv")
        record = TraceRecord(steps=len(self.steps), epochs=len(self.epochs), diverged=self.diverged)
        record.write(folder / "trace.json")


def trace(setup: TrainingSetup) -> Trace:
    """Train as `engine.train.train` does, without early stopping, and observe it.

    Observing is in fp32 whatever the training's precision, and changes nothing. A training whose
    loss or weights stop being finite ends there.
    """
    model, plan = setup.model, setup.settings.training
    state = TrainingState.create(model, len(setup.classes), plan, setup.runtime)
    # The one in training computes some activations after pooling (`engine.rewrite`).
    with torch.random.fork_rng():
        registered = shaped(setup.settings, len(setup.classes)).to(setup.runtime.device)
    images, labels = _held(setup.batches["val"], setup.settings)
    found = Trace()
    for epoch in epochs(setup):
        ratios = _train_epoch(setup, state, epoch, found)
        if found.diverged:
            break
        registered.load_state_dict(model.state_dict())
        gradients = input_gradients(registered, images, labels)
        found.epochs.append(
            EpochRow(
                epoch=epoch.number + 1,
                input_gradient_mean=gradients.mean().item(),
                input_gradient_max=gradients.max().item(),
                lipschitz=lipschitz(registered, images),
            )
        )
        found.layers += _layers(registered, images, ratios, epoch.number + 1)
    return found


def _train_epoch(
    setup: TrainingSetup, state: TrainingState, epoch: Epoch, found: Trace
) -> dict[str, list[float]]:
    """Take the epoch's steps and note them; returns the gradient ratios of each weight."""
    plan, model = setup.settings.training, setup.model
    steps = steps_in_epoch(setup)
    every = max(1, plan.epochs * steps // LOOKS)
    ratios: dict[str, list[float]] = defaultdict(list)
    state.train()
    first = epoch.number * steps
    for step, (batch, rate) in enumerate(zip(epoch.inputs, epoch.rates, strict=True), first):
        before = _states(state) if step % every == 0 else None
        _, loss = train_step(state, *batch, rate, plan.clip_norm, setup.runtime)
        row = StepRow(step, epoch.number + 1, rate, loss.item())
        if not math.isfinite(row.loss):
            found.diverged = Divergence(step=step, epoch=row.epoch, what="the training loss")
            return ratios
        seen = _look(state, batch, *before) if before else {}
        found.steps.append(StepRow(**asdict(row) | seen))
        for name, ratio in gradient_ratios(model).items():
            ratios[name].append(ratio)
    if not all(torch.isfinite(p).all() for p in model.parameters()):
        found.diverged = Divergence(step=step, epoch=epoch.number + 1, what="the weights")
    return ratios


def _held(validation: Batches, settings: RunSettings) -> Batch:
    """Up to `IMAGES` inputs of val, and their labels."""
    images, labels = next(validation.in_order(IMAGES))
    return to_input(images, settings.image_size, settings.crop_pct), labels


def _states(state: TrainingState) -> tuple[dict, dict]:
    return copy.deepcopy((state.model.state_dict(), state.criterion.state_dict()))


def _look(
    state: TrainingState, batch: Batch, model_before: dict, criterion_before: dict
) -> dict[str, float]:
    """Look around the weights that the last step started from."""
    model, criterion, (images, targets) = state.model, state.criterion, batch

    def loss() -> torch.Tensor:
        # A loss may have a state of its own: the centers of center loss move when it is asked.
        criterion.load_state_dict(criterion_before)
        return criterion(model(images).float(), targets)

    trained = [p for p in model.parameters() if p.requires_grad]
    after = [p.detach().clone() for p in trained]
    with undisturbed(model), undisturbed(criterion):
        model.load_state_dict(model_before)
        length = norm([a - p.detach() for a, p in zip(after, trained, strict=True)])
        probe = Probe(model, loss)
        found = {"step_length": length, "gradient_norm": probe.norm}
        if not (length and probe.norm and math.isfinite(length + probe.norm)):
            return found
        landscape = along_gradient(probe, tuple(length * factor for factor in LENGTHS))
        differences = gradient_differences(probe)
        vanishing, exploding = entry_shares(probe.gradient)
        return found | {
            "loss_low": min(landscape.losses),
            "loss_high": max(landscape.losses),
            "change_low": min(landscape.changes),
            "change_high": max(landscape.changes),
            "smoothness": landscape.smoothness,
            "difference_farthest": differences.farthest,
            "difference_mean": differences.mean,
            "predictiveness": gradient_predictiveness(probe),
            "vanishing": vanishing,
            "exploding": exploding,
        }


def _layers(
    model: nn.Module, images: torch.Tensor, ratios: dict[str, list[float]], epoch: int
) -> Iterator[LayerRow]:
    for name, units in units_by_layer(model, images).items():
        yield LayerRow(epoch, name, **asdict(units))
    for name, values in ratios.items():
        yield LayerRow(epoch, name, ratio=float(np.mean(values)))
