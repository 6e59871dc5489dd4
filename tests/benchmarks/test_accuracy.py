"""The table of a finished study's accuracies, from a hand-made one."""

import json
import sys

import pytest

from benchmarks import accuracy
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings


@pytest.fixture
def results(tmp_path):
    settings = RunSettings(
        model="mynet", image_size=32, augmentation=None, training=TrainingSettings(epochs=7)
    )
    record = {
        **{"settings": settings.model_dump(mode="json"), "parameters": 1234, "epochs_run": 7},
        **{"training_seconds": 90.0, "device": "cpu (X)", "precision": "bf16", "threads": 1},
        **{"versions": {"torch": "2.0"}, "images": {"train": 4000, "test": 10}},
    }
    for seed, top1 in ((0, 0.5), (3, 0.7)):
        run = tmp_path / f"runs/mynet-1/seed{seed}"
        (run / "train").mkdir(parents=True)
        (run / "evaluate").mkdir()
        (run / "train/run.json").write_text(json.dumps(record))
        metrics = {"test": {"top1": top1}, "val": {"top1": 0.25}}
        (run / "evaluate/metrics.json").write_text(json.dumps(metrics))
    study = {"base_runs": {"mynet": "mynet-1"}, "seeds": [0, 3]}
    (tmp_path / "study.json").write_text(json.dumps(study))
    return tmp_path


def test_the_table_has_mean_sd_seeds_and_what_is_not_default(results, monkeypatch, capsys):
    output = results / "kept/table.md"
    command = ["accuracy", str(results), "--title", "Short", "--output", str(output)]
    monkeypatch.setattr(sys, "argv", command)
    accuracy.main()
    text = output.read_text()
    assert text.strip() == capsys.readouterr().out.strip()
    assert text.startswith("# Short\n")
    assert (
        "| mynet | 60.00 (14.14, 2) | 0: 50.00 (25.00; 7; 1.5); 3: 70.00 (25.00; 7; 1.5) |" in text
    )
    assert "4,000 train, 10 test images" in text
    assert '"training": {"epochs": 7}, "augmentation": "none"' in text
