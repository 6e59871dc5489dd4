"""All pages of a site on one, to be printed or saved as PDF by any browser."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from posixpath import normpath

import yaml

WHOLE = "all.html"
TITLE = "All pages"
MAIN = re.compile(r"(<main\b[^>]*>).*(</main>)", re.S)
# Of what stands in these, nothing is taken: without a script they do nothing.
_LEFT_OUT = frozenset({"script", "button", "template"})
_EMPTY = frozenset({"br", "col", "hr", "img", "input", "source", "wbr"})
_NAMES = ("id", "for", "aria-labelledby", "aria-describedby", "headers")


def reading_order(project: Path) -> list[str]:
    """The pages of a project as the navigation has them, those of classes after their list.

    They are addresses within the site, such as models/mynet.html.
    """
    config = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    pages: list[str] = []
    for entry in config["website"]["navbar"]["left"]:
        for page in [each["href"] for each in entry.get("menu", [entry])]:
            pages.append(page)
            folder = project / PurePosixPath(page).stem
            if page == "classes.qmd":
                found = sorted(folder.glob("*.qmd"), key=lambda path: int(path.stem.split("-")[0]))
                pages += [f"{folder.name}/{path.name}" for path in found]
    return [f"{page.removesuffix('.qmd')}.html" for page in pages]


def write_all_pages(site_dir: Path, pages: list[str]) -> None:
    """Write the page, which holds the text of `pages` in their order, and links within itself."""
    parts = []
    for page in pages:
        part = _Part(page, pages)
        part.feed((site_dir / page).read_text(encoding="utf-8"))
        parts.append(f'<section class="printed-page" id="{_name(page)}">{"".join(part.made)}')
    first = (site_dir / pages[0]).read_text(encoding="utf-8")
    first = re.sub(r"<title>[^<]*", f"<title>{TITLE}", first, count=1)
    body = "</section>\n".join(parts) + "</section>"
    text = MAIN.sub(lambda found: f"{found[1]}\n{body}\n{found[2]}", first, count=1)
    (site_dir / WHOLE).write_text(text, encoding="utf-8")


def _name(page: str) -> str:
    return page.removesuffix(".html").replace("/", "--")


class _Part(HTMLParser):
    """What stands in the main element of a page, with names that are unlike those of others."""

    def __init__(self, page: str, pages: list[str]) -> None:
        super().__init__(convert_charrefs=False)
        self.page, self.pages = page, frozenset(pages)
        self.made: list[str] = []
        self.within = False
        self.skipped = ""  # the element that is being left out

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.within and not self.skipped:
            if tag in _LEFT_OUT:
                self.skipped = tag
            else:
                written = "".join(self._written(*each) for each in attrs)
                self.made.append(f"<{tag}{written}{' open' if tag == 'details' else ''}>")
        self.within = self.within or tag == "main"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self.within = False
        if self.skipped:
            self.skipped = "" if tag == self.skipped else self.skipped
        elif self.within:
            self.made.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._keep(data)

    def handle_entityref(self, name: str) -> None:
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._keep(f"&#{name};")

    def _keep(self, text: str) -> None:
        if self.within and not self.skipped:
            self.made.append(text)

    def _written(self, name: str, value: str | None) -> str:
        """An attribute as it is on the page of all; pictures are loaded at once."""
        if value is None:
            return f" {name}"
        if name == "loading":
            return ""
        if name in _NAMES:
            value = " ".join(f"{_name(self.page)}--{each}" for each in value.split())
        elif name in ("href", "src"):
            value = self._address(value)
        return f' {name}="{escape(value)}"'

    def _address(self, address: str) -> str:
        """Where an address of this page leads, from the page of all."""
        if re.match(r"[a-z]+:|//", address, re.I):
            return address
        path, _, place = address.partition("#")
        folder = PurePosixPath(self.page).parent
        page = normpath((folder / path).as_posix()) if path else self.page
        if page not in self.pages:
            return page
        return f"#{_name(page)}" + (f"--{place}" if place else "")
