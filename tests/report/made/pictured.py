"""What a made-up study shows in pictures: errors, classes, the map, grey sheets, figures."""

import numpy as np

from chrysalis.records import pictures
from chrysalis.report.figures.sheets import save_sheet
from tests.report.made.drawing import draw

NOTHING_KNOWN = ("", float("nan"), "", "", "")


def write_pictured(made, study):
    """Errors of each model, pictures of each class, a map, and grey sheets."""
    paths, classes = made.paths, made.classes
    tests = [(f"{name}/015.jpg", name) for name in classes]
    errors, images, confusions = [], [], []
    for model in made.models:
        for n, (path, name) in enumerate(tests[:-1]):
            other = classes[n + 1]
            shares = [0.7123 + 0.01 * seed for seed in made.seeds[: 1 + n % 3]]
            errors += [
                pictures.ErrorRow(model, seed, path, name, other, share)
                for seed, share in zip(made.seeds, shares, strict=False)
            ]
            known = (other, 0.0123, f"{name}/000.jpg", "train", name) if n == 0 else NOTHING_KNOWN
            images.append(
                pictures.ErrorImageRow(
                    *(model, path, name, other, float(np.mean(shares)), len(shares), 3), *known
                )
            )
            confusions.append(
                pictures.ConfusionRow(model, name, other, len(shares), 3, len(shares) / 3)
            )
    pictures.ERRORS.write(errors, paths.pictures("errors"))
    pictures.ERROR_IMAGES.write(images, paths.pictures("error_images"))
    pictures.CONFUSIONS.write(confusions, paths.pictures("confusions"))
    pictures.CLASS_ACCURACY.write(
        (
            pictures.ClassAccuracyRow(model, label, name, 1, 3, 0.6667, 0.5774)
            for model in made.models
            for label, name in enumerate(classes)
        ),
        paths.pictures("class_accuracy"),
    )
    shown = [
        pictures.ClassPictureRow(label, kind, path, other, *asked)
        for label, name in enumerate(classes)
        for other in [classes[label - 1]]
        for kind, path, asked in (
            ("example", f"{name}/001.jpg", (0, 0)),
            ("missed", f"{name}/015.jpg", (4, 6)),
            ("taken", f"{other}/015.jpg", (2, 6)),
            ("doubtful", f"{name}/002.jpg", (0, 0)),
            ("suggested", f"{other}/002.jpg", (0, 0)),
        )
    ]
    pictures.CLASS_PICTURES.write(shown, paths.pictures("class_pictures"))
    points = [
        pictures.PointRow(path, n / len(tests), 0.25, n, name, "test")
        for n, (path, name) in enumerate(tests)
    ]
    pictures.POINTS.write(points, paths.map("points.csv"))
    pictures.MapRecord(images=48, shown=len(points), perplexity=3.5, seed=0).write(
        paths.map("map.json")
    )
    write_sheets(made, study, shown)
    for run in study.base_runs.values():
        for name in ("curves", "answers", "reliability"):
            draw(paths.of_model(run) / f"plot_model/{name}.svg")


def write_sheets(made, study, shown):
    """The sheets of small pictures, all grey, and where each picture is."""
    tests = [f"{name}/015.jpg" for name in made.classes]
    wanted = {pictures.errors_sheet(run): tests for run in study.base_runs.values()}
    for label in range(len(made.classes)):
        paths = list(dict.fromkeys(row.path for row in shown if row.label == label))
        wanted[pictures.class_sheet(label)] = paths
    wanted[pictures.CLASSES_SHEET] = [f"{name}/001.jpg" for name in made.classes]
    wanted[pictures.MAP_SHEET] = tests
    grey = np.full((pictures.TILE, pictures.TILE, 3), 127, np.uint8)
    rows = []
    for name, paths in wanted.items():
        mapped = paths[:2] if name.startswith(("errors", "class-")) else []
        kinds = [("image", path) for path in paths] + [("map", path) for path in mapped]
        rows += [pictures.TileRow(name, n, *each) for n, each in enumerate(kinds)]
        save_sheet([grey] * len(kinds), made.paths.sheet(name))
    pictures.TILES.write(rows, made.paths.tiles)
