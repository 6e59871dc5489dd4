"""Flaws of a built site that make it hard to read, though nothing is missing or wrong.

What only a browser can tell, such as where words break, its tests ask of a browser.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

CONTENTS_SHOWN = 'nav[role="doc-toc"] ul.collapse'  # a rule of the style sheet
YEARS = range(1900, 2100)
SLACK = 0.75  # points that a drawing may pass the edge of its axes
SMALLEST_LETTERS = 8  # points
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_COUNT = re.compile(r"(?<![\w.,/-])(\d{4,})[ \u00a0](?=[a-z])")
_LETTERS = re.compile(r"font(?:-size)?:\s*(?:[a-z0-9]+ )*([\d.]+)px")
_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
Box = tuple[float, float, float, float]


class _Reader(HTMLParser):
    """Collects the flaws of a page."""

    def __init__(self, contents_shown: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.flaws: list[str] = []
        self.open: list[tuple[str, dict[str, str]]] = []
        self.contents_shown = contents_shown

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        kinds = values.get("class", "").split()
        collapsed = tag == "ul" and "collapse" in kinds and "show" not in kinds
        if collapsed and self._in_contents() and not self.contents_shown:
            self.flaws.append("the table of contents is hidden until a script runs")
        if tag == "table" and not self._within("table-box"):
            self.flaws.append("a table that nothing lets scroll")
        if tag not in ("br", "hr", "img", "input", "link", "meta", "wbr", "source"):
            self.open.append((tag, values))

    def handle_endtag(self, tag: str) -> None:
        tags = [name for name, _ in self.open]
        if tag in tags:
            del self.open[len(tags) - 1 - tags[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        tags = {name for name, _ in self.open}
        if tags & {"script", "style", "code", "pre", "title"} or self._within("data"):
            return
        counts = (found for found in _COUNT.findall(data) if int(found) not in YEARS)
        self.flaws += [f"the count {found} is not written {int(found):,}" for found in counts]

    def _within(self, kind: str) -> bool:
        return any(kind in values.get("class", "").split() for _, values in self.open)

    def _in_contents(self) -> bool:
        return any(values.get("role") == "doc-toc" for _, values in self.open)


def check_looks(site_dir: Path) -> list[str]:
    """Flaws of the site in `site_dir`, a line each.

    Found are: tables of contents that are hidden until a script runs, as none does from file://;
    tables outside of a box that scrolls; counts without a comma; search files though nothing
    searches; and in drawings letters below `SMALLEST_LETTERS`, marks that the edge of the axes
    cuts, and bars that pass it.
    """
    style = "".join(path.read_text(encoding="utf-8") for path in sorted(site_dir.glob("*.css")))
    flaws = []
    for path in sorted(site_dir.rglob("*.html")):
        reader = _Reader(CONTENTS_SHOWN in style)
        reader.feed(path.read_text(encoding="utf-8"))
        flaws += [f"{path.relative_to(site_dir)}: {flaw}" for flaw in reader.flaws]
    for path in sorted(site_dir.rglob("*.svg")):
        flaws += [f"{path.relative_to(site_dir)}: {flaw}" for flaw in check_drawing(path)]
    if (site_dir / "search.json").is_file():
        flaws.append("search.json: nothing searches it")
    return list(dict.fromkeys(flaws))


def check_drawing(path: Path) -> list[str]:
    """Flaws of a drawing of Matplotlib; none of one that cannot be read."""
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError:
        return []
    sizes = [float(size) for size in _LETTERS.findall(ElementTree.tostring(root, "unicode"))]
    flaws = ["letters too small to read"] if min(sizes, default=99) < SMALLEST_LETTERS else []
    boxes = {
        f"url(#{clip.get('id')})": _rectangle(clip[0])
        for clip in root.iter(f"{_SVG}clipPath")
        if len(clip) and clip[0].tag == f"{_SVG}rect"
    }
    sizes_of = {f"#{path.get('id')}": _reach(path) for path in root.iter(f"{_SVG}path")}
    for group in root.iter(f"{_SVG}g"):
        box = boxes.get(group.get("clip-path", ""))
        for use in group.findall(f"{_SVG}use"):
            place = float(use.get("x", 0)), float(use.get("y", 0))
            if box and _is_cut(place, sizes_of.get(use.get(_LINK, ""), 0.0), box):
                flaws.append("a mark is cut at the edge of its axes")
        for bar in group.findall(f"{_SVG}path") if "LineCollection" in group.get("id", "") else ():
            own = boxes.get(bar.get("clip-path", ""))
            if own and _passes(bar, own):
                flaws.append("a bar passes the edge of its axes")
    return list(dict.fromkeys(flaws))


def _rectangle(element: ElementTree.Element) -> Box:
    x, y, width, height = (float(element.get(k, 0)) for k in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def _numbers(path: ElementTree.Element) -> list[float]:
    return [float(number) for number in _NUMBER.findall(path.get("d", ""))]


def _reach(path: ElementTree.Element) -> float:
    """How far a mark reaches from its middle."""
    return max(map(abs, _numbers(path)), default=0.0)


def _is_cut(place: tuple[float, float], reach: float, box: Box) -> bool:
    """Whether a mark whose middle lies in the box passes its edge; one beyond it is not seen."""
    (x, y), (left, top, right, bottom) = place, box
    room = min(x - left, right - x, y - top, bottom - y)
    return -SLACK < room < reach - SLACK


def _passes(bar: ElementTree.Element, box: Box) -> bool:
    numbers = _numbers(bar)
    left, top, right, bottom = box
    return any(not left - SLACK <= x <= right + SLACK for x in numbers[::2]) or any(
        not top - SLACK <= y <= bottom + SLACK for y in numbers[1::2]
    )
