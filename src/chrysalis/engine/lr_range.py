"""The learning rate range test (Smith 2017, WACV, section 3.3): which rates a network can take."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pandas as pd
import torch

from chrysalis.engine.batches import Batch
from chrysalis.engine.epochs import InputPipeline
from chrysalis.engine.runtime import derive_seed, generator, seed_everything
from chrysalis.engine.setup import TrainingSetup
from chrysalis.engine.state import TrainingState
from chrysalis.engine.train import train_step

LOWEST, HIGHEST, STEPS = 1e-6, 1.0, 100
SMOOTHING = 0.9
DIVERGED = 4.0  # times the least smoothed loss


def lr_range_test(setup: TrainingSetup) -> pd.DataFrame:
    """Train the setup's model for up to `STEPS` steps, with a rate that grows geometrically.

    Everything but the rate is as the settings say. Returns a row a step with learning_rate, loss
    (under training, in the loss's unit) and smoothed, its bias-corrected moving average. It ends
    early, with the last step that counts, once the smoothed loss is `DIVERGED` times its least.
    """
    settings, runtime = setup.settings, setup.runtime
    state = TrainingState.create(setup.model, len(setup.classes), settings.training, runtime)
    seed_everything(derive_seed("lr_range", settings.seed))
    rows: list[dict[str, float]] = []
    average, least = 0.0, np.inf
    state.train()
    for step, (images, targets) in enumerate(_endless(setup)):
        rate = LOWEST * (HIGHEST / LOWEST) ** (step / (STEPS - 1))
        _, loss = train_step(state, images, targets, rate, settings.training.clip_norm, runtime)
        average = SMOOTHING * average + (1 - SMOOTHING) * loss.item()
        smoothed = average / (1 - SMOOTHING ** (step + 1))
        least = min(least, smoothed)
        if not smoothed <= DIVERGED * least:
            break
        rows.append({"learning_rate": rate, "loss": loss.item(), "smoothed": smoothed})
    return pd.DataFrame(rows)


def _endless(setup: TrainingSetup) -> Iterator[Batch]:
    """The first `STEPS` inputs of as many epochs as that takes."""
    settings, training = setup.settings, setup.batches["train"]
    pipeline = InputPipeline(settings, len(setup.classes), setup.runtime)

    def inputs() -> Iterator[Batch]:
        for epoch in itertools.count():
            order = generator(torch.device("cpu"), "lr_range", settings.seed, epoch)
            yield from pipeline(training.shuffled(settings.training.batch_size, order), epoch)

    return itertools.islice(inputs(), STEPS)
