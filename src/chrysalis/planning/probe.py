"""A probe of one kind of training: a few steps of the real engine, several processes at once.

Processes that run side by side slow each other down, since they share caches, memory and cores that
are really halves of one. So the probe starts as many as the study will run, and takes their mean.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from chrysalis.config.run import RunSettings
from chrysalis.data.packed import open_for_training
from chrysalis.engine import checkpoint
from chrysalis.engine.batches import Batch, Batches
from chrysalis.engine.classifier import Classifier
from chrysalis.engine.devices import device
from chrysalis.engine.earlier import Earlier
from chrysalis.engine.epochs import epochs
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.setup import TrainingSetup, set_up
from chrysalis.engine.state import TrainingState
from chrysalis.engine.train import EVALUATION_BATCH, train_epoch, validate
from chrysalis.engine.trained import shaped
from chrysalis.records.plan import PARTS, Probe, Took

WARMUP, CHUNK, LEAST_CHUNKS, SECONDS = 3, 5, 2, 3.0
EVALUATED = 4 * EVALUATION_BATCH


@dataclass(frozen=True)
class Task:
    """What is probed: a kind of training on packed images, and what its processes may take.

    `teacher` is the run whose outputs are learned. `scratch` is a folder for a checkpoint.
    """

    kind: RunSettings
    teacher: RunSettings | None
    images: Path
    index: Path
    scratch: Path
    threads: int
    resident_bytes: int


@dataclass(frozen=True)
class _Untrained(Earlier):
    """Networks of the shape that earlier runs will have trained, with any weights."""

    taught_by: RunSettings | None = None

    def first_weights(self, settings: RunSettings, classes: list[str]) -> Classifier | None:
        return shaped(settings, len(classes)) if settings.prune else None

    def teaching(self, settings: RunSettings, classes: list[str]) -> Classifier | None:
        return shaped(self.taught_by, len(classes)).eval() if self.taught_by else None


def probe(task: Task, side_by_side: int) -> Probe:
    """What the parts of such a training take where so many run at once.

    Raises:
        UserError: the network does not suit the images or the settings.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(side_by_side, mp_context=context) as pool:
        begun = time.time()
        found = list(pool.map(_measure, [task] * side_by_side, [begun] * side_by_side))
    parts = {
        part: Took(
            seconds=mean(getattr(one, part).seconds for one in found),
            cpu_seconds=mean(getattr(one, part).cpu_seconds for one in found),
        )
        for part in PARTS
    }
    return found[0].model_copy(update={**parts, "side_by_side": side_by_side})


def _measure(task: Task, begun: float) -> Probe:
    """The probe of this process, which was asked for at `begun`."""
    start = Took(seconds=time.time() - begun, cpu_seconds=time.process_time())
    with device() as chosen:
        plan = task.kind.training
        runtime = Runtime.choose(chosen, plan.precision, task.threads, plan.deterministic)
        before = _Watch()
        packed = open_for_training(task.images, task.index)
        earlier = _Untrained(taught_by=task.teacher)
        setup = set_up(task.kind, packed, runtime, task.resident_bytes, earlier)
        teacher = earlier.teaching(task.kind, setup.classes)
        state = TrainingState.create(
            *(setup.model, len(setup.classes), plan, runtime),
            None if teacher is None else teacher.to(chosen),
        )
        set_up_took = before.per(1)
        step, steps = _step(setup, state)
        return Probe(
            start=start,
            set_up=set_up_took,
            step=step,
            image=_image(setup, state),
            save=_save(state, task.scratch / f"probe-{os.getpid()}.pt"),
            steps=steps,
            side_by_side=1,
            device=runtime.device_name(),
            precision=runtime.precision,
            threads=runtime.threads,
        )


class _Watch:
    """Wall and CPU time from its making on."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.wall

    def per(self, count: int) -> Took:
        """What each of `count` took."""
        cpu = time.process_time() - self.cpu
        return Took(seconds=self.seconds / count, cpu_seconds=cpu / count)


def _step(setup: TrainingSetup, state: TrainingState) -> tuple[Took, int]:
    """What a step takes after some to warm up, its batch included, and how many were timed.

    Each chunk ends with a read of the device, so its work is done when it is timed. The rate is
    small: an untrained network should not diverge.
    """
    plan, rate = setup.settings.training, setup.settings.training.learning_rate / 100
    inputs = _inputs(setup)

    def steps(count: int) -> None:
        batches = itertools.islice(inputs, count)
        train_epoch(state, batches, [rate] * count, plan.clip_norm, setup.runtime)

    steps(WARMUP)
    watch, chunks = _Watch(), 0
    while chunks < LEAST_CHUNKS or watch.seconds < SECONDS:
        steps(CHUNK)
        chunks += 1
    return watch.per(chunks * CHUNK), chunks * CHUNK


def _inputs(setup: TrainingSetup) -> Iterator[Batch]:
    """The inputs of one epoch after the other, without end."""
    for _ in itertools.count():
        for epoch in epochs(setup):
            yield from epoch.inputs


def _image(setup: TrainingSetup, state: TrainingState) -> Took:
    """What it takes to evaluate an image."""
    part = setup.batches["val"]
    some = Batches(
        part.images, part.rows[:EVALUATED], part.labels.cpu().numpy()[:EVALUATED], part.device
    )

    def evaluate() -> None:
        validate(state.evaluated, some, setup.runtime, setup.settings)

    took = _repeat(evaluate)
    return Took(seconds=took.seconds / len(some), cpu_seconds=took.cpu_seconds / len(some))


def _save(state: TrainingState, path: Path) -> Took:
    """What a checkpoint takes."""
    progress = checkpoint.Progress("", best_weights=state.model.state_dict())
    try:
        return _repeat(lambda: checkpoint.save(path, progress, state))
    finally:
        path.unlink(missing_ok=True)


def _repeat(work: Callable[[], None]) -> Took:
    """What `work` takes when it is done again, at least 3 times or for half a second."""
    work()
    watch, times = _Watch(), 0
    while times < 3 or watch.seconds < 0.5:
        work()
        times += 1
    return watch.per(times)
