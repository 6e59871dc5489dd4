"""Generated Markdown of the page on the data."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import quote

from chrysalis.report.pages.addresses import ClassLinks
from chrysalis.report.pages.audit import CHECKS, PLACE_OF
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import count, number
from chrysalis.report.pages.results import PLACES, StudyResults
from chrysalis.report.pages.tables import source, table

MOST_ROWS = 30  # of a list of files or classes; the linked CSV has them all


def fragments(results: StudyResults) -> dict[str, str]:
    """The parts of the page, by file name."""
    return {
        "dataset.md": about(results),
        "data_counts.md": data_counts(results),
        "inspection.md": inspection(results),
        "left_out.md": left_out(results),
    }


def about(results: StudyResults) -> str:
    """The dataset's card: what it is, whence, under what terms, how much, and what was found."""
    dataset, images = results.record.dataset, results.images
    rows = [
        ["Source", literal(dataset.citation or "Not stated")],
        ["Licence", literal(dataset.licence or "Not stated")],
        ["Images", _how_many(results)],
        ["Split", f"{_split_sizes(results)} ({'official' if images.official else 'made here'})"],
        ["Pixels", f"{_span(*images.widths)} wide, {_span(*images.heights)} high"],
        ["Masks", f"{number(images.masks)} of {count(images.images, 'image')}"],
        ["Left out", f"[{count(len(results.left_out), 'file')}](#files-left-out)"],
        ["Audit", _audit_found(results)],
    ]
    if re.match(r"https?://", dataset.url):
        link = f"[{literal(dataset.url)}](<{quote(dataset.url, safe='/:?&=~+,;@')}>)"
        rows.insert(1, ["Home page", link])
    return "\n".join(
        [
            f"**{literal(dataset.title)}.** {literal(dataset.description)}\n",
            table(["Card", "Of this dataset"], rows),
            source("split", PLACES.split),
            source("audit", PLACES.audit("issues")),
        ]
    )


def _how_many(results: StudyResults) -> str:
    sizes = [each.all for each in results.classes]
    return (
        f"{count(sum(sizes), 'image')} in {count(len(sizes), 'class', 'classes')}, "
        f"{_span(min(sizes), max(sizes))} in each"
    )


def _split_sizes(results: StudyResults) -> str:
    splits = ("train", "val", "test")
    return ", ".join(
        f"{number(sum(getattr(each, split) for each in results.classes))} {split}"
        for split in splits
    )


def _audit_found(results: StudyResults) -> str:
    """What each check found, with a link to where the audit's page lists it."""
    found = Counter(row.check for row in results.audit.issues)
    parts = [
        f"[{literal(words)}: {number(found[check])}](audit.qmd{PLACE_OF.get(check, '')})"
        for check, words in CHECKS.items()
        if found[check]
    ]
    return "; ".join(parts) or "[nothing was found](audit.qmd)"


def data_counts(results: StudyResults) -> str:
    """Images per class and split, and how the split was made."""
    classes, links = results.classes, ClassLinks(results)
    rows = [
        [links.markdown(each.class_), *map(number, (each.train, each.val, each.test, each.all))]
        for each in classes[:MOST_ROWS]
    ]
    totals = (
        sum(each.train for each in classes),
        sum(each.val for each in classes),
        sum(each.test for each in classes),
        sum(each.all for each in classes),
    )
    rows.append(["**All classes**", *map(number, totals)])
    return "\n".join(
        [
            _how_split(results) + "\n",
            table(["Class", "Train", "Val", "Test", "All"], rows, "lrrrr"),
            _rest(len(classes), "class", "classes"),
            source("split", PLACES.split),
        ]
    )


def _how_split(results: StudyResults) -> str:
    """Where the splits come from, and which of them the table shows if each seed has its own."""
    split, official = results.record.split, results.images.official
    shares = ", ".join(f"{share:g}" for share in split.fractions)
    drawn = f"The images of each class were split into shares of {shares}"
    if not results.record.vary_split:
        return (
            "This study uses the official split of the dataset. If that has no validation images, "
            "they are drawn from the training images."
            if official
            else f"{drawn} with seed {split.seed}."
        )
    start = (
        "This study uses the official split of the dataset. What that lacks is drawn from its "
        "training images."
        if official
        else f"{drawn}."
    )
    return (
        f"{start} Each training seed has its own split: its random seed is {split.seed} plus the "
        f"training seed. The table and its file show the split with seed {split.seed}. The other "
        "splits hold as many images of each class."
    )


def inspection(results: StudyResults) -> str:
    """What opening every file showed: pixel modes, sizes and remarks."""
    images = results.images
    rows = [
        ["Usable images", number(images.images)],
        ["Files left out", number(len(results.left_out))],
        ["Images with a mask", number(images.masks)],
        ["Width in pixels", _span(*images.widths)],
        ["Height in pixels", _span(*images.heights)],
    ]
    for what, found in (
        ("Pixel mode", images.modes),
        ("File format", images.formats),
        ("Remark", images.notes),
    ):
        rows += [[f"{what}: {literal(name)}", number(n)] for name, n in found.items()]
    made = source("inspect_images", PLACES.images)
    return table(["Property", "Value"], rows, "lr") + "\n" + made


def left_out(results: StudyResults) -> str:
    """Each file that was left out, with the reason."""
    made = source("inspect_images", PLACES.left_out)
    if not results.left_out:
        return f"No file was left out.\n\n{made}"
    rows = [[literal(row.path), literal(row.reason)] for row in results.left_out[:MOST_ROWS]]
    rest = _rest(len(results.left_out), "file", "files")
    return "\n".join([table(["File", "Reason"], rows), rest, made])


def _rest(total: int, one: str, many: str) -> str:
    """A line on the rows beyond those shown; empty if there are none."""
    beyond = total - MOST_ROWS
    return f"And {count(beyond, f'more {one}', f'more {many}')}.\n" if beyond > 0 else ""


def _span(low: int, high: int) -> str:
    return number(low) if low == high else f"{number(low)} to {number(high)}"
