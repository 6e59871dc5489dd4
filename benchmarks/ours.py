"""Our training, epoch by epoch: the one place where the benchmarks call the engine."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import numpy as np
import torch

from benchmarks import harness
from benchmarks.harness import Epoch, Waits
from chrysalis.config.run import RunSettings
from chrysalis.data.packed import open_for_training
from chrysalis.engine.batches import RESIDENT_BYTES, steps_per_epoch
from chrysalis.engine.epochs import InputPipeline
from chrysalis.engine.optim import learning_rate
from chrysalis.engine.runtime import Runtime, generator
from chrysalis.engine.setup import set_up
from chrysalis.engine.state import TrainingState
from chrysalis.engine.train import predict, train_epoch


class Training:
    """A run as scripts/train.py sets it up, ready to be measured."""

    def __init__(
        self, settings: RunSettings, packed: Path, resident_bytes: int = RESIDENT_BYTES
    ) -> None:
        """`packed` is a folder with images.npy and index.csv."""
        plan = settings.training
        self.settings, self.plan = settings, plan
        self.runtime = Runtime.choose(
            harness.device(), plan.precision, harness.cores(), plan.deterministic
        )
        opened = open_for_training(packed / "images.npy", packed / "index.csv")
        setup = set_up(settings, opened, self.runtime, resident_bytes)
        self.classes, self.batches = setup.classes, setup.batches
        self.state = TrainingState.create(setup.model, len(self.classes), plan, self.runtime)
        self.inputs = InputPipeline(settings, len(self.classes), self.runtime)

    def epoch(self, number: int, steps: int | None = None) -> Epoch:
        """Train an epoch, or its first steps; waiting is the time blocked in our batches."""
        whole = steps_per_epoch(len(self.batches["train"]), self.plan.batch_size)
        steps = min(steps or whole, whole)
        order = generator(torch.device("cpu"), "order", self.settings.seed, number)
        start = time.perf_counter()
        batches = Waits(self.batches["train"].shuffled(self.plan.batch_size, order))
        inputs = itertools.islice(self.inputs(batches, number), steps)
        rates = [learning_rate(self.plan, number * whole + step, whole) for step in range(steps)]
        # Ends with a value read from the device, so all of its work is done.
        _, seen = train_epoch(self.state, inputs, rates, self.plan.clip_norm, self.runtime)
        return Epoch(seen, time.perf_counter() - start, batches.seconds)

    def test_top1(self) -> float:
        """The fraction of the test images that is named rightly, with the settings' flip."""
        test = self.batches["test"]
        parts = predict(self.state.evaluated, test, self.runtime, self.settings)
        found = np.concatenate([logits.argmax(1) for logits in parts])
        return float((found == test.labels.cpu().numpy()).mean())


def measure(
    settings: RunSettings, packed: Path, warmup: int, resident_bytes: int = RESIDENT_BYTES
) -> Epoch:
    """An epoch of our training after `warmup` steps."""
    training = Training(settings, packed, resident_bytes)
    training.epoch(0, warmup)
    return training.epoch(1)
