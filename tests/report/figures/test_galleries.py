"""Galleries show the pictures that they are given, with names in any script."""

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from chrysalis.records.audit import LabelRow
from chrysalis.records.maps import CONTRASTS, ContrastRow
from chrysalis.report.figures import audit, galleries


def test_gallery_shows_each_pair_and_names_wrong_answers():
    table = pd.DataFrame(
        {
            "class": ["cat", "dog"],
            "predicted_class": ["cat", "cat"],
            "confidence": [0.914, 0.5],
            "correct": [True, False],
        }
    )
    images = np.arange(2 * 8 * 8 * 3, dtype=np.uint8).reshape(2, 8, 8, 3)
    axes = galleries.plot_gallery(images, 255 - images, table).axes
    titles = [a.get_title(loc="left") for a in axes]
    assert titles[::2] == ["cat, 91 %", "cat, 50 %\ntrue: dog"]
    assert np.array_equal(axes[2].images[0].get_array(), images[1])
    assert np.array_equal(axes[3].images[0].get_array(), 255 - images[1])


@pytest.mark.parametrize(
    "plot", [galleries.plot_gallery, galleries.plot_confused, galleries.plot_layers]
)
def test_empty_gallery_says_so(plot):
    none = np.zeros((0, 8, 8, 3), np.uint8)
    figure = plot(none, none, CONTRASTS.frame([]))
    assert [text.get_text() for text in figure.texts] == ["No image of this kind."]


def contrasts(figure, names, layers=("conv1",)):
    """A line with two images and two maps each, or with one image and a map for each layer."""
    pairs = [(names[0], names[1]), (names[1], names[0])] if figure == "confused" else [names]
    return CONTRASTS.frame(
        ContrastRow(figure, 0, f"{own}.jpg", own, other, target, 0.25, layer, 7, 9)
        for own, other in pairs
        for layer in layers
        for target in ([own, other] if figure == "confused" else [other])
    )


def shown_pictures(count):
    return np.arange(count * 8 * 8 * 3, dtype=np.uint8).reshape(count, 8, 8, 3)


def test_confused_classes_have_an_image_and_two_maps_each():
    images = shown_pictures(4)
    axes = galleries.plot_confused(images, 255 - images, contrasts("confused", "ab")).axes
    titles = [a.get_title(loc="left") for a in axes]
    assert titles[:3] == ["a\nanswer:\nb", "for\na\n25 %", "for\nb\n25 %"]
    assert titles[3:] == ["b\nanswer:\na", "for\nb\n25 %", "for\na\n25 %"]
    drawn = [a.images[0].get_array() for a in axes]
    expected = [images[0], 255 - images[0], 255 - images[1]]
    expected += [images[2], 255 - images[2], 255 - images[3]]
    assert all(np.array_equal(*pair) for pair in zip(drawn, expected, strict=True))


def test_layers_stand_beside_their_image():
    images, layers = shown_pictures(2), ["features.conv1", "features.stage4.a_long_name"]
    axes = galleries.plot_layers(images, 255 - images, contrasts("layers", "aa", layers)).axes
    titles = [a.get_title(loc="left") for a in axes[:3]]
    assert titles[0] == "a\nanswer: right"
    assert titles[1] == "features.conv1\n7 by 9 cells"
    assert titles[2].replace("\n", "") == "features.stage4.a_long_name7 by 9 cells"
    assert np.array_equal(axes[0].images[0].get_array(), images[0])
    assert np.array_equal(axes[2].images[0].get_array(), 255 - images[1])


NAMES = ["蝴蝶", "金斑蝶", "ผีเสื้อ", "तितली", "فراشة", "Ä<b>&"]


def gallery_of(kind, names):
    """A gallery in which all names are written."""
    table = pd.DataFrame(
        {
            "class": names,
            "label": range(len(names)),
            "split": "train",
            "predicted_class": names[::-1],
            "confidence": 0.9,
            "correct": False,
        }
    )
    images = shown_pictures(len(names))
    if kind == "samples":
        return galleries.plot_samples(images, table)
    if kind == "gallery":
        return galleries.plot_gallery(images, images, table)
    if kind == "doubtful":
        rows = [
            LabelRow(f"{n}.jpg", own, "test", other, 0.1, 0.9, "")
            for n, (own, other) in enumerate(zip(names, names[::-1], strict=True))
        ]
        return audit.plot_doubtful(images, range(len(rows)), rows)
    rows = pd.concat(
        contrasts("confused", names[n : n + 2]).assign(line=n) for n in range(0, len(names), 2)
    )
    images = shown_pictures(len(rows))
    return galleries.plot_confused(images, images, rows)


@pytest.mark.parametrize("kind", ["samples", "gallery", "doubtful", "confused"])
def test_names_in_any_script_are_text_so_that_no_letter_is_missing(kind, tmp_path):
    """Matplotlib's own font lacks these letters; a browser's fonts have them."""
    galleries.save_gallery(gallery_of(kind, NAMES), tmp_path / "figure.svg")
    root = ElementTree.parse(tmp_path / "figure.svg").getroot()
    texts = "\n".join(
        text for each in root.iter() if each.tag.endswith("text") for text in each.itertext()
    )
    assert all(name in texts for name in NAMES)


def test_photographs_of_a_gallery_are_webp_and_look_as_they_did(tmp_path):
    ramp = np.linspace(0, 255, 256, dtype=np.uint8)
    photo = np.stack(
        [np.tile(ramp, (256, 1)), np.tile(ramp[:, None], 256), 0 * ramp + ramp[:, None]], 2
    )
    table = pd.DataFrame({"class": ["a"], "label": [0], "split": ["train"]})
    galleries.save_gallery(galleries.plot_samples(photo[None], table), tmp_path / "figure.svg")
    text = (tmp_path / "figure.svg").read_text()
    (found,) = re.findall(r"data:image/(\w+);base64,([^\"]+)", text)
    assert found[0] == "webp"
    shown = Image.open(io.BytesIO(base64.b64decode(found[1]))).convert("RGB")
    upright = shown.transpose(Image.Transpose.FLIP_TOP_BOTTOM)  # Matplotlib turns it in the drawing
    expected = Image.fromarray(photo).resize(shown.size, Image.Resampling.BOX)
    assert np.abs(np.asarray(upright, float) - np.asarray(expected, float)).mean() < 6


@pytest.mark.parametrize(("count", "side", "scale"), [(1, 32, 3), (3, 96, 1), (2, 224, 1)])
def test_a_strip_holds_each_image_as_it_is(count, side, scale):
    images = np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    strip = np.asarray(galleries.draw_strip(images))
    gap = galleries.STRIP_GAP
    assert strip.shape == (side * scale, count * side * scale + (count - 1) * gap, 3)
    for n, image in enumerate(images):
        start = n * (side * scale + gap)
        assert (strip[::scale, start : start + side * scale : scale] == image).all()
