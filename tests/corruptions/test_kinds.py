"""Each kind of corruption against NumPy, SciPy, OpenCV or Pillow."""

import io
import math

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import hsv_to_rgb, rgb_to_hsv
from PIL import Image
from scipy import ndimage, stats

from chrysalis.corruptions import blur, digital, noise, weather
from chrysalis.corruptions.draws import Draws, keys_of
from chrysalis.corruptions.kinds import (
    KINDS,
    LARGE_IMAGES,
    SEVERITIES,
    SMALL_IMAGES,
    corrupt,
)

NAMES = [f"{n}.png" for n in range(6)]


def pictures(size=32, count=6):
    """Smooth uint8 images (n, 3, S, S)."""
    rng = np.random.default_rng(0)
    rough = ndimage.gaussian_filter(rng.normal(size=(count, 3, size, size)), (0, 0, 2, 2))
    return torch.from_numpy(np.clip(128 + 400 * rough, 0, 255).astype(np.uint8))


IMAGES = pictures().float() / 255
ONE = IMAGES[0].permute(1, 2, 0).numpy()


def draws(purpose="x", count=6):
    return Draws(keys_of(NAMES[:count]), purpose)


def first(images):
    """The first image (S, S, channels)."""
    return images[0].permute(1, 2, 0).numpy()


@pytest.mark.parametrize("size", [32, 224])
@pytest.mark.parametrize("kind", KINDS)
def test_neither_order_nor_batch_matter_and_severities_differ(kind, size):
    images, keys = pictures(size, 2), keys_of(NAMES[:2])
    mean = []
    for severity in SEVERITIES if size == 32 else (5,):
        whole = corrupt(images, keys, kind, severity)
        assert (whole.shape, whole.dtype) == (images.shape, torch.uint8)
        for rows in ([1], [1, 0]):
            alone = corrupt(images[rows], keys[rows], kind, severity)
            # Sums of other batches may round in another way, by no more than a level.
            assert (alone.int() - whole[rows].int()).abs().max() <= 1
        mean.append((whole.float() - images.float()).abs().mean().item())
    assert min(mean) > 0.2
    assert len(set(mean)) == len(mean)


@given(st.integers(16, 40), st.sampled_from(sorted(KINDS)), st.sampled_from(SEVERITIES))
@settings(max_examples=20)
def test_any_small_size_is_corrupted(size, kind, severity):
    images = pictures(size, 2)
    assert corrupt(images, keys_of(NAMES[:2]), kind, severity).shape == images.shape


def test_every_kind_has_five_severities_for_both_sizes():
    assert list(SMALL_IMAGES) == list(LARGE_IMAGES) == list(KINDS)
    assert {len(of) for table in (SMALL_IMAGES, LARGE_IMAGES) for of in table.values()} == {5}


def test_gaussian_noise_is_normal():
    found = noise.gaussian_noise(IMAGES, draws(), 0.1) - IMAGES
    assert stats.kstest(found.numpy().ravel(), "norm", (0, 0.1)).pvalue > 0.001


@pytest.mark.parametrize("photons", [3, 60, 500])
@pytest.mark.parametrize("level", [0, 100, 255])
def test_shot_noise_is_poisson(photons, level):
    images = torch.full((6, 3, 32, 32), level / 255)
    counts = (noise.shot_noise(images, draws(), photons) * photons).round().numpy().ravel()
    mean = photons * level / 255
    assert counts.mean() == pytest.approx(mean, abs=4 * np.sqrt(mean / counts.size) + 1e-9)
    assert counts.var() == pytest.approx(mean, rel=0.06, abs=1e-9)
    share = (counts <= stats.poisson.ppf(0.3, mean)).mean()
    exact = stats.poisson.cdf(stats.poisson.ppf(0.3, mean), mean)
    assert share == pytest.approx(exact, abs=0.02)


def test_impulse_noise_sets_half_to_black_and_half_to_white():
    grey = torch.full((6, 3, 32, 32), 0.5)
    found = noise.impulse_noise(grey, draws(), 0.2)
    for value, share in ((0, 0.1), (1, 0.1), (0.5, 0.8)):
        assert (found == value).float().mean() == pytest.approx(share, abs=0.015)


@pytest.mark.parametrize("constants", SMALL_IMAGES["defocus_blur"] + LARGE_IMAGES["defocus_blur"])
def test_defocus_blur_by_opencv(constants):
    radius, alias = constants
    across = np.arange(-8, 9) if radius <= 8 else np.arange(-radius, radius + 1)
    disk = (across**2 + across[:, None] ** 2 <= radius**2).astype(np.float32)
    size = (3, 3) if radius <= 8 else (5, 5)
    kernel = cv2.GaussianBlur(disk / disk.sum(), size, sigmaX=alias)
    expected = cv2.filter2D(ONE, -1, kernel)
    assert first(blur.defocus_blur(IMAGES, draws(), radius, alias)) == pytest.approx(
        expected, abs=0.004
    )


@pytest.mark.parametrize(("sigma", "mode", "truncate"), [(0.7, "nearest", 4), (9, "reflect", 3)])
def test_smoothing_by_scipy(sigma, mode, truncate):
    expected = ndimage.gaussian_filter(ONE, (sigma, sigma, 0), mode=mode, truncate=truncate)
    assert first(blur.smooth(IMAGES, sigma, mode, truncate)) == pytest.approx(expected, abs=1e-5)


def test_glass_blur_takes_pixels_from_nearby():
    reach = 2
    found = blur.glass_blur(IMAGES, draws(), 0.01, reach, 1)
    near = torch.nn.functional.unfold(IMAGES, 2 * reach + 1, padding=reach)
    near = near.view(6, 3, -1, 32, 32)
    inner = slice(reach + 1, 32 - reach + 1)
    same = (near - found[:, :, None]).abs().amax(1).amin(1)
    assert same.max() < 1e-3
    moved = (found - IMAGES).abs().amax(1)
    assert (moved[:, inner, inner] > 1e-3).float().mean() > 0.8
    assert moved[:, : reach + 1].max() < 1e-3
    assert moved[:, :, 32 - reach + 1 :].max() < 1e-3


@pytest.mark.parametrize("angle", [0, 30, -45, -90])
def test_motion_blur_step_by_step(angle):
    radius, sigma = 5, 2.0
    weights = np.exp(-(np.arange(2 * radius + 1) ** 2) / (2 * sigma**2))
    expected = np.zeros_like(ONE)
    rows, columns = np.mgrid[:32, :32]
    for step, weight in enumerate(weights / weights.sum()):
        down = -math.ceil(step * np.float32(np.sin(np.radians(angle))) - 0.5)
        right = -math.ceil(step * np.float32(np.cos(np.radians(angle))) - 0.5)
        expected += weight * ONE[np.clip(rows - down, 0, 31), np.clip(columns - right, 0, 31)]
    found = blur.motion_blur(IMAGES, draws(), radius, sigma, angle, angle)
    assert first(found) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("factor", [1.0, 1.06, 1.25, 2.25, 3.0])
def test_clipped_zoom_by_scipy(factor):
    side = math.ceil(32 / factor)
    start = (32 - side) // 2
    centre = ONE[start : start + side, start : start + side]
    large = ndimage.zoom(centre, (factor, factor, 1), order=1)
    trim = (len(large) - 32) // 2
    expected = large[trim : trim + 32, trim : trim + 32]
    assert first(blur.clipped_zoom(IMAGES, factor)) == pytest.approx(expected, abs=1e-4)


def test_zoom_blur_is_the_mean_of_the_zooms():
    zooms = [blur.clipped_zoom(IMAGES, 1 + 0.01 * step) for step in range(7)]
    expected = (IMAGES + sum(zooms)) / 8
    assert torch.allclose(blur.zoom_blur(IMAGES, draws(), 1.06, 0.01), expected, atol=1e-5)


def test_snow_without_flakes_whitens_as_opencv_greys():
    found = weather.snow(IMAGES, draws(), (0.1, 0.2, 1, 9.0), (3, 1), 0.8)
    grey = cv2.cvtColor(ONE, cv2.COLOR_RGB2GRAY)[..., None]
    expected = 0.8 * ONE + 0.2 * np.maximum(ONE, 1.5 * grey + 0.5)
    assert first(found) == pytest.approx(expected, abs=1e-4)


def test_snow_adds_flakes_and_the_same_turned_around():
    black = torch.zeros(6, 3, 32, 32)
    added = weather.snow(black, draws(), (0.1, 0.2, 1, 0.5), (3, 1), 1.0)
    assert torch.equal(added, added.rot90(2, (2, 3)))
    assert torch.equal(added[:, 0], added[:, 1])
    assert 0 < (added > 0).float().mean() < 0.5


def test_plasma_point_by_point():
    """The diamond-square algorithm, a point at a time, with the same random numbers."""
    size, decay = 8, 2.0
    drawn = draws(count=1)
    heights, step, wibble = np.zeros((size, size)), size, 100.0
    while step >= 2:
        half, before = step // 2, heights.copy()
        cells = size // step

        def rough(total, cells=cells, wibble=wibble):
            numbers = drawn.uniform(cells, cells, low=-wibble, high=wibble)[0].numpy()
            return total / 4 + wibble * numbers

        def at(table, rows, columns):
            return table[np.ix_(np.array(rows) % size, np.array(columns) % size)]

        on, off = np.arange(0, size, step), np.arange(half, size, step)
        corners = sum(at(before, on + a, on + b) for a in (0, step) for b in (0, step))
        heights[np.ix_(off, off)] = rough(corners)
        middle = heights.copy()
        for rows, columns in ((on, off), (off, on)):
            total = sum(
                at(middle, rows + a, columns + b)
                for a, b in ((half, 0), (-half, 0), (0, half), (0, -half))
            )
            heights[np.ix_(rows, columns)] = rough(total)
        step, wibble = half, wibble / decay
    heights -= heights.min()
    found = weather.plasma(draws(count=1), size, decay)[0].numpy()
    assert found == pytest.approx(heights / heights.max(), abs=1e-5)


def test_fog_keeps_the_largest_value():
    cloud = weather.plasma(draws(), 32, 3)[0].numpy()
    largest = ONE.max()
    expected = (ONE + 0.5 * cloud[..., None]) * largest / (largest + 0.5)
    assert first(weather.fog(IMAGES, draws(), 0.5, 3)) == pytest.approx(expected, abs=1e-5)


def test_brightness_is_the_value_of_hsv():
    images = IMAGES.clone()
    images[0, :, :3] = 0
    picture = first(images)
    hsv = rgb_to_hsv(picture)
    hsv[..., 2] = np.clip(hsv[..., 2] + 0.2, 0, 1)
    found = first(weather.brightness(images, draws(), 0.2))
    assert found == pytest.approx(hsv_to_rgb(hsv), abs=1e-5)


def test_contrast_by_hand():
    means = ONE.mean((0, 1))
    expected = means + 0.3 * (ONE - means)
    assert first(digital.contrast(IMAGES, draws(), 0.3)) == pytest.approx(expected, abs=1e-5)


def test_the_affine_part_of_elastic_by_opencv():
    found = digital.elastic_transform(IMAGES, draws(), 0, 0, 0.08)
    moves = draws().uniform(3, 2, low=-0.08 * 32, high=0.08 * 32)[0].numpy()
    points = np.float32([[26, 26], [26, 6], [6, 6]])
    matrix = cv2.getAffineTransform(points, points + moves)
    expected = cv2.warpAffine(ONE, matrix, (32, 32), borderMode=cv2.BORDER_REFLECT_101)
    # OpenCV rounds places to 1/32 px.
    assert np.abs(first(found) - expected).mean() < 0.004
    assert first(found) == pytest.approx(expected, abs=0.05)


def test_the_shifts_of_elastic_by_scipy():
    drawn = draws()
    drawn.uniform(3, 2)
    shifts = drawn.uniform(2, 32, 32, low=-1, high=1)[0].numpy()
    dx, dy = (32 * 0.2 * ndimage.gaussian_filter(s, 32 * 0.06, truncate=3) for s in shifts)
    rows, columns = np.mgrid[:32, :32]
    expected = np.stack(
        [
            ndimage.map_coordinates(channel, (rows + dy, columns + dx), order=1, mode="reflect")
            for channel in IMAGES[0].numpy()
        ],
        axis=-1,
    )
    found = digital.elastic_transform(IMAGES, draws(), 0.2, 0.06, 0.0)
    assert first(found) == pytest.approx(expected, abs=1e-4)


def pillow(levels):
    return Image.fromarray(levels.permute(1, 2, 0).numpy())


@pytest.mark.parametrize("share", [0.95, 0.9, 0.85, 0.75, 0.65, 0.6, 0.25])
def test_pixelate_is_pillows(share):
    levels = pictures()
    small = int(32 * share)
    for index in (0, 3):
        image = pillow(levels[index])
        expected = image.resize((small, small), Image.BOX).resize((32, 32), Image.BOX)
        found = digital.pixelate(levels.float() / 255, draws(), share)
        assert np.abs(255 * first(found[index:]) - np.asarray(expected, float)).max() <= 1.01


@pytest.mark.parametrize("quality", [80, 25, 7])
def test_jpeg_is_pillows(quality):
    levels = pictures()
    file = io.BytesIO()
    pillow(levels[2]).save(file, "JPEG", quality=quality)
    expected = np.asarray(Image.open(file), float)
    found = 255 * first(digital.jpeg_compression(levels.float() / 255, draws(), quality)[2:])
    assert found == pytest.approx(expected, abs=0.01)
