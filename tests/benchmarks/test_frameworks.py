"""One network trained by several frameworks."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmarks import frameworks, harness
from benchmarks.frameworks import Outcome, Task
from chrysalis.data.pack import pack
from chrysalis.records.job_paths import JobPaths


@pytest.fixture
def task(tmp_path, monkeypatch):
    """A task that every network learns: red and blue squares."""
    rng, rows = np.random.default_rng(0), []
    for label, name in enumerate(("blue", "red")):
        for number in range(40):
            pixels = rng.integers(0, 60, (32, 32, 3), np.uint8)
            pixels[..., 2 if name == "blue" else 0] += 150
            path = tmp_path / "images" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path)
            split = "train" if number < 32 else "val" if number < 36 else "test"
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            rows.append((f"{name}/{number}.png", name, label, split, digest))
    made = JobPaths(tmp_path / "results")
    table = pd.DataFrame(rows, columns=["path", "class", "label", "split", "sha256"])
    made.split.parent.mkdir(parents=True)
    table.to_csv(made.split, index=False)
    pack(tmp_path / "images", table, 32, made.packed(32), made.index(32), 1)
    monkeypatch.setattr(frameworks, "MODEL", "mynet")
    monkeypatch.setattr(frameworks, "OPTIONS", {})
    monkeypatch.setattr(harness, "cores", lambda: 1)
    return Task(tmp_path / "images", made.results, size=24, epochs=3)


@pytest.mark.parametrize("arm", ["chrysalis", "lightning"])
def test_each_trains_the_network_and_predicts_test(task, arm):
    found = getattr(frameworks, arm)(task)
    assert found.top1 == 1
    assert found.core_seconds > 0
    assert found.seconds > 0


def test_ratios_are_to_ours_of_the_same_repeat():
    ours = [Outcome(5, 10, 0.9), Outcome(6, 20, 0.8)]
    theirs = [Outcome(9, 30, 0.9), Outcome(9, 40, 0.9)]
    told = frameworks.rows({"Chrysalis": ours, "fastai": theirs})
    # The ratios are 3 and 2: their mean is 2.5, and their sd is the root of a half.
    assert told[0] == ["Chrysalis", "15 (sd 7)", "1.00 (sd 0.00)", "6 (sd 1)", "85.0 (sd 7.1)", "2"]
    assert told[1][2] == "2.50 (sd 0.71)"
