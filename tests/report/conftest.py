"""Two made-up studies, which the tests only read."""

from pathlib import Path

import pytest

from tests.report.made.results import make_results
from tests.report.made.study import NASTY


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items):
    """What reads these studies stays in one process, which makes them once."""
    for item in items:
        here = Path(__file__).parent in item.path.parents
        if here and {"results", "nasty_results"} & set(item.fixturenames):
            item.add_marker(pytest.mark.xdist_group("report"))


@pytest.fixture(scope="session")
def results(tmp_path_factory) -> Path:
    """A full study with plain names."""
    return make_results(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="session")
def nasty_results(tmp_path_factory) -> Path:
    """A study that is too small, whose classes have names that look like markup."""
    too_small = ["3 seeds are needed, not 1", "5 epochs are needed, not 2"]
    return make_results(tmp_path_factory.mktemp("nasty"), NASTY, too_small)
