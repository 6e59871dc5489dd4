"""What makes a site hard to read is found, and the report's own drawings have none of it."""

import numpy as np
import pandas as pd
import pytest

from chrysalis.report.figures.experiment import plot_arms, plot_per_class
from chrysalis.report.figures.learning import plot_learning
from chrysalis.report.figures.style import new_figure, save_figure
from chrysalis.report.figures.tradeoff import plot_tradeoff
from chrysalis.report.site.looks import CONTENTS_SHOWN, check_drawing, check_looks

GOOD = """<html><body><nav role="doc-toc"><ul class="collapse"><li>a</li></ul></nav>
<div class="table-box"><table></table></div><p>1,797 images in 2012 and 1797.</p>
<p><span class="data">1797 images</span> <code>1797 images</code></p></body></html>"""


@pytest.fixture
def site(tmp_path):
    (tmp_path / "index.html").write_text(GOOD)
    (tmp_path / "styles.css").write_text(f"{CONTENTS_SHOWN} {{ display: block }}")
    return tmp_path


def test_a_good_site_has_no_flaw(site):
    assert check_looks(site) == []


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("<table></table>", "a table that nothing lets scroll"),
        ("<p>1797 images</p>", "the count 1797 is not written 1,797"),
        ("<p>1797\u00a0images</p>", "the count 1797 is not written 1,797"),
    ],
)
def test_flaws_of_a_page_are_found(site, text, flaw):
    (site / "index.html").write_text(GOOD + text)
    assert check_looks(site) == [f"index.html: {flaw}"]


def test_contents_that_wait_for_a_script_and_search_without_a_searcher_are_found(site):
    (site / "styles.css").unlink()
    (site / "search.json").write_text("[]")
    assert check_looks(site) == [
        "index.html: the table of contents is hidden until a script runs",
        "search.json: nothing searches it",
    ]


def draw(path, clip, size=10):
    figure = new_figure(2, 4)
    axes = figure.subplots()
    axes.set_xlim(0, 100)
    axes.set_ylim(-1, 1)
    axes.set_xlabel("Accuracy", fontsize=size)
    axes.errorbar(95, 0, xerr=10, clip_on=clip)
    axes.plot([100], [0.5], "o", ms=8, clip_on=clip)
    save_figure(figure, path)
    return check_drawing(path)


def test_flaws_of_a_drawing_are_found(tmp_path):
    assert draw(tmp_path / "a.svg", clip=False) == []
    assert draw(tmp_path / "b.svg", clip=True) == [
        "a bar passes the edge of its axes",
        "a mark is cut at the edge of its axes",
    ]
    assert draw(tmp_path / "c.svg", clip=False, size=5) == ["letters too small to read"]
    (tmp_path / "d.svg").write_text("<svg")
    assert check_drawing(tmp_path / "d.svg") == []


EXTREME = pd.DataFrame(
    {
        "model": "mynet",
        "arm": ["a", "b", "c"],
        "mean": [1.0, 0.0, 0.97],
        "sd": [0.2, 0.2, np.nan],
        "values": [(1.0, 1.0), (0.0, 0.0), (0.97,)],
        "class": ["x", "y", "z"],
        "metric": "parameters",
        "cost": [0.1, 5.0, 100.0],
        "front": True,
        "train_images": [10, 100, 1000],
        "family": "a",
    }
)


@pytest.mark.parametrize("plot", [plot_arms, plot_per_class, plot_tradeoff, plot_learning])
def test_accuracies_at_their_limits_are_drawn_whole(plot, tmp_path):
    save_figure(plot(EXTREME), tmp_path / "figure.svg")
    assert check_drawing(tmp_path / "figure.svg") == []
