"""What jobs may ask for: of this machine, of a cluster, and what a job is handed."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from chrysalis.errors import UserError
from chrysalis.workflow import machine
from chrysalis.workflow.machine import Machine

CLUSTER = """#!/bin/sh
cat <<END
{}
END
"""


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    """Put a command that prints a text before all others; returns where calls are noted."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv("SNAKEMAKE_SLURM_PARTITIONS", raising=False)
    calls = tmp_path / "calls"
    calls.touch()

    def slurm(name, text=""):
        program = tmp_path / name
        program.write_text(CLUSTER.format(text) + f'echo {name} "$@" >> {calls}\n')
        program.chmod(0o755)
        return calls

    return slurm


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """Say whether this machine has an NVIDIA driver."""

    def driver(there):
        path = tmp_path / "version"
        path.touch() if there else path.unlink(missing_ok=True)
        monkeypatch.setattr(machine, "DRIVER", path)

    return driver


@pytest.mark.parametrize(
    ("device", "there", "gpus", "expected"),
    [
        ("auto", True, None, True),
        ("auto", True, 2, True),
        ("auto", True, 0, False),
        ("auto", False, 1, False),
        ("cpu", True, 1, False),
        ("gpu", True, 1, True),
        ("gpu", True, 0, False),
        ("gpu", False, None, False),
    ],
)
def test_this_machine(driver, device, there, gpus, expected):
    driver(there)
    assert machine.local(device, 4, gpus) == Machine(4, expected)


def test_a_gpu_that_is_not_there_ends_the_study_before_it_starts():
    with pytest.raises(UserError, match="device: found 'gpu'"):
        machine.require("gpu", Machine(4, False))
    machine.require("gpu", Machine(4, True))
    machine.require("auto", Machine(4, False))


@pytest.mark.parametrize(
    ("nodes", "device", "expected"),
    [
        ("main*|4|(null)", "auto", Machine(4, False, True)),
        ("main*|4|(null)", "gpu", Machine(4, True, True)),
        ("main*|4|(null)\nmain*|16|gpu:a100:4(S:0-1)", "auto", Machine(16, True, True)),
        # What has to fit on a node with a GPU has that node's cores.
        ("main*|64|(null)\nmain*|8|gpu:2", "auto", Machine(8, True, True)),
        ("main*|64|(null)\nmain*|8|gpu:2", "cpu", Machine(64, False, True)),
        # GPUs of a partition that nobody named are not used.
        ("main*|64+|(null)\ngpus|8|gpu:2", "auto", Machine(64, False, True)),
        ("", "auto", Machine(8, False, True)),
    ],
)
def test_a_cluster(slurm, nodes, device, expected):
    slurm("sinfo", nodes)
    assert machine.of_cluster(device) == expected


def test_a_file_of_partitions_opens_all_of_them(slurm, monkeypatch):
    slurm("sinfo", "main*|64|(null)\ngpus|8|gpu:2")
    monkeypatch.setenv("SNAKEMAKE_SLURM_PARTITIONS", "partitions.yaml")
    assert machine.of_cluster("auto") == Machine(8, True, True)


def test_a_machine_without_slurm_is_no_error(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.of_cluster("auto") == Machine(8, False, True)
    machine.cancel_left(Path("/work"))


@pytest.mark.parametrize(("cores", "workers"), [(1, 1), (8, 8), (64, 8)])
def test_workers_are_no_more_than_a_node_has(cores, workers):
    assert Machine(cores, False).workers == workers


def workflow(main, nodes=None, gpu=None):
    total = {} if gpu is None else {"gpu": SimpleNamespace(value=gpu)}
    return SimpleNamespace(
        is_main_process=main,
        resource_settings=SimpleNamespace(nodes=nodes, cores=2),
        global_resources=total,
    )


def test_a_job_has_what_the_head_decided(slurm, driver, monkeypatch):
    monkeypatch.setenv(machine.HANDED, "")  # undone after the test, whatever is set in it
    slurm("sinfo", "main*|4|gpu:2")
    driver(False)
    decided = machine.decide("auto", workflow(main=True, nodes=100))
    assert decided == Machine(4, True, True)
    # On the node there is another Slurm, another driver, and other cores.
    slurm("sinfo", "main*|32|(null)")
    assert machine.decide("auto", workflow(main=False)) == decided
    assert machine.decide("auto", workflow(main=True)) == Machine(2, False)


def test_jobs_of_a_head_that_was_killed_are_cancelled(slurm):
    slurm(
        "squeue",
        "7|rule_train_wildcards_x|/lab/study\n8|group_training|/lab/study\n"
        "9|rule_train_wildcards_x|/lab/other\n10|(null)|/lab/study",
    )
    calls = slurm("scancel")
    machine.cancel_left(Path("/lab/study"))
    assert "scancel 7 8\n" in calls.read_text()


def test_without_such_jobs_nothing_is_cancelled(slurm):
    slurm("squeue", "9|rule_train|/lab/other")
    calls = slurm("scancel")
    machine.cancel_left(Path("/lab/study"))
    assert "scancel" not in calls.read_text()
