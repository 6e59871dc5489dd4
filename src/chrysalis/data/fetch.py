"""The raw images of a dataset: one folder, with a manifest of what was fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from chrysalis.config.specimens import Specimens
from chrysalis.data.archives import extract, new_folder
from chrysalis.data.layout import MANIFEST


def fetch_digits(target: Path) -> None:
    """Write scikit-learn's handwritten digits to `<target>/<digit>/<number>.png`.

    1797 images of 8x8 px, 8-bit grey; the 17 levels 0..16 are spread over 0..255. The number is
    the image's place in scikit-learn's order. Source: E. Alpaydin and C. Kaynak, "Optical
    Recognition of Handwritten Digits", UCI, 1998 (its test part).

    Raises:
        UserError: as `chrysalis.data.archives.new_folder`.
    """
    from sklearn.datasets import load_digits  # takes a second to import; only needed here

    digits = load_digits()
    grey = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    with new_folder(target) as folder:
        for number, (pixels, digit) in enumerate(zip(grey, digits.target, strict=True)):
            path = folder / str(digit) / f"{number:04d}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(pixels).save(path)
        _write_manifest(folder)


def fetch_specimens(settings: Specimens, target: Path, workers: int) -> None:
    """Draw generated photographs into `target`, with their masks and the truth about them.

    The files depend on `settings` alone, not on the number of `workers` (processes). Those drawn
    earlier, with other settings, make way.

    Raises:
        UserError: as `chrysalis.data.archives.new_folder`.
    """
    from chrysalis.data.specimens.dataset import write_specimens  # OpenCV; only needed here

    with new_folder(target, _drawn_earlier(target)) as folder:
        write_specimens(settings, folder, workers)
        _write_manifest(folder)


def _drawn_earlier(target: Path) -> set[str]:
    """The files in `target` that its manifest lists and that are still as they were."""
    if not (target / MANIFEST).is_file():
        return set()
    listed = pd.read_csv(target / MANIFEST, dtype=str).itertuples()
    return {
        row.path
        for row in listed
        if (target / row.path).is_file() and _sha256(target / row.path) == row.sha256
    } | {MANIFEST}


def fetch_archives(archives: Iterable[Path], target: Path) -> None:
    """Unpack `archives` to `target`; a top-level manifest.csv of its own gives way to ours.

    Raises:
        UserError: as `chrysalis.data.archives.extract`.
    """
    with new_folder(target) as folder:
        extract(archives, folder)
        _write_manifest(folder)


def _write_manifest(folder: Path) -> None:
    """Write path (POSIX), bytes and SHA-256 of every file in `folder`, sorted by path."""
    (folder / MANIFEST).unlink(missing_ok=True)
    paths = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    rows = [(name, path.stat().st_size, _sha256(path)) for name, path in sorted(paths.items())]
    table = pd.DataFrame(rows, columns=["path", "bytes", "sha256"])
    table.to_csv(folder / MANIFEST, index=False)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
