"""What pages are made of, and what is made of it."""

import shutil

import pytest

from chrysalis.report.pages.fragments import all_fragments
from chrysalis.report.pages.results import load_results


@pytest.fixture(scope="session")
def loaded(results):
    return load_results(results)


@pytest.fixture(scope="session")
def made(loaded):
    return all_fragments(loaded, "smalldocs 0.5.4")


@pytest.fixture
def folder(results, tmp_path):
    """The results, to be changed."""
    return shutil.copytree(results, tmp_path / "results")
