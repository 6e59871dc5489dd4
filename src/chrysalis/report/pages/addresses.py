"""Where the page of a model or of a class lies in the site, whatever its name."""

from __future__ import annotations

import re

from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.results import StudyResults

LONGEST = 40  # characters of a class's name in an address
MAP, CLASSES = "map.qmd", "classes.qmd"


def slug(name: str) -> str:
    """A name in small letters and digits, with a hyphen for all else: timm-convnext_atto."""
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")


def model_page(model: str) -> str:
    """The page of a model."""
    return f"models/{slug(model)}.qmd"


def errors_page(model: str) -> str:
    """The page of a model's errors."""
    return f"models/{slug(model)}-errors.qmd"


def class_page(label: int, name: str) -> str:
    """The page of a class; its number keeps names apart that differ in signs only."""
    return f"classes/{f'{label}-{slug(name)}'[:LONGEST].strip('-')}.qmd"


def model_link(model: str) -> str:
    """A Markdown link to a model's page, from any page."""
    return f"[{literal(model)}](/{model_page(model)})"


class ClassLinks:
    """Links to the pages of classes, by their names."""

    def __init__(self, results: StudyResults) -> None:
        self.pages = {
            each.class_: class_page(label, each.class_)
            for label, each in enumerate(results.classes)
        }

    def markdown(self, name: str) -> str:
        """A Markdown link from any page."""
        return f"[{literal(name)}](/{self.pages[name]})"

    def html(self, name: str) -> str:
        """A link in HTML from a page in a folder."""
        page = self.pages[name].removesuffix(".qmd")
        return f'<a href="../{page}.html">{literal(name)}</a>'
