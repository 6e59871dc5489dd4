"""What a study is planned to take and to tell: probes of its trainings, and the plan."""

from __future__ import annotations

from typing import Literal

from chrysalis.records.files import Record

PARTS = ("start", "set_up", "step", "image", "save")


class Took(Record):
    """Wall-clock seconds, and CPU seconds of the process meanwhile."""

    seconds: float
    cpu_seconds: float


class Probe(Record):
    """What the parts of a training take on this machine, as means over `side_by_side` processes.

    `start`: from the command to its first line, mostly imports. `set_up`: images and network.
    `step`: one of the optimizer, with its batch. `image`: evaluating one. `save`: a checkpoint.
    `steps` were timed in each process.
    """

    start: Took
    set_up: Took
    step: Took
    image: Took
    save: Took
    steps: int
    side_by_side: int
    device: str
    precision: str
    threads: int


class DetectableRow(Record):
    """What an experiment will see with so many seeds, as fractions.

    `detectable` is the smallest difference found with 80 % probability, `half_width` half of a 95 %
    interval; each from its least to its largest, where comparisons or kept studies differ.
    `source` says whose the variances are: of finished trainings of this experiment, of others on
    this dataset, or of the studies kept as pilots.
    """

    experiment: str
    comparisons: int
    images: int
    seeds: int
    detectable: tuple[float, float]
    half_width: tuple[float, float]
    source: Literal["experiment", "dataset", "pilots"]


class Plan(Record):
    """The plan of a study: its trainings, its minutes, and the differences that it can find.

    `jobs` are those to do, by rule. `minutes` are of the whole study on so many cores and GPUs, as
    busy as they were for the probes; `undisturbed_minutes` with nothing else to do (CPUs only).
    `training_minutes` and `cpu_minutes` add up its trainings, the latter as far as probed.
    `seconds` are of one job, by rule; `run_seconds` by rule and run, where runs differ.
    `more_seeds` halve all of an experiment's intervals; None: no number does.
    """

    trainings: int
    done: int
    jobs: dict[str, int]
    probes: int
    cores: int
    gpus: int
    processes: int
    side_by_side: int
    minutes: float
    undisturbed_minutes: float | None
    training_minutes: float
    cpu_minutes: float
    seconds: dict[str, float]
    run_seconds: dict[str, dict[str, float]]
    device: str
    seeds: int
    comparisons: int
    rows: list[DetectableRow]
    more_seeds: dict[str, int | None]
