"""A dataset of the Hugging Face Hub: Parquet files with the images inside."""

from __future__ import annotations

import fnmatch
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from chrysalis.config.sources import Hub
from chrysalis.data.layout import SPLIT_FOLDERS
from chrysalis.errors import UserError, first_line, suggest

ROWS_AT_ONCE = 64  # read into memory together


def download(source: Hub) -> Path:
    """The folder that holds the dataset's Parquet files, fetched into the Hub's own cache.

    Raises:
        UserError: the Hub can't be reached, has no such dataset, or does not give it.
    """
    import huggingface_hub  # takes a moment to import; only needed here
    from huggingface_hub import errors

    try:
        folder = huggingface_hub.snapshot_download(
            source.name,
            repo_type="dataset",
            revision=source.revision,
            allow_patterns=[source.files],
        )
    except errors.GatedRepoError:
        raise UserError(
            f"dataset {source.name}: its owner asks that you accept terms first; do so on its page "
            "at the Hub, log in with `hf auth login`, and give the same command again"
        ) from None
    except (OSError, ValueError, errors.HTTPError) as error:
        reason = first_line(error)
        raise UserError(
            f"dataset {source.name}: not fetched from the Hugging Face Hub ({reason}). Check its "
            "name and revision; where this machine has no network access, fetch the images "
            "elsewhere and name their folder instead"
        ) from None
    return Path(folder)


def write_images(source: Hub, target: Path) -> None:
    """Write the images of the dataset to `target` as `[<split>/]<class>/<number>.<suffix>`.

    The files keep their bytes. Rows without a label are left out, as of a test whose answers are
    kept secret.

    Raises:
        UserError: as `download`; there are no Parquet files, not the columns named, or no images in
            them; or some files belong to a split and others do not.
    """
    numbers: Counter[Path] = Counter()
    unlabelled = 0
    for table, split in _tables(source).items():
        for label, content, suffix in _rows(table, source):
            if label is None:
                unlabelled += 1
                continue
            folder = target / split / _folder(label, source)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{numbers[folder]:05d}{suffix}").write_bytes(content)
            numbers[folder] += 1
    if unlabelled:
        logging.warning("%s: %d images without a label are left out", source.name, unlabelled)


def _tables(source: Hub) -> dict[Path, str]:
    """The Parquet files, sorted, with the split of each: empty text if there are none."""
    root = download(source)
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.parquet"))
    # The folder may hold what was fetched by another pattern too.
    splits = {name: _split(name) for name in names if fnmatch.fnmatch(name, source.files)}
    if not splits:
        raise UserError(
            f"dataset {source.name}: has no Parquet files {source.files} at revision "
            f"{source.revision}; try `revision: refs/convert/parquet`, where the Hub keeps its own "
            "conversions"
        )
    odd = [name for name, split in splits.items() if not split]
    if odd and len(odd) < len(splits):
        raise UserError(
            f"dataset {source.name}: {odd[0]} names no split, but other files do; choose by `files`"
        )
    return {root / name: split for name, split in splits.items()}


def _split(name: str) -> str:
    """The split of `data/train-00000-of-00004.parquet` or `default/train/0000.parquet`."""
    path = PurePosixPath(name)
    for word in (re.split(r"[-_.]", path.name)[0], *reversed(path.parts[:-1])):
        if word.lower() in SPLIT_FOLDERS:
            return SPLIT_FOLDERS[word.lower()]
    return ""


def _rows(table: Path, source: Hub) -> Iterator[tuple[str | None, bytes, str]]:
    """The label of each row, the bytes of its image, and the suffix of its file's name."""
    from pyarrow import ArrowInvalid, parquet  # takes a moment to import; only needed here

    try:
        file = parquet.ParquetFile(table)
        schema = file.schema_arrow
        for column in (source.image, source.label):
            if column not in schema.names:
                raise UserError(
                    f"dataset {source.name}: no column '{column}'; "
                    f"{suggest(column, schema.names)}. Set `image` and `label` in the dataset's "
                    "file"
                )
        names = _label_names(schema.metadata or {}, source.label)
        batches = file.iter_batches(ROWS_AT_ONCE, columns=[source.image, source.label])
        for batch in batches:
            for row in batch.to_pylist():
                yield _label(row[source.label], names, source), *_image(row[source.image], source)
    except (ArrowInvalid, OSError) as error:
        raise UserError(
            f"{table}: can't be read ({error}); remove it, so that it is fetched anew"
        ) from None


def _label_names(metadata: dict[bytes, bytes], column: str) -> list[str] | None:
    """What the dataset calls its labels 0, 1, ...; None if it says nothing."""
    try:
        features = json.loads(metadata[b"huggingface"])["info"]["features"]
        return [str(name) for name in features[column]["names"]]
    except (KeyError, TypeError, ValueError):
        return None


def _label(value: Any, names: list[str] | None, source: Hub) -> str | None:
    if value is None or value == -1:  # the Hub's sign for a label that is not given
        return None
    if names is None or isinstance(value, str):
        return str(value)
    if not isinstance(value, int) or not 0 <= value < len(names):
        raise UserError(
            f"dataset {source.name}: the label {value!r} in column '{source.label}', but it names "
            f"{len(names)} labels"
        )
    return names[value]


def _image(value: Any, source: Hub) -> tuple[bytes, str]:
    content = value.get("bytes") if isinstance(value, dict) else value
    if not isinstance(content, bytes):
        raise UserError(
            f"dataset {source.name}: column '{source.image}' does not hold the images themselves; "
            "set `image` in the dataset's file, or try `revision: refs/convert/parquet`"
        )
    name = str(value.get("path") or "") if isinstance(value, dict) else ""
    suffix = PurePosixPath(name).suffix
    return content, suffix if re.fullmatch(r"\.[A-Za-z0-9]{1,5}", suffix) else ""


def _folder(label: str, source: Hub) -> str:
    """A folder's name for a class, which can hold no slash and begins with no dot."""
    name = re.sub(r"[/\x00-\x1f\x7f]", "_", label).lstrip(".").strip()
    if not name or len(name.encode()) > 255:
        raise UserError(f"dataset {source.name}: the label {label!r} can't name a class")
    return name
