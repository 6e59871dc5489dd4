"""Fixtures of the miniature studies; all of this folder is marked e2e."""

from pathlib import Path

import pytest
import warm

from studies import REPOSITORY, Workspace, make_workspace


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items):
    """All of this folder is e2e. A file's tests stay in one process, which makes its study once.

    The finished study, which many files share, is made once in each process that needs it: all its
    tests in one would be nearly half of everything.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group(f"e2e-{item.path.stem}"))


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """A Python in which jobs start fast: most of a miniature study would be imports."""
    with warm.server(tmp_path_factory.mktemp("warm"), REPOSITORY) as program:
        yield program


@pytest.fixture
def workspace(tmp_path, python) -> Workspace:
    """A copy of the tree, nothing run yet."""
    return make_workspace(tmp_path / "study", python)


@pytest.fixture(scope="session")
def prepared_once(tmp_path_factory, python) -> Workspace:
    """What `prepared` copies; not to be changed."""
    made = make_workspace(tmp_path_factory.mktemp("e2e") / "prepared", python)
    made.snakemake("data")
    return made


@pytest.fixture
def prepared(prepared_once, tmp_path) -> Workspace:
    """A copy of the tree whose images are inspected, split, audited and packed, no more."""
    return prepared_once.copy(tmp_path / "study")


@pytest.fixture(scope="session")
def _finished(prepared_once, tmp_path_factory) -> Workspace:
    made = prepared_once.copy(tmp_path_factory.mktemp("e2e") / "study")
    made.snakemake()
    return made


@pytest.fixture
def finished(_finished, tmp_path) -> Workspace:
    """A copy of a finished miniature study: 1 model, 2 seeds, 2 epochs, all experiments."""
    return _finished.copy(tmp_path / "study")
