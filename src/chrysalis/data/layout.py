"""Which files of a dataset are images, of which class, in which split.

Works on names alone, so that an archive and the folder unpacked from it give the same answer. It
is imported while Snakemake builds its DAG and must stay quick: standard library only.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from chrysalis.errors import UserError

MANIFEST = "manifest.csv"  # what fetching writes beside the class folders
SPLIT_FOLDERS = {
    **dict.fromkeys(("train", "training", "seg_train"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev", "seg_val"), "val"),
    **dict.fromkeys(("test", "testing", "seg_test"), "test"),
}
_IMAGE_NAME = re.compile(
    r".+\.(jpe?g|jfif|png|gif|bmp|tiff?|webp|avif|hei[cf]|jp2|p[bgnp]m)", re.IGNORECASE
)
# They break lines of tables, and XML has no way to write most of them.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_LEFT_BEHIND = ("__MACOSX", "Icon\r")  # by macOS; the latter is a folder's own icon


@dataclass(frozen=True)
class ImageFile:
    """One file of a class folder, not opened yet; paths are POSIX, relative to the dataset.

    `split` is train, val or test where the dataset has official splits, else None. `mask` is the
    path of the segmentation mask, or None.
    """

    path: str
    class_name: str
    split: str | None = None
    mask: str | None = None


class _Entry(NamedTuple):
    """A file on its way down the tree: its full path, and the parts of it not yet walked."""

    path: str
    parts: tuple[str, ...]
    mask: str | None = None


_Folders = dict[str, list[_Entry]]


def is_hidden(name: str) -> bool:
    """Whether a relative POSIX name is, or lies in, what systems leave behind for themselves."""
    return any(part.startswith(".") or part in _LEFT_BEHIND for part in _parts(name))


def _parts(name: str) -> tuple[str, ...]:
    """As `PurePosixPath(name).parts`, which takes several times as long for each of many files."""
    parts = tuple(name.split("/"))
    return parts if all(parts) and "." not in parts else PurePosixPath(name).parts


def find_images(names: Iterable[str], where: str = "the dataset") -> list[ImageFile]:
    """Every visible file inside a class folder, sorted by path.

    Accepted layouts, each also below single wrapping folders (`mine/cats/..`):

    - `<class>/..`: a class folder is read at any depth.
    - `<split>/<class>/..`, with the folder names of `SPLIT_FOLDERS` in any case, also doubled
      (`seg_train/seg_train/<class>`). There must be a train folder. Another folder beside the
      splits is not read, unless it has a class's name inside: then it is an error.
    - `images/..` with `masks/..`: each a tree as above; a mask has its image's path but for the
      suffix. Other folders beside the two are not read.

    Files above the class folders (README, index.csv) are not returned. Whether a file is an image
    is found out when it is opened; the name does not decide. A class is called as its folder in
    Unicode's composed form (NFC), so that a folder copied from a Mac has the same class.

    Args:
        names: POSIX file names relative to the dataset.
        where: what to call the dataset in messages.

    Raises:
        UserError: no files, no class folders, just one class, splits without class folders, or a
            name with a control character.
    """
    entries = [_Entry(name, _parts(name)) for name in sorted(names) if not is_hidden(name)]
    for entry in entries:
        if _CONTROL.search(entry.path):
            raise UserError(
                f"{where}: the name {entry.path!a} holds a control character (such as a line "
                "break), which tables and pages cannot show; rename that file or folder"
            )
    if not entries:
        raise UserError(
            f"{where}: no images found, it holds no files; "
            "put the images of each class into a folder named after the class"
        )
    images = _locate(_unwrap(entries), None, where)
    classes = {image.class_name for image in images}
    if len(classes) == 1:
        raise UserError(
            f"{where}: only one class found ('{classes.pop()}'), at least two are needed; "
            "put the images of each class into a folder named after the class"
        )
    return sorted(images, key=lambda image: image.path)


def class_names(names: Iterable[str], where: str = "the dataset") -> list[str]:
    """The classes that `find_images` finds, in the order of their labels: sorted as text."""
    return sorted({image.class_name for image in find_images(names, where)})


def images_elsewhere(names: Iterable[str], found: Iterable[ImageFile]) -> list[str]:
    """The visible files that are images by name, but neither `found` nor a mask of those."""
    known = {path for image in found for path in (image.path, image.mask)}
    return sorted(
        name
        for name in names
        if name not in known and not is_hidden(name) and _IMAGE_NAME.fullmatch(name)
    )


def _locate(folders: _Folders, split: str | None, where: str) -> list[ImageFile]:
    if not folders:
        raise UserError(
            f"{where}: its files lie directly in it, not in class folders; "
            "put the images of each class into a folder named after the class"
        )
    lower = {name.lower(): name for name in folders}
    if {"images", "masks"} <= lower.keys():
        entries = _with_masks(folders[lower["images"]], folders[lower["masks"]])
        return _locate(_unwrap(entries), split, f"{where}/{lower['images']}")
    splits = {n: SPLIT_FOLDERS[n.lower()] for n in folders if n.lower() in SPLIT_FOLDERS}
    if any(s == "train" and _holds_folders(folders[name]) for name, s in splits.items()):
        return _locate_splits(folders, splits, where)
    if len(splits) == len(folders) and "train" not in splits.values():
        raise UserError(
            f"{where}: found the split folders {', '.join(sorted(splits))}, but none for "
            "training; add a folder 'train' with class folders, or remove the level of splits"
        )
    return [
        ImageFile(entry.path, unicodedata.normalize("NFC", name), split, entry.mask)
        for name, inside in folders.items()
        for entry in inside
    ]


def _locate_splits(folders: _Folders, splits: dict[str, str], where: str) -> list[ImageFile]:
    images = [
        image
        for name, split in splits.items()
        for image in _locate(_unwrap(folders[name]), split, f"{where}/{name}")
    ]
    classes = {image.class_name for image in images}
    for name in sorted(folders.keys() - splits.keys()):
        if shared := sorted(classes & _unwrap(folders[name]).keys()):
            raise UserError(
                f"{where}/{name}: stands beside the splits {', '.join(sorted(splits))} and holds "
                f"the class '{shared[0]}', but is no known split; rename it to train, val or "
                "test, or move it out of the dataset"
            )
    return images


def _with_masks(images: list[_Entry], masks: list[_Entry]) -> list[_Entry]:
    def key(entry: _Entry) -> tuple[str, ...]:
        parts = *entry.parts[:-1], PurePosixPath(entry.parts[-1]).stem
        return tuple(unicodedata.normalize("NFC", part) for part in parts)

    by_key: dict[tuple[str, ...], str] = {}
    for mask in masks:
        by_key.setdefault(key(mask), mask.path)
    return [entry._replace(mask=by_key.get(key(entry))) for entry in images]


def _folders(entries: list[_Entry]) -> _Folders:
    """The entries that lie in a folder, by its name, with that part walked."""
    folders: _Folders = {}
    for entry in entries:
        if len(entry.parts) > 1:
            inner = entry._replace(parts=entry.parts[1:])
            folders.setdefault(entry.parts[0], []).append(inner)
    return folders


def _unwrap(entries: list[_Entry]) -> _Folders:
    """The folders of the first level that is more than a single wrapping folder."""
    folders = _folders(entries)
    while len(folders) == 1:
        (inner,) = folders.values()
        if not _holds_folders(inner):
            break
        folders = _folders(inner)
    return folders


def _holds_folders(entries: list[_Entry]) -> bool:
    """Whether there are folders and no images beside them, so that this is no class folder."""
    loose = (entry.parts[0] for entry in entries if len(entry.parts) == 1)
    has_images = any(_IMAGE_NAME.fullmatch(name) for name in loose)
    return not has_images and any(len(entry.parts) > 1 for entry in entries)


def list_files(root: Path) -> list[tuple[str, int]]:
    """Visible files below `root`: (POSIX name relative to it, bytes), sorted by name.

    Links to files and folders are followed, except to a folder that the link itself lies in. A
    link to nothing, a device or a pipe is listed with 0 bytes, so that opening it names it as
    unusable.

    Raises:
        UserError: `root` is no folder, a folder may not be read, or a name is not valid UTF-8.
    """
    if not root.is_dir():
        raise UserError(f"{root}: there is no such folder; check the dataset's path")
    found: list[tuple[str, int]] = []
    try:
        _walk(root, "", (), found)
    except PermissionError as error:
        raise UserError(f"{error.filename}: may not be read; change its permissions") from None
    return sorted(found)


def _walk(folder: Path, prefix: str, above: tuple[str, ...], found: list[tuple[str, int]]) -> None:
    real = os.path.realpath(folder)
    if real in above:
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            name = prefix + entry.name
            if is_hidden(entry.name):
                continue
            if not _is_utf8(name):
                raise UserError(f"{folder}: the name {entry.name!a} is not UTF-8; rename it")
            if entry.is_file(follow_symlinks=False):
                found.append((name, entry.stat(follow_symlinks=False).st_size))
            # Not the entry's own methods: they raise on a link to itself.
            elif os.path.isdir(entry.path):  # noqa: PTH112
                _walk(Path(entry.path), f"{name}/", (*above, real), found)
            elif os.path.isfile(entry.path):  # noqa: PTH113
                found.append((name, entry.stat().st_size))
            else:
                found.append((name, 0))


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def listing_digest(root: Path) -> str:
    """SHA-256, in hex, of the names and sizes that `list_files` gives; times do not count."""
    listing = "".join(f"{size} {name}\0" for name, size in list_files(root))
    return hashlib.sha256(listing.encode()).hexdigest()
