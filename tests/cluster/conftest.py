"""One Slurm for all tests of this folder, which share a process."""

import importlib.util
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.cluster import slurm


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items):
    """All of this folder is e2e, and stays in one process, so that there is one cluster."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.slurm)
            item.add_marker(pytest.mark.xdist_group("cluster"))


@pytest.fixture(scope="session")
def cluster():
    """A Slurm with a node without GPUs and one with three; the tests are where one logs in."""
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        pytest.skip("no snakemake-executor-plugin-slurm: pip install -e .[slurm]")
    if reason := slurm.missing():
        pytest.skip(reason)
    # Not pytest's folder: a socket's path has at most 108 characters.
    folder = Path(tempfile.mkdtemp(prefix="slurm"))
    try:
        with slurm.cluster(folder):
            yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
