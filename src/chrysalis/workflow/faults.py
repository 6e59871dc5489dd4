"""Faults of the machine, in words: what happened, and what lets the same command go on."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool

AGAIN = "then give the same command again: it goes on from where it is"
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
# What libraries say that keep the number of the fault to themselves.
_SAYS_FULL = ("No space left on device", "StorageFull", "Disk quota exceeded")
_SAYS_MEMORY = ("can't allocate memory", "not enough memory", "out of memory", "bad_alloc")


def explain(error: BaseException) -> str | None:
    """What to tell a user of a fault that is none of the program's; None if it may be one."""
    for each in _chain(error):
        text, number = str(each), getattr(each, "errno", None)
        where = f"{name}: " if (name := getattr(each, "filename", None)) else ""
        if number in _FULL or any(said in text for said in _SAYS_FULL):
            return (
                f"{where}the disk is full. Nothing finished is lost. Free some space (results of "
                f"studies that you no longer need, or what `df -h` shows), {AGAIN}"
            )
        if number in _FORBIDDEN:
            return (
                f"{where}may not be read or written ({getattr(each, 'strerror', text)}). Nothing "
                f"finished is lost. Change its permissions or those of its folder, {AGAIN}"
            )
        if isinstance(each, MemoryError) or any(said in text for said in _SAYS_MEMORY):
            return (
                "out of memory. Nothing finished is lost. Use less of it: a smaller "
                "training.batch_size or image_size, a smaller resident_mb (images are then "
                f"streamed), or fewer jobs at once (--cores); {AGAIN}"
            )
        if isinstance(each, BrokenProcessPool):
            return (
                "a worker process died, most likely for want of memory. Nothing finished is lost. "
                f"Use fewer workers (--set-threads inspect_images=1 pack=1), {AGAIN}"
            )
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those that it came from: torch hides a full disk behind an error of its own."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__
