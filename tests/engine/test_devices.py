"""Jobs share GPUs evenly, and a dead job's place is free again. Real processes, no GPU needed."""

import subprocess
import sys
from contextlib import ExitStack

import pytest
import torch

from chrysalis.engine import devices
from chrysalis.engine.devices import lease

HOLD = """
import sys
from pathlib import Path
from chrysalis.engine.devices import lease
with lease(sys.argv[2:], Path(sys.argv[1])) as index:
    print(index, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def start(tmp_path):
    """Starts a process with a lease; gives it and the position it got."""
    with ExitStack() as stack:

        def start(*names):
            process = subprocess.Popen(
                [sys.executable, "-c", HOLD, tmp_path, *names],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.callback(process.communicate)
            stack.callback(process.kill)
            return process, int(process.stdout.readline())

        yield start


def test_each_job_gets_the_least_used_gpu(start):
    assert [start("a", "b")[1] for _ in range(5)] == [0, 1, 0, 1, 0]


def test_a_killed_jobs_gpu_is_free_again(start):
    jobs = [start("a", "b", "c")[0] for _ in range(3)]
    jobs[1].kill()
    jobs[1].wait()
    assert start("a", "b", "c")[1] == 1


def test_jobs_that_see_other_gpus_count_by_name(start):
    """As under CUDA_VISIBLE_DEVICES: the second's first GPU is the first's second."""
    assert start("a", "b")[1] == 0
    assert start("b", "a")[1] == 0
    assert start("a", "b", "c")[1] == 2


def test_a_lease_ends_with_its_context(tmp_path):
    for _ in range(2):
        with lease(["a"], tmp_path) as index:
            assert index == 0
    assert [path.name for path in tmp_path.iterdir()] == ["a.0.lock"]


def test_without_a_gpu_it_is_the_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with devices.device() as found:
        assert found == torch.device("cpu")


def test_with_gpus_each_job_is_given_its_own(monkeypatch, tmp_path):
    """torch's view of two GPUs, since this must hold without one."""
    chosen = []
    monkeypatch.setattr(devices.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(
        torch.cuda, "get_device_properties", lambda index: type("P", (), {"uuid": f"gpu{index}"})
    )
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    with devices.device() as first, devices.device() as second:
        assert (first, second) == (torch.device("cuda", 0), torch.device("cuda", 1))
    assert chosen == [0, 1]
