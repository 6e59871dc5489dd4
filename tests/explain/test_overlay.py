"""Overlays against OpenCV's own arithmetic and against colours known by heart."""

import cv2
import numpy as np

from chrysalis.explain.overlay import overlay


def test_blends_like_opencv():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (17, 23, 3), dtype=np.uint8)
    cam = rng.random((17, 23), dtype=np.float32)
    heat_bgr = cv2.applyColorMap((cam * 255).round().astype(np.uint8), cv2.COLORMAP_JET)
    expected_bgr = cv2.addWeighted(heat_bgr, 0.4, image[:, :, ::-1].copy(), 0.6, 0)
    result = overlay(image, cam)
    assert result.dtype == np.uint8
    np.testing.assert_array_equal(result, expected_bgr[:, :, ::-1])


def test_hot_is_red_and_cold_is_blue():
    image = np.full((1, 2, 3), [10, 20, 200], dtype=np.uint8)
    result = overlay(image, np.array([[1.0, 0.0]], dtype=np.float32))
    # JET's ends are half-bright red and blue: 0.4 x 128 + 0.6 x the image.
    np.testing.assert_array_equal(result[0, 0], [round(51.2 + 6), 12, 120])
    np.testing.assert_array_equal(result[0, 1], [6, 12, round(51.2 + 120)])
    np.testing.assert_array_equal(image[0, 0], [10, 20, 200])
