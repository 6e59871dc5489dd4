"""What a study costs beside its trainings, by rule.

    snakemake --cores 2
    python -m benchmarks.overhead results/specimens --cores 2

It reads when the jobs of a finished study began and ended, so the study must have been made in one
go, on a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import harness
from chrysalis.errors import UserError
from chrysalis.planning.seconds import TRAININGS
from chrysalis.records.paths import StudyPaths
from chrysalis.workflow import cli, provenance


@dataclass(frozen=True)
class Job:
    """A job's rule, and when it began and ended, in seconds of one clock."""

    rule: str
    begun: float
    ended: float

    @property
    def seconds(self) -> float:
        """What it took."""
        return self.ended - self.begun


def jobs_of(results: Path) -> list[Job]:
    """The jobs of the study with these results.

    Raises:
        UserError: the study has not been finished here, or what is kept of it is damaged.
    """
    path = StudyPaths(results).provenance
    records = [row["record"] for row in provenance.read(path)]
    if not records:
        raise UserError(f"{path}: not found; give the folder of a finished study's results")
    return [
        Job(record["rule"], record["starttime"], record["endtime"])
        for record in records
        if record.get("starttime") and record.get("endtime")
    ]


@dataclass(frozen=True)
class Overhead:
    """Seconds from the first start to the last end, and of the trainings, one by one."""

    wall: float
    training: float
    cores: int

    @classmethod
    def of(cls, jobs: Iterable[Job], cores: int) -> Overhead:
        """Of all jobs of a study.

        Raises:
            UserError: no training is among them.
        """
        jobs = list(jobs)
        training = sum(job.seconds for job in jobs if job.rule in TRAININGS)
        if not training:
            raise UserError("this study has no trainings that were made here")
        wall = max(job.ended for job in jobs) - min(job.begun for job in jobs)
        return cls(wall, training, cores)

    @property
    def ratio(self) -> float:
        """Core-seconds for each second of training; 1 if nothing else took any time."""
        return self.wall * self.cores / self.training


def rows(jobs: Iterable[Job]) -> list[list[str]]:
    """Lines of the table, the rule that took longest first."""
    by_rule: dict[str, list[float]] = {}
    for job in jobs:
        by_rule.setdefault(job.rule, []).append(job.seconds)
    whole = sum(map(sum, by_rule.values()))
    return [
        [
            *(rule, str(len(own)), f"{sum(own):.1f}"),
            *(f"{sum(own) / len(own):.1f}", f"{100 * sum(own) / whole:.1f}"),
        ]
        for rule, own in sorted(by_rule.items(), key=lambda item: -sum(item[1]))
    ]


def main(args: argparse.Namespace) -> None:
    """Print the table."""
    jobs = jobs_of(args.results)
    found = Overhead.of(jobs, args.cores)
    title = (
        f"Overhead: a study of {args.results.name} took {found.wall:,.0f} s on {found.cores} "
        f"cores, its trainings {found.training:,.0f} s one by one: {found.ratio:.2f} core-seconds "
        "for each second of training"
    )
    head = ["rule", "jobs", "seconds", "each", "% of all jobs"]
    data = {**asdict(found), "ratio": found.ratio, "jobs": [asdict(job) for job in jobs]}
    harness.publish("overhead", title, harness.table(head, rows(jobs)), data, args.save)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = cli.parser((__doc__ or "").partition("\n")[0])
    made.add_argument("results", type=Path, help="the results of a finished study")
    made.add_argument("--cores", type=harness.positive, required=True, help="that it ran on")
    made.add_argument(
        "--save", action="store_true", help="write benchmarks/results/overhead.txt and .json"
    )
    return made


if __name__ == "__main__":
    cli.run(main, parser())
