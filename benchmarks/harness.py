"""What the benchmarks share: fresh processes, interleaved repeats, ratios, and how results look."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import torch

from chrysalis.engine.runtime import Runtime, has_native_bf16
from chrysalis.workflow import cli

RESULTS = Path(__file__).parent / "results"

Result = TypeVar("Result")
Item = TypeVar("Item")


@dataclass(frozen=True)
class Spread:
    """Repeated measurements of one thing: how many, their median, and between which limits."""

    n: int
    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Sum up at least one value."""
        values = list(values)
        return cls(len(values), statistics.median(values), min(values), max(values))

    def text(self, pattern: str = ".2f") -> str:
        """Median and limits, each in the same format."""
        return f"{self.median:{pattern}} [{self.least:{pattern}}, {self.most:{pattern}}]"


@dataclass(frozen=True)
class Epoch:
    """One measured pass over images; `waiting` are the seconds blocked in the data's iterator."""

    images: int
    seconds: float
    waiting: float | None = None

    @property
    def images_per_second(self) -> float:
        """Images by wall-clock second."""
        return self.images / self.seconds

    @property
    def waiting_share(self) -> float:
        """Waiting as a fraction of the whole."""
        return self.waiting / self.seconds


class Waits:
    """Iterates over something and adds up the seconds spent blocked in its `next` and `iter`."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.items, self.seconds = items, 0.0

    def __iter__(self) -> Iterator[Item]:
        start = time.perf_counter()
        iterator = iter(self.items)
        while True:
            try:
                item = next(iterator)
            except StopIteration:
                return
            finally:
                self.seconds += time.perf_counter() - start
            yield item
            start = time.perf_counter()


def in_fresh_process(work: Callable[..., Result], *arguments: object) -> Result:
    """What `work`, a module's function, returns in an interpreter started for it alone.

    Allocator, thread pools, imports and peak memory are then those of this one measurement.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def interleave(arms: dict[str, Callable[[], Result]], repeats: int) -> dict[str, list[Result]]:
    """Run every arm once, then every arm again, and so on.

    A machine that slows down for a while then slows all arms alike, and `ratios` can compare
    what ran side by side.
    """
    results: dict[str, list[Result]] = {name: [] for name in arms}
    for repeat in range(repeats):
        for name, arm in arms.items():
            print(f"  {repeat + 1}/{repeats} {name}", file=sys.stderr, flush=True)
            results[name].append(arm())
    return results


def ratios(numerators: Sequence[float], denominators: Sequence[float]) -> Spread:
    """How many times larger the first are, repeat by repeat."""
    return Spread.of(a / b for a, b in zip(numerators, denominators, strict=True))


def cores() -> int:
    """CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def device() -> torch.device:
    """The first GPU, or the CPU where there is none."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def machine() -> dict[str, str]:
    """What the measurements ran on, and how busy it was already (load average of one minute)."""
    return {
        "processor": Runtime(torch.device("cpu"), "fp32", 1).device_name(),
        "cores": str(cores()),
        "GPU": torch.cuda.get_device_name() if torch.cuda.is_available() else "none",
        "torch": torch.__version__,
        "threads of ours": str(cores()),
        "precision of ours": "bf16" if has_native_bf16(device()) else "fp32",
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns aligned by spaces: the first to the left, the others to the right."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def parser(description: str | None, repeats: int) -> argparse.ArgumentParser:
    """A parser with the options that every benchmark has."""
    made = cli.parser((description or "").partition("\n")[0])
    made.add_argument("--repeats", type=positive, default=repeats, help=f"default {repeats}")
    made.add_argument(
        "--save", action="store_true", help="write benchmarks/results/<name>.txt and .json"
    )
    return made


def positive(text: str) -> int:
    """A whole number above 0, from the command line."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"needs a whole number above 0, found {number}")
    return number


def publish(name: str, title: str, body: str, data: object, save: bool) -> None:
    """Print a benchmark's result below the machine it ran on; with `save` keep it, and its data."""
    facts = machine()
    text = "\n".join([title, *(f"  {key}: {value}" for key, value in facts.items()), "", body, ""])
    print(text)
    if save:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.txt").write_text(text)
        written = {"machine": facts, "result": data}
        (RESULTS / f"{name}.json").write_text(json.dumps(written, indent=1) + "\n")
