"""Learning curves: which arms belong together, and what is drawn."""

import pandas as pd
import pytest

from chrysalis.config.experiment import Arm
from chrysalis.report.figures.learning import families, plot_learning, tabulate_learning

CHANGES = {
    "tuned": {"options": {"pretrained": True}},
    "tuned_third": {"options": {"pretrained": True}, "train_share": 0.333},
    "scratch_tenth": {"options": {"pretrained": False}, "train_share": 0.1, "baseline": "tuned"},
    "scratch_third": {"options": {"pretrained": False}, "train_share": 0.333},
}
ARMS = {name: Arm(**changes) for name, changes in CHANGES.items()}
IMAGES = {"tuned": 582, "tuned_third": 198, "scratch_third": 198, "scratch_tenth": 62}


@pytest.fixture
def table():
    arms = pd.DataFrame(
        [
            {"model": "m", "arm": name, "mean": 0.9 - n / 10, "sd": 0.01, "seeds": 3}
            for n, name in enumerate(ARMS)
        ]
    )
    metrics = pd.DataFrame(
        [
            {"model": "m", "arm": name, "metric": metric, "mean": value}
            for name, images in IMAGES.items()
            for metric, value in (("gap", 1.0), ("train_images", images))
        ]
    )
    return tabulate_learning(arms, metrics, families(ARMS))


def test_arms_that_differ_in_their_share_alone_are_a_family():
    assert families(ARMS) == {
        "tuned": "tuned",
        "tuned_third": "tuned",
        "scratch_tenth": "scratch_third",
        "scratch_third": "scratch_third",
    }


def test_a_row_for_each_arm_in_the_order_of_the_line(table):
    assert table["arm"].tolist() == ["scratch_tenth", "scratch_third", "tuned_third", "tuned"]
    assert table["train_images"].tolist() == [62, 198, 198, 582]
    assert table["mean"].tolist() == pytest.approx([0.7, 0.6, 0.8, 0.9])


def test_a_line_for_each_family(table):
    axes = plot_learning(table).axes[0]
    lines = {line.get_label(): line for line in axes.lines}
    assert set(lines) == {"tuned", "scratch_third"}
    assert lines["tuned"].get_xdata().tolist() == [198, 582]
    assert lines["tuned"].get_ydata() == pytest.approx([80, 90])
    assert axes.get_xscale() == "log"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["62", "198", "582"]


def test_several_models_are_named(table):
    both = pd.concat([table, table.assign(model="n")])
    figure = plot_learning(both)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["m: scratch_third", "m: tuned", "n: scratch_third", "n: tuned"]
