"""Reading archives that may come from anywhere: .zip, .tar, .tar.gz, .tgz, .tar.xz, .tar.zst."""

from __future__ import annotations

import gzip
import lzma
import posixpath
import shutil
import stat
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PureWindowsPath
from typing import IO, NamedTuple, Self

from chrysalis.data import room
from chrysalis.data.layout import is_hidden
from chrysalis.errors import UserError
from chrysalis.records.files import ASIDE

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TAR_OPENERS: dict[str, Callable] = {
    ".tar": open,
    ".tar.gz": gzip.open,
    ".tgz": gzip.open,
    ".tar.xz": lzma.open,
    ".tar.zst": zstd.open,
}
SUFFIXES = (".zip", *TAR_OPENERS)
# Images are compressed already, so no archive of them grows by this much: a bomb does.
LARGEST_GROWTH = 200
ALWAYS_ALLOWED = 10**9  # bytes that any archive may unpack to
LONGEST_NAME = 255  # bytes of a file's name, as far as file systems go
LONGEST_PATH = 3000  # of 4096, for the rest is the folder's

_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    lzma.LZMAError,
    zstd.ZstdError,
    zlib.error,
    EOFError,
    NotImplementedError,  # zipfile: a compression it doesn't know
    ValueError,
    struct.error,
)


class _Member(NamedTuple):
    name: str
    size: int
    open: Callable[[], IO[bytes]]


def members(archive: Path) -> list[tuple[str, int]]:
    """The regular, visible files in `archive`: (POSIX name, bytes), each name once.

    Raises:
        UserError: as `extract`.
    """
    return list({member.name: member.size for member in _members(archive)}.items())


def extract(archives: Iterable[Path], target: Path) -> None:
    """Unpack the regular, visible files of `archives` into the folder `target`, all or nothing.

    Of several members with one name the last one counts, as with `tar`.

    Raises:
        UserError: an archive is missing, broken, encrypted, of an unknown kind or a bomb; a member
            is a link or a device, has too long a name, or would land outside `target`; the disk
            has no room; or as `new_folder`.
    """
    with new_folder(target) as folder:
        for archive in archives:
            for member in _members(archive):
                room.require(folder, member.size, f"{archive}: its member '{member.name}'")
                _unpack(archive, member, folder / member.name)


def read(archive: Path, names: Iterable[str], most: int) -> dict[str, bytes]:
    """The content of the members with these file names, in whatever folder of `archive` they lie.

    Raises:
        UserError: a member is missing or has more than `most` bytes, or as `extract`.
    """
    wanted, found = set(names), dict[str, bytes]()
    for member in _members(archive):
        name = posixpath.basename(member.name)
        if name not in wanted:
            continue
        if member.size > most:
            raise UserError(f"{archive}: member '{member.name}' is larger than it can be")
        try:
            with member.open() as source:
                found[name] = source.read()
        except _BROKEN as error:
            raise _broken(archive, error) from None
    if missing := sorted(wanted - found.keys()):
        raise UserError(f"{archive}: holds no file {missing[0]}; it is another archive than named")
    return found


def _unpack(archive: Path, member: _Member, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with member.open() as source, path.open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise _refusal(archive, member.name, "is both a file and a folder") from None
    except _BROKEN as error:
        raise _broken(archive, error) from None


@contextmanager
def new_folder(target: Path, ours: Iterable[str] = ()) -> Iterator[Path]:
    """Give an empty folder that takes the place of `target` once the block ends without error.

    Until then it is a hidden sibling, so a kill never leaves a half-filled `target`; the next
    call clears it away.

    `ours` are POSIX names in `target` that may be lost.

    Raises:
        UserError: `target` already holds another file that the new folder has not got. Nothing of
            a user's is deleted.
    """
    partial, old = (target.with_name(f".{target.name}.{end}") for end in ("partial", "old"))
    for leftover in (partial, old):
        shutil.rmtree(leftover, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        if lost := sorted(_files(target) - _files(partial) - set(ours)):
            raise UserError(
                f"{target}: holds {len(lost)} file(s) that would be lost, first {lost[0]}; "
                "move the folder away or remove it, then run again"
            )
        if target.exists():
            target.rename(old)
        partial.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _files(folder: Path) -> set[str]:
    """All files but those that were set aside."""
    files = (p for p in folder.rglob("*") if not p.is_dir() and p.suffix != ASIDE)
    return {path.relative_to(folder).as_posix() for path in files}


def _members(archive: Path) -> Iterator[_Member]:
    """The members to read, in order, each one checked. Open a member before asking for the next."""
    if not archive.is_file():
        raise UserError(f"{archive}: there is no such archive; check the dataset's path")
    suffix = next((s for s in SUFFIXES if archive.name.lower().endswith(s)), None)
    if suffix is None:
        raise UserError(f"{archive}: not a kind of archive that can be read ({' '.join(SUFFIXES)})")
    walk = _zip_members(archive) if suffix == ".zip" else _tar_members(archive, suffix)
    allowed = max(ALWAYS_ALLOWED, LARGEST_GROWTH * archive.stat().st_size)
    unpacked = 0
    try:
        for member in walk:
            unpacked += member.size
            if unpacked > allowed:
                raise UserError(
                    f"{archive}: unpacks to more than {room.readable(allowed)}, though it has only "
                    f"{room.readable(archive.stat().st_size)}, so nothing was unpacked; if you "
                    "trust the archive, unpack it yourself and name the folder instead"
                )
            if not is_hidden(member.name):
                yield member
    except _BROKEN as error:
        raise _broken(archive, error) from None


def _zip_members(archive: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(archive) as file:
        for info in file.infolist():
            # Some Windows tools write backslashes, against the ZIP standard.
            name = _inside(archive, info.filename.replace("\\", "/"))
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _refusal(archive, name, "is a link or a device")
            if info.flag_bits & 1:
                raise UserError(
                    f"{archive}: member '{name}' is encrypted; unpack the archive with its "
                    "password and name the folder instead"
                )
            if not info.is_dir():
                yield _Member(name, info.file_size, partial(file.open, info))


def _tar_members(archive: Path, suffix: str) -> Iterator[_Member]:
    with (
        TAR_OPENERS[suffix](archive, "rb") as stream,
        tarfile.open(fileobj=stream, mode="r:", tarinfo=_StrictHeader) as file,
    ):
        for info in file:
            name = _inside(archive, info.name)
            if not (info.isreg() or info.isdir()):
                raise _refusal(archive, name, "is a link or a device")
            if info.isreg():
                yield _Member(name, info.size, partial(_content, file, info))
        while stream.read(1 << 20):  # the checksums of gzip, xz and zstd stand at the end
            pass


def _content(file: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    content = file.extractfile(info)
    if content is None:
        raise tarfile.ReadError(f"'{info.name}' has no content")
    return content


class _StrictHeader(tarfile.TarInfo):
    """tarfile takes a damaged or missing header for the archive's end, and loses what follows."""

    @classmethod
    def fromtarfile(cls, file: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(file)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined] # typeshed leaves it out
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from None


def _inside(archive: Path, name: str) -> str:
    """The normal form of a member's name, refused if it leads out of the target."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raise _refusal(archive, ascii(name), "has a name that is not UTF-8") from None
    if name.startswith("/") or PureWindowsPath(name).is_absolute():
        raise _refusal(archive, name, "has an absolute path")
    normal = posixpath.normpath(name)
    longest = max(len(part.encode()) for part in normal.split("/"))
    if longest > LONGEST_NAME or len(normal.encode()) > LONGEST_PATH:
        raise _refusal(archive, f"{name[:40]}...", "has too long a name to be a file")
    if normal.split("/")[0] == "..":
        raise _refusal(archive, name, "leads out of the target folder")
    return normal


def _refusal(archive: Path, name: str, reason: str) -> UserError:
    return UserError(
        f"{archive}: member '{name}' {reason}, so nothing was unpacked; if you trust the archive, "
        "unpack it yourself and name the folder instead"
    )


def _broken(archive: Path, error: Exception) -> UserError:
    return UserError(f"{archive}: the archive is broken or cut short ({error}); fetch it again")
