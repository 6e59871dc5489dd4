"""Each picture is where its number says."""

import numpy as np
import pytest
from PIL import Image

from chrysalis.records.pictures import COLUMNS, TILE
from chrysalis.report.figures.sheets import MOST_TILES, save_sheet, tile


def test_each_tile_is_in_its_place(tmp_path):
    shades = [(10 * n, 255 - 10 * n, 128) for n in range(COLUMNS + 3)]
    tiles = [np.full((TILE, TILE, 3), shade, np.uint8) for shade in shades]
    save_sheet(tiles, tmp_path / "sheet.webp")
    sheet = np.asarray(Image.open(tmp_path / "sheet.webp").convert("RGB")).astype(float)
    assert sheet.shape == (2 * TILE, COLUMNS * TILE, 3)
    for n, shade in enumerate(shades):
        y, x = (TILE * each for each in divmod(n, COLUMNS))
        inner = sheet[y + 8 : y + TILE - 8, x + 8 : x + TILE - 8].mean((0, 1))
        assert inner == pytest.approx(shade, abs=6)


def test_a_sheet_without_pictures_is_a_picture(tmp_path):
    save_sheet([], tmp_path / "sheet.webp")
    assert Image.open(tmp_path / "sheet.webp").size == (TILE, TILE)


def test_too_many_pictures_are_an_error(tmp_path):
    one = np.zeros((TILE, TILE, 3), np.uint8)
    with pytest.raises(ValueError, match="tiles are more than"):
        save_sheet([one] * (MOST_TILES + 1), tmp_path / "sheet.webp")
    assert not list(tmp_path.iterdir())


def test_small_pictures_keep_their_pixels_and_large_ones_their_mean():
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (TILE // 3, TILE // 3, 3), dtype=np.uint8)
    assert (tile(small) == small.repeat(3, 0).repeat(3, 1)).all()
    large = rng.integers(0, 256, (2 * TILE, 2 * TILE, 3), dtype=np.uint8)
    means = large.reshape(TILE, 2, TILE, 2, 3).mean((1, 3))
    assert np.abs(tile(large) - means).max() <= 1
