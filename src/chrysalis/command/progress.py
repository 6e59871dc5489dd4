"""How far a study is, from what Snakemake tells of its jobs: what is done, to come, and found.

It is imported whenever Snakemake starts, so it stays quick.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

TRAININGS = "train"
KEPT = 10  # last results and failures


@dataclass(frozen=True)
class Job:
    """One job: its rule, what tells it from others of that rule, and its outputs."""

    rule: str
    label: str
    outputs: tuple[str, ...]


@dataclass
class Progress:
    """A study on its way. Times are seconds of one clock; `planned` are those of a job, by rule.

    `total` counts jobs by rule, `running` has the time at which each started.
    """

    started: float
    planned: Mapping[str, float] = field(default_factory=dict)
    total: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    running: dict[int, float] = field(default_factory=dict)
    results: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    _jobs: dict[int, Job] = field(default_factory=dict)
    _took: dict[str, list[float]] = field(default_factory=dict)

    def announce(self, stats: Mapping[str, int]) -> None:
        """How many jobs of each rule there are to do."""
        self.total = Counter({rule: n for rule, n in stats.items() if rule != "total"})

    def describe(
        self, number: int, rule: str, wildcards: Mapping[str, str], outputs: Sequence[str]
    ) -> None:
        """What a job is."""
        label = " ".join(f"seed {v}" if k == "seed" else str(v) for k, v in wildcards.items())
        self._jobs[number] = Job(rule, label, tuple(outputs))

    def start(self, numbers: Sequence[int], now: float) -> None:
        """These jobs start."""
        self.running.update(dict.fromkeys(numbers, now))

    def finish(self, number: int, now: float) -> Job | None:
        """A job is done; returns what it was, if that is known."""
        began, job = self.running.pop(number, None), self._jobs.get(number)
        if job is None:
            return None
        self.done[job.rule] += 1
        if began is not None:
            self._took.setdefault(job.rule, []).append(now - began)
        if found := result(job):
            self.results = [found, *self.results][:KEPT]
        return job

    def fail(self, number: int) -> None:
        """A job has failed."""
        self.running.pop(number, None)
        job = self._jobs.get(number)
        said = f"{job.rule} {job.label}".strip() if job else f"job {number}"
        self.failures = [said, *self.failures][:KEPT]

    def job(self, number: int) -> Job | None:
        """What a job is, if that is known."""
        return self._jobs.get(number)

    def seconds_left(self, now: float) -> float | None:
        """How long the rest takes, if the machine stays as busy; None if too little is known.

        A job to come takes as long as the finished ones of its rule, or else as was planned, or
        else as the finished jobs that are no trainings. As many seconds of jobs pass in a second
        as have so far.
        """
        took = [seconds for rule in self._took.values() for seconds in rule]
        small = [s for rule, each in self._took.items() if rule != TRAININGS for s in each]
        left = 0.0
        for rule, total in self.total.items():
            known = self._took.get(rule)
            usual = self.planned.get(rule) if rule == TRAININGS else fmean(small or [0.0])
            each = fmean(known) if known else self.planned.get(rule, usual)
            if each is None:
                return None
            left += each * (total - self.done[rule])
        spent = sum(now - began for began in self.running.values())
        passed = now - self.started
        pace = max(1.0, (sum(took) + spent) / passed) if took and passed > 0 else 1.0
        return max(0.0, left - spent) / pace if took else None

    def line(self, now: float) -> str:
        """One line for a terminal."""
        if trainings := self.total[TRAININGS]:
            busy = sum(self._rule_of(number) == TRAININGS for number in self.running)
            text = f"{self.done[TRAININGS]} of {trainings} trainings done, {busy} running"
        else:
            text = f"{self.done.total()} of {self.total.total()} jobs done"
        left = self.seconds_left(now)
        if left is not None and self.done != self.total:
            text += f"; {duration(left)} left"
        if self.failures:
            text += f"; {len(self.failures)} failed"
        return text

    def _rule_of(self, number: int) -> str:
        job = self._jobs.get(number)
        return job.rule if job else ""


def result(job: Job) -> str:
    """What a finished job found: a training its accuracy on val, an experiment its answer.

    Empty for other jobs, and where a file cannot be read.
    """
    keys = {TRAININGS: "run.json", "compare": "experiment.json"}
    name = keys.get(job.rule)
    path = next((Path(each) for each in job.outputs if name and each.endswith(name)), None)
    if path is None:
        return ""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if job.rule == TRAININGS:
            return f"{job.label}: {100 * found['best_val_top1']:.1f} % of val right"
        return f"{found['title']}: {found['headline']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def duration(seconds: float) -> str:
    """A time to come, as a person says it."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return f"about {minutes} minute{'s' * (minutes > 1)}"
    return f"about {seconds / 3600:.1f} hours"
