"""Near duplicates are told from strangers, whatever was done to them."""

import cv2
import numpy as np
import pytest

from benchmarks.planted import KINDS, thumbnail
from chrysalis.audit.registration import ENOUGH_BLOCKS, THRESHOLD, compare, telling


@pytest.mark.parametrize("kind", KINDS)
def test_planted_duplicates_are_found(detailed, kind):
    matches = [compare(thumbnail(p), thumbnail(KINDS[kind](p))) for p in detailed]
    found = [bool(match and match.similarity >= THRESHOLD) for match in matches]
    assert np.mean(found) >= 0.85


@pytest.mark.parametrize("kind", ["mirrored", "cropped", "marked"])
def test_the_kind_says_what_differs(detailed, kind):
    matches = [compare(thumbnail(p), thumbnail(KINDS[kind](p))) for p in detailed]
    named = [kind in match.kind for match in matches if match and match.similarity >= THRESHOLD]
    assert np.mean(named) >= 0.9


def test_strangers_are_not_found(detailed):
    thumbnails = [thumbnail(p) for p in detailed]
    for number, one in enumerate(thumbnails):
        for other in thumbnails[:number]:
            match = compare(one, other)
            assert match is None or match.similarity < THRESHOLD - 0.2


def test_the_order_of_two_pictures_hardly_matters(detailed):
    for photograph in detailed[:6]:
        one, other = thumbnail(photograph), thumbnail(KINDS["cropped"](photograph))
        there, back = compare(one, other), compare(other, one)
        assert there is not None and back is not None
        assert abs(there.similarity - back.similarity) < 0.1


def test_light_does_not_count(detailed):
    one = thumbnail(detailed[0])
    darker = (one * 0.5 + 20).astype(np.uint8)
    match = compare(one, darker)
    assert match is not None
    assert match.similarity > 0.97
    assert "brightness" in match.kind


@pytest.mark.parametrize("angle", range(0, 360, 30))
def test_a_sky_or_an_edge_tells_nothing(angle):
    y, x = np.mgrid[:64, :64] / 63 - 0.5
    slope = x * np.cos(np.radians(angle)) + y * np.sin(np.radians(angle))
    sky, edge = (120 + 100 * slope), np.where(slope > 0.03, 200.0, 40.0)
    for picture in (sky, edge):
        assert telling(picture.astype(np.uint8)).sum() < ENOUGH_BLOCKS
    assert compare(edge.astype(np.uint8), edge.astype(np.uint8)) is None


def test_the_same_frame_and_caption_do_not_make_a_duplicate(detailed):
    def framed(picture):
        copy = picture.copy()
        cv2.rectangle(copy, (0, 52), (63, 63), 255, -1)
        cv2.putText(copy, "abc", (4, 61), cv2.FONT_HERSHEY_PLAIN, 0.8, 0)
        return copy

    thumbnails = [framed(thumbnail(p)) for p in detailed[:8]]
    for number, one in enumerate(thumbnails):
        for other in thumbnails[:number]:
            match = compare(one, other)
            assert match is None or match.similarity < THRESHOLD
