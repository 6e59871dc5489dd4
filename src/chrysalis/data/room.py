"""Room on a disk: how much is needed, and how much there is."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from chrysalis.errors import UserError


def require(folder: Path, needed: int, what: str) -> None:
    """See to it that the disk of `folder` has room for `needed` bytes more.

    Raises:
        UserError: it has not; `what` begins the message.
    """
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise UserError(
            f"{what} needs {readable(needed)}, and the disk of {folder} has {readable(free)} left; "
            "free some space and give the same command again"
        )


def reserve(path: Path) -> None:
    """Give a file of holes its room on the disk now.

    A memory map that is written to on a full disk kills the process without a message.

    Raises:
        OSError: the disk is full.
    """
    with path.open("r+b") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):  # the file system cannot do it
                raise OSError(error.errno, error.strerror, str(path)) from None


def readable(size: int) -> str:
    """A size as people say it, rounded: 0 bytes, 999 bytes, 12 kB, 3.4 MB, 1,200 GB."""
    if size < 1000:
        return f"{size} bytes"
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 999.5 or unit == "GB":
            break
    return f"{value:,.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"
