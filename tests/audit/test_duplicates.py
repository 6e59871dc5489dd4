"""The search as a whole, from files to pairs."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmarks.planted import KINDS, detailed, photographs
from chrysalis.audit.duplicates import find_duplicates
from chrysalis.audit.embed import embed
from chrysalis.audit.embedders import describe, make
from chrysalis.audit.reading import MEASURES, measure
from chrysalis.audit.thumbnails import thumbnail_side
from chrysalis.config.embedders import DESCRIPTOR
from chrysalis.config.sources import Digits
from chrysalis.data.fetch import fetch
from chrysalis.errors import UserError
from chrysalis.records.paths import EmbeddingPaths


def table(root):
    paths = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.png"))
    sizes = [Image.open(root / path).size for path in paths]
    return pd.DataFrame(
        {"path": paths, "width": [w for w, _ in sizes], "height": [h for _, h in sizes]}
    )


@pytest.fixture
def planted(tmp_path):
    """Photographs, some of them twice: the second time changed."""
    root = tmp_path / "images"
    root.mkdir()
    chosen = detailed(photographs())
    for number, image in enumerate(chosen):
        image.save(root / f"{number:02d}.png")
    for number, (kind, change) in enumerate(KINDS.items()):
        change(chosen[number]).save(root / f"{number:02d}_{kind}.png")
    return root


def search(root, tmp_path):
    images, output = table(root), EmbeddingPaths(tmp_path / "embed")
    embed(root, images, DESCRIPTOR, output, 1)
    vectors = np.load(output.vectors, mmap_mode="r")
    return find_duplicates(images["path"].tolist(), vectors, output.thumbnails, 1), output, images


def test_planted_pairs_are_found_and_no_others(planted, tmp_path):
    rows, _, _ = search(planted, tmp_path)
    found = {(row.path_a[:2], row.path_b[:2]) for row in rows}
    assert all(one == other for one, other in found)
    assert len(found) >= len(KINDS) - 1


def test_the_files_have_a_row_for_each_image(planted, tmp_path):
    _, output, images = search(planted, tmp_path)
    vectors, thumbnails = np.load(output.vectors), np.load(output.thumbnails)
    assert vectors.dtype == np.float16
    assert vectors.shape == (len(images), 352)
    assert thumbnails.shape == (len(images), 64, 64)
    measures = pd.read_csv(output.measures)
    assert measures["path"].tolist() == images["path"].tolist()
    first = Image.open(planted / images["path"][0]).convert("L")
    np.testing.assert_allclose(
        measures.loc[0, list(MEASURES)].astype(float), measure(first), atol=1e-5
    )
    expected = np.asarray(first.resize((64, 64), Image.Resampling.BOX))
    np.testing.assert_array_equal(thumbnails[0], expected)


def test_a_file_that_changed_is_named_and_nothing_is_left(planted, tmp_path):
    images = table(planted)
    (planted / images["path"][3]).write_bytes(b"no picture")
    output = EmbeddingPaths(tmp_path / "embed")
    with pytest.raises(UserError, match=rf"{images['path'][3]}: not the file that was inspected"):
        embed(planted, images, DESCRIPTOR, output, 1)
    assert list(output.folder.iterdir()) == []


def test_handwritten_digits_of_8_pixels_are_no_duplicates(tmp_path):
    fetch(Digits(kind="digits"), [], tmp_path / "digits")
    rows, output, _ = search(tmp_path / "digits", tmp_path)
    assert np.load(output.thumbnails, mmap_mode="r").shape[1:] == (8, 8)
    assert rows == []


@pytest.mark.parametrize(
    ("median", "expected"), [(5, 8), (8, 8), (28, 24), (32, 32), (63, 56), (64, 64), (4000, 64)]
)
def test_thumbnails_make_no_pixels_up(median, expected):
    assert thumbnail_side(median) == expected


def test_the_descriptor_tells_colours_and_directions():
    x = np.mgrid[:48, :48][1]
    stripes = (x // 4 % 2 * 255).astype(np.uint8)
    upright = np.repeat(stripes[..., None], 3, 2)
    level = upright.swapaxes(0, 1)
    red = upright * np.array([1, 0, 0], np.uint8)
    vectors = describe(np.stack([upright, level, red]))
    gradients = vectors[:, :288]
    np.testing.assert_allclose(np.linalg.norm(gradients, axis=1), 1, atol=1e-5)
    assert gradients[0] @ gradients[2] > 0.99 > 0.3 > gradients[0] @ gradients[1]
    assert vectors[0, 288:] @ vectors[2, 288:] < 0.8


def test_an_unknown_embedder_is_refused():
    with pytest.raises(UserError, match="no embedder 'vgg'"):
        make("vgg", 64)
