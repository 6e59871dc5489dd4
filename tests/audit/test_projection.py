"""The map keeps neighbours together, and is the same each time."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from threadpoolctl import threadpool_limits

from chrysalis.audit.projection import MOST_POINTS, project, sample


@pytest.fixture(scope="module")
def vectors():
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(4, 40))
    return (np.repeat(centres, 30, axis=0) + 0.1 * rng.normal(size=(120, 40))).astype(np.float16)


def test_neighbours_stay_neighbours(vectors):
    places = project(vectors)
    assert places.min(0) == pytest.approx([0, 0]) and places.max(0) == pytest.approx([1, 1])
    assert trustworthiness(vectors, places) > 0.9
    distances = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (distances.argmin(1) // 30 == np.arange(120) // 30).all()


def test_the_same_vectors_give_the_same_places_with_any_number_of_threads(vectors):
    with threadpool_limits(2):
        first = project(vectors)
    with threadpool_limits(1):
        assert (project(vectors) == first).all()


@pytest.mark.parametrize("n", [0, 1, 2, 4, 5, 6, 31])
def test_few_images_have_places_too(n):
    places = project(np.random.default_rng(1).normal(size=(n, 8)))
    assert places.shape == (n, 2)
    assert ((places >= 0) & (places <= 1)).all()


def test_images_that_are_all_alike_share_a_place():
    assert (project(np.ones((9, 8), np.float16)) == 0.5).all()


def test_a_sample_is_bounded_sorted_and_without_repeats():
    assert sample(7).tolist() == list(range(7))
    rows = sample(10 * MOST_POINTS)
    assert len(rows) == len(set(rows.tolist())) == MOST_POINTS
    assert (np.diff(rows) > 0).all() and rows[-1] < 10 * MOST_POINTS
    assert (rows == sample(10 * MOST_POINTS)).all()
