"""Every number of the report comes from the results, and says what they say."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from chrysalis.errors import UserError
from chrysalis.records.experiment import (
    ARMS,
)
from chrysalis.records.paths import StudyPaths
from chrysalis.report.pages import (
    captions,
    experiments,
    fragments,
)
from chrysalis.report.pages.plots import Plot
from chrysalis.report.pages.results import load_results
from tests.tracing import totals, untraced


def test_every_number_can_be_traced(results, loaded, made):
    for name, text in made.items():
        assert untraced(text, results, totals(loaded)) == set(), name


def test_the_net_is_not_too_wide(results, made):
    """A number that is off by a tenth, or that another experiment's files have, is not traced."""
    text = made["augmentation/table.md"]
    shown = re.search(r"\d\d\.\d\u00a0%", text)[0]
    for wrong in ("97.3\u00a0%", f"{float(shown[:4]) + 0.1:.1f}\u00a0%"):
        assert untraced(text.replace(shown, wrong, 1), results) == {wrong[:4]}


def test_numbers_follow_the_results(folder):
    place = StudyPaths(folder).experiment("augmentation").table("arms")
    first, *others = ARMS.read(place)
    first = replace(first, mean=0.77777, sd=0.0321, seeds=5, images=12345)
    ARMS.write([first, *others], place)
    loaded = load_results(folder)
    expected = "77.8 % (sd 3.2, n 5)".replace(" ", "\u00a0")
    for text in (
        fragments.key_table(loaded),
        experiments.arms(loaded.experiment("augmentation")),
    ):
        assert expected in text
        assert "| 12,345 |" in text


def test_each_figure_and_table_names_its_rule_and_its_file(made, results):
    for name, text in made.items():
        if name == "strip.md":  # it leads to the page of the data, which names its rule
            continue
        figures = re.findall(r"!\[[^]]*\]\(/files/([^)]+)\)", text)
        for figure in figures:
            rule = figure.split("/")[-2]
            assert f"Rule `{rule}`" in text, name
        for path in re.findall(r"\]\(/files/([^)]+)\)", text):
            assert (results / path).is_file()


@pytest.mark.parametrize(
    "missing",
    [
        "study.json",
        "data/split/split.csv",
        "experiments/augmentation/compare/effects.csv",
        "experiments/augmentation/plot_experiment/arms.csv",
    ],
)
def test_a_missing_file_is_named(missing, folder):
    (folder / missing).unlink()
    with pytest.raises(UserError, match=re.escape(missing)):
        load_results(folder)


def test_a_damaged_file_is_named(folder):
    (folder / "study.json").write_text('{"name":')
    with pytest.raises(UserError, match=r"study\.json: damaged"):
        load_results(folder)


def test_figures_have_alt_text_that_is_not_their_caption(made):
    images = [
        image
        for text in made.values()
        for image in re.findall(r"!\[([^]]*)\]\([^)]+\)(\{.*?\})", text)
    ]
    assert len(images) > 10
    for caption, attributes in images:
        alt = re.fullmatch(r'\{fig-alt="([^"]+)"\}', attributes)[1]
        assert alt != caption


def test_a_figure_that_is_not_listed_has_words_too():
    place = Path("experiments/x/plot_margins/new_margins.svg")
    text = captions.figure(Plot(place, place.with_suffix(".csv"), wide=False))
    assert '![New margins.](/files/experiments/x/plot_margins/new_margins.svg){fig-alt="' in text
