"""Any picture file to 8-bit RGB, or a reason why not."""

from __future__ import annotations

import functools
import io
import os
import stat
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import pi_heif
from PIL import Image, UnidentifiedImageError

pi_heif.register_heif_opener()  # photographs of telephones, as HEIF; turned upright by itself

SMALLEST_SIDE = 2
# MPO, a JPEG with more pictures behind it, is opened as JPEG.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "HEIF", "JPEG2000", "PPM")

# No image of at most Pillow's limit of pixels needs more: 89 million pixels of 16-bit RGBA.
LARGEST_FILE = 10**9
_HEAD = 16  # bytes by which Pillow's readers tell whether a file is theirs

_ORIENTATION_TAG = 0x0112
_IS_UPRIGHT = 1  # EXIF's number for it
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class UnusableImage(Exception):
    """The file gives no picture. The message is the reason, short and without a path."""


class Decoded(NamedTuple):
    """A picture in RGB and upright, with the mode and format of its file (Pillow's names).

    `note` says what of the file was not used, or is empty.
    """

    image: Image.Image
    mode: str
    format: str
    note: str


def decode(path: Path) -> tuple[Image.Image, str]:
    """The picture in `path`, RGB, 8 bits per channel, loaded, and a note (see `Decoded`).

    Raises:
        UnusableImage: as `decode_bytes` and `read_bytes`.
    """
    decoded = decode_bytes(read_bytes(path))
    return decoded.image, decoded.note


def read_bytes(path: Path) -> bytes:
    """The file's content. No more of it is read than tells that it is no image.

    Raises:
        UnusableImage: the file cannot be read, is empty, larger than `LARGEST_FILE` bytes, no
            regular file, or does not begin as an image of one of `FORMATS` does.
    """
    try:
        # Opened without waiting, as a pipe would let us wait for ever.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            return _read(file)
    except OSError as error:
        raise UnusableImage(f"the file cannot be read: {error.strerror}") from None


def _read(file: IO[bytes]) -> bytes:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise UnusableImage("not a regular file, but a folder, a device or a pipe")
    if status.st_size > LARGEST_FILE:
        size, limit = status.st_size / 1e9, LARGEST_FILE / 1e9
        raise UnusableImage(f"{size:.1f} GB: files above {limit:g} GB are not read")
    head = file.read(_HEAD)
    if not head:
        raise UnusableImage("the file is empty")
    if len(head) == _HEAD and not any(accept(head) for accept in _accepts()):
        raise UnusableImage("not an image of a known format")
    return head + file.read(LARGEST_FILE)


@functools.cache
def _accepts() -> list[Callable[[bytes], object]]:
    """Pillow's own tests of a file's first bytes, by format."""
    Image.init()
    return [accept for name in FORMATS if (accept := Image.OPEN[name][1]) is not None]


def decode_bytes(data: bytes) -> Decoded:
    """Decode the content of a picture file.

    - The EXIF orientation is applied.
    - Transparency, also of palettes, is laid over white.
    - 16-bit grey 0..65535 is scaled to 0..255, rounded. CMYK is converted by its numbers; colour
      profiles are not applied.
    - Of an animation or a file with several pictures the first is used, and noted.

    Raises:
        UnusableImage: not a picture in one of `FORMATS`, damaged or cut short, a side below
            `SMALLEST_SIDE` px (a tracking pixel shows nothing), more pixels than
            `PIL.Image.MAX_IMAGE_PIXELS`, or pixels without a known range (32-bit, float).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as file:
                return _decode(file)
    except UnusableImage:
        raise
    except UnidentifiedImageError:
        raise UnusableImage("not an image of a known format") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        limit = (Image.MAX_IMAGE_PIXELS or 0) // 10**6
        raise UnusableImage(f"more than {limit} million pixels") from None
    except Exception as error:  # Pillow's readers raise nearly any kind on damaged files
        reason = str(error) or type(error).__name__
        raise UnusableImage(f"damaged or cut short: {reason}") from None


def _decode(file: Image.Image) -> Decoded:
    width, height = file.size
    if min(width, height) < SMALLEST_SIDE:
        raise UnusableImage(f"{width} x {height} px: each side needs at least {SMALLEST_SIDE} px")
    mode, format_ = file.mode, file.format or ""
    several = getattr(file, "is_animated", False)
    file.load()
    # Read after loading: TIFF is turned upright by Pillow then, and PNG may have its tag last.
    turn = _UPRIGHT.get(file.getexif().get(_ORIENTATION_TAG, _IS_UPRIGHT))
    image = _to_rgb(file, format_)
    if turn is not None:
        image = image.transpose(turn)
    note = ""
    if several:
        animated = format_ in ("GIF", "PNG", "WEBP", "AVIF")
        note = "animated: first frame used" if animated else "several pictures: first one used"
    return Decoded(image, mode, format_, note)


def _to_rgb(image: Image.Image, format_: str) -> Image.Image:
    # Pillow scales a PGM of more than 8 bits to 0..65535, but calls it 32-bit.
    if image.mode.startswith("I;16") or (image.mode == "I" and format_ == "PPM"):
        grey = (np.asarray(image, dtype=np.uint32) + 128) // 257
        return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        kind = "32-bit whole-number" if image.mode == "I" else "floating-point"
        raise UnusableImage(f"{kind} pixels: their range is not known")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")
