"""Near duplicates are told from strangers, whatever was done to them."""

import itertools

import cv2
import numpy as np
import pytest

from benchmarks.planted import KINDS, thumbnail
from chrysalis.audit import registration
from chrysalis.audit.blocks import telling
from chrysalis.audit.registration import ENOUGH_BLOCKS, THRESHOLD, compare


def changed(pictures, kind):
    """Thumbnails of pictures, and of the same changed."""
    return np.stack([thumbnail(p) for p in pictures]), np.stack(
        [thumbnail(KINDS[kind](p)) for p in pictures]
    )


def every_pair(thumbnails):
    """All pairs of different thumbnails."""
    pairs = itertools.combinations(thumbnails, 2)
    return tuple(np.stack(side) for side in zip(*pairs, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_planted_duplicates_are_found(detailed, kind):
    matches = compare(*changed(detailed, kind))
    assert np.mean([match.similarity >= THRESHOLD for match in matches]) >= 0.85


@pytest.mark.parametrize("kind", ["mirrored", "cropped", "marked"])
def test_the_kind_says_what_differs(detailed, kind):
    matches = compare(*changed(detailed, kind))
    named = [kind in match.kind for match in matches if match.similarity >= THRESHOLD]
    assert np.mean(named) >= 0.9


def test_strangers_are_not_found(detailed):
    matches = compare(*every_pair([thumbnail(p) for p in detailed]))
    assert max(match.similarity for match in matches) < THRESHOLD - 0.2


def test_pairs_do_not_depend_on_those_compared_with_them(detailed, monkeypatch):
    one, other = every_pair([thumbnail(p) for p in detailed[:5]])
    one, other = np.concatenate([one, one[:3]]), np.concatenate([other, one[:3, :, ::-1]])
    together = compare(one, other)
    assert [match.kind for match in together[-3:]] == ["mirrored"] * 3
    monkeypatch.setattr(registration, "_PART", 1)
    alone = compare(one, other)
    assert [match.kind for match in alone] == [match.kind for match in together]
    np.testing.assert_allclose(
        [match.similarity for match in alone], [match.similarity for match in together], atol=1e-5
    )


def test_the_order_of_two_pictures_hardly_matters(detailed):
    one, other = changed(detailed[:6], "cropped")
    for there, back in zip(compare(one, other), compare(other, one), strict=True):
        assert abs(there.similarity - back.similarity) < 0.1


def test_light_does_not_count(detailed):
    one = thumbnail(detailed[0])
    darker = (one * 0.5 + 20).astype(np.uint8)
    (match,) = compare(one[None], darker[None])
    assert match.similarity > 0.97
    assert "brightness" in match.kind


@pytest.mark.parametrize("angle", range(0, 360, 30))
def test_a_sky_or_an_edge_tells_nothing(angle):
    y, x = np.mgrid[:64, :64] / 63 - 0.5
    slope = x * np.cos(np.radians(angle)) + y * np.sin(np.radians(angle))
    sky, edge = (120 + 100 * slope), np.where(slope > 0.03, 200.0, 40.0)
    pictures = np.stack([sky, edge]).astype(np.uint8)
    assert (telling(pictures).sum((1, 2)) < ENOUGH_BLOCKS).all()
    assert [match.similarity for match in compare(pictures, pictures)] == [-1, -1]


def test_the_same_frame_and_caption_do_not_make_a_duplicate(detailed):
    def framed(picture):
        copy = picture.copy()
        cv2.rectangle(copy, (0, 52), (63, 63), 255, -1)
        cv2.putText(copy, "abc", (4, 61), cv2.FONT_HERSHEY_PLAIN, 0.8, 0)
        return copy

    matches = compare(*every_pair([framed(thumbnail(p)) for p in detailed[:8]]))
    assert max(match.similarity for match in matches) < THRESHOLD
