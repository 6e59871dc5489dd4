"""What the rule inspect_images does with a folder: open every image, and sort out the unusable."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from chrysalis.data.inspection import open_images, sort_out
from chrysalis.data.layout import MANIFEST, ImageFile, find_images, images_elsewhere, list_files
from chrysalis.errors import UserError
from chrysalis.records.parts import Part
from chrysalis.records.tables import read_parquet

UNREAD = "in no class folder, so its class is not known"

log = logging.getLogger(__name__)


def usable_images(
    root: Path, threads: int = 1, parts: Sequence[Path] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row for each image under `root` that can be used, and one for each file left out (path,
    reason); the log names those too. Images beside the class folders are left out.

    `parts` are the files of what `open_part` gave for all parts, in order. Without them the images
    are opened here.

    Raises:
        UserError: there are no images, or no class folders; or the parts are not of these images.
    """
    names, files = _listed(root)
    opened = _joined(parts, files) if parts else open_images(root, files, threads)
    images, left_out = sort_out(opened)
    unread = pd.DataFrame({"path": images_elsewhere(names, files), "class": "", "reason": UNREAD})
    left_out = pd.concat([left_out, unread]).sort_values("path", ignore_index=True)
    for row in left_out.itertuples():
        log.debug("left out: %s: %s", row.path, row.reason)
    log.info("%d images can be used, %d files are left out", len(images), len(left_out))
    return images, left_out


def open_part(root: Path, part: Part, threads: int = 1) -> pd.DataFrame:
    """What `open_images` finds in a part of the images under `root`.

    Raises:
        UserError: there are no images, or no class folders.
    """
    _, files = _listed(root)
    files = files[part.rows(len(files))]
    log.info("Opening %d images, part %s", len(files), part)
    return open_images(root, files, threads)


def _listed(root: Path) -> tuple[list[str], list[ImageFile]]:
    names = [name for name, _ in list_files(root) if name != MANIFEST]
    return names, find_images(names, str(root))


def _joined(parts: Sequence[Path], files: list[ImageFile]) -> pd.DataFrame:
    opened = pd.concat([read_parquet(path) for path in parts], ignore_index=True)
    if opened["path"].tolist() != [file.path for file in files]:
        raise UserError(
            "images were added or removed while the parts were inspected; "
            "give the same command again, and all images are inspected anew"
        )
    return opened
