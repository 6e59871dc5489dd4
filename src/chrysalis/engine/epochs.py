"""The epochs of a training: the order of its images, how they are changed, and the rates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch.nn import functional

from chrysalis.augment.augment import Augment
from chrysalis.augment.inputs import to_input
from chrysalis.augment.mixing import Mix
from chrysalis.config.run import RunSettings
from chrysalis.engine.batches import Batch, steps_per_epoch
from chrysalis.engine.optim import learning_rate
from chrysalis.engine.runtime import Runtime, derive_seed, generator, seed_everything
from chrysalis.engine.setup import TrainingSetup


@dataclass(frozen=True)
class Epoch:
    """As many images as the training split holds, from 0: its inputs, and the rate of each step."""

    number: int
    inputs: Iterator[Batch]
    rates: list[float]


def epochs(setup: TrainingSetup, start: int = 0) -> Iterator[Epoch]:
    """The epochs from `start` to the last that the settings allow.

    Each is a function of the run's seed and its number alone, so a resumed training sees what the
    uninterrupted one would have seen. Python's, NumPy's and torch's generators are seeded when an
    epoch is asked for.
    """
    settings, plan, group = setup.settings, setup.settings.training, setup.runtime.group
    pipeline = InputPipeline(settings, len(setup.classes), setup.runtime)
    steps = steps_in_epoch(setup)
    for number in range(start, plan.epochs):
        seed = settings.seed_of("order")
        seed_everything(derive_seed("epoch", seed, number, group.rank))
        order = generator(torch.device("cpu"), "order", seed, number)
        batches = setup.batches["train"].shuffled(plan.batch_size, order, group, setup.epoch_images)
        rates = [learning_rate(plan, number * steps + step, steps) for step in range(steps)]
        yield Epoch(number, pipeline(batches, number), rates)


def steps_in_epoch(setup: TrainingSetup) -> int:
    """How many steps of the optimizer an epoch has."""
    return steps_per_epoch(setup.epoch_images, setup.settings.training.batch_size)


class InputPipeline:
    """Turns uint8 batches into what training takes: augmented, mixed, with targets for the loss."""

    def __init__(self, settings: RunSettings, classes: int, runtime: Runtime) -> None:
        self.seed, self.size = settings.seed_of("augmentation"), settings.image_size
        self.classes = classes
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
