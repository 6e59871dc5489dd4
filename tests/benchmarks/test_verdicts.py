"""The simulated studies of benchmarks/verdicts.py have the truth that they claim."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from benchmarks import verdicts
from chrysalis.stats import readers

SMALL = [s for s in verdicts.SCENARIOS if s.seeds * s.images <= 2000]


@pytest.mark.parametrize("scenario", SMALL, ids=lambda s: f"{s.name}, {s.seeds} x {s.images}")
def test_the_truth_is_the_mean_effect_of_many_studies(scenario):
    correct = scenario.draw(600, np.random.default_rng(1))
    assert correct.shape == (600, 2, scenario.seeds, scenario.images)
    effects = correct[:, 0].mean((1, 2)) - correct[:, 1].mean((1, 2))
    error = effects.std() / np.sqrt(len(effects))
    assert abs(effects.mean() - scenario.truth) < 4 * error


def test_there_are_the_scenarios_that_were_asked_for():
    assert len(verdicts.SCENARIOS) >= 12
    assert {s.seeds for s in verdicts.SCENARIOS} == {3, 5, 10}
    assert {2, 5, 12, 15, 20, 60, 3000} <= {s.images for s in verdicts.SCENARIOS}


def test_shared_weights_keep_the_power_of_the_paired_analysis_of_variance():
    """2 points, 3 seeds, 500 images: 80 % where the trainings are taken as paired."""
    scenario = next(s for s in verdicts.SCENARIOS if s.name == "same weights, 2 points")
    assert scenario.truth == pytest.approx(-0.02, abs=0.001)
    both = scenario.draw(1500, np.random.default_rng(2))
    squares = readers.crossed(both[:, 0].astype(float), both[:, 1].astype(float))
    total = squares.seed + np.maximum(squares.image - squares.residual, 0)
    with np.errstate(divide="ignore"):
        freedom = 2 * (total / squares.seed) ** 2
    found = scenario.judge(both)
    textbook = 2 * stats.t.sf(np.abs(found.effect) / np.sqrt(2 * total / 1500), freedom)
    assert 0.74 < np.mean(textbook < 0.05) < 0.84
    assert np.mean(np.asarray(found.p) < 0.05) > 0.74
    assert np.mean(scenario.former(both) < 0.05) < 0.1


def test_intervals_hold_the_truth_and_alarms_are_rare():
    for scenario in SMALL:
        found = verdicts.measure(replace(scenario), 400)
        assert found["holds"] >= 0.92 * 400, scenario
        if not scenario.truth:
            assert found["verdict"] <= 0.08 * 400, scenario


def test_the_table_separates_alarms_from_power(capsys, monkeypatch):
    shown = (verdicts.SCENARIOS[1], verdicts.SCENARIOS[2])
    monkeypatch.setattr(verdicts, "SCENARIOS", shown)
    verdicts.main(verdicts.parser().parse_args(["--simulations", "20"]))
    lines = capsys.readouterr().out.rstrip().splitlines()
    assert lines[-2].startswith("no effect") and lines[-2].endswith("-")
    assert lines[-1].startswith("effect") and not lines[-1].endswith("-")
