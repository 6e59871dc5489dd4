"""What a fault does to files, and what jobs say then."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import pytest

from chrysalis.data import inspection
from chrysalis.data.usable import usable_images
from chrysalis.errors import UserError
from chrysalis.records.job_paths import JobPaths
from tests.reliability.answers import PHOTOS, photos

SCRIPTS = Path(__file__).parents[2] / "scripts"
RESULTS = Path("results/photos")


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


def flip(path: Path, place: float = 0.5) -> None:
    """Flip a bit of a file."""
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    """Cut a file short."""
    os.truncate(path, path.stat().st_size // 2)


@contextlib.contextmanager
def refused(match: str, path: Path | None = None) -> Iterator[None]:
    """What is done here ends with such a message, and sets the file aside if one is given."""
    with pytest.raises(UserError, match=match):
        yield
    if path:
        assert not path.exists()
        assert path.with_name(f"{path.name}.damaged").exists()


def script(name: str, *arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a script."""
    command = [sys.executable, "-P", SCRIPTS / f"{name}.py", *arguments]
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, **options
    )


def inspected(results: Path = RESULTS) -> tuple[JobPaths, list[object]]:
    """Photos, inspected and split by the scripts; the paths, and the arguments of pack."""
    photos("cats", "dogs", each=4)
    paths = JobPaths(results)
    with mock.patch.object(inspection, "ProcessPoolExecutor", ThreadPoolExecutor):
        images, left_out = usable_images(PHOTOS)
    paths.images.parent.mkdir(parents=True)
    images.to_csv(paths.images, index=False)
    left_out.to_csv(paths.images.with_name("left_out.csv"), index=False)
    paths.split.parent.mkdir(parents=True)
    rows = images.assign(label=0, split="train").drop(columns=["mode", "format", "bytes", "note"])
    rows.to_csv(paths.split, index=False)
    return paths, ["--results", results, "--root", PHOTOS, "--size", "16"]


@contextlib.contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A file system of its own of so many bytes."""
    disk = Path("disk").resolve()
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if done.returncode:
        pytest.skip(f"a file system may not be mounted here: {done.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
