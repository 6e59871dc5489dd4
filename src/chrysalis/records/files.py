"""Files on disk: written whole or not at all, and told from damaged ones by their hashes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from chrysalis.errors import UserError

ASIDE = ".damaged"  # added to the name of a file that was set aside
HASHES = "hashes.json"  # those of the files beside it


class Record(BaseModel):
    """Base of all records: what one stage writes as JSON and another reads."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")

    @classmethod
    def read(cls, path: Path) -> Self:
        """The record in a file; a damaged one is set aside, so that it is made again.

        Raises:
            UserError: there is no such file, or it is damaged.
        """
        try:
            return cls.model_validate_json(require(path).read_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            problem = f"{where}: {first['msg']}" if where else first["msg"]
            raise damaged(path, problem) from None

    def write(self, path: Path) -> None:
        """Write the file, with its folder."""
        write_whole(path, self.model_dump_json(indent=1))


class FileHash(Record):
    """What a file held when it was written: its size in bytes and its SHA-256 in hex."""

    bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Self:
        """That of a file as it is now."""
        return cls(bytes=path.stat().st_size, sha256=sha256_of(path))

    def problem(self, path: Path) -> str:
        """How the file at `path` differs from what was written; empty if it does not."""
        size = path.stat().st_size
        if size != self.bytes:
            return f"it has {size:,} bytes, and {self.bytes:,} were written"
        return "" if sha256_of(path) == self.sha256 else "its content is not what was written"

    def check(self, path: Path) -> None:
        """Set the file aside if it is not what was written.

        Raises:
            UserError: it is not, or there is no such file.
        """
        if problem := self.problem(require(path)):
            raise damaged(path, problem)


class Hashes(Record):
    """The files that a job left in a folder, by their POSIX names relative to it."""

    files: dict[str, FileHash]

    @classmethod
    def of(cls, paths: Iterable[Path]) -> Self:
        """Those of these files of one folder, as they are now."""
        return cls(files={path.name: FileHash.of(path) for path in paths})

    @classmethod
    def below(cls, folder: Path) -> Self:
        """Those of all files in a folder and in those inside it."""
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        return cls(files={path.relative_to(folder).as_posix(): FileHash.of(path) for path in paths})


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's content, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require(path: Path) -> Path:
    """`path` itself.

    Raises:
        UserError: it is no file.
    """
    if not path.is_file():
        raise UserError(f"{path}: there is no such file; give the same command again to make it")
    return path


def damaged(path: Path, problem: str) -> UserError:
    """Set a damaged file aside, so that Snakemake makes it again; the error that says so."""
    aside = set_aside(path)
    return UserError(
        f"{path}: damaged ({problem}); it is now {aside.name}. Give the same command again, and "
        "the file is made anew"
    )


def set_aside(path: Path) -> Path:
    """Rename a file that is of no use as it is; returns where it is now. Nothing is deleted."""
    if path.is_symlink():  # to Snakemake's cache, which would give it out again
        with suppress(OSError):
            set_aside(path.resolve(strict=True))
    aside = path.with_name(path.name + ASIDE)
    with suppress(FileNotFoundError):  # another process was faster
        path.replace(aside)
    return aside


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give the name of a new file to be written, which takes the place of `path` at the end.

    A kill or a loss of power leaves either the old content or the new one, and an error leaves
    the old one and nothing else.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        sync(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Have the file's content on the disk before anything else, whatever happens to the power."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def write_whole(path: Path, text: str) -> None:
    """Put `text` into the file as `replacing` does."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")
