"""The page of the audit says what the tables say, and no more."""

import shutil
from dataclasses import replace

import pytest

from chrysalis.config.embedders import DESCRIPTOR
from chrysalis.records import audit as tables
from chrysalis.records.leakage import CLEAN_EFFECTS
from chrysalis.records.paths import StudyPaths
from chrysalis.report.pages import audit, leakage
from chrysalis.report.pages.results import load_results
from tests.tracing import totals, untraced


@pytest.fixture
def folder(results, tmp_path):
    """The results, to be changed."""
    return shutil.copytree(results, tmp_path / "results")


def change(folder, **values):
    path = StudyPaths(folder).audited
    tables.AuditRecord.read(path).model_copy(update=values).write(path)
    return load_results(folder)


def test_a_leak_is_told_with_what_it_does_to_verdicts(folder):
    loaded = load_results(folder)
    text = leakage.warning(loaded)
    assert "Of 3\u00a0test images, 1 have a near duplicate in train or val." in text
    rows = CLEAN_EFFECTS.read(StudyPaths(folder).without("leaks", "effects"))
    assert f"Without them, {len(rows)}\u00a0verdicts change." in text
    CLEAN_EFFECTS.write(
        (replace(row, clean_outcome=row.outcome) for row in rows),
        StudyPaths(folder).without("leaks", "effects"),
    )
    assert "Without them, no verdict changes." in leakage.warning(load_results(folder))


def test_nothing_is_said_on_the_overview_where_nothing_leaks(folder):
    loaded = change(folder, leaked=0)
    assert leakage.warning(loaded) == ""
    assert leakage.without_leaks(loaded).startswith("No test image has a near duplicate")


def test_doubtful_test_labels_are_listed_with_what_they_do_to_verdicts(folder):
    text = leakage.without_doubtful(load_results(folder))
    rows = CLEAN_EFFECTS.read(StudyPaths(folder).without("doubtful", "effects"))
    assert text.startswith("1\u00a0label of test images is doubtful.")
    assert f"Without these images, {len(rows)}\u00a0verdicts change." in text
    assert "### Verdicts without doubtful labels" in text
    labels = tables.LABELS.read(StudyPaths(folder).audit("labels"))
    tables.LABELS.write(
        (replace(row, split="train") for row in labels), StudyPaths(folder).audit("labels")
    )
    text = leakage.without_doubtful(load_results(folder))
    assert text.startswith("No label of a test image is doubtful.")


def test_images_that_are_too_small_are_said_to_be(folder):
    text = audit.duplicates(change(folder, thumbnail=8, pairs=0))
    assert "These images have 8 pixels a side" in text
    assert "near duplicates are not looked for" in text
    assert "No near duplicates were found" not in text


def test_the_descriptor_is_named(folder):
    assert "is not installed" not in audit.checks(load_results(folder))
    loaded = change(folder, embedder=DESCRIPTOR)
    assert "The pretrained network is not installed." in audit.checks(loaded)
    assert "colours and gradients" in audit.probe(loaded)


def test_labels_that_could_not_be_checked_are_said_to_be(folder):
    loaded = change(folder, folds_accuracy=None, probe_val=None)
    assert audit.labels(loaded).startswith("A class has too few images to check labels.")
    assert audit.probe(loaded) == ""


def test_each_check_has_its_words_and_its_number(folder):
    text = audit.checks(load_results(folder))
    assert "| Dark images | 25 |" in text
    assert "| Blurred images | 0 |" in text
    assert set(audit.CHECKS) == set(tables_of_config())


def tables_of_config():
    from typing import get_args

    from chrysalis.config.schema import Check

    return get_args(Check)


def test_every_number_can_be_traced_where_little_was_found(folder):
    loaded = change(folder, leaked=0, groups=0, plain=0)
    paths = StudyPaths(folder)
    for table, name in ((tables.DUPLICATES, "duplicates"), (tables.LABELS, "labels")):
        table.write([], paths.audit(name))
    tables.ISSUES.write([], paths.audit("issues"))
    loaded = load_results(folder)
    for name, text in audit.fragments(loaded).items():
        assert untraced(text, folder, totals(loaded)) == set(), name
