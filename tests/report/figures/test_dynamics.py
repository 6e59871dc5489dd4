"""Bands, looks and summaries of traced trainings by hand, and what is drawn."""

import numpy as np
import pandas as pd
import pytest

from chrysalis.report.figures import dynamics

NAN = np.nan


def steps_of(model, arm, losses):
    count = len(losses)
    looked = np.arange(count) % 2 == 0
    table = pd.DataFrame({"model": model, "arm": arm, "step": range(count), "loss": losses})
    for rank, name in enumerate(dynamics.LOOKED, 1):
        table[name] = np.where(looked, rank + np.arange(count), NAN)
    return table


@pytest.fixture
def steps():
    return pd.concat(
        [
            steps_of("m", "slow", [4.0, 3.0, 2.0, 1.0]),
            steps_of("m", "fast", [3.0, 5.0, 1.0, 0.5]),
            steps_of("n", "slow", [2.0, 2.0, 2.0, 2.0]),
        ],
        ignore_index=True,
    )


@pytest.fixture
def layers():
    rows = []
    for epoch in (1, 2):
        for arm in ("slow", "fast"):
            for layer, dead in (("a", 0.5), ("b", 0.1 * epoch)):
                rows.append({"epoch": epoch, "arm": arm, "layer": layer, "sd": 1.0, "dead": dead})
            rows.append(
                {
                    "epoch": epoch,
                    "arm": arm,
                    "layer": "w",
                    "ratio": 0.1,
                    "vanishing": 0.5 * epoch - 0.5,
                }
                | {"exploding": 0.0}
            )
    return pd.DataFrame(rows).assign(model="m")


def test_bands_by_hand(steps, monkeypatch):
    monkeypatch.setattr(dynamics, "WINDOWS", 2)
    found = dynamics.tabulate_bands(steps).set_index(["model", "step"])
    assert found.loc[("m", 1)].tolist() == [3.5, 4.0, 2]
    assert found.loc[("m", 3)].tolist() == [0.75, 1.5, 2]
    assert found.loc[("n", 3)].tolist() == [2.0, 2.0, 1]


def test_looks_are_the_steps_that_were_looked_at(steps):
    found = dynamics.tabulate_looks(steps)
    assert found["step"].tolist() == [0, 2] * 3
    assert found["smoothness"].tolist() == [5, 7] * 3


def test_the_summary_by_hand(steps, layers):
    epochs = pd.DataFrame(
        [
            {"model": "m", "arm": arm, "epoch": epoch, "input_gradient_max": epoch * scale}
            for arm, scale in (("slow", 1.0), ("fast", 7.0))
            for epoch in (1, 2)
        ]
    )
    found = dynamics.summarise(steps[steps["model"] == "m"], epochs, layers).set_index("arm")
    assert found.loc["slow", "smoothness"] == 6
    assert found.loc["fast", "distance"] == 5
    assert found["input_gradient"].to_dict() == {"slow": 2, "fast": 14}
    assert found.loc["slow", "dead"] == pytest.approx((0.5 + 0.2) / 2)
    assert found.loc["slow", "vanishing"] == pytest.approx(0.25)


def test_figures_have_a_panel_for_each_measure_and_model(steps, layers):
    bands = dynamics.plot_bands(dynamics.tabulate_bands(steps))
    assert len(bands.axes[0].collections) == 2
    looks = dynamics.plot_looks(dynamics.tabulate_looks(steps))
    assert len(looks.axes) == 3 * 2
    drawn = dynamics.plot_layers(layers)
    assert len(drawn.axes) == 3
    dead = drawn.axes[1].lines[0]
    assert dead.get_ydata() == pytest.approx([50, 20])
