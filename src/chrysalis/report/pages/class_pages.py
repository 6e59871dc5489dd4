"""Generated Markdown of the page of each class, and of the page that leads to them."""

from __future__ import annotations

from collections.abc import Callable

from chrysalis.records.pictures import (
    CLASSES_SHEET,
    ClassAccuracyRow,
    ClassPictureRow,
    class_sheet,
)
from chrysalis.report.pages.addresses import ClassLinks, model_link
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.models import best_model
from chrysalis.report.pages.numbers import NOTHING, accuracy, number, percent
from chrysalis.report.pages.results import PLACES, StudyResults
from chrysalis.report.pages.tables import source, table
from chrysalis.report.pages.tiles import Sheet, grid, raw

# Of each kind of picture: heading, what is shown, and what stands where there is none.
SECTIONS = {
    "example": (
        "Examples",
        "Training images of this class, chosen at random with a fixed seed.",
        "There is no training image of this class.",
    ),
    "missed": (
        "Not recognised",
        "Test images of this class that models take for another. What most trainings get wrong "
        "comes first.",
        "Every test image of this class is recognised by every training.",
    ),
    "taken": (
        "Taken for this class",
        "Test images of other classes that models take for this one.",
        "No training takes another class for this one.",
    ),
    "doubtful": (
        "Doubtful labels",
        "Images with the label of this class that look like another. The worst come first. See the "
        "[audit](/audit.qmd).",
        "The audit doubts no label of this class.",
    ),
    "suggested": (
        "Perhaps of this class",
        "Images of other classes that look as if they belonged here.",
        "The audit finds no image of another class that looks like this one.",
    ),
}


def fragments(results: StudyResults) -> dict[str, str]:
    """The page of each class by its label, as `<label>.md`."""
    links = ClassLinks(results)
    return {
        f"class_pages/{label}.md": class_page(results, label, links)
        for label in range(len(results.classes))
    }


def class_page(results: StudyResults, label: int, links: ClassLinks) -> str:
    """How well models recognise a class, and its pictures."""
    sheet = Sheet(results.pictured, class_sheet(label))
    shown = results.pictured.class_pictures.get(label, [])
    made = source("pictures", PLACES.pictures("class_pictures"))
    made += source("sheets", sheet.path, PLACES.tiles) if shown else ""
    parts = [_around(results, label, links), _numbers(results, label)]
    for kind, (heading, words, none) in SECTIONS.items():
        rows = [row for row in shown if row.kind == kind]
        name = results.classes[label].class_
        pictures = raw(grid(_card(row, name, sheet, links) for row in rows)) if rows else ""
        if any(_mapped(row, sheet) for row in rows):
            words += " Beside some you see where the model that is best on val looked."
        parts.append(f"## {heading}\n\n{words if rows else none}\n\n{pictures}")
    return "\n".join([*parts, made])


def _around(results: StudyResults, label: int, links: ClassLinks) -> str:
    """Links to the classes before and after this one."""
    names = [each.class_ for each in results.classes]
    ways = ["[All classes](/classes.qmd)"]
    if label > 0:
        ways.append(f"before: {links.markdown(names[label - 1])}")
    if label + 1 < len(names):
        ways.append(f"next: {links.markdown(names[label + 1])}")
    return " · ".join(ways) + "\n"


def _numbers(results: StudyResults, label: int) -> str:
    own = results.classes[label]
    rows = [
        [model_link(model), _recognised(row), _most_taken_for(results, model, own.class_)]
        for model in (each.name for each in results.record.models)
        for row in results.pictured.accuracy[model]
        if row.class_ == own.class_
    ]
    headings = ["Model", "Recognised on test", "Most often taken for"]
    return (
        f"This class has {number(own.train)} images in train, {number(own.val)} in val and "
        f"{number(own.test)} in test.\n\n"
        + table(headings, rows, "lrl")
        + "\n"
        + source("split", PLACES.split)
        + source("pictures", PLACES.pictures("class_accuracy"), PLACES.pictures("confusions"))
    )


def _recognised(row: ClassAccuracyRow) -> str:
    return accuracy(row.mean, row.sd, row.seeds) if row.seeds else NOTHING


def _most_taken_for(results: StudyResults, model: str, name: str) -> str:
    found = [row for row in results.pictured.confusions[model] if row.class_ == name][:1]
    return "".join(f"{literal(row.predicted)}, {percent(row.share)}" for row in found) or NOTHING


def _card(row: ClassPictureRow, name: str, sheet: Sheet, links: ClassLinks) -> tuple[str, str]:
    """A picture, beside it its map, and what is to be said of it."""
    alt, words = CARDS[row.kind](row, name, links)
    picture = sheet.image(row.path, f"{alt}: {row.path}")
    if _mapped(row, sheet):
        picture += sheet.image(row.path, f"Where the model looked in {row.path}", "map")
    return picture, words


def _mapped(row: ClassPictureRow, sheet: Sheet) -> bool:
    return row.kind in ("missed", "taken") and sheet.has(row.path, "map")


def _wrong(row: ClassPictureRow) -> str:
    return f"{number(row.wrong)} of {number(row.judged)} answers"


CARDS: dict[str, Callable[[ClassPictureRow, str, ClassLinks], tuple[str, str]]] = {
    "example": lambda row, name, links: (f"Image of {name}", ""),
    "missed": lambda row, name, links: (
        f"Image of {name}, taken for {row.other}",
        f"{links.html(row.other)}<br>{_wrong(row)}",
    ),
    "taken": lambda row, name, links: (
        f"Image of {row.other}, taken for {name}",
        f"{links.html(row.other)}<br>{_wrong(row)}",
    ),
    "doubtful": lambda row, name, links: (
        f"Image with the label {name} that looks like {row.other}",
        f"looks like {links.html(row.other)}",
    ),
    "suggested": lambda row, name, links: (
        f"Image with the label {row.other} that looks like {name}",
        f"label: {links.html(row.other)}",
    ),
}


def all_classes(results: StudyResults) -> str:
    """A card for each class; those that the best model recognises worst come first."""
    best, _ = best_model(results)
    links = ClassLinks(results)
    sheet = Sheet(results.pictured, CLASSES_SHEET, up="")
    rows = sorted(
        results.pictured.accuracy[best],
        key=lambda row: (row.seeds == 0, row.mean if row.seeds else 0, row.label),
    )
    cards = []
    for row in rows:
        shown = results.pictured.class_pictures.get(row.label, [])
        if shown and row.class_ in links.pages:
            page = links.pages[row.class_].removesuffix(".qmd")
            picture = sheet.image(shown[0].path, f"Image of {row.class_}")
            words = f'<a href="{page}.html">{literal(row.class_)}</a><br>{percent(row.mean)}'
            cards.append((picture, words))
    return (
        f"Below each class you see how many of its test images {literal(best)} recognises. It is "
        "the model that is best on val. The hardest classes come first.\n\n"
        + raw(grid(cards))
        + "\n"
        + source("pictures", PLACES.pictures("class_accuracy"))
        + source("sheets", sheet.path, PLACES.tiles)
    )
