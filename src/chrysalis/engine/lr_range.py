"""The learning rate range test (Smith 2017, WACV, section 3.3): which rates a network can take."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pandas as pd
import torch
from torch import nn

from chrysalis.config.run import RunSettings
from chrysalis.engine.batches import Batch, Batches
from chrysalis.engine.runtime import Runtime, derive_seed, generator, seed_everything
from chrysalis.engine.state import TrainingState
from chrysalis.engine.train import Preparation, train_step

LOWEST, HIGHEST, STEPS = 1e-6, 1.0, 100
SMOOTHING = 0.9
DIVERGED = 4.0  # times the least smoothed loss


def lr_range_test(
    model: nn.Module, classes: int, settings: RunSettings, training: Batches, runtime: Runtime
) -> pd.DataFrame:
    """Train `model` for up to `STEPS` steps while the rate grows geometrically from step to step.

    Everything but the rate is as the settings say. Returns a row a step with learning_rate, loss
    (under training, in the loss's unit) and smoothed, its bias-corrected moving average. It ends
    early, with the last step that counts, once the smoothed loss is `DIVERGED` times its least.
    """
    state = TrainingState.create(model, classes, settings.training, runtime)
    prepare = Preparation(settings, classes, runtime)
    seed_everything(derive_seed("lr_range", settings.seed))
    rows: list[dict[str, float]] = []
    average, least = 0.0, np.inf
    state.train()
    for step, (images, targets) in enumerate(_endless(training, settings, prepare)):
        rate = LOWEST * (HIGHEST / LOWEST) ** (step / (STEPS - 1))
        _, loss = train_step(state, images, targets, rate, settings.training.clip_norm, runtime)
        average = SMOOTHING * average + (1 - SMOOTHING) * loss.item()
        smoothed = average / (1 - SMOOTHING ** (step + 1))
        least = min(least, smoothed)
        if not smoothed <= DIVERGED * least:
            break
        rows.append({"learning_rate": rate, "loss": loss.item(), "smoothed": smoothed})
    return pd.DataFrame(rows)


def _endless(training: Batches, settings: RunSettings, prepare: Preparation) -> Iterator[Batch]:
    """The first `STEPS` prepared batches of as many epochs as that takes."""

    def epochs() -> Iterator[Batch]:
        for epoch in itertools.count():
            order = generator(torch.device("cpu"), "lr_range", settings.seed, epoch)
            yield from prepare(training.shuffled(settings.training.batch_size, order), epoch)

    return itertools.islice(epochs(), STEPS)
