"""What the pages in pictures show, read for the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from chrysalis.records import pictures as tables
from chrysalis.records.paths import StudyPaths
from chrysalis.records.pictures import (
    ClassAccuracyRow,
    ClassPictureRow,
    ConfusionRow,
    ErrorImageRow,
    MapRecord,
    PointRow,
)
from chrysalis.records.study import StudyRecord
from chrysalis.report.pages.plots import Plot, load_plots

Tile = tuple[str, str, str]  # its sheet, image or map, and the image's path


@dataclass(frozen=True)
class PicturedResults:
    """Errors by model, the pictures of each class, the map, and where each picture is on its sheet.

    `errors` counts the wrong answers of each model's trainings; `plots` are each model's figures.
    """

    errors: dict[str, int]
    error_images: dict[str, list[ErrorImageRow]]
    confusions: dict[str, list[ConfusionRow]]
    accuracy: dict[str, list[ClassAccuracyRow]]
    class_pictures: dict[int, list[ClassPictureRow]]
    points: list[PointRow]
    map: MapRecord
    tiles: dict[Tile, int]
    plots: dict[str, list[Plot]]


def load_pictured(paths: StudyPaths, study: StudyRecord) -> PicturedResults:
    """Read the files.

    Raises:
        UserError: one is missing or damaged.
    """
    models = list(study.base_runs)
    errors = tables.ERRORS.read_frame(paths.pictures("errors"))["model"].value_counts()
    images = tables.ERROR_IMAGES.read(paths.pictures("error_images"))
    confusions = tables.CONFUSIONS.read(paths.pictures("confusions"))
    accuracy = tables.CLASS_ACCURACY.read(paths.pictures("class_accuracy"))
    shown = tables.CLASS_PICTURES.read(paths.pictures("class_pictures"))
    return PicturedResults(
        errors={model: int(errors.get(model, 0)) for model in models},
        error_images={model: _of(model, images) for model in models},
        confusions={model: _of(model, confusions) for model in models},
        accuracy={model: _of(model, accuracy) for model in models},
        class_pictures=_by_label(shown),
        points=tables.POINTS.read(paths.map("points.csv")),
        map=MapRecord.read(paths.map("map.json")),
        tiles={(t.sheet, t.kind, t.path): t.tile for t in tables.TILES.read(paths.tiles)},
        plots={
            model: load_plots(paths, paths.of_model(run)) for model, run in study.base_runs.items()
        },
    )


Row = TypeVar("Row", ErrorImageRow, ConfusionRow, ClassAccuracyRow)


def _of(model: str, rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.model == model]


def _by_label(rows: list[ClassPictureRow]) -> dict[int, list[ClassPictureRow]]:
    found: dict[int, list[ClassPictureRow]] = {}
    for row in rows:
        found.setdefault(row.label, []).append(row)
    return found
