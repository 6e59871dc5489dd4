"""The tables of the rule pictures, from the records of a study."""

from __future__ import annotations

from collections import Counter

from chrysalis.evaluation.class_pictures import class_accuracy, class_pictures
from chrysalis.evaluation.errors import confusions, error_images, errors_of, judged
from chrysalis.records import predictions
from chrysalis.records.audit import LABELS, LEAKS
from chrysalis.records.data import SPLIT
from chrysalis.records.evaluation import PER_CLASS
from chrysalis.records.paths import StudyPaths
from chrysalis.records.pictures import (
    CLASS_ACCURACY,
    CLASS_PICTURES,
    CONFUSIONS,
    ERROR_IMAGES,
    ERRORS,
    ClassAccuracyRow,
    ConfusionRow,
    ErrorImageRow,
    ErrorRow,
)
from chrysalis.records.study import StudyRecord


def write_pictures(study: StudyRecord, paths: StudyPaths) -> None:
    """Write the errors of the study's models under the base settings, and the pictures of classes.

    Raises:
        UserError: a file is missing or damaged.
    """
    doubtful, leaks = LABELS.read(paths.audit("labels")), LEAKS.read(paths.audit("leaks"))
    errors: list[ErrorRow] = []
    images: list[ErrorImageRow] = []
    confused: list[ConfusionRow] = []
    accuracy: list[ClassAccuracyRow] = []
    asked_of_all: Counter[str] = Counter()
    for model, run in study.base_runs.items():
        trainings = {seed: paths.training(run, seed) for seed in study.seeds}
        seeds = {seed: predictions.read(own.train, "test") for seed, own in trainings.items()}
        found, asked = errors_of(model, seeds), judged(seeds)
        errors += found
        asked_of_all += asked
        images += error_images(found, asked, doubtful, leaks)
        confused += confusions(model, seeds, found)
        tables = [PER_CLASS.read(own.per_class) for own in trainings.values()]
        accuracy += class_accuracy(model, tables, next(iter(seeds.values())).classes)
    ERRORS.write(errors, paths.pictures("errors"))
    ERROR_IMAGES.write(images, paths.pictures("error_images"))
    CONFUSIONS.write(confused, paths.pictures("confusions"))
    CLASS_ACCURACY.write(accuracy, paths.pictures("class_accuracy"))
    split = SPLIT.read_frame(paths.split)
    shown = class_pictures(split, errors, asked_of_all, doubtful)
    CLASS_PICTURES.write(shown, paths.pictures("class_pictures"))
