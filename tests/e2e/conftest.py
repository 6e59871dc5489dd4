"""Fixtures of the miniature studies; all of this folder is marked e2e."""

from pathlib import Path

import pytest

from studies import Workspace, make_workspace


def pytest_collection_modifyitems(items):
    """All of this folder is e2e. What shares a study stays in one process, which makes it once."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            shared = "finished" if "finished" in item.fixturenames else item.path.stem
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group(f"e2e-{shared}"))


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    """A copy of the tree, nothing run yet."""
    return make_workspace(tmp_path / "study")


@pytest.fixture(scope="session")
def _finished(tmp_path_factory) -> Workspace:
    made = make_workspace(tmp_path_factory.mktemp("e2e") / "study")
    made.snakemake()
    return made


@pytest.fixture
def finished(_finished, tmp_path) -> Workspace:
    """A copy of a finished miniature study: 1 model, 2 seeds, 2 epochs, all experiments."""
    return _finished.copy(tmp_path / "study")
