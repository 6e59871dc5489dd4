"""Markdown tables, links and marks, written so that Pandoc and smalldocs read them alike."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import quote

from chrysalis.config.dotted import dotted
from chrysalis.report.pages.escape import escape, literal
from chrysalis.report.pages.numbers import NBSP, NOTHING, typeset
from chrysalis.report.pages.order import OfArm

FILES = "files"  # folder of the site that holds the results' files
WIDEST_COLUMN = 40  # characters; beyond this a column gets no more room


def table(headings: list[str], rows: list[list[str]], right: str = "") -> str:
    """A pipe table in a box that scrolls sideways; cells are Markdown without line breaks.

    The letter of `right` at a column's place is r for numbers, which are set to the right. A column
    without any value is left out.
    """
    sides = right.ljust(len(headings), "l")
    used = [
        (side, [heading, *cells])
        for side, heading, *cells in zip(sides, headings, *rows, strict=True)
        if not rows or set(cells) != {NOTHING}
    ]
    widths = [min(WIDEST_COLUMN, max(3, *map(_visible, column))) for _, column in used]
    # Pandoc takes the columns' shares of the width from the numbers of dashes.
    rule = [
        "-" * (width - 1) + ":" if side == "r" else "-" * width
        for width, (side, _) in zip(widths, used, strict=True)
    ]
    heads, *body = (list(line) for line in zip(*(column for _, column in used), strict=True))
    lines = ["| " + " | ".join(line) + " |" for line in (heads, rule, *body)]
    return "\n".join([f"::: {{.table-box {scrolling('Table')}}}", "", *lines, "", ":::", ""])


def scrolling(name: str) -> str:
    """Attributes of a box that scrolls, so that a keyboard can scroll it too."""
    return f'tabindex="0" role="region" aria-label="{name}"'


def address(path: PurePath) -> str:
    """Where the site has its copy of a results file."""
    return f"/{FILES}/{quote(path.as_posix())}"


def link(text: str, path: PurePath) -> str:
    """A link to a copy of a results file; `text` is shown as code."""
    return f"[`{text}`]({address(path)})"


def source(rule: str, *paths: PurePath) -> str:
    """A line that says which rule made what stands above, and links to its numbers."""
    names = [path.name for path in paths]
    links = ", ".join(
        link(path.as_posix() if names.count(path.name) > 1 else path.name, path) for path in paths
    )
    return f"::: {{.source}}\nRule `{rule}`: {links}\n:::\n"


# The colour, the sign and the words of an outcome.
BADGES = {
    "better": ("better", "▲", "better"),
    "worse": ("worse", "▼", "worse"),
    "equal": ("equal", "=", "equal within the threshold"),
    "none": ("none", "●", "no detectable difference"),
    "insufficient": ("insufficient", "?", "not enough to tell"),
    "exploratory": ("exploratory", "○", "exploratory"),
    "lower": ("lower", "▽", "lower"),
    "higher": ("higher", "△", "higher"),
    "holds here": ("better", "✓", "holds here"),
    "contradicted here": ("worse", "✗", "contradicted here"),
    "not shown": ("none", "●", "not shown"),
    "not tested": ("insufficient", "○", "not tested"),
}


def badge(outcome: str) -> str:
    """An outcome as a coloured mark with its name in words."""
    colour, sign, words = BADGES[outcome]
    return f'<span class="outcome outcome-{colour}">{sign}{NBSP}{words}</span>'


def mark(outcome: str) -> str:
    """An outcome's sign alone, for a sentence that says the rest."""
    colour, sign, _ = BADGES[outcome]
    return f'<span class="mark outcome-{colour}" aria-hidden="true">{sign}</span>'


def listed(names: Sequence[str], last: str = "and") -> str:
    """Names as people list them: a, b and c."""
    return f" {last} ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def behind(summary: str, text: str) -> str:
    """What is shown on demand."""
    return f"<details>\n<summary>{summary}</summary>\n\n{text.strip()}\n\n</details>\n"


def sentence(text: str) -> str:
    """A sentence of the results, with its numbers in the form of the pages."""
    return literal(typeset(text))


def flatten(settings: object) -> dict[str, str]:
    """Nested settings as dotted names and Markdown texts; nothing set is `none`."""
    return {name: literal(_shown(value)) for name, value in dotted(settings).items()}


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_plain(each) for each in value) or "none"
    return "none" if value in (None, {}) else _plain(value)


def _plain(value: object) -> str:
    """A setting's value as in the YAML that set it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def key(name: str) -> str:
    """A setting's name, as code."""
    parts = (escape(part) for part in re.split(r"(?<=[._])", name))
    return f"<code>{'<wbr>'.join(parts)}</code>"


def _visible(cell: str) -> int:
    """Length of a cell as shown, roughly: without tags and the targets of links."""
    return len(html.unescape(re.sub(r"<[^>]*>|\]\([^)]*\)|[\[`]", "", cell)))


def arm_of(row: OfArm) -> str:
    """The arm of a row; a dash where the arm is the model itself."""
    return NOTHING if row.arm == row.model else literal(row.arm)
