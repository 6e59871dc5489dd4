"""The figures that the plot_ rules have drawn, as pages show them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from chrysalis.records.files import require
from chrysalis.records.paths import StudyPaths

FIGURE_KINDS = (".svg", ".webp")
WIDEST = 640  # points: figures up to here are shrunk to the page's width


@dataclass(frozen=True)
class Plot:
    """A figure: its file and its table's, relative to the results; its rule is its folder.

    `wide` means too wide to be read when shrunk to the width of a page.
    """

    image: Path
    table: Path
    wide: bool

    @property
    def rule(self) -> str:
        """The rule that drew it."""
        return self.image.parent.name


def load_plots(paths: StudyPaths, folder: Path, table: Path | None = None) -> list[Plot]:
    """The figures in the plot_* folders; each has a table of its own name, else the named one."""
    plots = []
    for image in sorted(folder.glob("plot_*/*")):
        if image.suffix in FIGURE_KINDS:
            own = image.with_suffix(".csv")
            data = require(own if table is None or own.is_file() else table)
            plots.append(
                Plot(
                    image=image.relative_to(paths.results),
                    table=data.relative_to(paths.results),
                    wide=_is_wide(image),
                )
            )
    return plots


def _is_wide(image: Path) -> bool:
    if image.suffix != ".svg":
        return False
    width = re.search(r'<svg[^>]* width="([\d.]+)pt"', image.read_text(encoding="utf-8"))
    return width is not None and float(width[1]) > WIDEST
