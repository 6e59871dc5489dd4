"""Opening every image of a dataset once: what can be used, what is left out, and why."""

from __future__ import annotations

import hashlib
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path

import pandas as pd

from chrysalis.data.images import UnusableImage, decode, decode_bytes, read_bytes
from chrysalis.data.layout import ImageFile
from chrysalis.errors import UserError

IMAGE_COLUMNS = [
    *("path", "class", "split", "width", "height"),
    *("mode", "format", "bytes", "sha256", "mask", "note"),
]
LEFT_OUT_COLUMNS = ["path", "class", "reason"]
FEWEST_IMAGES = 3  # of a class: one each for train, val and test

_OPENED = [*IMAGE_COLUMNS, "pixels", "reason"]
_NUMBERS = ("width", "height", "bytes")
_AT_ONCE = 4096  # records that become rows: a table takes far less memory than they do
_KEEP_ORDER = {"test": 0, "val": 1, "train": 2, "": 3}


def inspect_images(
    root: Path, files: list[ImageFile], workers: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decode every file and sort it into usable images and files left out.

    Args:
        root: folder that the files' paths are relative to.
        files: as `chrysalis.data.layout.find_images` gives them.
        workers: number of processes; the result does not depend on it.

    Returns:
        As `sort_out`.
    """
    return sort_out(open_images(root, files, workers))


def open_images(root: Path, files: list[ImageFile], workers: int) -> pd.DataFrame:
    """Decode every file: a row for each, in their order.

    A mask that cannot be opened, or has not the size of its upright image, is not used; the note
    says so.

    Args:
        root: folder that the files' paths are relative to.
        files: some of those that `chrysalis.data.layout.find_images` gives.
        workers: number of processes; the result does not depend on it.

    Returns:
        The columns of images (see `sort_out`), pixels (a SHA-256 of what is decoded) and reason:
        why the file cannot be used, or missing.
    """
    frames = [_frame([])]
    with ProcessPoolExecutor(workers) as pool:
        records = pool.map(partial(_inspect, root), files, chunksize=32)
        while some := list(islice(records, _AT_ONCE)):
            frames.append(_frame(some))
    return pd.concat(frames, ignore_index=True)


def _frame(records: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: pd.Series(
                [record.get(name) for record in records],
                dtype="Int64" if name in _NUMBERS else "str",
            )
            for name in _OPENED
        }
    )


def sort_out(opened: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sort what `open_images` gave into usable images and files left out.

    Of files with the same decoded pixels one is kept: the copy in the official test split, then
    val, then train, else the first by path. If the copies stand under several classes their label
    is not known and all are left out, unless the official test split holds copies of one class
    only: these decide. So no picture can be in two splits.

    Returns:
        Tables `images` (path, class, split, width, height, mode, format, bytes, sha256, mask,
        note) and `left_out` (path, class, reason), both sorted by path. Width and height are in
        px, of the upright picture; sha256 is of the file's bytes; split, mask and note are empty
        text where there is nothing to say.
    """
    table = opened.sort_values("path", ignore_index=True)
    reason = table["reason"].astype(object)
    table["reason"] = reason.fillna(_duplicates(table[reason.isna()]))
    images = table.loc[table["reason"].isna(), IMAGE_COLUMNS].reset_index(drop=True)
    left_out = table.loc[table["reason"].notna(), LEFT_OUT_COLUMNS].reset_index(drop=True)
    return images.astype(dict.fromkeys(_NUMBERS, int)), left_out


def _inspect(root: Path, file: ImageFile) -> dict[str, object]:
    record = {"path": file.path, "class": file.class_name, "split": file.split or ""}
    try:
        data = read_bytes(root / file.path)
        image, mode, format_, note = decode_bytes(data)
    except UnusableImage as error:
        return {**record, "reason": str(error)}
    problem = _mask_problem(root / file.mask, image.size) if file.mask else ""
    return {
        **record,
        "width": image.width,
        "height": image.height,
        "mode": mode,
        "format": format_,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "mask": "" if problem else file.mask or "",
        "note": "; ".join(filter(None, (note, problem))),
        "pixels": hashlib.sha256(b"%d %d " % image.size + image.tobytes()).hexdigest(),
    }


def _mask_problem(path: Path, size: tuple[int, int]) -> str:
    try:
        mask, _ = decode(path)
    except UnusableImage as error:
        return f"mask not used: {error}"
    if mask.size != size:
        return f"mask not used: {mask.width} x {mask.height} px, unlike its image"
    return ""


def _duplicates(usable: pd.DataFrame) -> pd.Series:
    """Reasons, by row index, to leave out images whose pixels another image has too."""
    reasons: dict[int, str] = {}
    for _, copies in usable[usable.duplicated("pixels", keep=False)].groupby("pixels"):
        copies = copies.sort_values(
            ["split", "path"], key=lambda c: c.map(_KEEP_ORDER) if c.name == "split" else c
        )
        tested = copies[copies["split"] == "test"]
        deciding = copies if tested.empty else tested
        if deciding["class"].nunique() == 1:
            kept = copies.iloc[0]
            for row in copies.index[1:]:
                reasons[row] = (
                    f"same picture as {kept['path']} (class {kept['class']}), which is kept"
                )
            continue
        for row, own_class in copies["class"].items():
            other = copies[copies["class"] != own_class].iloc[0]
            reasons[row] = (
                f"same picture as {other['path']} (class {other['class']}): "
                "the label is not known, so no copy is used"
            )
    return pd.Series(reasons, dtype=object)


def check_classes(images: pd.DataFrame, left_out: pd.DataFrame) -> None:
    """Check the tables of `inspect_images` for enough classes and images to train with.

    Raises:
        UserError: there are fewer than two classes, or a class has fewer than three usable
            images: train, val and test need one each.
    """
    usable = images["class"].value_counts()
    unusable = left_out.loc[left_out["class"] != "", "class"].value_counts()
    classes = sorted({*usable.index, *unusable.index})
    short = [name for name in classes if usable.get(name, 0) < FEWEST_IMAGES]
    if short:
        found = "; ".join(
            f"class '{name}' has {usable.get(name, 0)} ({unusable.get(name, 0)} left out)"
            for name in short
        )
        raise UserError(
            f"every class needs at least {FEWEST_IMAGES} usable images, one each for train, val "
            f"and test: {found}; add images to it or remove its folder "
            "(left_out.csv says why images were left out)"
        )
    if len(classes) < 2:
        raise UserError(
            f"at least two classes are needed, found {len(classes)}; "
            "put the images of each class into a folder named after the class"
        )
