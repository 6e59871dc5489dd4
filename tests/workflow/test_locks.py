"""A lock of a killed Snakemake goes, that of a live one stays."""

import errno
import fcntl
import os
import socket
import subprocess
import sys

import pytest

from chrysalis.workflow.locks import OWNER, held

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


def owner(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / OWNER).write_text(text)


def test_a_run_on_another_host_counts_as_alive_until_it_is_unlocked(tmp_path, caplog):
    """A lock of the kernel's may not reach the other host."""
    folder = tmp_path / ".snakemake"
    owner(folder, "login2 77")
    add_locks(folder)
    with held(folder) as alone:
        assert not alone
    assert "Process 77 on login2 may be at work" in caplog.text
    assert len(locks(folder)) == 2
    assert (folder / OWNER).read_text() == "login2 77"


def test_unlock_forgets_the_other_host(tmp_path):
    folder = tmp_path / ".snakemake"
    owner(folder, "login2 77")
    with held(folder, unlock=True) as alone:
        assert alone
    assert (folder / OWNER).read_text() == f"{socket.gethostname()} {os.getpid()}"


def test_a_run_that_ends_leaves_no_name(start, tmp_path):
    folder = tmp_path / ".snakemake"
    ended = start(folder)
    assert (folder / OWNER).read_text().split()[1] == str(ended.pid)
    ended.communicate("")
    assert not (folder / OWNER).exists()


@pytest.mark.parametrize("error", [errno.ENOLCK, errno.ENOSYS])
def test_without_locks_of_the_kernel_the_process_counts(tmp_path, monkeypatch, error):
    def refuse(*_):
        raise OSError(error, "no locks here")

    monkeypatch.setattr(fcntl, "flock", refuse)
    folder = tmp_path / ".snakemake"
    owner(folder, f"{socket.gethostname()} {os.getppid()}")
    with held(folder) as alone:
        assert not alone
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    owner(folder, f"{socket.gethostname()} {ended.pid}")
    with held(folder) as alone:
        assert alone


def test_a_name_that_nobody_can_read_is_nobodys(tmp_path):
    folder = tmp_path / ".snakemake"
    owner(folder, "torn")
    with held(folder) as alone:
        assert alone
