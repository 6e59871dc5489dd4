"""Folders of photographs that a hostile or unlucky user may give."""

from __future__ import annotations

import os
from pathlib import Path

from tests.reliability.answers import PHOTOS, photos, picture, studied
from tests.reliability.catalogue import bad_input

KIND = "Folders"


@bad_input(KIND, "An empty folder")
def _() -> str:
    PHOTOS.mkdir()
    return studied()


@bad_input(KIND, "A folder with one class")
def _() -> str:
    return studied(photos("cats"))


@bad_input(KIND, "Images that lie directly in the folder")
def _() -> str:
    PHOTOS.mkdir()
    picture(0).save(PHOTOS / "0.png")
    return studied()


@bad_input(KIND, "A class with one image")
def _() -> str:
    photos()
    (PHOTOS / "owls").mkdir()
    picture(99).save(PHOTOS / "owls/0.png")
    return studied()


@bad_input(KIND, "An image beside the class folders")
def _() -> str:
    photos()
    picture(99).save(PHOTOS / "extra.png")
    return studied()


@bad_input(KIND, "Split folders, but none to train on")
def _() -> str:
    return studied(photos("val/cats", "val/dogs", "test/cats", "test/dogs"))


@bad_input(KIND, "A folder beside the splits that holds a class as well")
def _() -> str:
    return studied(photos("train/cats", "train/dogs", "holdout/cats"))


@bad_input(KIND, "A folder name with a line break")
def _() -> str:
    return studied(photos("cats", "do\ngs"))


@bad_input(KIND, "A file name with a control character")
def _() -> str:
    photos()
    (PHOTOS / "cats/a\x1b[2J.png").write_bytes(b"")
    return studied()


@bad_input(KIND, "A name that is not UTF-8")
def _() -> str:
    photos()
    Path(os.fsdecode(b"photos/cats/\xff.png")).write_bytes(b"")
    return studied()


@bad_input(KIND, "macOS's `Icon\\r` in each folder")
def _() -> str:
    photos()
    for folder in (PHOTOS, PHOTOS / "cats", PHOTOS / "dogs"):
        (folder / "Icon\r").write_bytes(b"")
    return studied()


@bad_input(KIND, "One class in two spellings of Unicode (from a Mac and from Linux)")
def _() -> str:
    return studied(photos("train/caf\u00e9", "train/bar", "test/cafe\u0301", "test/bar"))


@bad_input(KIND, "Classes called `<script>`, `nan`, `null`, `1e5`, `true` and `001`")
def _() -> str:
    return studied(photos("<script>", "nan", "null", "1e5", "true", "001"))


@bad_input(KIND, "Classes with braces, dollars and quotes in their names")
def _() -> str:
    return studied(photos("{seed}", "{{x}}", "$a_b$", 'it\'s "so"', "$(touch x)"))


@bad_input(KIND, "Classes in other scripts")
def _() -> str:
    return studied(photos("猫", "собака", "कुत्ता", "🦉"))


@bad_input(KIND, "A folder that holds itself, by a link")
def _() -> str:
    photos()
    (PHOTOS / "cats/again").symlink_to(PHOTOS.resolve())
    return studied()


@bad_input(KIND, "A folder inside `results/`")
def _() -> str:
    photos()
    Path("results").mkdir()
    PHOTOS.rename("results/photos")
    return studied("results/photos")


@bad_input(KIND, "A folder that is not there")
def _() -> str:
    return studied("fotos")


@bad_input(KIND, "A file that is no archive")
def _() -> str:
    Path("photos.docx").write_bytes(b"PK")
    return studied("photos.docx")
