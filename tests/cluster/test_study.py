"""A study on a cluster, with everything that ends a job too early, is the study of one machine."""

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from chrysalis.report.site.check import check_site
from studies import make_workspace
from tests.cluster import hooks
from tests.cluster.slurm import slurm, wait_until

SLURM = ["--workflow-profile", "profiles/slurm", "--slurm-init-seconds-before-status-checks", "2"]
MEMORY = ["train:mem_mb=1500*attempt"]  # so that 2 GB are too much
EPOCHS, SEEDS = 2, 2
ALIVE = ("RUNNING", "COMPLETING")
PARTS = {"parts": 2}  # of the images, on the cluster alone


class Head:
    """Snakemake as it runs where one logs in."""

    def __init__(self, workspace, *arguments):
        self.workspace = workspace
        self.log = workspace.root / "head.log"
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        hidden = ("SNAKEMAKE", "PYTEST", "PYTHONPATH", "SLURM")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                ["snakemake", *SLURM, *arguments],
                cwd=workspace.root,
                env=clean | {"PATH": path},
                stdout=log,
                stderr=log,
            )

    def wait_for(self, *paths, seconds=900):
        """The first of some files in which something stands."""

        def there():
            assert self.process.poll() is None, self.log.read_text()[-6000:]
            return [path for path in paths if path.exists() and path.read_text()]

        wait_until(there, " or ".join(map(str, paths)), seconds)
        return there()[0]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self):
        assert self.process.wait(timeout=1200) == 0, self.log.read_text()[-6000:]


def state_of(number):
    """What Slurm says of a job."""
    shown = slurm("scontrol", "show", "job", number)
    return re.search(r"JobState=(\w+)", shown)[1]


def end_early(number):
    """Let the time of a job be over in a minute."""
    slurm("scontrol", "update", f"JobId={number}", "TimeLimit=1")


def configure(workspace, changes):
    """Change the study."""
    config = workspace.root / "config/config.yaml"
    config.write_text(yaml.safe_dump(yaml.safe_load(config.read_text()) | changes))


def trainings(workspace):
    """The folders of all trainings."""
    return sorted((workspace.root / "results/shapes/runs").glob("*/seed*/train"))


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """The study on this machine, and a copy of its tree from before."""
    workspace = make_workspace(tmp_path_factory.mktemp("cluster") / "study")
    configure(workspace, {"seeds": SEEDS, "experiments": ["augmentation"]})
    hooks.add_to(workspace.root / "scripts/train.py")
    fresh = workspace.copy(workspace.root.with_name("fresh"))
    workspace.run("snakemake", "--cores", "2", "experiment_augmentation")
    return workspace, fresh


@pytest.fixture(scope="module")
def story(cluster, local):
    """The study on the cluster, in parts; what happened to it."""
    workspace = local[1]
    configure(workspace, PARTS)
    names = [path.parent.relative_to(path.parents[2]) for path in trainings(local[0])]
    faults = workspace.root / "faults"
    kinds = dict(zip(names, ["end", "epoch", "memory", "epoch epoch"], strict=True))
    for name, kind in kinds.items():
        (faults / name).parent.mkdir(parents=True, exist_ok=True)
        (faults / name).write_text(kind)
    ended, halfway, _, unlucky = [(faults / name).with_suffix(".there") for name in names]
    found = {"workspace": workspace, "names": names}

    # Two jobs hang until their time is over, and leave a third GPU to the others.
    head = Head(workspace, "--set-resources", *MEMORY)
    acts = {
        ended: end_early,
        halfway: end_early,
        unlucky: lambda number: slurm("scancel", number),
    }
    numbers = {}
    while acts:
        there = head.wait_for(*acts)
        numbers[there] = there.read_text()
        there.unlink()
        acts.pop(there)(numbers[there])
    left = head.wait_for(unlucky).read_text()  # after its last epoch, before the end
    over = [numbers[place] for place in (ended, halfway)]
    wait_until(lambda: {*map(state_of, over)}.isdisjoint(ALIVE), "the end of two jobs' time", 150)
    found["states"] = [state_of(numbers[place]) for place in (ended, halfway, unlucky)]
    found["second head"] = workspace.run("snakemake", *SLURM, check=False)
    head.kill()
    found["left"] = state_of(left)

    slurm("scontrol", "update", "NodeName=gpu1", "State=DRAIN", "Reason=test")
    head = Head(workspace, "--set-resources", *MEMORY)
    wait_until(lambda: state_of(left) == "CANCELLED", "the end of the job that was left")
    pending = ["squeue", "--noheader", "--states=PENDING", "--format=%i"]
    wait_until(lambda: slurm(*pending).strip(), "a job that waits for the node", 300)
    slurm("scontrol", "update", "NodeName=gpu1", "State=RESUME")
    head.end()
    found["log"] = head.log.read_text()
    return found


def jobs(workspace):
    """What was noted of each start of a training: its name, GPUs, and MB."""
    lines = (workspace.root / "jobs.txt").read_text().splitlines()
    return [line.split() for line in lines]


def test_the_faults_happened(story):
    assert story["states"] == ["TIMEOUT", "TIMEOUT", "CANCELLED"]
    assert story["left"] == "RUNNING"
    assert story["log"].count("Trying to restart job") >= 2


def test_a_job_that_was_killed_for_its_memory_gets_more(story):
    name = str(story["names"][2])
    had = [int(megabytes) for who, _, megabytes in jobs(story["workspace"]) if who == name]
    assert had[0] == 1500
    assert had[-1] == 3000


def test_no_epoch_was_lost_or_done_twice(story):
    done = (story["workspace"].root / "epochs.txt").read_text().splitlines()
    expected = [f"{name} {epoch}" for name in story["names"] for epoch in range(1, EPOCHS + 1)]
    assert Counter(done) == Counter(expected)


def test_the_study_is_that_of_one_machine(story, local):
    here, there = trainings(local[0]), trainings(story["workspace"])
    assert len(here) == len(there) == len(story["names"]) == 2 * SEEDS
    for mine, theirs in zip(here, there, strict=True):
        for name in ("model.safetensors", "predictions.parquet"):
            assert (mine / name).read_bytes() == (theirs / name).read_bytes()
    compared = "results/shapes/experiments/augmentation/compare"
    for table in ("arms.csv", "effects.csv", "per_class.csv", "endpoints.csv"):
        mine, theirs = (
            workspace.root / compared / table for workspace in (local[0], story["workspace"])
        )
        assert mine.read_bytes() == theirs.read_bytes()
    assert check_site(story["workspace"].root / "results/shapes/site") == []


def test_a_second_head_is_refused(story):
    second = story["second head"]
    assert second.returncode != 0
    assert "LockException" in second.stdout + second.stderr


def test_each_training_had_a_gpu_of_its_own(story):
    assert {gpus for _, gpus, _ in jobs(story["workspace"])} == {"0", "1", "2"}


def test_few_jobs_are_submitted(story):
    """A job for each training, and none for what takes seconds."""
    submitted = Counter(re.findall(r"slurm_logs/(\w+)/", story["log"]))
    groups = submitted.pop("group_training_train")
    assert groups >= len(story["names"]) + 5  # once more each time they were ended too early
    # Once more, if they were waiting or at work when the head was killed.
    for rule in ("lr_range", "explain", "contrast", "check_maps", "backgrounds"):
        assert submitted.pop(f"rule_{rule}") in (1, 2)
    once = ["inspect_images", "embed", "duplicates", "audit", "pack", "map_images"]
    once += ["compare", "without_leaks"]
    parts = ["inspect_part", "embed_part", "pack_part"] * PARTS["parts"]
    assert submitted == Counter(f"rule_{name}" for name in once + parts)


@pytest.mark.parametrize("options", [SLURM, ["--config", "device=cpu"], []])
def test_nothing_is_left_to_do(story, options):
    assert story["workspace"].planned(*options) == {}
    assert not list((story["workspace"].root / "results/shapes/checkpoints").glob("*/*.finished"))
    assert not list((story["workspace"].root / "results/shapes/checkpoints").glob("*/*.pt"))


def test_two_processes_and_two_gpus_by_torchrun_and_a_node_alone_for_latency(story):
    workspace = story["workspace"].copy(story["workspace"].root.with_name("torchrun"))
    (workspace.root / "jobs.txt").unlink()
    name = story["names"][0]
    record = workspace.root / "results/shapes/runs" / name / "train/run.json"
    cost = record.parents[2] / "cost/cost.json"
    targets = [str(path.relative_to(workspace.root)) for path in (record, cost)]
    head = Head(workspace, *targets, "--config", "processes=2")
    head.end()
    assert [(who, gpus) for who, gpus, _ in jobs(workspace)] == [(str(name), "0,1")] * 2
    assert json.loads(record.read_text())["processes"] == 2
    assert json.loads(cost.read_text())["latency_ms"]
