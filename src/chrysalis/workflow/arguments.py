"""How a command names the run or training that its job is about, and the seeds of a study."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from chrysalis.config.run import RunSettings
from chrysalis.config.sweep import Sweep
from chrysalis.errors import UserError
from chrysalis.records.files import require
from chrysalis.records.job_paths import JobPaths


@dataclass(frozen=True)
class Job:
    """What a command names: a study's results, a run, and one of its seeds where there is one."""

    paths: JobPaths
    run: str
    seed: int | None = None

    def settings(self) -> RunSettings:
        """The run's settings with this seed.

        Raises:
            UserError: their file is missing or damaged.
        """
        found = read_settings(self.paths.settings(self.run))
        return found if self.seed is None else found.model_copy(update={"seed": self.seed})

    def sweep(self) -> Sweep:
        """The run's sweep.

        Raises:
            UserError: it has none.
        """
        sweep = self.settings().sweep
        if sweep is None:
            raise UserError(f"{self.run}: the settings have no sweep")
        return sweep

    def earlier(self, settings: RunSettings) -> dict[str, Path | None]:
        """Where that lies which the run takes from earlier ones, as its settings say."""
        start, teacher, ranked_by = settings.start, settings.teacher, settings.ranked_by
        return {
            "start": self._record(start) if start else None,
            "teacher": self._record(teacher) if teacher else None,
            "label_quality": self.paths.label_quality(ranked_by) if ranked_by else None,
            "sweep": self.paths.sweep(self.run) / "best.json" if settings.sweep else None,
        }

    def _record(self, run: str) -> Path:
        """The record of another run with the same seed."""
        return replace(self, run=run).folder / "train"

    @property
    def folder(self) -> Path:
        """The training's folder.

        Raises:
            UserError: the command gives no seed.
        """
        if self.seed is None:
            raise UserError(f"{self.run}: a seed is needed; give --seed")
        return self.paths.of_seed(self.run, self.seed)

    def images(self, settings: RunSettings) -> Path:
        """The packed images that it reads."""
        return self.paths.packed(settings.packed_size)

    def index(self, settings: RunSettings) -> Path:
        """Their index, with the split that the seed has."""
        own = self.seed if "split" in settings.varied else None
        return self.paths.index(settings.packed_size, own)


def read_settings(path: Path) -> RunSettings:
    """The settings of a run, from the file that Snakemake wrote.

    Raises:
        UserError: the file is missing or damaged.
    """
    try:
        return RunSettings.model_validate_json(require(path).read_bytes())
    except ValidationError:
        raise UserError(f"{path}: damaged; run snakemake again, which writes it anew") from None


def add_run(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a run."""
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--run", required=True, help="name of the run")


def add_training(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a training: a run with a seed."""
    add_run(parser)
    parser.add_argument("--seed", type=int, required=True)


def add_layer(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the layer to be explained."""
    parser.add_argument(
        "--layer", nargs="?", default="", help="left out: the last convolutional stage"
    )


def add_seeds(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the study's seeds."""
    parser.add_argument("--seeds", type=read_seeds, required=True, help="such as 0-2,7")


def add_resources(parser: argparse.ArgumentParser, resident_bytes: int) -> None:
    """Add what a training may take of the machine; none of it changes its result."""
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--resident-mb",
        type=int,
        default=resident_bytes // 2**20,
        help="a split of up to so many MiB lives on the device; larger ones are streamed",
    )


def job(args: argparse.Namespace) -> Job:
    """What these options name."""
    return Job(JobPaths(args.results), args.run, getattr(args, "seed", None))


def write_seeds(seeds: list[int]) -> str:
    """Seeds as a command gives them, in their order: 0-2,7 for 0, 1, 2 and 7."""
    spans: list[list[int]] = []
    for seed in seeds:
        if spans and seed == spans[-1][-1] + 1:
            spans[-1].append(seed)
        else:
            spans.append([seed])
    return ",".join(f"{span[0]}-{span[-1]}" if len(span) > 1 else str(span[0]) for span in spans)


def read_seeds(text: str) -> list[int]:
    """The seeds that `write_seeds` wrote.

    Raises:
        ValueError: it is not of that form.
    """
    found: list[int] = []
    for span in text.split(","):
        first, _, last = span.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found
