"""How commands name runs, trainings and seeds."""

import argparse
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chrysalis.config.run import SOURCES, RunSettings
from chrysalis.errors import UserError
from chrysalis.records.job_paths import JobPaths
from chrysalis.workflow import arguments
from chrysalis.workflow.arguments import Job, read_seeds, write_seeds

PATHS = JobPaths(Path("results/x"))


@pytest.mark.parametrize(
    ("seeds", "text"),
    [
        ([0], "0"),
        ([0, 1, 2], "0-2"),
        ([0, 1, 2, 7], "0-2,7"),
        ([7, 3, 4], "7,3-4"),
        ([5, 4], "5,4"),
    ],
)
def test_seeds_as_a_command_gives_them(seeds, text):
    assert write_seeds(seeds) == text
    assert read_seeds(text) == seeds


@given(st.lists(st.integers(0, 40), min_size=1, unique=True))
def test_seeds_come_back_in_their_order(seeds):
    assert read_seeds(write_seeds(seeds)) == seeds


def test_options_name_a_training():
    parser = argparse.ArgumentParser()
    arguments.add_training(parser)
    given = parser.parse_args(["--results", "results/x", "--run", "m-0", "--seed", "3"])
    job = arguments.job(given)
    assert job == Job(PATHS, "m-0", 3)
    assert job.folder == Path("results/x/runs/m-0/seed3")


def test_the_index_is_the_seeds_own_where_each_has_a_split():
    settings = RunSettings(model="mynet", image_size=30)
    job = Job(PATHS, "m-0", 3)
    assert job.images(settings) == Path("results/x/data/pack/40px.npy")
    assert job.index(settings) == Path("results/x/data/pack/40px.csv")
    varied = settings.model_copy(update={"varied": SOURCES})
    assert job.index(varied) == Path("results/x/data/resplit/40px_seed3.csv")


def test_what_a_run_takes_from_earlier_ones():
    plain = RunSettings(model="mynet", image_size=30)
    job = Job(PATHS, "m-0", 3)
    assert not any(job.earlier(plain).values())
    found = job.earlier(
        plain.model_copy(update={"start": "s-1", "teacher": "t-2", "ranked_by": "r-3"})
    )
    assert {name: str(path) for name, path in found.items() if path} == {
        "start": "results/x/runs/s-1/seed3/train",
        "teacher": "results/x/runs/t-2/seed3/train",
        "label_quality": "results/x/runs/r-3/label_quality/label_quality.csv",
    }


def test_a_job_without_a_seed_has_no_training():
    with pytest.raises(UserError, match="a seed is needed"):
        _ = Job(PATHS, "m-0").folder
