"""Faults whose mechanism is Snakemake's: what one miniature study with odd names survives."""

from __future__ import annotations

import atexit
import functools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from chrysalis.data.packed import read_table
from chrysalis.report.site.check import check_site
from tests.e2e import warm
from tests.e2e.studies import REPOSITORY, SHAPES, Workspace, make_images, make_workspace
from tests.reliability.catalogue import fault
from tests.reliability.damage import cut, flip

FOLDER = "data/raw/my {photos} $(touch x)"
NAMES = ("<script>alert(1)<", "nan", "{seed} $x_2$ `touch x`", "001")
SMALL = ["--config", f"dataset={FOLDER}", "seeds=1", "experiments=[]", "remove_classes=[]"]
RESULTS = "results/my_photos_touch_x"
KILLS = 4


@functools.cache
def study() -> Workspace:
    """A checkout with a folder of images, nothing run yet; it goes with the process."""
    kept = ExitStack()
    atexit.register(kept.close)
    folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="reliability")))
    python = kept.enter_context(warm.server(folder / "warm", REPOSITORY))
    workspace = make_workspace(folder / "study", python)
    make_images(workspace.root / FOLDER)
    for shape, name in zip(SHAPES, NAMES, strict=True):
        (workspace.root / FOLDER / shape).rename(workspace.root / FOLDER / name)
    return workspace


def start(workspace: Workspace) -> subprocess.Popen[str]:
    """The study, running, with processes of its own, which a kill of its group ends."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.Popen(
        ["snakemake", "--cores", "1", *SMALL],
        cwd=workspace.root,
        env=os.environ | {"PATH": path, "PYTHONPATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish(workspace: Workspace) -> None:
    """Give the same command again: it ends well, and then nothing is to be done."""
    workspace.snakemake(*SMALL)
    assert workspace.planned(*SMALL) == {}


def finished() -> Workspace:
    """The study with all its results."""
    workspace = study()
    if not (workspace.root / RESULTS / "site/index.html").exists():
        finish(workspace)
    return workspace


def times(workspace: Workspace) -> dict[Path, int]:
    """When each file of the trainings was written."""
    files = (workspace.root / RESULTS / "runs").rglob("*.*")
    return {path: path.stat().st_mtime_ns for path in files}


@fault(
    "The whole study is killed (`kill -9`) at random times, again and again",
    "The same command goes on, and the report is whole. Its classes are called `<script>...`, "
    "`nan`, `001` and worse, its folder holds braces and a command.",
    "the jobs that were running",
    slow=True,
)
def _() -> None:
    workspace, draws = study(), random.Random(7)
    for _ in range(KILLS):
        process = start(workspace)
        time.sleep(draws.uniform(2, 9))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    finish(workspace)
    assert check_site(workspace.root / RESULTS / "site") == []
    split = read_table(workspace.root / RESULTS / "data/split/split.csv")
    assert sorted(split["class"].unique()) == sorted(NAMES)
    page = (workspace.root / RESULTS / "site/data.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert not list(workspace.root.rglob("x"))


@fault(
    "In a finished study the packed images and the tables are cut short, a page of the report is "
    "deleted, and the times of files are in the future",
    "One command makes them again. No training is repeated.",
    slow=True,
)
def _() -> None:
    workspace = finished()
    results = workspace.root / RESULTS
    before = times(workspace)
    (packed,) = results.glob("data/pack/*.npy")
    broken = [packed, results / "data/inspect_images/images.csv", results / "data/split/split.csv"]
    whole = [path.read_bytes() for path in broken]
    for path in broken:
        cut(path)
    (results / "site/data.html").unlink()
    for path in (workspace.root / FOLDER).rglob("*.png"):
        os.utime(path, (5 * 10**9, 5 * 10**9))
    finish(workspace)
    assert [path.read_bytes() for path in broken] == whole
    assert times(workspace) == before
    assert check_site(results / "site") == []


@fault(
    "In a finished study a bit of a network's weights flips",
    "The next run notices before it plans anything, and trains that network again, to the same "
    "weights.",
    "the time of that training",
    slow=True,
)
def _() -> None:
    workspace = finished()
    (path,) = (workspace.root / RESULTS).glob("runs/*/seed0/train/model.safetensors")
    whole = path.read_bytes()
    flip(path, 0.8)
    done = workspace.snakemake(*SMALL, "--", str(path.relative_to(workspace.root)))
    assert "model.safetensors: its content is not what was written" in done.stdout + done.stderr
    assert path.read_bytes() == whole


@fault(
    "The same study is started twice at once",
    "The second says that the first is at work, and ends. The first goes on.",
    slow=True,
)
def _() -> None:
    workspace = finished()
    (workspace.root / RESULTS / "data/plot_data/classes.svg").unlink()
    runs = [start(workspace), start(workspace)]
    said = [run.communicate()[0] for run in runs]
    assert 0 in [run.returncode for run in runs], said
    for run, text in zip(runs, said, strict=True):
        # If the first ends at this very moment, Snakemake misses its own folder of locks instead.
        assert run.returncode == 0 or "locked" in text or "/locks/" in text, text
    finish(workspace)
