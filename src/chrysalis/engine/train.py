"""The training loop: read it top to bottom."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from chrysalis.config.run import RunSettings, TrainingSettings
from chrysalis.engine import checkpoint
from chrysalis.engine.augment import Augment, to_input
from chrysalis.engine.batches import Batches, steps_per_epoch
from chrysalis.engine.runtime import Runtime, derive_seed, generator, seed_everything
from chrysalis.errors import UserError

EVALUATION_BATCH = 256

Report = Callable[[checkpoint.Progress, TrainingSettings], None]


def train(
    model: nn.Module,
    settings: RunSettings,
    training: Batches,
    validation: Batches,
    runtime: Runtime,
    checkpoint_path: Path,
    fingerprint: str,
    report: Report = lambda progress, settings: None,
) -> checkpoint.Progress:
    """Train `model` in place and leave it with the weights that were best on validation.

    A checkpoint is written after each epoch to `checkpoint_path`; if one with the same
    `fingerprint` is there already, training continues from it and ends with the same weights,
    bit for bit, as if it had never stopped. `report` is called after each epoch.

    Raises:
        UserError: the loss is no longer finite.
    """
    plan = settings.training
    optimizer = adamw(model, plan)
    progress = checkpoint.load(checkpoint_path, fingerprint, model, optimizer)
    size = settings.image_size
    augment = Augment(settings.augmentation, size) if settings.augmentation else None
    steps = steps_per_epoch(len(training), plan.batch_size)

    while progress.epoch < plan.epochs and not has_stalled(progress, plan.patience):
        start, epoch = time.perf_counter(), progress.epoch
        seed_everything(derive_seed("epoch", settings.seed, epoch))
        draws = generator(runtime.device, "augment", settings.seed, epoch)
        order = generator(torch.device("cpu"), "order", settings.seed, epoch)
        rates = [learning_rate(plan, epoch * steps + step, steps) for step in range(steps)]
        inputs = (
            (augment(images, draws) if augment else to_input(images, size), labels)
            for images, labels in training.shuffled(plan.batch_size, order)
        )
        row, seen = train_epoch(model, optimizer, inputs, rates, runtime)
        seconds = time.perf_counter() - start
        if not math.isfinite(row["train_loss"]):
            raise UserError(
                f"{settings.name} seed {settings.seed}: the loss is {row['train_loss']} after "
                f"epoch {epoch + 1}; lower training.learning_rate (now {plan.learning_rate:g})"
            )
        row |= validate(model, validation, runtime, size)
        row |= {
            "learning_rate": rates[-1],
            "seconds": seconds,
            "images_per_second": seen / seconds,
        }
        progress.note(row, model)
        checkpoint.save(checkpoint_path, progress, model, optimizer)
        report(progress, plan)

    model.load_state_dict(progress.best_weights)
    return progress


def train_epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    inputs: Iterable[tuple[torch.Tensor, torch.Tensor]],
    rates: list[float],
    runtime: Runtime,
) -> tuple[dict[str, float], int]:
    """One pass: a step for each batch of inputs (B, 3, S, S) and labels (B,), at its rate.

    Returns mean loss (nats) and top-1 (fraction) under training, and the number of images.
    """
    loss_sum = torch.zeros((), device=runtime.device)
    correct = torch.zeros((), device=runtime.device)
    seen = 0
    model.train()
    for rate, (images, labels) in zip(rates, inputs, strict=True):
        for group in optimizer.param_groups:
            group["lr"] = rate
        with runtime.autocast():
            logits = model(images)
        loss = functional.cross_entropy(logits.float(), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

        loss_sum += loss.detach() * len(labels)
        correct += (logits.detach().argmax(1) == labels).sum()
        seen += len(labels)
    # The first read of a device value in the epoch: until here nothing has waited for it.
    return {"train_loss": loss_sum.item() / seen, "train_top1": correct.item() / seen}, seen


def adamw(model: nn.Module, plan: TrainingSettings) -> torch.optim.AdamW:
    """AdamW (Loshchilov and Hutter 2019); norms and biases are not decayed."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": plan.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=plan.learning_rate, fused=True)


def learning_rate(plan: TrainingSettings, step: int, steps: int) -> float:
    """Rate at optimiser step `step` (from 0), with `steps` in an epoch.

    Linear warm-up, then half a cosine down to 0 (Loshchilov and Hutter 2017, section 3).
    """
    warmup, total = round(plan.warmup_epochs * steps), plan.epochs * steps
    if step < warmup:
        return plan.learning_rate * (step + 1) / warmup
    share = (step - warmup) / max(1, total - warmup)
    return plan.learning_rate * (1 + math.cos(math.pi * share)) / 2


def has_stalled(progress: checkpoint.Progress, patience: int) -> bool:
    """Whether the last `patience` epochs brought no better validation result."""
    return progress.epoch - progress.best_epoch >= patience and progress.epoch > 0


def validate(model: nn.Module, batches: Batches, runtime: Runtime, size: int) -> dict[str, float]:
    """Mean cross-entropy (nats) and top-1 (fraction) over a split, at input side `size`."""
    loss = torch.zeros((), device=runtime.device)
    correct = torch.zeros((), device=runtime.device)
    for logits, labels in _logits(model, batches, runtime, size):
        loss += functional.cross_entropy(logits, labels, reduction="sum")
        correct += (logits.argmax(1) == labels).sum()
    return {"val_loss": loss.item() / len(batches), "val_top1": correct.item() / len(batches)}


def predict(model: nn.Module, batches: Batches, runtime: Runtime, size: int) -> np.ndarray:
    """Logits (n, classes), float32, of a split in the order of its rows."""
    return torch.cat([logits for logits, _ in _logits(model, batches, runtime, size)]).cpu().numpy()


@torch.no_grad()
def _logits(
    model: nn.Module, batches: Batches, runtime: Runtime, size: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    model.eval()
    for images, labels in batches.in_order(EVALUATION_BATCH):
        with runtime.autocast():
            logits = model(to_input(images, size))
        yield logits.float(), labels
