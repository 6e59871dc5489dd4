"""Faults of a built site that a renderer lets pass: what is missing, dead, unresolved or remote."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from PIL import Image, UnidentifiedImageError

_LOADED = {  # what a browser fetches by itself, by tag
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
}
_LINKED = {"a": ("href",), "area": ("href",)}
_VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}
_NO_PROSE = {"script", "style", "code", "pre", "title"}
_REMOTE = re.compile(r"^(?:(?:https?|ftp|wss?):)?//", re.I)
_CSS_ADDRESS = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""", re.I)
_UNRESOLVED = re.compile(r"\?@|@(?:fig|tbl|sec|eq|lst)-[\w-]*|\{\{<")
_DRAWING = {
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "image",
    "use",
}


@dataclass
class _Page:
    """What a page loads, links to, names and says; `mute` are images without alt text."""

    loads: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    mute: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    prose: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    headings: int = 0


class _Reader(HTMLParser):
    """Fills a `_Page`; text marked as data is no prose (see `chrysalis.report.pages.escape`)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = _Page()
        self.open: list[tuple[str, bool]] = []  # tag, and whether it hides text from the check

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.page.ids |= {values[name] for name in ("id", "name") if values.get(name)}
        self.page.styles.append(values.get("style", ""))
        loads = [a for name in _LOADED.get(tag, ()) for a in _addresses(name, values)]
        self.page.loads += loads
        if tag == "img":
            self.page.images += loads
            if not values.get("alt", "").strip():
                self.page.mute += loads
            if not loads:
                self.page.loads.append("")
        self.page.links += [values[name] for name in _LINKED.get(tag, ()) if name in values]
        if tag not in _VOID:
            data = "data" in values.get("class", "").split()
            self.open.append((tag, tag in _NO_PROSE or data))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        tags = [name for name, _ in self.open]
        if tag in tags:
            del self.open[len(tags) - 1 - tags[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        tags = [name for name, _ in self.open]
        if "style" in tags:
            self.page.styles.append(data)
        if "h1" in tags and data.strip():
            self.page.headings += 1
        if not any(hidden for _, hidden in self.open):
            self.page.prose.append(data)


def check_site(site_dir: Path) -> list[str]:
    """Faults of the site in `site_dir`, a line each, in order of pages; none if all is well.

    Found are: missing files and images, images without a drawing or alt text, dead links and
    anchors within the site, unresolved references and shortcodes, pages without a first heading,
    and anything that a browser would load from the network. Plain links out of the site are no
    fault.
    """
    pages = {path: _read(path) for path in sorted(site_dir.rglob("*.html"))}
    if not pages:
        return [f"{site_dir}: no pages"]
    problems = []
    for path, page in pages.items():
        found = [
            *_unresolved(page),
            *_loads(path, page, site_dir),
            *_mute(page),
            *_links(path, pages, site_dir),
        ]
        if not page.headings:
            found.append("no first heading (h1)")
        problems += [f"{path.relative_to(site_dir)}: {problem}" for problem in found]
    for path in sorted(site_dir.rglob("*.css")):
        text = path.read_text(encoding="utf-8", errors="replace")
        problems += [f"{path.relative_to(site_dir)}: {p}" for p in _style(text, path, site_dir)]
    return list(dict.fromkeys(problems))


def _read(path: Path) -> _Page:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return reader.page


def _addresses(name: str, values: dict[str, str]) -> list[str]:
    if name not in values:
        return []
    if name == "srcset":
        return [part.split()[0] for part in values[name].split(",") if part.split()]
    return [values[name]]


def _unresolved(page: _Page) -> list[str]:
    found = (match for text in page.prose for match in _UNRESOLVED.findall(text))
    return [f"unresolved reference or shortcode '{match}'" for match in found]


def _mute(page: _Page) -> list[str]:
    return [f"image '{address}' has no alt text" for address in page.mute]


def _loads(path: Path, page: _Page, site_dir: Path) -> list[str]:
    problems = []
    for address in dict.fromkeys(page.loads):
        if _REMOTE.match(address):
            problems.append(f"loads {address} from the network")
        elif not address.startswith("data:"):
            target = _target(address, path, site_dir)
            if not address or not target.is_file():
                problems.append(f"missing file '{address}'")
            elif address in page.images and (fault := _image_fault(target)):
                problems.append(f"image '{address}' {fault}")
    for style in page.styles:
        problems += _style(style, path, site_dir)
    return problems


def _style(text: str, path: Path, site_dir: Path) -> list[str]:
    problems = []
    for match in _CSS_ADDRESS.finditer(text):
        address = (match[1] or match[2]).strip()
        if _REMOTE.match(address):
            problems.append(f"loads {address} from the network")
        elif (
            not address.startswith(("data:", "#"))
            and not _target(address, path, site_dir).is_file()
        ):
            problems.append(f"missing file '{address}'")
    return problems


def _links(path: Path, pages: dict[Path, _Page], site_dir: Path) -> list[str]:
    problems = []
    for address in pages[path].links:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or address in ("", "#"):
            continue
        target = _target(address, path, site_dir) if parts.path else path
        if target.is_dir():
            target /= "index.html"
        if not target.is_file():
            problems.append(f"dead link '{address}'")
        elif parts.fragment and target in pages:
            anchor = unquote(parts.fragment)
            if anchor not in pages[target].ids and anchor != "top":
                problems.append(f"dead anchor '{address}'")
    return problems


def _target(address: str, path: Path, site_dir: Path) -> Path:
    """The file that an address within the site means, written on the page or style at `path`."""
    place = unquote(urlsplit(address).path)
    start = site_dir if place.startswith("/") else path.parent
    return (start / place.lstrip("/")).resolve()


def _image_fault(path: Path) -> str:
    """What is wrong with an image file; empty if nothing is."""
    if path.stat().st_size == 0:
        return "is an empty file"
    try:
        if path.suffix.lower() == ".svg":
            return "" if _draws(ElementTree.parse(path).getroot()) else "draws nothing"
        with Image.open(path) as image:
            image.verify()
    except (ElementTree.ParseError, UnidentifiedImageError, OSError, SyntaxError):
        return "is damaged"
    return ""


def _draws(element: ElementTree.Element) -> bool:
    """Whether anything is drawn; Matplotlib's background of a figure, patch_1, does not count."""
    tag = str(element.tag).rpartition("}")[2]
    if tag in ("defs", "clipPath", "metadata") or element.get("id") == "patch_1":
        return False
    return tag in _DRAWING or any(_draws(child) for child in element)
