"""What the rule inspect_images does with a folder: open every image, and sort out the unusable."""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd

from chrysalis.data.inspection import inspect_images
from chrysalis.data.layout import MANIFEST, find_images, images_elsewhere, list_files

UNREAD = "in no class folder, so its class is not known"

log = logging.getLogger(__name__)


def usable_images(root: Path, threads: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row for each image under `root` that can be used, and one for each file left out (path,
    reason); the log names those too. Images beside the class folders are left out.

    Raises:
        UserError: there are no images, or no class folders.
    """
    names = [name for name, _ in list_files(root) if name != MANIFEST]
    files = find_images(names, str(root))
    images, left_out = inspect_images(root, files, threads)
    unread = pd.DataFrame({"path": images_elsewhere(names, files), "class": "", "reason": UNREAD})
    left_out = pd.concat([left_out, unread]).sort_values("path", ignore_index=True)
    for row in left_out.itertuples():
        log.debug("left out: %s: %s", row.path, row.reason)
    log.info("%d images can be used, %d files are left out", len(images), len(left_out))
    return images, left_out
