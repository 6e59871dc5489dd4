"""Markdown tables, links and numbers, written so that Pandoc and smalldocs read them alike."""

from __future__ import annotations

import html
import math
import re
from pathlib import PurePosixPath
from urllib.parse import quote

from chrysalis.report.pages.escape import escape, literal

NBSP = "\u00a0"
NOTHING = "\u2013"  # a dash for a cell without a value
FILES = "files"  # folder of the site that holds the results' files
WIDEST_COLUMN = 40  # characters; beyond this a column gets no more room


def percent(fraction: float) -> str:
    """94.1 % of 0.941."""
    return f"{100 * fraction:.1f}{NBSP}%"


def accuracy(mean: float, sd: float, n: int) -> str:
    """An accuracy with its spread over seeds: 94.1 % (sd 0.8, n 3)."""
    spread = "" if math.isnan(sd) else f"sd{NBSP}{100 * sd:.1f},{NBSP}"
    return f"{percent(mean)}{NBSP}({spread}n{NBSP}{n:.0f})"


def points(fraction: float) -> str:
    """A difference of accuracies in percentage points, with its sign."""
    if math.isnan(fraction):
        return NOTHING
    text = f"{abs(100 * fraction):.1f}"
    sign = "" if float(text) == 0 else "+" if fraction > 0 else "-"
    return sign + text


def interval(low: float, high: float) -> str:
    """The bounds of an interval of differences in percentage points."""
    return NOTHING if math.isnan(low) else f"{points(low)}{NBSP}to{NBSP}{points(high)}"


def p_value(p: float) -> str:
    """A p value as text; tiny ones as a bound."""
    return NOTHING if math.isnan(p) else f"&lt;{NBSP}0.001" if p < 0.001 else f"{p:.3f}"


def duration(seconds: float) -> str:
    """A time with the unit that suits it."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f}{NBSP}{unit}"
    return f"{seconds:.1f}{NBSP}s"


def count(number: int, one: str, many: str = "") -> str:
    """A number of things: 1 seed, 3 seeds."""
    return f"{number:,}{NBSP}{one if number == 1 else many or one + 's'}".replace(",", NBSP)


def table(headings: list[str], rows: list[list[str]], right: str = "") -> str:
    """A pipe table in a box that scrolls sideways; cells are Markdown without line breaks.

    The letter of `right` at a column's place is r for numbers, which are set to the right. A column
    without any value is left out.
    """
    sides = right.ljust(len(headings), "l")
    columns = list(zip(headings, sides, *rows, strict=True))
    used = [column for column in columns if not rows or set(column[2:]) != {NOTHING}]
    headings, sides, *rows = (list(line) for line in zip(*used, strict=True))
    widths = [
        min(WIDEST_COLUMN, max(3, *(_visible(cell) for cell in column)))
        for column in zip(headings, *rows, strict=True)
    ]
    # Pandoc takes the columns' shares of the width from the numbers of dashes.
    rule = [
        "-" * (width - 1) + ":" if side == "r" else "-" * width
        for width, side in zip(widths, sides, strict=True)
    ]
    lines = ["| " + " | ".join(line) + " |" for line in (headings, rule, *rows)]
    return "\n".join(["::: {.table-box}", "", *lines, "", ":::", ""])


def link(text: str, path: PurePosixPath | str) -> str:
    """A link to a copy of a results file; `text` is shown as code."""
    return f"[`{text}`](/{FILES}/{quote(str(path))})"


def source(rule: str, *paths: PurePosixPath) -> str:
    """A line that says which rule made what stands above, and links to its numbers."""
    names = [path.name for path in paths]
    links = ", ".join(
        link(str(path) if names.count(path.name) > 1 else path.name, path) for path in paths
    )
    return f"::: {{.source}}\nRule `{rule}`: {links}\n:::\n"


def badge(outcome: str) -> str:
    """An outcome as a coloured mark with its name in words."""
    mark, words = {
        "better": ("▲", "better"),
        "worse": ("▼", "worse"),
        "none": ("●", "no detectable difference"),
        "insufficient": ("?", "not enough runs to tell"),
    }[outcome]
    return f'<span class="outcome outcome-{outcome}">{mark}{NBSP}{words}</span>'


def sentence(text: str) -> str:
    """A verdict in words, its numbers on one line with what belongs to them: 95 %, p = 0.010."""
    return literal(re.sub(r"(?<=\d) (?=%)|(?<=\bp) (?=[=<])|(?<=[=<]) (?=\d)", NBSP, text))


def flatten(settings: object, name: str = "") -> dict[str, str]:
    """Nested settings as dotted names and Markdown texts; nothing set is `none`."""
    if isinstance(settings, dict) and settings:
        parts = (flatten(value, f"{name}.{key}".lstrip(".")) for key, value in settings.items())
        return {key: value for part in parts for key, value in part.items()}
    if isinstance(settings, list | tuple):
        return {name: literal(", ".join(_plain(value) for value in settings) or "none")}
    return {name: literal("none" if settings in (None, {}) else _plain(settings))}


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()  # as in the YAML that set it
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def key(name: str) -> str:
    """A setting's name, as code."""
    parts = (escape(part) for part in re.split(r"(?<=[._])", name))
    return f"<code>{'<wbr>'.join(parts)}</code>"


def _visible(cell: str) -> int:
    """Length of a cell as shown, roughly: without tags and the targets of links."""
    return len(html.unescape(re.sub(r"<[^>]*>|\]\([^)]*\)|[\[`]", "", cell)))


def arm_of(row: dict[str, str]) -> str:
    """The arm of a row of arms.csv or effects.csv; a dash where the arm is the model itself."""
    return NOTHING if row["arm"] == row["model"] else literal(row["arm"])
