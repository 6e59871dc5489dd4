"""Bands, looks and summaries of traced trainings by hand, and what is drawn."""

import itertools

import numpy as np
import pandas as pd
import pytest

from chrysalis.evaluation import traces
from chrysalis.report.figures import dynamics

NAN = np.nan


def steps_of(model, arm, losses, seed=0):
    count = len(losses)
    looked = np.arange(count) % 2 == 0
    names = {"model": model, "arm": arm, "seed": seed}
    table = pd.DataFrame({**names, "step": range(count), "loss": losses})
    for rank, name in enumerate(dynamics.LOOKED, 1):
        table[name] = np.where(looked, rank + np.arange(count) + 10 * seed, NAN)
    return table


@pytest.fixture
def steps():
    return pd.concat(
        [
            steps_of("m", "slow", [4.0, 3.0, 2.0, 1.0]),
            steps_of("m", "fast", [3.0, 5.0, 1.0, 0.5]),
            steps_of("m", "slow", [4.0, 3.0, 2.0, 1.0], seed=1),
            steps_of("m", "fast", [4.0, 8.0], seed=1),  # it diverged
            steps_of("n", "slow", [2.0, 2.0, 2.0, 2.0]),
        ],
        ignore_index=True,
    )


@pytest.fixture
def layers():
    rows = []
    for seed, epoch, arm in itertools.product((0, 1), (1, 2), ("slow", "fast")):
        of = {"seed": seed, "epoch": epoch, "arm": arm}
        for layer, dead in (("a", 0.5 + 0.2 * seed), ("b", 0.1 * epoch)):
            rows.append(of | {"layer": layer, "sd": 1.0, "dead": dead})
        rows.append(of | {"layer": "w", "ratio": 0.1})
    return pd.DataFrame(rows).assign(model="m")


def test_bands_by_hand(steps, monkeypatch):
    monkeypatch.setattr(traces, "WINDOWS", 2)
    found = dynamics.tabulate_bands(steps).set_index(["model", "step"])
    assert found.loc[("m", 1)].tolist() == [(3.5 + 3.5) / 2, (4.0 + 6.0) / 2, 2]
    assert found.loc[("m", 3)].tolist() == [(0.75 + 1.5) / 2, 1.5, 2]
    assert found.loc[("n", 3)].tolist() == [2.0, 2.0, 1]


def test_looks_are_the_medians_of_the_steps_that_were_looked_at(steps):
    found = dynamics.tabulate_looks(steps)
    assert found["step"].tolist() == [0, 2] * 3
    assert found["seeds"].tolist() == [2, 2, 2, 1, 1, 1]
    assert found["smoothness"].tolist() == [10, 12, 10, 7, 5, 7]


def test_layers_are_those_of_the_last_epoch_over_the_seeds(layers):
    found = dynamics.tabulate_layers(layers).set_index(["arm", "layer"])
    assert found.loc[("slow", "a"), "dead"] == pytest.approx(0.6)
    assert found.loc[("slow", "b"), "dead"] == pytest.approx(0.2)
    assert found.loc[("fast", "w"), "ratio"] == pytest.approx(0.1)


def effects():
    bounds = [("smoothness", 0.2, 0.1, 0.4, "lower"), ("band", 1.1, 0.5, 2.0, "none")]
    rows = [
        {"measure": m, "subject": "n", "scale": "ratio", "effect": e, "low": low, "high": high}
        | {"outcome": outcome, "sentence": "S."}
        for m, e, low, high, outcome in bounds
    ]
    return pd.DataFrame(
        [*rows, rows[0] | {"effect": NAN}, rows[0] | {"measure": "dead", "scale": "difference"}]
    )


def test_ratios_are_those_that_came_to_a_number():
    found = dynamics.tabulate_ratios(effects())
    assert found["measure"].tolist() == ["smoothness", "band"]
    axes = dynamics.plot_ratios(found).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["Effective beta-smoothness", "Loss band over the arms"]
    _, first, mark, _second, other = axes.lines
    assert first.get_xdata().tolist() == [0.1, 0.4]
    assert mark.get_markerfacecolor() != "w" == other.get_markerfacecolor()
    dynamics.plot_ratios(found.iloc[:0])  # where nothing can be compared


def test_figures_have_a_panel_for_each_measure_and_model(steps, layers):
    bands = dynamics.plot_bands(dynamics.tabulate_bands(steps))
    assert len(bands.axes[0].collections) == 2
    looks = dynamics.plot_looks(dynamics.tabulate_looks(steps))
    assert len(looks.axes) == 5 * 2
    drawn = dynamics.plot_layers(dynamics.tabulate_layers(layers))
    assert len(drawn.axes) == 3
    dead = drawn.axes[1].lines[0]
    assert dead.get_ydata() == pytest.approx([60, 20])
