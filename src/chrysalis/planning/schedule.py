"""How long jobs take together: who waits for whom, for a core, or for a GPU."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """A job's seconds, the cores and GPUs that it holds, and the places of those it waits for."""

    seconds: float
    cores: int = 1
    gpus: int = 0
    after: tuple[int, ...] = ()


@dataclass(frozen=True)
class PlannedJob:
    """A job to do: its rule and, where it has one, its run; the places of those it waits for."""

    rule: str
    run: str
    cores: int
    gpus: int
    after: tuple[int, ...]


Seconds = tuple[Mapping[str, float], Mapping[str, Mapping[str, float]]]


def study_minutes(
    jobs: Sequence[PlannedJob], seconds: Seconds, cores: int, gpus: int
) -> float | None:
    """Minutes that the jobs take together; None if nothing is known of one of them.

    `seconds` are of one job by rule, and by rule and run where runs differ.
    """
    by_rule, by_run = seconds
    timed = []
    for job in jobs:
        took = by_run[job.rule].get(job.run) if job.rule in by_run else by_rule.get(job.rule)
        if took is None:
            return None
        timed.append(Job(took, job.cores, job.gpus, job.after))
    return makespan(timed, cores, gpus) / 60


def makespan(jobs: Sequence[Job], cores: int, gpus: int) -> float:
    """Seconds from the first start to the last end, each job starting as soon as it can.

    Of the jobs that could start the first in their order does (list scheduling: Graham, Bell System
    Technical Journal 45, 1966); one that does not fit lets later ones pass. A job that asks for
    more than there is gets all there is, as Snakemake gives it.

    Raises:
        ValueError: jobs wait for each other.
    """
    waiting = {place: set(job.after) for place, job in enumerate(jobs)}
    waited_for: dict[int, list[int]] = {place: [] for place in waiting}
    for place, job in enumerate(jobs):
        for before in job.after:
            waited_for[before].append(place)
    ready = [place for place, before in waiting.items() if not before]
    running: list[tuple[float, int]] = []
    free, now, ended = [cores, gpus], 0.0, 0
    while ready or running:
        for place in list(ready):
            needs = _needs(jobs[place], cores, gpus)
            if needs[0] <= free[0] and needs[1] <= free[1]:
                ready.remove(place)
                free = [free[0] - needs[0], free[1] - needs[1]]
                heapq.heappush(running, (now + jobs[place].seconds, place))
        now, place = heapq.heappop(running)
        ended += 1
        needs = _needs(jobs[place], cores, gpus)
        free = [free[0] + needs[0], free[1] + needs[1]]
        for later in waited_for[place]:
            waiting[later].discard(place)
            if not waiting[later]:
                ready.append(later)
        ready.sort()
    if ended < len(jobs):
        raise ValueError("some jobs wait for each other")
    return now


def _needs(job: Job, cores: int, gpus: int) -> tuple[int, int]:
    return min(job.cores, cores), min(job.gpus, gpus)
