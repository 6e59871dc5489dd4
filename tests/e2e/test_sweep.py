"""A sweep through Snakemake: parallel trials, killed half-way, and the winner trained afresh."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from chrysalis.report.site.check import check_site

TRIALS = 6
ASKED = ["--config", "experiments=[search]", "seeds=2"]
EXPERIMENT = f"""
title: Search
question: Does a search help?
by_default: false
metrics: [val_top1]
models: first
baseline: base
sweep:
  trials: {TRIALS}
  space:
    learning_rate: {{low: 0.0005, high: 0.02, log: true}}
    weight_decay: {{low: 0.0, high: 0.2}}
arms:
  base: {{}}
  tuned: {{from_sweep: true}}
"""


@pytest.fixture
def searching(finished):
    """A study whose base run is trained, and asks for a search."""
    (finished.root / "config/experiments/search.yaml").write_text(EXPERIMENT)
    return finished


def start(workspace):
    """The study with two workers, in a process group of its own."""
    return subprocess.Popen(
        ["snakemake", "--cores", "2", *ASKED],
        cwd=workspace.root,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def finished_trials(workspace):
    return sorted(workspace.root.glob("results/shapes/runs/*/sweep/trials/*.json"))


def journal(workspace):
    """The trials of the shared storage."""
    (path,) = workspace.root.glob("results/shapes/checkpoints/*/sweep.log")
    storage = JournalStorage(JournalFileBackend(str(path)))
    (study,) = storage.get_all_studies()
    return storage.get_all_trials(study._study_id)


def test_killed_half_way_no_finished_trial_is_repeated_and_none_is_double(searching):
    process = start(searching)
    deadline = time.monotonic() + 240
    while len(finished_trials(searching)) < TRIALS // 2:
        assert process.poll() is None, "the study ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = {path: path.read_bytes() for path in finished_trials(searching)}
    assert TRIALS // 2 <= len(before) < TRIALS
    # Snakemake may not yet have noted the end of the last two; they are read from the storage.
    assert TRIALS - len(before) <= searching.planned(*ASKED)["trial"] <= TRIALS - len(before) + 2

    searching.snakemake("--cores", "2", *ASKED)
    # A result holds the seconds that its training took, so it would differ if repeated.
    assert {path: path.read_bytes() for path in before} == before
    trials = journal(searching)
    assert sorted(trial.user_attrs["job"] for trial in trials) == list(range(TRIALS))
    assert len({tuple(trial.params.values()) for trial in trials}) == TRIALS
    assert all(trial.state.is_finished() for trial in trials)
    assert searching.planned(*ASKED) == {}
    _the_winner_is_trained_afresh(searching.root / "results/shapes")


def _the_winner_is_trained_afresh(results):
    (sweep,) = results.glob("runs/*/sweep")
    best = json.loads((sweep / "best.json").read_text())
    trials = pd.read_csv(sweep / "trials.csv")
    complete = trials[trials["state"] == "complete"]
    assert best["val_top1"] == complete["val_top1"].max()
    assert best["trials"] == len(trials) == TRIALS
    records = [json.loads(path.read_text()) for path in sweep.parent.glob("seed*/train/run.json")]
    assert {record["settings"]["seed"] for record in records} == {0, 1}
    for record in records:
        assert record["settings"]["training"].items() >= best["training"].items()
    assert trials["number"].tolist() == list(range(TRIALS))
    seeds = {json.loads(path.read_text())["seed"] for path in (sweep / "trials").glob("*.json")}
    assert not seeds & {0, 1}
    page = (results / "site/experiments/search.html").read_text()
    assert "What the sweep found" in page
    for name in ("search", "parallel", "importance"):
        assert f"/{name}.svg" in page
    assert check_site(results / "site") == []
