"""The raw images of a dataset: one folder, with a manifest of what was fetched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from chrysalis.config.sources import Source
from chrysalis.config.specimens import Specimens
from chrysalis.data.archives import new_folder
from chrysalis.data.filling import FILLERS, Request
from chrysalis.data.layout import MANIFEST, is_hidden, list_files
from chrysalis.errors import UserError
from chrysalis.records.files import damaged, require, set_aside, sha256_of


def fetch(source: Source, files: Sequence[Path], target: Path, workers: int = 1) -> None:
    """Put the images of `source` into `target`, and write its manifest.

    A manifest.csv of the source's own gives way to ours. The result does not depend on the number
    of `workers` (processes). Photographs drawn earlier, with other settings, make way.

    Args:
        source: what the dataset's file says.
        files: what to fetch it from, if it comes from archives or a table.
        target: the folder to fill.
        workers: how many processes may draw images.

    Raises:
        UserError: as the kind of source does, or as `chrysalis.data.archives.new_folder`.
    """
    ours = _drawn_earlier(target) if isinstance(source, Specimens) else set()
    with new_folder(target, ours) as folder:
        FILLERS[source.kind](Request(source, tuple(files), folder, workers))
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
