"""A finished run, read back from its record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file

from chrysalis.config.run import RunSettings
from chrysalis.engine.classifier import Classifier, build
from chrysalis.engine.pruning import prune
from chrysalis.records.files import damaged, require
from chrysalis.records.job_paths import WEIGHTS
from chrysalis.records.training import RunRecord


@dataclass(frozen=True)
class Trained:
    """A run's settings, the classes that its outputs stand for, and its network, on the CPU."""

    settings: RunSettings
    classes: list[str]
    model: Classifier


def shaped(settings: RunSettings, classes: int) -> Classifier:
    """A classifier of the shape that the run's has, with weights to be loaded."""
    model = build(settings.model, classes, settings.image_size, settings.options)
    return prune(model, settings.image_size, settings.prune)


def load_trained(folder: Path) -> Trained:
    """The run whose record is in `folder` (.../<run>/seed<n>/train).

    Raises:
        UserError: a file of the record is missing or damaged; it is set aside then.
    """
    record = RunRecord.read(folder / "run.json")
    settings, path = record.settings, require(folder / WEIGHTS)
    if WEIGHTS in record.files:
        record.files[WEIGHTS].check(path)
    model = shaped(settings, len(record.classes))
    try:
        model.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError) as error:
        raise damaged(path, str(error).partition("\n")[0]) from None
    return Trained(settings, record.classes, model.eval())
