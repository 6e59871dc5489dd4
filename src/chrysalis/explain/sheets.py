"""The sheets of small pictures that the report's pages show, with maps where there are some."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from chrysalis.data.packed import Packed
from chrysalis.evaluation.summary import base_trainings, best_by_validation
from chrysalis.explain.overlay import overlay
from chrysalis.records.paths import StudyPaths
from chrysalis.records.pictures import (
    CLASS_PICTURES,
    CLASSES_SHEET,
    ERROR_IMAGES,
    MAP_SHEET,
    POINTS,
    TILES,
    TileRow,
    class_sheet,
    errors_sheet,
)
from chrysalis.records.study import StudyRecord
from chrysalis.report.figures.sheets import save_sheet, tile

MOST_ERRORS = 300  # images of a model


@dataclass
class _Sheets:
    """Writes sheets, and remembers what is where."""

    paths: StudyPaths
    packed: Packed
    tiles: list[TileRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = {path: row for row, path in enumerate(self.packed.index["path"])}

    def add(self, name: str, images: list[str], maps: dict[str, np.ndarray]) -> None:
        """A sheet of images, each once, then of the maps that there are of them."""
        shown = list(dict.fromkeys(images))
        mapped = [path for path in shown if path in maps]
        pictures = [tile(self.packed.images[self.rows[path]]) for path in shown]
        save_sheet([*pictures, *(maps[path] for path in mapped)], self.paths.sheet(name))
        self.tiles += [TileRow(name, n, "image", path) for n, path in enumerate(shown)]
        self.tiles += [
            TileRow(name, n, "map", path) for n, path in enumerate(mapped, start=len(shown))
        ]


def draw_sheets(study: StudyRecord, paths: StudyPaths, packed: Packed) -> None:
    """Write the sheets of the classes, of each model's errors and of the map, and tiles.csv.

    Of more than `MOST_ERRORS` images, the first are shown. Pages of classes have the maps of the
    model that is best on val.

    Raises:
        UserError: a file is missing or damaged.
    """
    sheets = _Sheets(paths, packed)
    maps = {run: _maps(paths, run, study.seeds[0]) for run in study.base_runs.values()}
    errors = ERROR_IMAGES.read(paths.pictures("error_images"))
    for model, run in study.base_runs.items():
        own = [row.path for row in errors if row.model == model]
        sheets.add(errors_sheet(run), own[:MOST_ERRORS], maps[run])
    trainings = base_trainings(study, paths)
    best = best_by_validation({name: [t.metrics for t in own] for name, own in trainings.items()})
    shown = CLASS_PICTURES.read(paths.pictures("class_pictures"))
    first: dict[int, str] = {}
    for label in sorted({row.label for row in shown}):
        own = [row.path for row in shown if row.label == label]
        first[label] = own[0]
        sheets.add(class_sheet(label), own, maps[study.base_runs[best]])
    sheets.add(CLASSES_SHEET, list(first.values()), {})
    sheets.add(MAP_SHEET, [row.path for row in POINTS.read(paths.map("points.csv"))], {})
    TILES.write(sheets.tiles, paths.tiles)


def _maps(paths: StudyPaths, run: str, seed: int) -> dict[str, np.ndarray]:
    """Tiles of the images that were explained, under their maps, by path."""
    folder = paths.explained(run, seed) / "explain"
    table = pd.read_csv(folder / "examples.csv", dtype={"path": str}, keep_default_na=False)
    images, cams = (np.load(folder / f"{name}.npy") for name in ("images", "cams"))
    return {
        path: tile(overlay(image, cam))
        for path, image, cam in zip(table["path"], images, cams, strict=True)
    }
