"""Contract 7: a killed training goes on where it stopped, to the same weights bit for bit."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

LONG = ["--config", "settings={training: {epochs: 12}}", "seeds=1"]
RUN = "results/shapes/runs/{}/seed0/train/model.safetensors"


def target_of(workspace):
    """The unchanged run of mynet under the long settings, and its weights."""
    code = (
        "import yaml; from chrysalis.study.study import resolve;"
        "c = yaml.safe_load(open('config/config.yaml'));"
        "c['settings']['training']['epochs'] = 12; c['seeds'] = 1;"
        "print(resolve(c).base_runs['mynet'])"
    )
    name = workspace.run(
        sys.executable, "-c", code, PYTHONPATH=str(workspace.root / "src")
    ).stdout.strip()
    return name, RUN.format(name)


def start(workspace, target):
    return subprocess.Popen(
        ["snakemake", "--cores", "1", target, *LONG],
        cwd=workspace.root,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for(path, process, seconds=120):
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None, "the study ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(scope="module")
def whole(prepared_once, tmp_path_factory):
    """A training that nothing disturbed; not to be changed."""
    workspace = prepared_once.copy(tmp_path_factory.mktemp("resume") / "study")
    workspace.snakemake(target_of(workspace)[1], *LONG)
    return workspace


@pytest.mark.parametrize("victim", ["everything", "training"])
def test_killed_and_started_again_ends_bit_identical(whole, tmp_path, victim):
    workspace = whole.copy(tmp_path / "study")
    name, target = target_of(workspace)
    expected = (workspace.root / target).read_bytes()
    record = (workspace.root / target).with_name("run.json")
    assert json.loads(record.read_text())["resumed"] == 0
    shutil.rmtree(workspace.root / "results/shapes/runs")

    process = start(workspace, target)
    wait_for(workspace.root / f"results/shapes/checkpoints/{name}/seed0.pt", process)
    if victim == "everything":
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    else:
        subprocess.run(
            ["pkill", "-KILL", "-s", str(os.getsid(process.pid)), "-f", "scripts/train.py"],
            check=True,
        )
        assert process.wait() != 0
    assert not (workspace.root / target).exists()

    workspace.snakemake(target, *LONG)
    assert json.loads(record.read_text())["resumed"] == 1
    assert (workspace.root / target).read_bytes() == expected
    assert not (workspace.root / f"results/shapes/checkpoints/{name}/seed0.pt").exists()
