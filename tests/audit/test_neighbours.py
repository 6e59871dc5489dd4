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


def planted(cosine: float, pairs: int = 10_000, width: int = 128) -> np.ndarray:
    """Unit vectors in random directions (2 * pairs, width); i and i + pairs have this cosine."""
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, pairs, width))
    one /= np.linalg.norm(one, axis=1, keepdims=True)
    other -= (other * one).sum(1, keepdims=True) * one
    other /= np.linalg.norm(other, axis=1, keepdims=True)
    both = np.concatenate([one, cosine * one + np.sqrt(1 - cosine**2) * other])
    return both.astype(np.float32)


@pytest.mark.parametrize(("cosine", "least", "most"), [(0.5, 0.75, 0.9), (0.7, 0.97, 1), (1, 1, 1)])
def test_what_is_found_among_a_million(monkeypatch, cosine, least, most):
    """With as many cells as a million vectors have."""
    monkeypatch.setattr(neighbours, "EXACT", 0)
    monkeypatch.setattr(neighbours, "_OF_A_CELL", 80)
    vectors = planted(cosine)
    pairs, products = neighbours.nearest(vectors, vectors, 2, cosine - 1e-3)
    half = len(vectors) // 2
    found = (pairs[:, 1] == pairs[:, 0] + half).sum() / half
    assert least <= found <= most
    np.testing.assert_allclose(
        products, (vectors[pairs[:, 0]] * vectors[pairs[:, 1]]).sum(1), atol=1e-5
    )
    ordered = {tuple(pair) for pair in pairs.tolist()}
    assert len(ordered) == len(pairs)
    assert all((other, one) in ordered for one, other in ordered)


@pytest.mark.parametrize("count", [17, 300, 3000])
def test_one_cell_may_hold_all(monkeypatch, count):
    """Nothing is missed where all vectors are one, however unequal the cells are then."""
    monkeypatch.setattr(neighbours, "EXACT", 0)
    monkeypatch.setattr(neighbours, "_OF_A_CELL", 16)
    same = np.ones((count, 4), np.float32) / 2
    pairs, _ = neighbours.nearest(same, same, 3, 0.9)
    assert (np.bincount(pairs[:, 0], minlength=count) == 3).all()
    assert (pairs[:, 0] != pairs[:, 1]).all()
    assert len(np.unique(pairs, axis=0)) == len(pairs)


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
