"""Some figure: what a made-up study shows does not matter to its pages."""

import functools
import tempfile
from pathlib import Path

from chrysalis.records.files import write_whole
from chrysalis.report.figures.style import new_figure, save_figure


@functools.cache
def _drawn(suffix: str, width: float) -> bytes:
    """The file of the figure; drawn once, as a study has dozens."""
    figure = new_figure(1.0, width)
    figure.subplots().plot([0, 1], [0, 1])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"figure{suffix}")
        save_figure(figure, path)
        return path.read_bytes()


def draw(path: Path, width: float = 6.0, table: bool = True) -> None:
    """Write the figure, and its table beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_drawn(path.suffix, width))
    if table:
        write_whole(path.with_suffix(".csv"), "x,y\n0,0\n1,1\n")
