import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from chrysalis.audit import neighbours
from chrysalis.audit.hashes import BITS, perceptual_hashes


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(500, 40)).astype(np.float32)


def test_compression_is_a_whitened_pca(vectors):
    found = neighbours.compress(vectors.astype(np.float16), 8)
    whole = PCA(8, whiten=True).fit_transform(vectors.astype(np.float16).astype(np.float64))
    whole /= np.linalg.norm(whole, axis=1, keepdims=True)
    np.testing.assert_allclose(found @ found.T, whole @ whole.T, atol=2e-3)


def test_the_nearest_are_those_of_scikit_learn(vectors, monkeypatch):
    monkeypatch.setattr(neighbours, "_ROWS", 64)
    monkeypatch.setattr(neighbours, "_COLUMNS", 96)
    unit = neighbours.compress(vectors, 16)
    pairs, products = neighbours.nearest(unit, unit, 3, -1.0)
    expected = NearestNeighbors(n_neighbors=4, metric="cosine").fit(unit)
    _, places = expected.kneighbors(unit)
    assert {tuple(p) for p in pairs.tolist()} == {
        (row, place) for row, of_row in enumerate(places) for place in of_row if place != row
    }
    np.testing.assert_allclose(products, (unit[pairs[:, 0]] * unit[pairs[:, 1]]).sum(1), atol=1e-5)


def test_equal_vectors_are_not_their_own_neighbours():
    same = np.ones((5, 3), np.float32) / np.sqrt(3, dtype=np.float32)
    pairs, _ = neighbours.nearest(same, same, 4, 0.9)
    assert len(pairs) == 20
    assert (pairs[:, 0] != pairs[:, 1]).all()


def test_images_that_are_all_alike_can_be_compressed():
    assert np.isfinite(neighbours.compress(np.ones((6, 4), np.float16), 3)).all()


def test_hashes_ignore_light_and_size_and_differ_between_pictures():
    rng = np.random.default_rng(1)
    coarse = rng.integers(60, 180, (20, 8, 8)).astype(np.uint8)
    pictures = coarse.repeat(8, 1).repeat(8, 2)
    hashes = perceptual_hashes(pictures)
    brighter = perceptual_hashes((pictures * 0.8 + 30).astype(np.uint8))
    assert ((hashes * brighter).sum(1) >= BITS - 4).all()
    strangers = hashes @ hashes.T - BITS * np.eye(20)
    assert strangers.max() < BITS - 20
