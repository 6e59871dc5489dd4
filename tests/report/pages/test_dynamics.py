"""What the page of an experiment says of how its arms trained."""

import html
import re
from dataclasses import replace

import numpy as np

from chrysalis.evaluation import traces
from chrysalis.records.dynamics import (
    DIVERGED,
    DYNAMICS,
    DYNAMICS_EFFECTS,
    DivergedRow,
    DynamicsEffectRow,
    DynamicsRow,
)
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.report.pages import (
    experiments,
)
from chrysalis.report.pages.results import load_results
from tests.report.pages.words import plain
from tests.tracing import untraced


def measured(measure, scale, outcome, **numbers):
    """A line of the comparison of two arms' dynamics."""
    name = traces.COMPARED[measure].title
    told = f"{name}: {outcome} for on than for off (0.345 times)."
    usual = {"base_mean": 12345.6, "mean": 4259.2, "effect": 0.345, "low": 0.2, "high": 0.6}
    usual |= {"p": 0.001, "p_adjusted": 0.012, "seeds": 3}
    of = {"measure": measure, "scale": scale, "outcome": outcome, "sentence": told}
    return DynamicsEffectRow(
        subject="mynet (on)", baseline="mynet (off)", arms="on", **usual | numbers, **of
    )


def with_dynamics(folder, effects, diverged=()):
    """Add how its arms train to the experiment augmentation; returns its fragments."""
    paths = StudyPaths(folder)
    study = StudyRecord.read(paths.study).model_dump(exclude_unset=True)
    study["experiments"][1]["dynamics"] = True
    StudyRecord.model_validate(study).write(paths.study)
    files = paths.experiment("augmentation")
    shares = [name for name, measure in traces.SHOWN.items() if measure.share]
    rows = [
        DynamicsRow("mynet", arm, name, 3, 0.125 if name in shares else 3.14159, 0.1, (1.0, 2.0))
        for arm in ("off", "on")
        for name in traces.SHOWN
    ]
    DYNAMICS.write(rows, files.dynamics("summary"))
    DYNAMICS_EFFECTS.write(effects, files.dynamics("effects"))
    DIVERGED.write(diverged, files.dynamics("diverged"))
    return experiments.fragments(load_results(folder).experiment("augmentation"))


def test_how_each_arm_trained(folder):
    shares = {"base_mean": 0.25, "mean": 0.125, "effect": -0.125, "low": -0.2, "high": 0.01}
    made = with_dynamics(
        folder,
        [
            measured("smoothness", "ratio", "lower"),
            measured("dead", "difference", "none", p_adjusted=0.3, **shares),
        ],
    )
    text = made["more.md"]
    shown = plain(text)
    assert "### How each arm trained" in text
    assert "No training diverged." in text
    assert (
        "| ▽ lower | Effective beta-smoothness (Santurkar et al.) | 12,300 | 4,260 | 0.345 "
        "| 0.2 to 0.6 | 0.012 | 3 |" in shown
    )
    assert "25.0 % | 12.5 % | −12.5 | −20.0 to +1.0 | 0.300 | 3 |" in shown  # noqa: RUF001
    assert shown.count("3.14") == 2 * 9
    assert untraced(text, folder) == set()
    counted = (
        "Of 2 measures of how mynet (on) trains, compared with mynet (off): 1 lower, 1 without"
    )
    assert counted in html.unescape(re.sub("<[^>]*>", "", made["answer.md"]))


def test_what_the_table_of_measures_cannot_say_is_said_below_it(folder):
    gap = dict.fromkeys(("base_mean", "mean", "effect", "low", "high", "p", "p_adjusted"), np.nan)
    rows = [
        measured("smoothness", "ratio", "lower"),
        replace(measured("band", "ratio", "insufficient", **gap), arms="", sentence="No band."),
        replace(measured("dead", "difference", "none", p=np.nan), sentence="All are alike."),
    ]
    shown = html.unescape(re.sub("<[^>]*>", "", with_dynamics(folder, rows)["more.md"]))
    assert "- No band.\n- All are alike.\n" in shown
    assert rows[0].sentence not in shown


def test_a_training_that_diverged_is_a_result_on_the_page(folder):
    gap = dict.fromkeys(("base_mean", "mean", "effect", "low", "high", "p", "p_adjusted"), np.nan)
    row = measured("smoothness", "ratio", "insufficient", **gap)
    row = replace(row, seeds=0, arms="")
    gone = [DivergedRow("mynet", "on", seed, 37, 2, "the training loss") for seed in (0, 2)]
    made = with_dynamics(folder, [row], gone)
    shown = html.unescape(re.sub("<[^>]*>", "", made["more.md"]))
    assert "2\u00a0trainings diverged. That is a result." in shown
    for seed in (0, 2):
        told = f"- mynet, on, seed {seed}: the training loss was no longer finite at step 37"
        assert f"{told}, in epoch 2." in shown
    assert untraced(made["more.md"], folder) == set()
    nothing = "How mynet (on) trains can't be compared with mynet (off)"
    assert nothing in shown
    of_dynamics = shown.split("How each arm trained")[1].split("###")[0]
    assert "| Verdict" not in of_dynamics
    assert nothing in html.unescape(re.sub("<[^>]*>", "", made["answer.md"]))
