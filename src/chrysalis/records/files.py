"""Records: small JSON files with types, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from chrysalis.errors import UserError


class Record(BaseModel):
    """Base of all records: what one stage writes as JSON and another reads."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")

    @classmethod
    def read(cls, path: Path) -> Self:
        """The record in a file.

        Raises:
            UserError: there is no such file, or it is damaged.
        """
        try:
            return cls.model_validate_json(require(path).read_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            problem = f"{where}: {first['msg']}" if where else first["msg"]
            raise UserError(
                f"{path}: damaged ({problem}); remove it and run snakemake again"
            ) from None

    def write(self, path: Path) -> None:
        """Write the file, with its folder."""
        write_whole(path, self.model_dump_json(indent=1))


def require(path: Path) -> Path:
    """`path` itself.

    Raises:
        UserError: it is no file.
    """
    if not path.is_file():
        raise UserError(f"{path}: there is no such file; run snakemake again to make it")
    return path


def write_whole(path: Path, text: str) -> None:
    """Put `text` into the file so that a kill leaves either the old content or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
