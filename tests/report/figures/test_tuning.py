"""What tuning brings: the table and the figure."""

import numpy as np
import pandas as pd
import pytest

from chrysalis.report.figures.tuning import plot_tuning, tabulate_tuning
from chrysalis.stats.budget import expected_best


@pytest.fixture
def trials():
    """Two arms; the second has a trial that diverged, and one that was not drawn at random."""
    sgd = {"number": [0, 1, 2, 10], "val_top1": [0.5, np.nan, 0.7, 0.99]}
    return {
        ("m", "adamw"): pd.DataFrame({"number": [0, 1], "val_top1": [0.6, 0.8]}),
        ("m", "sgd"): pd.DataFrame(sgd),
    }


def test_only_trials_drawn_at_random_count_and_a_diverged_one_has_nothing(trials):
    table = tabulate_tuning(trials)
    assert table[["arm", "trials"]].to_numpy().tolist() == [
        *(["adamw", 1], ["adamw", 2]),
        *(["sgd", 1], ["sgd", 2], ["sgd", 3]),
    ]
    sgd = table.loc[table["arm"] == "sgd", "expected_best"]
    np.testing.assert_allclose(sgd, expected_best(np.array([0.5, 0, 0.7])))


def test_a_line_for_each_arm_in_percent(trials):
    table = tabulate_tuning(trials)
    (axes,) = plot_tuning(table).axes
    assert [line.get_label() for line in axes.lines] == ["adamw", "sgd"]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [70, 75])
