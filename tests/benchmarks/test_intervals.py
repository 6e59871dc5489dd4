"""The simulated studies of benchmarks/intervals.py have the truth that they claim."""

import numpy as np
import pytest

from benchmarks import intervals


@pytest.mark.parametrize("scenario", intervals.SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_truth_is_the_mean_difference_of_many_studies(scenario):
    correct = scenario.draw(1500, np.random.default_rng(1))
    differences = correct[:, 0].mean((1, 2)) - correct[:, 1].mean((1, 2))
    error = differences.std() / np.sqrt(len(differences))
    assert abs(differences.mean() - scenario.truth) < 4 * error


def test_shares_have_exact_intervals():
    assert intervals.share(95, 100) == "95.0 [88.7, 98.4]"
    assert intervals.share(0, 50) == "0.0 [0.0, 7.1]"


def test_the_table_tells_of_alarms_only_where_there_is_no_difference(capsys):
    intervals.main(intervals.parser().parse_args(["--simulations", "4"]))
    lines = capsys.readouterr().out.splitlines()
    of_scenarios = {
        scenario.shift: line
        for scenario in intervals.SCENARIOS
        for line in lines
        if line.startswith(f"{scenario.name} (")
    }
    assert of_scenarios[0.8].rstrip().endswith("-")
    assert of_scenarios[0].rstrip().endswith("]")
