import base64
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from chrysalis.data.images import FORMATS, UnusableImage, decode, decode_bytes, read_bytes

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def saved(image: Image.Image, format_: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def pixels(data: bytes) -> np.ndarray:
    image = decode_bytes(data).image
    assert image.mode == "RGB"
    return np.asarray(image)


def corners() -> Image.Image:
    """3 wide, 2 high: red at top left, green at top right, blue at bottom left."""
    image = Image.new("RGB", (3, 2), "white")
    image.putpixel((0, 0), RED)
    image.putpixel((2, 0), GREEN)
    image.putpixel((0, 1), BLUE)
    return image


@pytest.mark.parametrize("format_", ["PNG", "BMP", "TIFF", "WEBP", "GIF", "PPM"])
def test_lossless_formats_give_the_exact_pixels(format_):
    data = saved(corners(), format_, **({"lossless": True} if format_ == "WEBP" else {}))
    decoded = decode_bytes(data)
    np.testing.assert_array_equal(np.asarray(decoded.image), np.asarray(corners()))
    assert (decoded.format, decoded.note) == (format_, "")


def test_decode_reads_a_file_and_ignores_what_its_name_says(tmp_path):
    (tmp_path / "picture.txt").write_bytes(saved(corners(), "PNG"))
    image, note = decode(tmp_path / "picture.txt")
    np.testing.assert_array_equal(np.asarray(image), np.asarray(corners()))
    assert note == ""


# Where red, green and blue stand (row, column) once the tag is obeyed: EXIF 2.3, section 4.6.4.
@pytest.mark.parametrize("format_", ["PNG", "TIFF"])
@pytest.mark.parametrize(
    ("orientation", "shape", "red", "green", "blue"),
    [
        (1, (2, 3), (0, 0), (0, 2), (1, 0)),
        (2, (2, 3), (0, 2), (0, 0), (1, 2)),
        (3, (2, 3), (1, 2), (1, 0), (0, 2)),
        (4, (2, 3), (1, 0), (1, 2), (0, 0)),
        (5, (3, 2), (0, 0), (2, 0), (0, 1)),
        (6, (3, 2), (0, 1), (2, 1), (0, 0)),
        (7, (3, 2), (2, 1), (0, 1), (2, 0)),
        (8, (3, 2), (2, 0), (0, 0), (2, 1)),
    ],
)
def test_exif_orientation_puts_each_pixel_in_its_place(
    format_, orientation, shape, red, green, blue
):
    exif = Image.Exif()
    exif[0x0112] = orientation
    result = pixels(saved(corners(), format_, exif=exif))
    assert result.shape[:2] == shape
    for place, colour in ((red, RED), (green, GREEN), (blue, BLUE)):
        assert tuple(result[place]) == colour


def test_exif_orientation_of_a_jpeg():
    image = Image.new("RGB", (32, 16), "blue")
    image.paste("red", (0, 0, 16, 16))  # left half
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise: left becomes top
    result = pixels(saved(image, "JPEG", exif=exif, quality=95, subsampling=0)).astype(int)
    assert result.shape == (32, 16, 3)
    assert np.abs(result[:16] - RED).max() <= 3
    assert np.abs(result[16:] - BLUE).max() <= 3


# 64 x 32 px, left half red, right half blue, to be turned clockwise as EXIF's orientation 6 says;
# made by pillow-heif 1.8.1.
HEIC = base64.b64decode(
    """
    AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA
    AAAAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAAB7AABAAAAAAAAAI4AAgAAAAACegABAAAAAAAAACQAAAA4aWlu
    ZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAB
    B2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA
    AAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkA
    AAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAIAAAAAEAAAAA
    AAAAAv///+AAAAACAAAAEHBpeGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEAAQaBAgMFhIYAAAAa
    aXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAALptZGF0AAAAiigBrwY4iS58L/ajX///stn9l/kw5KaZf4+hXI/5ViP/
    /4zGpv/ATs0T9bJQ1ZyXuwR0xhlteo5eLFSIzQB/A9kJdqtANlHYrs2PVlrKD+BExrceEWBQc6h2fsAGDTLg5qUV
    1HDk5xqStZ1z8JLDjk270qmXo9qTvp6BzVf396AplRBiSls9IaERwAAAAAZFeGlmAABNTQAqAAAACAABARIAAwAA
    AAEABgAAAAAAAA==
    """
)


def test_a_photograph_of_a_telephone_is_upright(tmp_path):
    (tmp_path / "IMG_0001.HEIC").write_bytes(HEIC)
    decoded = decode_bytes(read_bytes(tmp_path / "IMG_0001.HEIC"))
    result = np.asarray(decoded.image).astype(int)
    assert (decoded.format, decoded.note, result.shape) == ("HEIF", "", (64, 32, 3))
    assert np.abs(result[:30] - RED).max() <= 8
    assert np.abs(result[34:] - BLUE).max() <= 8
    for length in (100, 500, 600):
        with pytest.raises(UnusableImage):
            decode_bytes(HEIC[:length])


def test_avif_keeps_its_colours():
    image = Image.new("RGB", (32, 16), "blue")
    result = pixels(saved(image, "AVIF", quality=100)).astype(int)
    assert np.abs(result - BLUE).max() <= 4


def test_damaged_exif_does_not_spoil_the_picture():
    data = saved(corners(), "PNG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\0\0")
    np.testing.assert_array_equal(pixels(data), np.asarray(corners()))


@pytest.mark.parametrize("colour", [RED, (30, 120, 200), (250, 240, 10), (0, 0, 0), WHITE])
def test_cmyk_jpeg_keeps_its_colour(colour):
    cyan, magenta, yellow = (255 - c for c in colour)
    image = Image.new("CMYK", (16, 16), (cyan, magenta, yellow, 0))
    decoded = decode_bytes(saved(image, "JPEG", quality=95))
    assert decoded.mode == "CMYK"
    assert np.abs(np.asarray(decoded.image).astype(int) - colour).max() <= 4


def test_transparency_is_laid_over_white():
    palette = Image.new("P", (2, 2), 0)
    palette.putpalette([*RED, *BLUE])
    palette.putpixel((1, 1), 1)
    result = pixels(saved(palette, "PNG", transparency=0))
    assert tuple(result[0, 0]) == WHITE
    assert tuple(result[1, 1]) == BLUE
    assert tuple(pixels(saved(palette, "PNG"))[0, 0]) == RED

    half = saved(Image.new("RGBA", (2, 2), (255, 0, 0, 128)), "PNG")
    assert tuple(pixels(half)[0, 0]) == (255, 127, 127)  # 128/255 red, 127/255 white
    grey = saved(Image.new("LA", (2, 2), (100, 0)), "PNG")
    assert tuple(pixels(grey)[0, 0]) == WHITE
    keyed = saved(corners(), "PNG", transparency=RED)
    assert [tuple(p) for p in pixels(keyed)[0]] == [WHITE, WHITE, GREEN]


def test_grey_and_two_tone():
    assert tuple(pixels(saved(Image.new("L", (2, 2), 77), "PNG"))[0, 0]) == (77, 77, 77)
    assert tuple(pixels(saved(Image.new("1", (2, 2), 1), "PNG"))[0, 0]) == WHITE


@pytest.mark.parametrize("format_", ["PNG", "TIFF", "PPM"])
def test_16_bit_grey_is_scaled_and_not_clipped(format_):
    levels = {0: 0, 128: 0, 129: 1, 257: 1, 32768: 128, 40000: 156, 65535: 255}
    for level, expected in levels.items():
        data = saved(Image.fromarray(np.full((2, 2), level, dtype=np.uint16)), format_)
        assert tuple(pixels(data)[0, 0]) == (expected,) * 3, level


def test_only_the_first_frame_is_used_and_that_is_noted():
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    for format_, note in (("GIF", "animated"), ("PNG", "animated"), ("TIFF", "several pictures")):
        data = saved(frames[0], format_, save_all=True, append_images=frames[1:])
        decoded = decode_bytes(data)
        assert note in decoded.note
        assert tuple(np.asarray(decoded.image)[0, 0]) == RED
    with_preview = saved(frames[0], "MPO", save_all=True, append_images=frames[1:])
    assert "several pictures" in decode_bytes(with_preview).note


def _bomb(side: int) -> bytes:
    """A PNG of a few bytes that unpacks to side x side px."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"this is no picture\n" * 9, "not an image of a known format"),
        (b"\xff\xd8\xff\xe0", "not an image of a known format"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not an image of a known format"),
        (_bomb(10_000), "more than 89 million pixels"),
        (_bomb(40_000), "more than 89 million pixels"),
        (saved(Image.new("RGB", (1, 5)), "PNG"), "1 x 5 px: each side needs at least 2 px"),
        (saved(Image.new("I", (4, 4)), "TIFF"), "32-bit whole-number pixels"),
        (saved(Image.new("F", (4, 4)), "TIFF"), "floating-point pixels"),
    ],
    ids=["empty", "text", "stub", "eps", "large", "bomb", "pixel", "int32", "float"],
)
def test_unusable_files_have_a_reason_without_a_path(tmp_path, data, reason):
    path = tmp_path / "named_like_a_picture.jpg"
    path.write_bytes(data)
    with pytest.raises(UnusableImage, match=reason) as caught:
        decode(path)
    assert "/" not in str(caught.value)
    assert "0x" not in str(caught.value)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"])
def test_truncated_files_are_unusable(picture, format_):
    data = saved(picture(0, 64, 48), format_)
    for length in (len(data) // 3, len(data) * 2 // 3):
        with pytest.raises(UnusableImage) as caught:
            decode_bytes(data[:length])
        assert "0x" not in str(caught.value)


def test_a_missing_file_is_unusable(tmp_path):
    with pytest.raises(UnusableImage, match="cannot be read: No such file") as caught:
        decode(tmp_path / "gone.jpg")
    assert str(tmp_path) not in str(caught.value)


def test_pillow_reads_all_the_formats():
    Image.init()
    assert set(FORMATS) <= set(Image.OPEN)  # one that is missing would make every file "damaged"
