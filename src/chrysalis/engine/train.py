"""The training loop: read it top to bottom."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from chrysalis.augment.augment import Augment
from chrysalis.augment.inputs import to_input
from chrysalis.augment.mixing import Mix
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.engine import checkpoint
from chrysalis.engine.batches import Batch, Batches, steps_per_epoch
from chrysalis.engine.optim import learning_rate
from chrysalis.engine.runtime import Runtime, derive_seed, generator, seed_everything
from chrysalis.engine.state import TrainingState
from chrysalis.errors import UserError

EVALUATION_BATCH = 256
BATCHES_PER_PART = 32

Report = Callable[[checkpoint.Progress, TrainingSettings], None]


def train(
    model: nn.Module,
    classes: int,
    settings: RunSettings,
    training: Batches,
    validation: Batches,
    runtime: Runtime,
    checkpoint_path: Path,
    fingerprint: str,
    report: Report = lambda progress, settings: None,
    teacher: nn.Module | None = None,
) -> checkpoint.Progress:
    """Train `model` in place and leave it with the weights that were best on validation.

    A checkpoint is written after each epoch to `checkpoint_path`; if one with the same
    `fingerprint` is there already, training continues from it and ends with the same weights,
    bit for bit, as if it had never stopped. `report` is called after each epoch. A `teacher` maps
    the same images to logits, of which the loss then takes account.

    Raises:
        UserError: the loss is no longer finite, or the model does not suit it.
    """
    plan, group = settings.training, runtime.group
    state = TrainingState.create(model, classes, plan, runtime, teacher)
    progress = checkpoint.load(checkpoint_path, fingerprint, state)
    prepare = Preparation(settings, classes, runtime)
    steps = steps_per_epoch(len(training), plan.batch_size)

    while progress.epoch < plan.epochs and not has_stalled(progress, plan.patience):
        start, epoch = time.perf_counter(), progress.epoch
        seed_everything(derive_seed("epoch", settings.seed, epoch, group.rank))
        order = generator(torch.device("cpu"), "order", settings.seed, epoch)
        inputs = prepare(training.shuffled(plan.batch_size, order, group), epoch)
        rates = [learning_rate(plan, epoch * steps + step, steps) for step in range(steps)]
        row, seen = train_epoch(state, inputs, rates, plan.clip_norm, runtime)
        seconds = time.perf_counter() - start
        if not math.isfinite(row["train_loss"]):
            raise UserError(
                f"{settings.name} seed {settings.seed}: the loss is {row['train_loss']} after "
                f"epoch {epoch + 1}; lower training.learning_rate (now {plan.learning_rate:g})"
            )
        if group.is_first:
            row |= validate(state.evaluated, validation, runtime, settings)
            row |= {
                "learning_rate": rates[-1],
                "seconds": seconds,
                "images_per_second": seen / seconds,
            }
        progress.note(group.from_first(row), state.evaluated)
        if group.is_first:
            checkpoint.save(checkpoint_path, progress, state)
            report(progress, plan)

    model.load_state_dict(progress.best_weights)
    return progress


class Preparation:
    """Turns uint8 batches into what training takes: augmented, mixed, with targets for the loss."""

    def __init__(self, settings: RunSettings, classes: int, runtime: Runtime) -> None:
        self.seed, self.size, self.classes = settings.seed, settings.image_size, classes
        self.crop_pct, self.rank = settings.crop_pct, runtime.group.rank
        changes = settings.augmentation
        self.augment = Augment(changes, self.size, self.crop_pct) if changes else None
        self.mix = Mix(changes) if changes else None

    def __call__(self, batches: Iterable[Batch], epoch: int) -> Iterator[Batch]:
        """Yield images (B, 3, S, S) in [0, 1] and targets (B, classes), whose rows add up to 1."""
        # On the CPU: the few numbers that a batch needs are the same for every device.
        draws = generator(torch.device("cpu"), "augment", self.seed, epoch, self.rank)
        for images, labels in batches:
            targets = functional.one_hot(labels, self.classes).float()
            if self.augment and self.mix:
                yield self.mix(self.augment(images, draws), targets, draws)
            else:
                yield to_input(images, self.size, self.crop_pct), targets


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
    loss_sum, correct = (runtime.group.sum(value).item() for value in (loss_sum, correct))
    return {"train_loss": loss_sum / seen, "train_top1": correct / seen}, seen


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
    """Mean cross-entropy (nats) and top-1 (fraction) over a split."""
    loss = torch.zeros((), device=runtime.device)
    correct = torch.zeros((), device=runtime.device)
    for logits, labels in _logits(model, batches, runtime, settings):
        loss += functional.cross_entropy(logits, labels, reduction="sum")
        correct += (logits.argmax(1) == labels).sum()
    return {"val_loss": loss.item() / len(batches), "val_top1": correct.item() / len(batches)}


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
