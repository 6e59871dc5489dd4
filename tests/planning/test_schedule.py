"""How long jobs take together, worked by hand, and bounds that hold for any jobs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chrysalis.planning.schedule import Job, PlannedJob, makespan, study_minutes


@pytest.mark.parametrize(
    ("jobs", "cores", "gpus", "seconds"),
    [
        ([], 2, 0, 0),
        ([Job(5)], 1, 0, 5),
        ([Job(5), Job(5), Job(5)], 1, 0, 15),
        ([Job(5), Job(5), Job(5)], 2, 0, 10),  # the last one runs alone
        ([Job(1), Job(1), Job(4)], 2, 0, 5),  # in their order, not the longest first
        ([Job(4), Job(1), Job(1)], 2, 0, 4),
        ([Job(3), Job(2, after=(0,)), Job(1, after=(1,))], 8, 0, 6),
        # All cores: waits until both are free, and lets the later one pass.
        ([Job(2), Job(3, cores=2), Job(2), Job(1, after=(2,))], 2, 0, 6),
        ([Job(3, cores=8)], 2, 0, 3),  # as many as there are
        ([Job(2, gpus=1)] * 4, 8, 1, 8),
        ([Job(2, gpus=1)] * 4, 8, 2, 4),
        ([Job(2, gpus=1), Job(2, gpus=1), Job(4)], 2, 1, 4),  # what needs no GPU fills the core
        ([Job(2, gpus=1)] * 2, 2, 0, 2),  # a machine without one: its jobs ask for none
    ],
)
def test_worked_by_hand(jobs, cores, gpus, seconds):
    assert makespan(jobs, cores, gpus) == pytest.approx(seconds)


def test_jobs_that_wait_for_each_other_never_end():
    with pytest.raises(ValueError, match="wait for each other"):
        makespan([Job(1, after=(1,)), Job(1, after=(0,))], 2, 0)


@st.composite
def several(draw):
    jobs = []
    for place in range(draw(st.integers(1, 12))):
        before = draw(st.sets(st.integers(0, place - 1), max_size=2)) if place else set()
        seconds, cores = draw(st.floats(0, 10)), draw(st.integers(1, 3))
        jobs.append(Job(seconds, cores, 0, tuple(before)))
    return jobs


@given(several(), st.integers(1, 4))
def test_never_faster_than_work_or_the_longest_chain_never_slower_than_one_by_one(jobs, cores):
    found = makespan(jobs, cores, 0)
    work = sum(job.seconds * min(job.cores, cores) for job in jobs) / cores
    ends: list[float] = []
    for job in jobs:
        ends.append(job.seconds + max((ends[before] for before in job.after), default=0))
    assert max(work, *ends) - 1e-9 <= found <= sum(job.seconds for job in jobs) + 1e-9


def test_minutes_of_a_study():
    jobs = [
        PlannedJob("train", "a", 1, 0, ()),
        PlannedJob("train", "b", 1, 0, ()),
        PlannedJob("compare", "", 1, 0, (0, 1)),
    ]
    seconds = ({"compare": 30.0}, {"train": {"a": 60.0, "b": 90.0}})
    assert study_minutes(jobs, seconds, 1, 0) == pytest.approx(3)
    assert study_minutes(jobs, seconds, 2, 0) == pytest.approx(2)


def test_minutes_are_unknown_if_those_of_one_job_are():
    train, site = PlannedJob("train", "a", 1, 0, ()), PlannedJob("site", "", 1, 0, ())
    assert study_minutes([train], ({}, {"train": {"b": 1.0}}), 1, 0) is None
    assert study_minutes([site], ({"train": 1.0}, {}), 1, 0) is None
    assert study_minutes([], ({}, {}), 1, 0) == 0
