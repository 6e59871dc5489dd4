"""Every row of docs/reliability.md, tried."""

import pytest

from tests.reliability.catalogue import FAULTS, INPUTS, PAGE, empty_folder, load

load()

EVERY_INPUT = [each for kind in INPUTS.values() for each in kind]
SLOW = (pytest.mark.e2e, pytest.mark.xdist_group("e2e-reliability"))
EVERY_FAULT = [pytest.param(each, id=each.what, marks=SLOW if each.slow else ()) for each in FAULTS]


@pytest.fixture
def rows():
    """The rows of the page."""
    return PAGE.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("given", EVERY_INPUT, ids=lambda given: given.what)
def test_bad_input_is_answered_as_the_page_says(given, rows):
    with empty_folder():
        assert given.row() in rows


@pytest.mark.parametrize("fault", EVERY_FAULT)
def test_nothing_is_lost(fault, rows):
    assert fault.row() in rows
    with empty_folder():
        fault.check()


def test_the_page_has_no_other_rows(rows):
    tables = [row for row in rows if row.startswith("| ") and not row.startswith("| What")]
    assert len(tables) - sum(row.startswith("| ---") for row in tables) == len(EVERY_INPUT) + len(
        FAULTS
    )
    assert len(EVERY_INPUT) >= 40
    assert len(FAULTS) >= 15
