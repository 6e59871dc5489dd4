"""What the rule inspect_images does with a folder: open every image, and sort out the unusable."""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd

from chrysalis.data.inspection import inspect_images
from chrysalis.data.layout import MANIFEST, find_images, list_files

log = logging.getLogger(__name__)


def usable_images(root: Path, threads: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row for each image under `root` that can be used, and one for each file left out (path,
    reason); the log names those too.

    Raises:
        UserError: there are no images, or no class folders.
    """
    names = (name for name, _ in list_files(root) if name != MANIFEST)
    images, left_out = inspect_images(root, find_images(names, str(root)), threads)
    for row in left_out.itertuples():
        log.debug("left out: %s: %s", row.path, row.reason)
    log.info("%d images can be used, %d files are left out", len(images), len(left_out))
    return images, left_out
