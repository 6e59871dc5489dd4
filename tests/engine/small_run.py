"""What tests of a whole training share: its settings, and how its outputs are read."""

import json

import pandas as pd

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import AugmentationSettings, TrainingSettings


def settings(**changes):
    return RunSettings(
        **{
            "model": "mynet",
            "image_size": 16,
            "training": TrainingSettings(epochs=2, batch_size=8, warmup_epochs=1),
            "augmentation": AugmentationSettings(),
            **changes,
        }
    )


def record_of(folder):
    return json.loads((folder / "run.json").read_text())


def predictions_of(folder):
    return pd.read_parquet(folder / "predictions.parquet")
