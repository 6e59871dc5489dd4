"""What a training starts from: its classes, the batches of its splits, and its network."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from chrysalis.config.run import RunSettings, Validation, origins
from chrysalis.data.packed import Packed
from chrysalis.engine.batches import RESIDENT_BYTES, Batches
from chrysalis.engine.classifier import Classifier, build, input_statistics
from chrysalis.engine.earlier import Earlier
from chrysalis.engine.rewrite import for_training
from chrysalis.engine.runtime import Runtime, derive_seed, seed_everything
from chrysalis.models.initialisation import draw_weights

NOTHING = Earlier()


@dataclass(frozen=True)
class Split:
    """The rows of the pack that a run uses of one split, with labels 0.. of its classes."""

    rows: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class TrainingSetup:
    """A network on its device before training, with all that its training needs.

    `batches` are those of train, val and, where it is to be predicted, test; `watched` are those of
    val that each epoch is judged by. `epoch_images` are as many as the settings' `epoch_share` of
    the training split, whatever images and classes are used: so trainings that differ in their
    images still take equally many steps.
    """

    settings: RunSettings
    classes: list[str]
    batches: dict[str, Batches]
    watched: Batches
    model: Classifier
    runtime: Runtime
    epoch_images: int


def set_up(
    settings: RunSettings,
    packed: Packed,
    runtime: Runtime,
    resident_bytes: int = RESIDENT_BYTES,
    earlier: Earlier = NOTHING,
) -> TrainingSetup:
    """Set a training up: weights are initialised by the seed, or taken from an `earlier` run.

    A split of up to `resident_bytes` lives on the device.
    """
    classes, splits = select(packed, settings.removed_classes, settings.validate_on)
    splits["train"] = share_of(splits["train"], settings.train_share, settings.seed)

    def batches_of(part: Split) -> Batches:
        return Batches(packed.images, part.rows, part.labels, runtime.device, resident_bytes)

    batches = {name: batches_of(part) for name, part in splits.items()}
    watched = share_of(splits["val"], settings.epoch_share, settings.seed)
    seed_everything(derive_seed("weights", settings.seed_of("initialisation")))
    model = earlier.first_weights(settings, classes)
    if model is None:
        rows = splits["train"].rows
        statistics = input_statistics(settings.input_statistics, packed.images, rows)
        size, options = settings.image_size, settings.options
        model = build(settings.model, len(classes), size, options, statistics)
        if settings.initialisation != "model":
            draw_weights(model.network, settings.initialisation)
    model = for_training(model, runtime).to(runtime.device)
    _, whole = select(packed, (), settings.validate_on)
    counted = share_of(whole["train"], settings.epoch_share, settings.seed)
    return TrainingSetup(
        settings,
        classes,
        batches,
        batches["val"] if watched is splits["val"] else batches_of(watched),
        model,
        runtime,
        len(counted.rows),
    )


def select(
    packed: Packed, removed: tuple[str, ...], validate_on: Validation = "val"
) -> tuple[list[str], dict[str, Split]]:
    """The classes that are kept, and each split's rows with labels renumbered among them."""
    kept = [name for name in packed.classes if name not in removed]
    new_labels = np.array(
        [kept.index(name) if name in kept else -1 for name in packed.classes], np.int32
    )
    labels = new_labels[packed.index["label"].to_numpy()]
    found = packed.index["split"].to_numpy()
    splits = {}
    for name, of in origins(validate_on).items():
        rows = np.flatnonzero(np.isin(found, of) & (labels >= 0)).astype(np.int32)
        splits[name] = Split(rows, labels[rows])
    return kept, splits


def share_of(split: Split, share: float, seed: int) -> Split:
    """That share of each class's rows, rounded up, in their order; the seed decides which.

    For one seed a larger share holds the smaller.
    """
    if share == 1:
        return split
    place = np.random.default_rng(derive_seed("share", seed)).permutation(len(split.rows))
    kept = np.zeros(len(split.rows), bool)
    for label in np.unique(split.labels):
        own = np.flatnonzero(split.labels == label)
        kept[own[np.argsort(place[own])][: math.ceil(share * len(own))]] = True
    return Split(split.rows[kept], split.labels[kept])
