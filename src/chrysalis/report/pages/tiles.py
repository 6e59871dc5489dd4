"""Small pictures in HTML: each shows a tile of a sheet, so a page loads a single file."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import quote

from chrysalis.records.pictures import COLUMNS, TILE
from chrysalis.report.pages.pictured import PicturedResults
from chrysalis.report.pages.results import PLACES
from chrysalis.report.pages.tables import FILES

# Signs that end a script, a shortcode or a line of JavaScript, as JSON may write them as well.
_ESCAPED = {sign: f"\\u{ord(sign):04x}" for sign in "<>&'`\u2028\u2029"}


class Sheet:
    """A sheet as pages show it; `up` leads from the page's folder to the site's."""

    def __init__(self, results: PicturedResults, name: str, up: str = "../") -> None:
        self.tiles, self.name = results.tiles, name
        self.path = PLACES.sheet(name)
        self.address = f"{up}{FILES}/{quote(PurePosixPath(self.path).as_posix())}"

    def has(self, path: str, kind: str = "image") -> bool:
        """Whether the image, or its map, is on the sheet."""
        return (self.name, kind, path) in self.tiles

    def image(self, path: str, alt: str, kind: str = "image") -> str:
        """The image, or its map, as an element; `alt` is plain text."""
        row, column = divmod(self.tiles[self.name, kind, path], COLUMNS)
        place = f"object-position:{_px(-TILE * column)} {_px(-TILE * row)}"
        return (
            f'<img class="tile" src="{self.address}" style="{place}" width="{TILE}" '
            f'height="{TILE}" alt="{html.escape(alt)}" loading="lazy">'
        )


def _px(value: int) -> str:
    return f"{value}px" if value else "0"


def raw(markup: str) -> str:
    """HTML as both renderers take it over; its lines begin with no backtick."""
    return f"```{{=html}}\n{markup}\n```\n"


def data(name: str, content: object) -> str:
    """Content as JSON in an element of that name, which no name from data can end."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign, escaped in _ESCAPED.items():
        text = text.replace(sign, escaped)
    return f'<script type="application/json" id="{name}">{text}</script>'


def grid(cards: Iterable[tuple[str, str]]) -> str:
    """Pictures with a line below each, in rows; both are HTML."""
    figures = "\n".join(
        f"<figure>{picture}<figcaption>{words}</figcaption></figure>" for picture, words in cards
    )
    return f'<div class="tiles">\n{figures}\n</div>'
