"""A lock of a killed Snakemake goes, that of a live one stays."""

import subprocess
import sys

import pytest

HOLD = """
import sys
from pathlib import Path
from chrysalis.workflow.locks import held
with held(Path(sys.argv[1])):
    pass
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def start():
    """Start a process that loads the workflow and lives until it is told to end."""
    started = []

    def start(folder):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def add_locks(folder):
    (folder / "locks").mkdir(parents=True, exist_ok=True)
    for name in ("0.input.lock", "0.output.lock"):
        (folder / "locks" / name).write_text("results/x")


def locks(folder):
    return sorted(path.name for path in (folder / "locks").glob("*"))


def test_locks_of_a_killed_run_are_removed(start, tmp_path):
    folder = tmp_path / ".snakemake"
    killed = start(folder)
    add_locks(folder)
    killed.kill()
    killed.wait()
    start(folder)
    assert locks(folder) == []


def test_locks_of_a_live_run_stay(start, tmp_path):
    folder = tmp_path / ".snakemake"
    first = start(folder)
    add_locks(folder)
    second = start(folder)
    assert locks(folder) == ["0.input.lock", "0.output.lock"]
    # A third, when the first has ended, still finds the second.
    first.communicate()
    start(folder)
    assert len(locks(folder)) == 2
    second.kill()


def test_nothing_else_is_removed(start, tmp_path):
    folder = tmp_path / ".snakemake"
    add_locks(folder)
    (folder / "metadata").mkdir()
    (folder / "metadata/kept.lock").write_text("")
    start(folder)
    assert (folder / "metadata/kept.lock").exists()
