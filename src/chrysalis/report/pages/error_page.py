"""Generated HTML of a model's errors: a table that report/errors.js filters and sorts."""

from __future__ import annotations

from chrysalis.records.pictures import ErrorImageRow, errors_sheet
from chrysalis.report.pages.addresses import ClassLinks
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import NOTHING, count, number, percent
from chrysalis.report.pages.results import PLACES, StudyResults
from chrysalis.report.pages.tables import source
from chrysalis.report.pages.tiles import Sheet, data, raw

SCRIPT = '<script src="../errors.js" defer></script>'
# Heading, and the key of the data that the column is sorted by; pictures are not.
COLUMNS = (
    ("Picture", ""),
    ("True class", "true"),
    ("Predicted", "predicted"),
    ("Confidence", "confidence"),
    ("Wrong", "wrong"),
    ("Label looks like", "label"),
    ("Near duplicate", "twin"),
    ("Map", ""),
)
CONTROLS = """\
<div id="errors-controls" class="controls" hidden>
<label>True class <select data-filter="true"><option value="">any</option></select></label>
<label>Predicted <select data-filter="predicted"><option value="">any</option></select></label>
<label>Least confidence <input type="range" id="errors-least" min="0" max="1" step="0.05" value="0">
<output></output></label>
<label><input type="checkbox" data-only="label"> doubtful labels only</label>
<label><input type="checkbox" data-only="twin"> with a near duplicate only</label>
<button type="button" id="errors-reset">Show all</button>
<p id="errors-shown" role="status"></p>
</div>"""


def errors(results: StudyResults, model: str) -> str:
    """How many errors there are, then the table of the images, with its data for the script."""
    rows, sheet = shown_errors(results, model)
    total = results.pictured.error_images[model]
    made = source("pictures", PLACES.pictures("error_images"), PLACES.pictures("errors")) + source(
        "sheets", sheet.path, PLACES.tiles
    )
    if not rows:
        return f"This model makes no error on test.\n\n{made}"
    trainings = len(results.base_trainings(model))
    wrong = count(results.pictured.errors[model], "wrong answer")
    text = (
        f"{count(len(total), 'test image')} got {wrong} from {count(trainings, 'training')} of "
        "this model. "
    )
    if len(rows) < len(total):
        text += f"You see the {number(len(rows))} that most trainings get wrong. "
    text += "What most trainings get wrong comes first, and of these what they are surest of."
    parts = [
        CONTROLS,
        table(results, rows, sheet),
        data("errors-data", [record(row) for row in rows]),
        SCRIPT,
    ]
    return f"{text}\n\n" + raw("\n".join(parts)) + f"\n{made}"


def shown_errors(results: StudyResults, model: str) -> tuple[list[ErrorImageRow], Sheet]:
    """The rows whose images are on the model's sheet, and the sheet."""
    sheet = Sheet(results.pictured, errors_sheet(results.record.base_runs[model]))
    return [row for row in results.pictured.error_images[model] if sheet.has(row.path)], sheet


def record(row: ErrorImageRow) -> dict[str, object]:
    """A row as the script knows it."""
    return {
        "path": row.path,
        "true": row.class_,
        "predicted": row.predicted,
        "confidence": row.confidence,
        "wrong": row.wrong,
        "judged": row.judged,
        "label": row.suggested,
        "twin": row.twin,
    }


def table(results: StudyResults, rows: list[ErrorImageRow], sheet: Sheet) -> str:
    """The table, whole without the script; a column that would be empty is left out."""
    links = ClassLinks(results)
    cells = [_cells(row, sheet, links) for row in rows]
    used = [n for n in range(len(COLUMNS)) if any(line[n] != NOTHING for line in cells)]
    heads = "".join(_heading(*COLUMNS[n]) for n in used)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{line[n]}</td>" for n in used) + "</tr>" for line in cells
    )
    return (
        '<div class="table-box" tabindex="0" role="region" aria-label="Errors">\n'
        f'<table id="errors" class="table errors"><thead><tr>{heads}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table>\n</div>"
    )


def _heading(words: str, key: str) -> str:
    sort = f' data-key="{key}"' if key else ""
    return f'<th scope="col"{sort}>{words}</th>'


def _cells(row: ErrorImageRow, sheet: Sheet, links: ClassLinks) -> list[str]:
    what = f"Image of {row.class_}, taken for {row.predicted}: {row.path}"
    mapped = sheet.has(row.path, "map")
    doubt = f"{literal(row.suggested)}<br>its own class: {percent(row.label_confidence)}"
    twin = f"{literal(row.twin)}<br>{row.twin_split}, {literal(row.twin_class)}"
    return [
        sheet.image(row.path, what),
        links.html(row.class_),
        links.html(row.predicted),
        percent(row.confidence),
        f"{number(row.wrong)} of {number(row.judged)}",
        doubt if row.suggested else NOTHING,
        twin if row.twin else NOTHING,
        sheet.image(row.path, f"Where the model looked. {what}", "map") if mapped else NOTHING,
    ]
