"""What a hostile or unlucky user may give, and what is answered."""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image

from chrysalis.data import archives, inspection
from chrysalis.data.packed import read_table
from chrysalis.data.usable import usable_images
from chrysalis.errors import UserError
from chrysalis.study.location import locate
from chrysalis.study.study import resolve
from tests.reliability.catalogue import bad_input

FILES, PICTURES, ARCHIVES, CONFIG = "Folders", "Pictures", "Archives", "Configuration"
PHOTOS = Path("photos")
DIGITS = "title: Digits\nsource: {kind: digits}\n"
EXPERIMENT = "title: T\nquestion: Q?\nbaseline: one\narms: {one: {}, two: {augmentation: none}}\n"


def picture(seed: int) -> Image.Image:
    """A small picture, another one for each seed."""
    noise = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(noise)


def photos(*classes: str, each: int = 3) -> Path:
    """A folder of photos in these class folders."""
    for label, name in enumerate(classes or ("cats", "dogs")):
        (PHOTOS / name).mkdir(parents=True)
        for number in range(each):
            picture(10 * label + number).save(PHOTOS / name / f"{number}.png")
    return PHOTOS


def answer(work: Callable[[], str]) -> str:
    """What the work says, or the message that it ends with, without the folder it is in."""
    try:
        said = work()
    except UserError as error:
        said = str(error)
    return re.sub(rf"{re.escape(str(Path.cwd().resolve()))}/", "", said)


def studied(root: Path | str = PHOTOS) -> str:
    """What is said when a folder is planned and inspected."""

    Path("config/datasets").mkdir(parents=True)
    Path("config/datasets/digits.yaml").write_text(DIGITS)

    def study() -> str:
        found = locate(str(root), Path("config/datasets"))
        classes = found.classes()
        images, left_out = usable_images(found.root)
        inspection.check_classes(images, left_out)
        images.to_csv("images.csv", index=False)
        assert sorted(read_table(Path("images.csv"))["class"].unique()) == classes
        notes = [f"{row.path}: {row.reason}" for row in left_out.itertuples()]
        notes += [f"{row.path}: {row.note}" for row in images.itertuples() if row.note]
        return f"left out: {'; '.join(notes)}" if notes else f"used: classes {', '.join(classes)}"

    with mock.patch.object(inspection, "ProcessPoolExecutor", ThreadPoolExecutor):
        return answer(study)


def unpacked(name: str) -> str:
    """What is said when an archive is planned and unpacked."""

    def fetch() -> str:
        locate(name, Path("config/datasets")).classes()
        archives.extract([Path(name)], Path("out"))
        return "used"

    said = answer(fetch)
    assert not Path("out").exists()
    return said


def configured(study: dict | None = None, **files: str) -> str:
    """What is said when a study is planned; files of config/ by name, with __ for a slash."""
    files = {"datasets__digits": DIGITS, "experiments__pair": EXPERIMENT} | files
    for name, text in files.items():
        path = Path("config", name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("latin-1"))
    return answer(lambda: str(resolve({"dataset": "digits", "models": ["mynet"]} | (study or {}))))


def short(said: str) -> str:
    """Without the list of all that is allowed, which is long and grows."""
    start, _, rest = said.partition("; allowed: ")
    return f"{start}; allowed: ...; {rest.rpartition('; ')[2]}"


# -- folders


@bad_input(FILES, "An empty folder")
def _() -> str:
    PHOTOS.mkdir()
    return studied()


@bad_input(FILES, "A folder with one class")
def _() -> str:
    return studied(photos("cats"))


@bad_input(FILES, "Images that lie directly in the folder")
def _() -> str:
    PHOTOS.mkdir()
    picture(0).save(PHOTOS / "0.png")
    return studied()


@bad_input(FILES, "A class with one image")
def _() -> str:
    photos()
    (PHOTOS / "owls").mkdir()
    picture(99).save(PHOTOS / "owls/0.png")
    return studied()


@bad_input(FILES, "An image beside the class folders")
def _() -> str:
    photos()
    picture(99).save(PHOTOS / "extra.png")
    return studied()


@bad_input(FILES, "Split folders, but none to train on")
def _() -> str:
    return studied(photos("val/cats", "val/dogs", "test/cats", "test/dogs"))


@bad_input(FILES, "A folder beside the splits that holds a class as well")
def _() -> str:
    return studied(photos("train/cats", "train/dogs", "holdout/cats"))


@bad_input(FILES, "A folder name with a line break")
def _() -> str:
    return studied(photos("cats", "do\ngs"))


@bad_input(FILES, "A file name with a control character")
def _() -> str:
    photos()
    (PHOTOS / "cats/a\x1b[2J.png").write_bytes(b"")
    return studied()


@bad_input(FILES, "A name that is not UTF-8")
def _() -> str:
    photos()
    Path(os.fsdecode(b"photos/cats/\xff.png")).write_bytes(b"")
    return studied()


@bad_input(FILES, "macOS's `Icon\\r` in each folder")
def _() -> str:
    photos()
    for folder in (PHOTOS, PHOTOS / "cats", PHOTOS / "dogs"):
        (folder / "Icon\r").write_bytes(b"")
    return studied()


@bad_input(FILES, "One class in two spellings of Unicode (from a Mac and from Linux)")
def _() -> str:
    return studied(photos("train/caf\u00e9", "train/bar", "test/cafe\u0301", "test/bar"))


@bad_input(FILES, "Classes called `<script>`, `nan`, `null`, `1e5`, `true` and `001`")
def _() -> str:
    return studied(photos("<script>", "nan", "null", "1e5", "true", "001"))


@bad_input(FILES, "Classes with braces, dollars and quotes in their names")
def _() -> str:
    return studied(photos("{seed}", "{{x}}", "$a_b$", 'it\'s "so"', "$(touch x)"))


@bad_input(FILES, "Classes in other scripts")
def _() -> str:
    return studied(photos("猫", "собака", "कुत्ता", "🦉"))


@bad_input(FILES, "A folder that holds itself, by a link")
def _() -> str:
    photos()
    (PHOTOS / "cats/again").symlink_to(PHOTOS.resolve())
    return studied()


@bad_input(FILES, "A folder inside `results/`")
def _() -> str:
    photos()
    Path("results").mkdir()
    PHOTOS.rename("results/photos")
    return studied("results/photos")


@bad_input(FILES, "A folder that is not there")
def _() -> str:
    return studied("fotos")


@bad_input(FILES, "A file that is no archive")
def _() -> str:
    Path("photos.docx").write_bytes(b"PK")
    return studied("photos.docx")


# -- pictures


def with_file(name: str, content: bytes) -> str:
    """What is said of a folder that holds one more file in the class cats."""
    photos()
    (PHOTOS / "cats" / name).write_bytes(content)
    return studied()


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    """The file of an image."""
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


@bad_input(PICTURES, "An empty file")
def _() -> str:
    return with_file("x.jpg", b"")


@bad_input(PICTURES, "Text that is called .jpg")
def _() -> str:
    return with_file("x.jpg", b"this is no picture")


@bad_input(PICTURES, "A web page saved as .png")
def _() -> str:
    return with_file("x.png", b"<!doctype html><title>Not found</title>")


@bad_input(PICTURES, "A program called .png")
def _() -> str:
    return with_file("x.png", b"\x7fELF" + bytes(100))


@bad_input(PICTURES, "A JPEG cut short")
def _() -> str:
    return with_file("x.jpg", encoded(picture(0).resize((64, 64)), "JPEG")[:700])


@bad_input(PICTURES, "A decompression bomb: a small PNG of 40,000 x 40,000 pixels")
def _() -> str:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return with_file("x.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rows)


@bad_input(PICTURES, "A tracking pixel")
def _() -> str:
    return with_file("x.gif", encoded(Image.new("RGB", (1, 1)), "GIF"))


@bad_input(PICTURES, "Pixels without a known range")
def _() -> str:
    return with_file("x.tif", encoded(Image.new("F", (4, 4)), "TIFF"))


@bad_input(PICTURES, "A video of 9 GB in a class folder")
def _() -> str:
    photos()
    with (PHOTOS / "cats/x.mp4").open("wb") as file:
        file.truncate(9 * 10**9)
    return studied()


@bad_input(PICTURES, "A link to `/dev/zero`, which never ends")
def _() -> str:
    photos()
    (PHOTOS / "cats/x.png").symlink_to("/dev/zero")
    return studied()


@bad_input(PICTURES, "A named pipe, which nobody writes to")
def _() -> str:
    photos()
    os.mkfifo(PHOTOS / "cats/x.png")
    return studied()


@bad_input(PICTURES, "A link to nothing")
def _() -> str:
    photos()
    (PHOTOS / "cats/x.png").symlink_to("gone.png")
    return studied()


@bad_input(PICTURES, "A link to itself")
def _() -> str:
    photos()
    (PHOTOS / "cats/x.png").symlink_to("x.png")
    return studied()


@bad_input(PICTURES, "A link to a file outside the dataset that is no image")
def _() -> str:
    photos()
    Path("secret.txt").write_text("a secret, which no page may show")
    (PHOTOS / "cats/x.png").symlink_to("../../secret.txt")
    return studied()


@bad_input(PICTURES, "The same picture twice")
def _() -> str:
    return with_file("x.png", encoded(picture(0)))


@bad_input(PICTURES, "The same picture in two classes")
def _() -> str:
    photos(each=4)
    (PHOTOS / "dogs/x.bmp").write_bytes(encoded(picture(0), "BMP"))
    return studied()


@bad_input(PICTURES, "A mask of another size")
def _() -> str:
    photos("images/cats", "images/dogs")
    (PHOTOS / "masks/cats").mkdir(parents=True)
    Image.new("L", (5, 5)).save(PHOTOS / "masks/cats/0.png")
    return studied()


# -- archives


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


@bad_input(ARCHIVES, "A member `../x` that leaves the folder")
def _() -> str:
    return zipped("../x.png")


@bad_input(ARCHIVES, "A member with an absolute path")
def _() -> str:
    return zipped("/etc/cron.d/x")


@bad_input(ARCHIVES, "A member with a path of Windows")
def _() -> str:
    return zipped("C:\\Windows\\x.png")


@bad_input(ARCHIVES, "A link in a zip")
def _() -> str:
    return zipped("cats/x.png", mode=stat.S_IFLNK | 0o777)


@bad_input(ARCHIVES, "A link in a tar")
def _() -> str:
    return tarred("cats/x.png", tarfile.SYMTYPE)


@bad_input(ARCHIVES, "A device in a tar")
def _() -> str:
    return tarred("cats/x.png", tarfile.CHRTYPE)


@bad_input(ARCHIVES, "A name of 300 characters")
def _() -> str:
    return zipped(f"cats/{'x' * 300}.png")


@bad_input(ARCHIVES, "A name with a line break")
def _() -> str:
    return zipped("cats/a\nb.png")


@bad_input(ARCHIVES, "A zip bomb")
def _() -> str:
    return changed_zip(24, struct.pack("<I", 4 * 10**9))


@bad_input(ARCHIVES, "An encrypted zip")
def _() -> str:
    return changed_zip(8, b"\1")


@bad_input(ARCHIVES, "An archive cut short")
def _() -> str:
    with zipfile.ZipFile("photos.zip", "w") as file:
        file.writestr("cats/1.png", bytes(999))
    whole = Path("photos.zip").read_bytes()
    Path("photos.zip").write_bytes(whole[:-30])
    return unpacked("photos.zip")


@bad_input(ARCHIVES, "A web page under an archive's name")
def _() -> str:
    Path("photos.tar").write_bytes(b"<html>not found</html>" * 50)
    return unpacked("photos.tar")


# -- configuration


@bad_input(CONFIG, "A misspelt key")
def _() -> str:
    return short(configured({"seed": 3}))


@bad_input(CONFIG, "A word for a number")
def _() -> str:
    return configured({"settings": {"training": {"epochs": "many"}}})


@bad_input(CONFIG, "A learning rate that is no number")
def _() -> str:
    return configured({"settings": {"training": {"learning_rate": float("nan")}}})


@bad_input(CONFIG, "A seed of 23 digits")
def _() -> str:
    return configured({"seeds": [12345678901234567890123]})


@bad_input(CONFIG, "A billion seeds")
def _() -> str:
    return configured({"seeds": 10**9})


@bad_input(CONFIG, "`dataset=5`, and there is no folder 5")
def _() -> str:
    return configured({"dataset": 5})


@bad_input(CONFIG, "A model that is not there")
def _() -> str:
    return short(configured({"models": ["my net"]}))


@bad_input(CONFIG, "A class that is not there")
def _() -> str:
    return configured({"remove_classes": ["ten"]})


@bad_input(CONFIG, "So many classes to remove that one is left")
def _() -> str:
    return configured(
        {"remove_classes": list(range(9))},
        experiments__removal="title: T\nquestion: Q?\nanalysis: class_removal\nbaseline: all\n"
        "arms: {all: {}, removed: {remove_classes: listed}}\n",
    )


@bad_input(CONFIG, "The class 001 without quotes")
def _() -> str:
    photos("001", "002", "003")
    return configured({"dataset": "photos", "remove_classes": [1]})


@bad_input(CONFIG, "`baseline: off` without quotes")
def _() -> str:
    return configured(
        experiments__pair=EXPERIMENT.replace("one,", "off,").replace(
            "baseline: one", "baseline: off"
        )
    )


@bad_input(CONFIG, "Two arms that are the same")
def _() -> str:
    return configured(experiments__pair=EXPERIMENT.replace("{augmentation: none}", "{}"))


@bad_input(CONFIG, "A key that is given twice")
def _() -> str:
    return configured(experiments__pair=EXPERIMENT + "baseline: two\n")


@bad_input(CONFIG, "A file that is no YAML")
def _() -> str:
    return configured(experiments__pair="title: [T\nquestion: Q\n")


@bad_input(CONFIG, "A file that is not UTF-8")
def _() -> str:
    return configured(experiments__pair="title: caf\xe9\n")


@bad_input(CONFIG, "An empty file")
def _() -> str:
    return configured(experiments__pair="")


@bad_input(CONFIG, "Braces in a dataset's name")
def _() -> str:
    return configured({"dataset": "{seed}"}, **{"datasets__{seed}": DIGITS})


@bad_input(CONFIG, "A dataset whose archive is not there")
def _() -> str:
    text = "title: L\nsource: {kind: archive, files: [l.zip], how_to_get: Ask a botanist.}\n"
    return configured({"dataset": "leaves"}, datasets__leaves=text)
