"""Generated HTML of the map of the images, which report/map.js colours and explores."""

from __future__ import annotations

from chrysalis.records.pictures import COLUMNS, MAP_SHEET, TILE, PointRow
from chrysalis.report.figures.style import COLOURS
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.models import best_model
from chrysalis.report.pages.numbers import number
from chrysalis.report.pages.results import PLACES, StudyResults
from chrysalis.report.pages.tables import source
from chrysalis.report.pages.tiles import Sheet, data, raw

WIDTH, HEIGHT, MARGIN, RADIUS = 1000, 640, 12, 6
LIGHTNESS = (36, 52, 66)  # per cent, in turn, so that classes of similar hue differ
SCRIPT = '<script src="map.js" defer></script>'
SPLITS = (("train", "#56B4E9"), ("val", "#E69F00"), ("test", "#0072B2"))
ANSWERS = (("wrong", "#D55E00"), ("right", "#0072B2"), ("not in test", "#CED4DA"))
CONTROLS = """\
<fieldset id="map-controls" class="controls" hidden><legend>Colour by</legend>
<label><input type="radio" name="map-colour" value="class" checked> class</label>
<label><input type="radio" name="map-colour" value="answer"> right or wrong</label>
<label><input type="radio" name="map-colour" value="split"> split</label>
</fieldset>"""
FOUND = """\
<figure id="map-found" hidden>
<img class="tile" alt="The chosen image" src="{address}" width="{side}" height="{side}">
<figcaption role="status"></figcaption></figure>"""


def image_map(results: StudyResults) -> str:
    """What the map shows, then the map with its data for the script."""
    pictured, points = results.pictured, results.pictured.points
    best, _ = best_model(results)
    sheet = Sheet(pictured, MAP_SHEET, up="")
    which = f"all {number(pictured.map.images)} images"
    if pictured.map.shown < pictured.map.images:
        which = (
            f"{number(pictured.map.shown)} of the {number(pictured.map.images)} images, chosen at "
            "random"
        )
    text = (
        f"The map shows {which}. Right and wrong are answers of {literal(best)}, the model that is "
        "best on val: *wrong* means that at least one of its trainings is wrong.\n\n"
    )
    colours = class_colours(len(results.classes))
    names = [each.class_ for each in results.classes]
    content = {
        "groups": {
            "class": [list(each) for each in zip(names, colours, strict=True)],
            "split": [list(each) for each in SPLITS],
            "answer": [list(each) for each in ANSWERS],
        },
        "points": [
            record(point, answer)
            for point, answer in zip(points, answers(results, best), strict=True)
        ],
        "columns": COLUMNS,
        "tile": TILE,
    }
    found = FOUND.format(address=sheet.address, side=TILE)
    legend = _legend(names, colours)
    drawn = f'<div class="map">{_drawing(points, colours)}{found}</div>'
    return (
        text
        + raw("\n".join([CONTROLS, drawn, legend, data("map-data", content), SCRIPT]))
        + "\n"
        + source("map_images", PLACES.map("points.csv"), PLACES.map("map.json"))
        + source("sheets", sheet.path, PLACES.tiles)
    )


def record(point: PointRow, answer: str) -> list[object]:
    """A point as the script knows it; its place is that of its circle, its tile its number."""
    return [point.label, point.split, answer, point.path]


def answers(results: StudyResults, model: str) -> list[str]:
    """Whether each point's image is wrong, right, or not in test."""
    wrong = {row.path for row in results.pictured.error_images[model]}
    return [
        "wrong" if point.path in wrong else "right" if point.split == "test" else "not in test"
        for point in results.pictured.points
    ]


def class_colours(count: int) -> list[str]:
    """A colour for each class: colour-blind-safe ones as far as they go, else hues in turn."""
    if count <= len(COLOURS):
        return list(COLOURS[:count])
    return [
        f"hsl({round(360 * n / count)} 70% {LIGHTNESS[n % len(LIGHTNESS)]}%)" for n in range(count)
    ]


def _drawing(points: list[PointRow], colours: list[str]) -> str:
    circles = "\n".join(
        f'<circle cx="{_place(point.x, WIDTH)}" cy="{_place(point.y, HEIGHT)}" r="{RADIUS}" '
        f'fill="{colours[point.label]}"/>'
        for point in points
    )
    return (
        f'<svg id="map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Map of the images: '
        f'each point is an image, coloured by its class">\n{circles}\n</svg>'
    )


def _place(share: float, size: int) -> str:
    return f"{MARGIN + share * (size - 2 * MARGIN):.1f}"


def _legend(names: list[str], colours: list[str]) -> str:
    entries = "\n".join(
        f'<li><span class="dot" style="background:{colour}"></span> {literal(name)}</li>'
        for name, colour in zip(names, colours, strict=True)
    )
    return f'<ul id="map-legend" class="legend">\n{entries}\n</ul>'
