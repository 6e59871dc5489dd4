"""The raw images of a dataset: one folder, with a manifest of what was fetched."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from chrysalis.config.specimens import Specimens
from chrysalis.data import listed
from chrysalis.data.archives import extract, new_folder
from chrysalis.data.layout import MANIFEST, is_hidden, list_files
from chrysalis.errors import UserError
from chrysalis.records.files import damaged, require, set_aside, sha256_of


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
        if (target / row.path).is_file() and sha256_of(target / row.path) == row.sha256
    } | {MANIFEST}


def fetch_archives(archives: Iterable[Path], target: Path) -> None:
    """Unpack `archives` to `target`; a top-level manifest.csv of its own gives way to ours.

    Raises:
        UserError: as `chrysalis.data.archives.extract`.
    """
    with new_folder(target) as folder:
        extract(archives, folder)
        _write_manifest(folder)


def fetch_table(table: Path, target: Path) -> None:
    """Link the images and masks that a table lists into class folders below `target`.

    If the table names groups, groups.csv has them by the paths of the links.

    Raises:
        UserError: a file is missing, or as `chrysalis.data.listed.listed_files` and `new_folder`.
    """
    files = listed.listed_files(table)
    with new_folder(target) as folder:
        for file in files:
            source, link = (table.parent / file.source).resolve(), folder / file.place
            if not source.is_file():
                raise UserError(f"{table}: lists {file.source}, but there is no such file")
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(source)
        groups = {file.place: file.group for file in files if file.group}
        if groups:
            rows = pd.DataFrame({"path": groups.keys(), "group": groups.values()})
            rows.to_csv(folder / listed.GROUPS, index=False)
        _write_manifest(folder)


def check_fetched(root: Path, hashes: dict[str, str]) -> None:
    """Compare the files under `root` with its manifest: names, sizes, and as far as given hashes.

    If one differs the manifest is set aside, so that Snakemake fetches all of them again.

    Args:
        root: the folder that was fetched.
        hashes: SHA-256 in hex of some files, by their paths.

    Raises:
        UserError: a file is missing or not what was fetched.
    """
    path = root / MANIFEST
    try:
        manifest = pd.read_csv(require(path), dtype={"path": str, "sha256": str}, index_col="path")
        rows = list(zip(manifest.index, manifest["bytes"], manifest["sha256"], strict=True))
    except (ValueError, KeyError) as error:
        raise damaged(path, str(error)) from None
    sizes = dict(list_files(root))
    wrong = [
        name
        for name, size, sha256 in rows
        if not is_hidden(name) and (sizes.get(name) != size or hashes.get(name, sha256) != sha256)
    ]
    if wrong:
        set_aside(path)
        raise UserError(
            f"{root / wrong[0]}: not the file that was fetched ({len(wrong):,} of {len(rows):,} "
            "files differ); give the same command again, and all are fetched anew"
        )


def _write_manifest(folder: Path) -> None:
    """Write path (POSIX), bytes and SHA-256 of every file in `folder`, sorted by path."""
    (folder / MANIFEST).unlink(missing_ok=True)
    paths = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    rows = [(name, path.stat().st_size, sha256_of(path)) for name, path in sorted(paths.items())]
    table = pd.DataFrame(rows, columns=["path", "bytes", "sha256"])
    table.to_csv(folder / MANIFEST, index=False)
