"""The plan in words."""

import pytest

from chrysalis.planning.text import duration, ending, opening, screen
from chrysalis.records.plan import DetectableRow, Plan


def row(experiment="models", seeds=3, low=0.02, high=0.04, source="pilots"):
    return DetectableRow(
        experiment=experiment,
        comparisons=2,
        images=125,
        seeds=seeds,
        detectable=(low, high),
        half_width=(low / 2, high / 2),
        source=source,
    )


def plan(**changes):
    usual = {
        "trainings": 15,
        "done": 3,
        "jobs": {"evaluate": 12, "train": 12},
        "probes": 4,
        "cores": 2,
        "gpus": 0,
        "processes": 1,
        "side_by_side": 2,
        "minutes": 7.4,
        "undisturbed_minutes": 7.0,
        "training_minutes": 11.06,
        "cpu_minutes": 10,
        "seconds": {"evaluate": 1.0},
        "run_seconds": {"train": {"mynet-1": 30.0, "vgg-2": 90.0}},
        "device": "cpu (made up)",
        "seeds": 3,
        "comparisons": 3,
        "rows": [row(), row(seeds=10, low=0.01, high=0.01)],
        "more_seeds": {},
    }
    return Plan.model_validate(usual | changes)


def test_a_whole_screen():
    assert screen("Shapes", plan()) == (
        "Plan for Shapes, with 3 seeds\n"
        "\n"
        "  trainings   15: 3 done, 12 to do\n"
        "\n"
        "  time        about 7 minutes on 2 cores, 2 trainings at a time\n"
        "              the trainings take 11.1 minutes, one by one\n"
        "              vgg-2      1.50 each\n"
        "              mynet-1    0.50 each\n"
        "  known from  4 probes and 3 finished trainings on cpu (made up).\n"
        "              All epochs are counted: patience may end a training sooner. The machine is\n"
        "              taken to stay as busy as it was.\n"
        "\n"
        "Smallest difference found with 80 % probability, in percentage points\n"
        "(level 0.05 / 3 primary comparisons)\n"
        "\n"
        "  experiment  images       3 seeds      10 seeds\n"
        "  models         125    2.0 to 4.0           1.0\n"
        "\n"
        "Variances are those of studies of other images that Chrysalis keeps as pilots.\n"
        "Yours may vary more or less. Train two seeds first, then plan again: these trainings are\n"
        "kept, and the plan learns from them.\n"
    )


def test_what_is_known_of_these_images_needs_no_advice():
    text = screen("Shapes", plan(rows=[row(source="experiment")]))
    assert "the trainings of this study that are done." in text
    assert "Train two seeds first" not in text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (1, "models: about 1 more seed would halve the intervals."),
        (7, "models: about 7 more seeds would halve the intervals."),
        (None, "models: more seeds alone would not halve the intervals; it takes more test"),
        (101, "models: more seeds alone would not halve the intervals; it takes more test"),
    ],
)
def test_advice_on_seeds(more, words):
    assert words in screen("Shapes", plan(more_seeds={"models": more}))


def test_sweeps_processes_gpus_and_many_runs():
    text = screen(
        "Shapes",
        plan(
            jobs={"train": 12, "trial": 20, "dynamics": 2},
            gpus=1,
            device="cuda (made up)",
            processes=2,
            side_by_side=1,
            run_seconds={"train": {f"m-{number}": 60.0 for number in range(9)}},
        ),
    )
    assert "and         20 trials of a sweep, 2 traced once more" in text
    assert "on 2 cores and 1 GPU, 1 training at a time" in text
    assert "What 2 processes tell each other is not counted." in text
    assert "4 more runs are quicker" in text


def test_a_busy_machine_is_named():
    busy = "(about 3 minutes, were the machine not busy with other work)"
    assert busy in screen("Shapes", plan(undisturbed_minutes=3.4))
    assert "busy with" not in screen("Shapes", plan())
    assert "busy with" not in screen("Shapes", plan(undisturbed_minutes=None))


def test_all_done_and_nothing_predicted():
    text = screen("Shapes", plan(jobs={}, done=15, rows=[]))
    assert "time        none: everything is done" in text
    assert "is not predicted where each seed has its own split" in text


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.4, "less than a minute"),
        (1, "about 1 minute"),
        (119.4, "about 119 minutes"),
        (150, "about 2.5 hours"),
        (60 * 1234.4, "about 1,234 hours"),
    ],
)
def test_durations(minutes, words):
    assert duration(minutes) == words


def test_the_first_and_the_last_line_of_a_study():
    assert opening(15, 12, 7.4) == (
        "15 trainings: 3 done, 12 to do. By the plan's probes, this takes about 7 minutes."
    )
    assert opening(1, 1, None) == (
        "1 training: 0 done, 1 to do. `make plan` predicts how long they take."
    )
    assert ending(7.4, 8.6) == "Planned: about 7 minutes. Taken: about 9 minutes."
