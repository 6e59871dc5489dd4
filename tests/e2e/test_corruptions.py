"""Corrupted images are judged where a study asks for it, and nothing is trained for that."""

import pandas as pd

ASKED = ("experiment_augmentation", "--config", "corruptions=all")


def test_an_experiment_on_corrupted_images(finished):
    planned = finished.planned(*ASKED)
    assert planned == {
        "corruptions": 4,
        "compare_corruptions": 1,
        "plot_corruptions": 1,
        "experiment_augmentation": 1,
    }
    finished.snakemake(*ASKED)
    folder = finished.root / "results/shapes/experiments/augmentation"
    table = pd.read_csv(folder / "compare_corruptions/corruptions.csv")
    assert len(table) == 2 * (1 + 14 * 5)
    assert table["mean"].between(0, 1).all()
    assert (folder / "plot_corruptions/corruptions.svg").is_file()
    assert finished.planned("experiment_augmentation") == {}
    finished.append("src/chrysalis/corruptions/noise.py", "# edited\n")
    planned = finished.planned(*ASKED)
    assert planned["corruptions"] == 4
    assert "train" not in planned
