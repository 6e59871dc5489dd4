"""The training loop: read it top to bottom."""

from __future__ import annotations

import copy
import itertools
import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from chrysalis.augment.inputs import to_input
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.engine import checkpoint
from chrysalis.engine.batches import Batch, Batches
from chrysalis.engine.epochs import epochs
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.setup import TrainingSetup
from chrysalis.engine.state import TrainingState

EVALUATION_BATCH = 256
BATCHES_PER_PART = 32

Report = Callable[[checkpoint.Progress, TrainingSettings], None]


def train(
    setup: TrainingSetup,
    place: checkpoint.Place,
    report: Report = lambda progress, settings: None,
    teacher: nn.Module | None = None,
) -> checkpoint.Progress:
    """Train the setup's model in place; leave it with the weights that were best on validation.

    A checkpoint is written after each epoch to `place`; if one with the same fingerprint is there
    already, training continues from it and ends with the same weights, bit for bit, as if it had
    never stopped. `report` is called after each epoch. A `teacher` maps the same images to logits,
    of which the loss then takes account.

    A training whose loss is no longer finite ends there, which is a result: its progress says in
    which epoch. It keeps the best weights of the epochs before, or those that it started from.

    Raises:
        UserError: the model does not suit the loss.
    """
    settings, model, runtime = setup.settings, setup.model, setup.runtime
    plan, group = settings.training, runtime.group
    state = TrainingState.create(model, len(setup.classes), plan, runtime, teacher)
    progress = checkpoint.load(place.path, place.fingerprint, state)
    first_weights = {} if progress.epoch else copy.deepcopy(model.state_dict())
    start = time.perf_counter()

    for epoch in epochs(setup, progress.epoch):
        if has_stalled(progress, plan.patience):
            break
        row, seen = train_epoch(state, epoch.inputs, epoch.rates, plan.clip_norm, runtime)
        seconds = time.perf_counter() - start
        if diverged(row["train_loss"], "the training loss", settings, epoch.number, progress):
            break
        row |= {"learning_rate": epoch.rates[-1], "seconds": seconds}
        row |= {"images_per_second": seen / seconds}
        if group.is_first:
            row |= validate(state.evaluated, setup.watched, runtime, settings)
        row = group.from_first(row)
        if diverged(row["val_loss"], "the validation loss", settings, epoch.number, progress):
            break
        progress.note(row, state.evaluated)
        if group.is_first:
            checkpoint.save(place.path, progress, state)
            report(progress, plan)
        start = time.perf_counter()

    model.load_state_dict(progress.best_weights or first_weights)
    return progress


def diverged(
    value: float, what: str, settings: RunSettings, epoch: int, progress: checkpoint.Progress
) -> bool:
    """Whether a training has diverged, `value` being no finite number; noted in its progress.

    `epoch` counts from 0.
    """
    if math.isfinite(value):
        return False
    progress.diverged_at = epoch + 1
    logging.getLogger(__name__).warning(
        "%s seed %d diverged: %s is %s in epoch %d; a lower training.learning_rate may help (now "
        "%g)",
        *(settings.name, settings.seed, what, value, epoch + 1, settings.training.learning_rate),
    )
    return True


def train_epoch(
    state: TrainingState,
    inputs: Iterable[Batch],
    rates: list[float],
    clip_norm: float,
    runtime: Runtime,
) -> tuple[dict[str, float], int]:
    """One pass: a step for each batch of inputs (B, 3, S, S) and targets (B, C), at its rate.

    A gradient whose norm over all parameters is above `clip_norm` is scaled down to it; 0 leaves
    it. Returns mean loss and top-1 (fraction, of the class with the largest share) under training,
    and the number of images.
    """
    loss_sum, correct = (torch.zeros((), device=runtime.device) for _ in range(2))
    seen = 0
    state.train()
    for rate, (images, targets) in zip(rates, inputs, strict=True):
        logits, loss = train_step(state, images, targets, rate, clip_norm, runtime)
        loss_sum += loss * len(targets)
        correct += (logits.argmax(1) == targets.argmax(1)).sum()
        seen += len(targets)
    seen *= runtime.group.size
    # The first read of a device value in the epoch: until here nothing has waited for it.
    total, hits = (runtime.group.sum(value).item() for value in (loss_sum, correct))
    return {"train_loss": total / seen, "train_top1": hits / seen}, seen


def train_step(
    state: TrainingState,
    images: torch.Tensor,
    targets: torch.Tensor,
    rate: float,
    clip_norm: float,
    runtime: Runtime,
) -> tuple[torch.Tensor, torch.Tensor]:
    """One step on images (B, 3, S, S) and targets (B, C): logits and loss of before, detached."""
    model, optimizer = state.forward, state.optimizer
    for group in optimizer.param_groups:
        group["lr"] = rate
    with runtime.autocast():
        logits = model(images)
    loss = state.criterion(logits.float(), targets)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    if clip_norm:
        nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    optimizer.step()
    if state.average:
        state.average.update(state.model)
    return logits.detach(), loss.detach()


def has_stalled(progress: checkpoint.Progress, patience: int) -> bool:
    """Whether the last `patience` epochs brought no better validation result; never with 0."""
    return 0 < patience <= progress.epoch - progress.best_epoch


def validate(
    model: nn.Module, batches: Batches, runtime: Runtime, settings: RunSettings
) -> dict[str, float]:
    """Mean cross-entropy (nats) and top-1 (fraction) over a split, and top-1 over half of it."""
    loss = torch.zeros((), device=runtime.device)
    right = []
    for logits, labels in _logits(model, batches, runtime, settings):
        loss += functional.cross_entropy(logits, labels, reduction="sum")
        right.append(logits.argmax(1) == labels)
    answers = torch.cat(right).double()
    return {
        "val_loss": loss.item() / len(batches),
        "val_top1": answers.mean().item(),
        "val_top1_half": answers[::2].mean().item(),
    }


def predict(
    model: nn.Module, batches: Batches, runtime: Runtime, settings: RunSettings
) -> Iterator[np.ndarray]:
    """Logits (n, classes), float32, of a split in the order of its rows, some thousands at once."""
    found = (logits for logits, _ in _logits(model, batches, runtime, settings))
    while part := list(itertools.islice(found, BATCHES_PER_PART)):
        yield torch.cat(part).cpu().numpy()


@torch.no_grad()
def _logits(
    model: nn.Module, batches: Batches, runtime: Runtime, settings: RunSettings
) -> Iterator[Batch]:
    """Logits and labels by batch; with test-time flip the mean over image and mirror image."""
    model.eval()
    for images, labels in batches.in_order(EVALUATION_BATCH):
        inputs = to_input(images, settings.image_size, settings.crop_pct)
        with runtime.autocast():
            logits = model(inputs).float()
            if settings.training.test_time_flip:
                logits = (logits + model(inputs.flip(-1)).float()) / 2
        yield logits, labels
