"""The check of layers, which `make lint` runs, fails when an import goes up."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def tree(tmp_path):
    """A copy of the library with the contracts."""
    hide = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "src", tmp_path / "src", ignore=hide)
    shutil.copy2(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def check(tree):
    command = Path(sys.executable).parent / "lint-imports"
    environment = os.environ | {"PYTHONPATH": str(tree / "src")}
    done = subprocess.run(
        [command, "--no-cache"], cwd=tree, env=environment, capture_output=True, text=True
    )
    return done.returncode, " ".join(done.stdout.split())


def test_the_layers_are_kept(tree):
    status, text = check(tree)
    assert status == 0, text
    assert "2 kept, 0 broken" in text


@pytest.mark.parametrize(
    ("below", "above"),
    [
        ("config/run.py", "chrysalis.models.registry"),
        ("stats/minimums.py", "chrysalis.records.files"),
        ("engine/cost.py", "chrysalis.study.study"),
        ("explain/overlay.py", "chrysalis.workflow.closure"),
        ("report/figures/order.py", "chrysalis.report.pages.escape"),
    ],
)
def test_an_import_that_goes_up_fails(tree, below, above):
    with (tree / "src/chrysalis" / below).open("a") as file:
        file.write(f"\nimport {above}\n")
    status, text = check(tree)
    assert status != 0
    importer = f"chrysalis.{below.removesuffix('.py').replace('/', '.')}"
    assert f"{importer} -> {above}" in text


def test_an_import_inside_a_function_counts(tree):
    with (tree / "src/chrysalis/errors.py").open("a") as file:
        file.write("\ndef late():\n    from chrysalis.config import load\n")
    assert check(tree)[0] != 0
