"""What the pages say of the images, of what was planted in them, and of their explanations."""

import html
from dataclasses import replace

import pandas as pd

from chrysalis.report.pages import (
    dataset,
    fragments,
)
from chrysalis.report.pages.audit import CHECKS
from chrysalis.report.pages.results import load_results
from tests.report.pages.words import plain


def test_long_lists_are_cut_with_a_count(made):
    assert made["left_out.md"].count("bad") == dataset.MOST_ROWS
    assert "And 10\u00a0more files." in made["left_out.md"]


def test_nothing_left_out_is_said(folder):
    place = folder / "data/inspect_images/left_out.csv"
    place.write_text("path,class,reason\n")
    assert dataset.left_out(load_results(folder)).startswith("No file was left out.")


def test_explanations_say_how_coarse_the_maps_are(results):
    loaded = load_results(results)
    text = plain(fragments.galleries(loaded))
    assert "3 right predictions and 2 wrong predictions" in text
    assert "layer features.stage4. They have 2 by 7 cells and are enlarged" in text
    assert "hardly tell places apart" in text
    fine = [
        replace(gallery, shown=[replace(row, rows=7) for row in gallery.shown])
        for gallery in loaded.galleries
    ]
    assert "hardly tell" not in fragments.galleries(replace(loaded, galleries=fine))


def test_the_truth_page_says_what_was_found_missed_and_not_looked_for(made):
    text = plain(made["truth.md"])
    start = "| Look-alikes (pairs of classes) | 1 | 1 | 0 | 1 | 50.0 % | 100.0 % | confusions"
    assert start in text
    assert "| Wrong labels (images) | 17 | – | – | – | – | – | *not looked for* |" in text  # noqa: RUF001
    outcomes = [line.split("|")[-2].strip() for line in text.splitlines() if " | " in line]
    assert [each for each in outcomes if each in ("found", "**missed**", "**false alarm**")] == [
        "found",
        "**false alarm**",
        "**missed**",
    ]


def test_a_study_of_other_images_has_no_truth_page(loaded):
    others = replace(loaded, truth_scores=[], truth_findings=[])
    assert "truth.md" not in fragments.all_fragments(others, "smalldocs 0.5.4")


def test_the_card_has_source_licence_and_counts(results):
    loaded = load_results(results)
    text = html.unescape(plain(dataset.about(loaded)))
    assert "| Source | A. Author, A Set of Images, 2009." in text
    assert "| Licence | None is <stated>." in text
    split = pd.read_csv(results / "data/split/split.csv", keep_default_na=False)
    sizes = split["class"].value_counts()
    span = f"{sizes.min()} to {sizes.max()}" if sizes.nunique() > 1 else str(sizes.min())
    assert f"| {len(split)} images in {len(sizes)} classes, {span} in each |" in text
    named = split["split"].value_counts()
    assert f"| {named['train']} train, {named['val']} val, {named['test']} test (" in text
    images = pd.read_csv(results / "data/inspect_images/images.csv", keep_default_na=False)
    assert f"{images['width'].max()} wide" in text
    assert f"| {(images['mask'] != '').sum()} of {len(images)} images |" in text


def test_the_card_links_what_the_audit_found(results):
    loaded = load_results(results)
    text = plain(dataset.about(loaded))
    issues = pd.read_csv(results / "data/audit/issues.csv")
    for check, found in issues["check"].value_counts().items():
        assert f"[{CHECKS[check]}: {found}](audit.qmd" in text.replace("\\", "")
    clean = replace(loaded, audit=replace(loaded.audit, issues=[]))
    assert "[nothing was found](audit.qmd)" in plain(dataset.about(clean))


def test_the_card_says_what_is_not_stated(results):
    loaded = load_results(results)
    bare = loaded.record.dataset.model_copy(update={"citation": "", "licence": "", "url": ""})
    record = loaded.record.model_copy(update={"dataset": bare})
    text = plain(dataset.about(replace(loaded, record=record)))
    assert "| Source | Not stated" in text
    assert "| Licence | Not stated" in text
    assert "Home page" not in text
