"""Near duplicates made on purpose: a photograph changed in one way, or in several."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageOps
from sklearn.datasets import load_sample_images

from chrysalis.audit.blocks import telling
from chrysalis.audit.registration import ENOUGH_BLOCKS


def photographs(side: int = 128) -> list[Image.Image]:
    """Square parts of scikit-learn's two sample photographs that do not overlap."""
    return [
        Image.fromarray(np.ascontiguousarray(whole[y : y + side, x : x + side]))
        for whole in load_sample_images().images
        for y in range(0, whole.shape[0] - side + 1, side)
        for x in range(0, whole.shape[1] - side + 1, side)
    ]


def thumbnail(image: Image.Image, side: int = 64) -> np.ndarray:
    """As the rule embed makes it: grey, squashed to a square."""
    return np.asarray(image.convert("L").resize((side, side), Image.Resampling.BOX))


def detailed(images: list[Image.Image], side: int = 64) -> list[Image.Image]:
    """Those with enough in them to be compared, even if a part is cut off."""
    least = 2 * ENOUGH_BLOCKS if side >= 64 else ENOUGH_BLOCKS
    thumbnails = np.stack([thumbnail(image, side) for image in images])
    shown = telling(thumbnails).sum((1, 2))
    return [image for image, blocks in zip(images, shown, strict=True) if blocks >= least]


def encoded(image: Image.Image) -> Image.Image:
    """As JPEG of quality 40."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=40)
    return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")


def scaled(image: Image.Image) -> Image.Image:
    """To 60 % of its sides."""
    return image.resize((round(0.6 * image.width), round(0.6 * image.height)))


def cropped(image: Image.Image) -> Image.Image:
    """84 % of its sides, off the centre."""
    width, height = image.size
    left, top = round(0.1 * width), round(0.04 * height)
    return image.crop((left, top, left + round(0.84 * width), top + round(0.84 * height)))


def mirrored(image: Image.Image) -> Image.Image:
    """From left to right."""
    return ImageOps.mirror(image)


def brightened(image: Image.Image) -> Image.Image:
    """Brighter by a quarter, and with less contrast."""
    return ImageEnhance.Contrast(ImageEnhance.Brightness(image).enhance(1.25)).enhance(0.8)


def marked(image: Image.Image) -> Image.Image:
    """With a white bar of text along its lower edge."""
    changed = image.copy()
    draw = ImageDraw.Draw(changed)
    width, height = image.size
    draw.rectangle((0, round(0.86 * height), width, height), fill="white")
    draw.text((4, round(0.87 * height)), "(c) somebody", fill="black")
    return changed


def several(image: Image.Image) -> Image.Image:
    """Mirrored, cropped, brightened and encoded again."""
    return encoded(brightened(cropped(mirrored(image))))


KINDS: dict[str, Callable[[Image.Image], Image.Image]] = {
    each.__name__: each
    for each in (encoded, scaled, cropped, mirrored, brightened, marked, several)
}
