"""What may happen to images, to their tables, and to those who read them."""

from __future__ import annotations

import hashlib
import os
import signal
import zipfile
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from unittest import mock

import pytest

from chrysalis.config.sources import Archive
from chrysalis.data import inspection
from chrysalis.data.fetch import check_fetched, fetch
from chrysalis.data.packed import open_for_training
from chrysalis.data.usable import usable_images
from chrysalis.records.files import Hashes
from chrysalis.workflow import faults, mending
from tests.reliability.answers import PHOTOS, photos
from tests.reliability.catalogue import fault
from tests.reliability.damage import (
    RESULTS,
    Killed,
    cut,
    flip,
    inspected,
    refused,
    script,
)

ZIP = Archive(kind="archive", files=["photos.zip"])


@fault(
    "A fetched image is damaged, gone, or another",
    "Inspection compares all with the manifest, and says so; the same command fetches them again.",
)
def _() -> None:
    photos()
    with zipfile.ZipFile("photos.zip", "w") as file:
        for path in sorted(PHOTOS.rglob("*.png")):
            file.write(path)
    root, name = Path("raw"), "photos/cats/0.png"
    for damage in (flip, cut, Path.unlink):
        fetch(ZIP, [Path("photos.zip")], root)
        hashes = {name: hashlib.sha256((root / name).read_bytes()).hexdigest()}
        check_fetched(root, hashes)
        damage(root / name)
        if (root / name).exists():
            hashes = {name: hashlib.sha256((root / name).read_bytes()).hexdigest()}
        with refused("0.png: not the file that was fetched", root / "manifest.csv"):
            check_fetched(root, hashes)


@fault(
    "An image is replaced by another of the same size after it was inspected",
    "Packing stops before it writes anything; the same command inspects all images again.",
)
def _() -> None:
    paths, arguments = inspected()
    path = PHOTOS / "cats/0.png"
    size = path.stat().st_size
    path.write_bytes((PHOTOS / "cats/1.png").read_bytes()[:size].ljust(size, b"\0"))
    done = script("pack", *arguments)
    assert done.returncode == 1
    assert "cats/0.png: not the file that was inspected" in done.stderr
    assert "give the same command again, and all images are inspected anew" in done.stderr
    assert not paths.images.exists()  # so Snakemake runs the rule again
    assert not paths.packed(16).exists()


@fault(
    "An image is replaced by another of the same size in a finished study",
    "The next run notices by its content, and inspects all images again.",
)
def _() -> None:
    paths, _ = inspected()
    path = PHOTOS / "cats/0.png"
    path.touch()
    assert mending.changed_image(PHOTOS, paths.images) is None
    path.write_bytes((PHOTOS / "cats/1.png").read_bytes())
    os.utime(path, ns=(0, 0))  # a copy that keeps an old time
    assert mending.changed_image(PHOTOS, paths.images) == str(path)


@fault(
    "A table of the inspection or of the splits is cut short, or the packed images are",
    "The next run makes them again before it plans anything, so that no training is repeated.",
)
def _() -> None:
    paths, arguments = inspected()
    assert script("pack", *arguments).returncode == 0
    record = paths.packed(16).with_suffix(".json")
    assert mending.wrong_files(record) == []
    whole = {path: path.read_bytes() for path in (paths.packed(16), paths.index(16))}
    for path, content in whole.items():
        for damage in (cut, flip, Path.unlink):
            damage(path)
            assert [wrong.path for wrong in mending.wrong_files(record)] == [path]
            path.write_bytes(content)
            assert mending.wrong_files(record) == []
    cut(paths.packed(16))
    with refused("16px.npy: damaged", paths.packed(16)):
        open_for_training(paths.packed(16), paths.index(16))
    assert script("pack", *arguments).returncode == 0
    assert {path: path.read_bytes() for path in whole} == whole


@fault(
    "A file's time is in the future, or long ago",
    "Files are compared by what they hold, so nothing is repeated.",
)
def _() -> None:
    paths, _ = inspected()
    Hashes.of([paths.images]).write(paths.images.with_name("hashes.json"))
    for seconds in (0, 5 * 10**9):
        for path in (*PHOTOS.rglob("*.png"), *RESULTS.rglob("*.*")):
            os.utime(path, (seconds, seconds))
        assert mending.changed_image(PHOTOS, paths.images) is None
        assert mending.wrong_files(paths.images.with_name("hashes.json")) == []


@fault(
    "A worker process dies while images are opened or packed, as for want of memory",
    "The job ends with the setting to change: fewer workers.",
)
def _() -> None:
    photos()
    with mock.patch.object(inspection, "_inspect", _die), pytest.raises(BrokenProcessPool) as error:
        usable_images(PHOTOS)
    assert "--set-threads inspect_images=1" in str(faults.explain(error.value))
    usable_images(PHOTOS)


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@fault(
    "Unpacking is killed",
    "The half folder is hidden and cleared away; the next run unpacks the archive from its start.",
)
def _() -> None:
    photos()
    with zipfile.ZipFile("photos.zip", "w") as file:
        for path in sorted(PHOTOS.rglob("*.png")):
            file.write(path)
    with (
        mock.patch("shutil.copyfileobj", side_effect=Killed),
        mock.patch("shutil.rmtree"),  # a kill clears nothing away
        pytest.raises(Killed),
    ):
        fetch(ZIP, [Path("photos.zip")], Path("raw"))
    assert not Path("raw").exists()
    fetch(ZIP, [Path("photos.zip")], Path("raw"))
    assert sorted(path.name for path in Path().iterdir()) == ["photos", "photos.zip", "raw"]
