"""How scripts end, and what they log."""

import subprocess
import sys

import pytest

SCRIPT = """
import logging, warnings
from chrysalis.workflow import cli
from chrysalis.errors import UserError

def main(args):
    logging.getLogger("chrysalis.engine").debug("a detail")
    logging.info("begun")
    {ending}

parser = cli.parser("What it does.")
parser.add_argument("--number", type=int, default=0)
cli.run(main, parser)
"""


@pytest.fixture
def run(tmp_path):
    def run(ending, *arguments):
        script = tmp_path / "script.py"
        script.write_text(SCRIPT.format(ending=ending))
        log = tmp_path / "logs/deep/script.log"
        done = subprocess.run(
            [sys.executable, script, *(arguments or ("--log", log))],
            capture_output=True,
            text=True,
            check=False,
        )
        return done, log.read_text() if log.exists() else None

    return run


def test_a_users_error_is_one_message_and_status_1(run):
    done, log = run('raise UserError("file.yaml: seeds: found 0")')
    assert done.returncode == 1
    assert done.stderr == "begun\nfile.yaml: seeds: found 0\n"
    assert done.stdout == ""
    assert log.endswith("ERROR file.yaml: seeds: found 0\n")
    assert "Traceback" not in log


def test_another_error_has_its_traceback_in_the_log(run):
    done, log = run("{}['missing']")
    assert done.returncode == 1
    assert "script.py failed" in log
    assert "Traceback" in log
    assert "KeyError: 'missing'" in log
    assert "KeyError: 'missing'" in done.stderr


def test_success(run):
    done, log = run('warnings.warn("careful")')
    assert done.returncode == 0
    assert "a detail" not in done.stderr
    assert "DEBUG a detail" in log
    assert "INFO begun" in log
    assert "careful" in log


def test_without_a_log_file(run):
    done, log = run("logging.info(args.number + 1)", "--number", "4")
    assert (done.returncode, done.stderr, log) == (0, "begun\n5\n", None)


def test_a_misspelt_option_is_refused(run):
    done, _ = run("pass", "--nummer", "4")
    assert done.returncode == 2
    assert "unrecognized arguments: --nummer" in done.stderr


def test_a_log_begins_anew(run):
    run('logging.info("first")')
    _, log = run('logging.info("second")')
    assert "first" not in log
    assert "second" in log


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ('raise OSError(28, "No space left on device", "x.npy")', "x.npy: the disk is full."),
        ('raise OSError(30, "Read-only file system", "x")', "x: may not be read or written (Read"),
        ("raise MemoryError", "out of memory."),
        ('raise RuntimeError("DefaultCPUAllocator: can\'t allocate memory")', "out of memory."),
        ('raise RuntimeError("CUDA out of memory. Tried to")', "out of memory."),
    ],
)
def test_a_fault_of_the_machine_is_explained(run, ending, said):
    done, log = run(ending)
    assert done.returncode == 1
    assert done.stderr.startswith(f"begun\n{said}")
    assert "Nothing finished is lost" in done.stderr
    assert "give the same command again" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in log


def test_a_fault_hidden_behind_another_is_found(run):
    hidden = """
    try:
        raise OSError(28, "No space left on device")
    except OSError:
        raise RuntimeError("unexpected pos 64 vs 0")
"""
    done, _ = run(hidden.strip())
    assert "the disk is full" in done.stderr
