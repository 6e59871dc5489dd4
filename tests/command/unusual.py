"""Photographs of unusual kinds: python -m tests.command.unusual FROM TO N."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from tests.data.test_images import HEIC

ORIENTATION = 0x0112


def cmyk(picture: Image.Image, path: Path) -> Path:
    picture.convert("CMYK").save(path.with_suffix(".jpg"), quality=95)
    return path.with_suffix(".jpg")


def turned(picture: Image.Image, path: Path) -> Path:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    turned.save(path.with_suffix(".jpg"), quality=95, exif=exif)
    return path.with_suffix(".jpg")


def huge(picture: Image.Image, path: Path) -> Path:
    picture.resize((6000, 4500)).save(path.with_suffix(".jpg"), quality=80)
    return path.with_suffix(".jpg")


def grey(picture: Image.Image, path: Path) -> Path:
    picture.convert("L").save(path.with_suffix(".png"))
    return path.with_suffix(".png")


def grey16(picture: Image.Image, path: Path) -> Path:
    values = np.asarray(picture.convert("L"), np.uint16) * 257
    Image.fromarray(values).save(path.with_suffix(".tiff"))
    return path.with_suffix(".tiff")


def clear(picture: Image.Image, path: Path) -> Path:
    layer = picture.convert("RGBA")
    layer.putalpha(Image.linear_gradient("L").resize(picture.size))
    layer.save(path.with_suffix(".png"))
    return path.with_suffix(".png")


def palette(picture: Image.Image, path: Path) -> Path:
    picture.convert("P", palette=Image.Palette.ADAPTIVE).save(path.with_suffix(".gif"))
    return path.with_suffix(".gif")


def webp(picture: Image.Image, path: Path) -> Path:
    picture.save(path.with_suffix(".webp"), quality=90)
    return path.with_suffix(".webp")


def avif(picture: Image.Image, path: Path) -> Path:
    picture.save(path.with_suffix(".avif"), quality=90)
    return path.with_suffix(".avif")


def heic(picture: Image.Image, path: Path) -> Path:
    """A small picture of its own, as no encoder of HEIC is at hand."""
    path.with_suffix(".heic").write_bytes(HEIC)
    return path.with_suffix(".heic")


def cut(picture: Image.Image, path: Path) -> Path:
    whole = io.BytesIO()
    picture.save(whole, "JPEG")
    path.with_suffix(".jpg").write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    return path.with_suffix(".jpg")


def text(picture: Image.Image, path: Path) -> Path:
    path.with_suffix(".jpg").write_text("This is no picture, whatever its name says.")
    return path.with_suffix(".jpg")


def empty(picture: Image.Image, path: Path) -> Path:
    path.with_suffix(".png").write_bytes(b"")
    return path.with_suffix(".png")


def bomb(picture: Image.Image, path: Path) -> Path:
    """A hundred million pixels in a file of 13 kB."""
    Image.new("1", (10_000, 10_000)).save(path.with_suffix(".png"))
    return path.with_suffix(".png")


def noise(picture: Image.Image, path: Path) -> Path:
    rng = np.random.default_rng(len(path.name))
    Image.fromarray(rng.integers(0, 256, (96, 96, 3), np.uint8)).save(path.with_suffix(".png"))
    return path.with_suffix(".png")


def plain(picture: Image.Image, path: Path) -> Path:
    Image.new("RGB", (96, 96), "white").save(path.with_suffix(".png"))
    return path.with_suffix(".png")


def digit(picture: Image.Image, path: Path) -> Path:
    from sklearn.datasets import load_digits

    values = load_digits().images[int(path.name.split("-")[0])]
    Image.fromarray((values * 15).astype(np.uint8)).resize((96, 96)).save(path.with_suffix(".png"))
    return path.with_suffix(".png")


Maker = Callable[[Image.Image, Path], Path]
ALIKE: tuple[Maker, ...] = (cmyk, turned, huge, grey, grey16, clear, palette, webp, avif)
BROKEN: tuple[Maker, ...] = (cut, text, empty, bomb)
OTHER: tuple[Maker, ...] = (noise, plain, digit, heic)


def make(pictures: list[Path], folder: Path, count: int) -> dict[Path, str]:
    """Write `count` files, each kind in turn; returns the kind of each."""
    folder.mkdir(parents=True)
    makers = (*ALIKE, *BROKEN, *OTHER)
    found = {}
    for number in range(count):
        maker = makers[number % len(makers)]
        picture = Image.open(pictures[number % len(pictures)]).convert("RGB")
        kind = maker.__name__
        found[maker(picture, folder / f"{number:03d}-{kind}")] = kind
    return found


if __name__ == "__main__":
    source, target, wanted = sys.argv[1:]
    make(sorted(Path(source).rglob("*.[jp][pn]g")), Path(target), int(wanted))
