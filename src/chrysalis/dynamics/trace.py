"""A training that is observed on the way, and takes the steps it would take unobserved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
import pandas as pd
import torch
from torch import nn

from chrysalis.augment.inputs import to_input
from chrysalis.config.run import RunSettings
from chrysalis.dynamics.inputs import input_gradients
from chrysalis.dynamics.landscape import STEPS, along_gradient
from chrysalis.dynamics.layers import EXPLODING, VANISHING, gradient_ratios, units_by_layer
from chrysalis.dynamics.undisturbed import undisturbed
from chrysalis.engine.batches import Batch, Batches
from chrysalis.engine.epochs import epochs, steps_in_epoch
from chrysalis.engine.setup import TrainingSetup
from chrysalis.engine.state import TrainingState
from chrysalis.engine.train import train_step

LOOKS = 60  # at the landscape, over the whole training
IMAGES = 256  # of val, for activations and input gradients


class Trace:
    """Rows of the three tables that `trace` returns."""

    def __init__(self) -> None:
        self.steps: list[dict[str, float]] = []
        self.epochs: list[dict[str, float]] = []
        self.layers: list[dict[str, object]] = []

    def tables(self) -> dict[str, pd.DataFrame]:
        """By name: steps, epochs, layers."""
        return {name: pd.DataFrame(rows) for name, rows in vars(self).items()}


def trace(setup: TrainingSetup) -> dict[str, pd.DataFrame]:
    """Train as `engine.train.train` does, without early stopping, and observe it.

    Observing is in fp32 whatever the training's precision, and changes nothing. Tables:

    - steps, a row for each step: step, epoch, learning_rate, loss; at every so many steps also
      gradient_norm, loss_low and loss_high (least and largest loss along the gradient),
      distance_low and distance_high (of the gradient there from the one here), smoothness.
    - epochs, a row for each, of its end: epoch, input_gradient_mean and input_gradient_max.
    - layers, a row for each epoch and layer: epoch, layer, and mean, sd, dead of an activation, or
      ratio (mean over the epoch's steps), vanishing and exploding (shares of them) of a weight.
    """
    settings, model, plan = setup.settings, setup.model, setup.settings.training
    state = TrainingState.create(model, len(setup.classes), plan, setup.runtime)
    steps = steps_in_epoch(setup)
    every = max(1, plan.epochs * steps // LOOKS)
    images, labels = _held(setup.batches["val"], settings)
    found = Trace()
    for current in epochs(setup):
        epoch, first = current.number, current.number * steps
        ratios: dict[str, list[float]] = defaultdict(list)
        state.train()
        for step, (batch, rate) in enumerate(
            zip(current.inputs, current.rates, strict=True), first
        ):
            row = {"step": step, "epoch": epoch + 1, "learning_rate": rate}
            look = _look(state, batch, rate) if step % every == 0 else {}
            _, loss = train_step(state, *batch, rate, plan.clip_norm, setup.runtime)
            found.steps.append(row | {"loss": loss.item()} | look)
            for name, ratio in gradient_ratios(model).items():
                ratios[name].append(ratio)
        gradients = input_gradients(model, images, labels)
        found.epochs.append(
            {
                "epoch": epoch + 1,
                "input_gradient_mean": gradients.mean().item(),
                "input_gradient_max": gradients.max().item(),
            }
        )
        found.layers += _layers(model, images, ratios, epoch + 1)
    return found.tables()


def _held(validation: Batches, settings: RunSettings) -> Batch:
    """Up to `IMAGES` inputs of val, and their labels."""
    images, labels = next(validation.in_order(IMAGES))
    return to_input(images, settings.image_size, settings.crop_pct), labels


def _look(state: TrainingState, batch: Batch, rate: float) -> dict[str, float]:
    images, targets = batch
    # A loss may have a state of its own: the centers of center loss move when it is asked.
    with undisturbed(state.criterion):
        landscape = along_gradient(
            state.model,
            lambda: state.criterion(state.model(images).float(), targets),
            tuple(factor * rate for factor in STEPS),
        )
    return {
        "gradient_norm": landscape.norm,
        "loss_low": min(landscape.losses),
        "loss_high": max(landscape.losses),
        "distance_low": min(landscape.distances),
        "distance_high": max(landscape.distances),
        "smoothness": landscape.smoothness,
    }


def _layers(
    model: nn.Module, images: torch.Tensor, ratios: dict[str, list[float]], epoch: int
) -> Iterator[dict[str, object]]:
    for name, units in units_by_layer(model, images).items():
        yield {"epoch": epoch, "layer": name, **asdict(units)}
    for name, values in ratios.items():
        yield {
            "epoch": epoch,
            "layer": name,
            "ratio": float(np.mean(values)),
            "vanishing": float(np.mean(np.array(values) < VANISHING)),
            "exploding": float(np.mean(np.array(values) > EXPLODING)),
        }
