"""Memory of a process, against blocks of known size."""

import mmap
import os
import sys

import numpy as np
import psutil
import pytest

from benchmarks.memory import Watch, peak_of_command, status
from chrysalis.errors import UserError

MIB = 2**20


def test_the_status_is_psutils():
    resident = psutil.Process().memory_info().rss / MIB
    assert status()["VmRSS"] == pytest.approx(resident, rel=0.05)
    assert status(os.getpid())["RssAnon"] < status()["VmRSS"]


def test_a_process_that_is_gone_is_told():
    with pytest.raises(ProcessLookupError):
        status(2**22 + 1)


def test_a_block_is_seen_after_it_was_given_back():
    before = status()["RssAnon"]
    with Watch() as memory:
        block = mmap.mmap(-1, 64 * MIB, flags=mmap.MAP_PRIVATE)
        for _ in range(3):
            np.frombuffer(block, np.uint8).sum()
            block[:] = bytes(64 * MIB)
        block.close()
    assert status()["RssAnon"] < before + 64
    assert memory.peak.anonymous > before + 60


def run(code):
    return peak_of_command([sys.executable, "-c", code])


def test_a_commands_own_memory_is_told_apart_from_mapped_files(tmp_path):
    np.save(tmp_path / "file.npy", np.ones(64 * MIB, np.uint8))
    load = f"import time, numpy; x = numpy.load({str(tmp_path / 'file.npy')!r}"
    # Kept for a while, to be seen from outside.
    mapped = run(f"{load}, mmap_mode='r'); x.sum(); time.sleep(0.2)")
    own = run(f"{load}); x.sum(); time.sleep(0.2)")
    assert own.anonymous - mapped.anonymous == pytest.approx(64, abs=6)
    assert own.resident == pytest.approx(mapped.resident, abs=6)


def test_a_command_that_fails_is_told_with_what_it_said():
    with pytest.raises(UserError, match="bad luck"):
        run("raise SystemExit('bad luck')")
