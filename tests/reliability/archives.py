"""Archives that a hostile or unlucky user may give."""

from __future__ import annotations

import stat
import struct
import tarfile
import zipfile
from pathlib import Path

from chrysalis.data.archives import extract
from chrysalis.study.location import locate
from tests.reliability.answers import answer
from tests.reliability.catalogue import bad_input

KIND = "Archives"


def unpacked(name: str) -> str:
    """What is said when an archive is planned and unpacked."""

    def fetch() -> str:
        locate(name, Path("config/datasets")).classes()
        extract([Path(name)], Path("out"))
        return "used"

    said = answer(fetch)
    assert not Path("out").exists()
    return said


def zipped(name: str, **changes: int) -> str:
    """A zip of photos with one more member, and what is said of it."""
    with zipfile.ZipFile("photos.zip", "w") as file:
        for member in ("cats/1.png", "dogs/1.png"):
            file.writestr(member, b"x")
        info = zipfile.ZipInfo(name)
        info.external_attr = changes.get("mode", 0) << 16
        file.writestr(info, b"x")
    return unpacked("photos.zip")


def tarred(name: str, kind: bytes) -> str:
    """A tar with such a member, and what is said of it."""
    with tarfile.open("photos.tar", "w") as file:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "/etc/passwd"
        file.addfile(info)
    return unpacked("photos.tar")


def changed_zip(offset: int, value: bytes) -> str:
    """A zip whose last entry says something else of its member."""
    with zipfile.ZipFile("photos.zip", "w") as file:
        for member in ("cats/1.png", "dogs/1.png"):
            file.writestr(member, b"x")
    data = bytearray(Path("photos.zip").read_bytes())
    start = data.rindex(b"PK\1\2") + offset
    data[start : start + len(value)] = value
    Path("photos.zip").write_bytes(data)
    return unpacked("photos.zip")


@bad_input(KIND, "A member `../x` that leaves the folder")
def _() -> str:
    return zipped("../x.png")


@bad_input(KIND, "A member with an absolute path")
def _() -> str:
    return zipped("/etc/cron.d/x")


@bad_input(KIND, "A member with a path of Windows")
def _() -> str:
    return zipped("C:\\Windows\\x.png")


@bad_input(KIND, "A link in a zip")
def _() -> str:
    return zipped("cats/x.png", mode=stat.S_IFLNK | 0o777)


@bad_input(KIND, "A link in a tar")
def _() -> str:
    return tarred("cats/x.png", tarfile.SYMTYPE)


@bad_input(KIND, "A device in a tar")
def _() -> str:
    return tarred("cats/x.png", tarfile.CHRTYPE)


@bad_input(KIND, "A name of 300 characters")
def _() -> str:
    return zipped(f"cats/{'x' * 300}.png")


@bad_input(KIND, "A name with a line break")
def _() -> str:
    return zipped("cats/a\nb.png")


@bad_input(KIND, "A zip bomb")
def _() -> str:
    return changed_zip(24, struct.pack("<I", 4 * 10**9))


@bad_input(KIND, "An encrypted zip")
def _() -> str:
    return changed_zip(8, b"\1")


@bad_input(KIND, "An archive cut short")
def _() -> str:
    with zipfile.ZipFile("photos.zip", "w") as file:
        file.writestr("cats/1.png", bytes(999))
    whole = Path("photos.zip").read_bytes()
    Path("photos.zip").write_bytes(whole[:-30])
    return unpacked("photos.zip")


@bad_input(KIND, "A web page under an archive's name")
def _() -> str:
    Path("photos.tar").write_bytes(b"<html>not found</html>" * 50)
    return unpacked("photos.tar")
