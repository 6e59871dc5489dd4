"""Files in a folder of photographs that are no photographs, or odd ones."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

from PIL import Image

from tests.reliability.answers import PHOTOS, photos, picture, studied
from tests.reliability.catalogue import bad_input

KIND = "Pictures"


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


@bad_input(KIND, "An empty file")
def _() -> str:
    return with_file("x.jpg", b"")


@bad_input(KIND, "Text that is called .jpg")
def _() -> str:
    return with_file("x.jpg", b"this is no picture")


@bad_input(KIND, "A web page saved as .png")
def _() -> str:
    return with_file("x.png", b"<!doctype html><title>Not found</title>")


@bad_input(KIND, "A program called .png")
def _() -> str:
    return with_file("x.png", b"\x7fELF" + bytes(100))


@bad_input(KIND, "A JPEG cut short")
def _() -> str:
    return with_file("x.jpg", encoded(picture(0).resize((64, 64)), "JPEG")[:700])


@bad_input(KIND, "A decompression bomb: a small PNG of 40,000 x 40,000 pixels")
def _() -> str:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return with_file("x.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rows)


@bad_input(KIND, "A tracking pixel")
def _() -> str:
    return with_file("x.gif", encoded(Image.new("RGB", (1, 1)), "GIF"))


@bad_input(KIND, "Pixels without a known range")
def _() -> str:
    return with_file("x.tif", encoded(Image.new("F", (4, 4)), "TIFF"))


@bad_input(KIND, "A video of 9 GB in a class folder")
def _() -> str:
    photos()
    with (PHOTOS / "cats/x.mp4").open("wb") as file:
        file.truncate(9 * 10**9)
    return studied()


@bad_input(KIND, "A link to `/dev/zero`, which never ends")
def _() -> str:
    photos()
    (PHOTOS / "cats/x.png").symlink_to("/dev/zero")
    return studied()


@bad_input(KIND, "A named pipe, which nobody writes to")
def _() -> str:
    photos()
    os.mkfifo(PHOTOS / "cats/x.png")
    return studied()


@bad_input(KIND, "A link to nothing")
def _() -> str:
    photos()
    (PHOTOS / "cats/x.png").symlink_to("gone.png")
    return studied()


@bad_input(KIND, "A link to itself")
def _() -> str:
    photos()
    (PHOTOS / "cats/x.png").symlink_to("x.png")
    return studied()


@bad_input(KIND, "A link to a file outside the dataset that is no image")
def _() -> str:
    photos()
    Path("secret.txt").write_text("a secret, which no page may show")
    (PHOTOS / "cats/x.png").symlink_to("../../secret.txt")
    return studied()


@bad_input(KIND, "The same picture twice")
def _() -> str:
    return with_file("x.png", encoded(picture(0)))


@bad_input(KIND, "The same picture in two classes")
def _() -> str:
    photos(each=4)
    (PHOTOS / "dogs/x.bmp").write_bytes(encoded(picture(0), "BMP"))
    return studied()


@bad_input(KIND, "A mask of another size")
def _() -> str:
    photos("images/cats", "images/dogs")
    (PHOTOS / "masks/cats").mkdir(parents=True)
    Image.new("L", (5, 5)).save(PHOTOS / "masks/cats/0.png")
    return studied()
