"""Corrupted images are judged where a study asks for it, and nothing is trained for that."""

import pandas as pd

FAST = ("experiment_augmentation", "--config", "seeds=2")
EPOCHS = "settings={training: {epochs: 1, batch_size: 8}}"


def test_an_experiment_on_corrupted_images(workspace):
    workspace.snakemake(*FAST, EPOCHS)
    planned = workspace.planned(*FAST, EPOCHS, "corruptions=all")
    assert planned == {
        "corruptions": 4,
        "compare_corruptions": 1,
        "plot_corruptions": 1,
        "experiment_augmentation": 1,
    }
    workspace.snakemake(*FAST, EPOCHS, "corruptions=all")
    folder = workspace.root / "results/shapes/experiments/augmentation"
    table = pd.read_csv(folder / "compare_corruptions/corruptions.csv")
    assert len(table) == 2 * (1 + 14 * 5)
    assert table["mean"].between(0, 1).all()
    assert (folder / "plot_corruptions/corruptions.svg").is_file()
    assert workspace.planned(*FAST, EPOCHS) == {}
    workspace.append("src/chrysalis/corruptions/noise.py", "# edited\n")
    planned = workspace.planned(*FAST, EPOCHS, "corruptions=all")
    assert planned["corruptions"] == 4
    assert "train" not in planned
