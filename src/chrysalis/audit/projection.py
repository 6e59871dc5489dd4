"""Images as points of a plane, so that images whose vectors are alike lie near each other."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from chrysalis.records.data import IMAGES, SPLIT
from chrysalis.records.paths import StudyPaths
from chrysalis.records.pictures import POINTS, MapRecord, PointRow

MOST_POINTS = 1500
SEED = 0
PERPLEXITY = 30.0
COMPONENTS = 32
ITERATIONS = 500


def sample(n: int) -> np.ndarray:
    """At most `MOST_POINTS` of `n` rows, drawn at random with `SEED`: int (m,), ascending."""
    if n <= MOST_POINTS:
        return np.arange(n)
    return np.sort(np.random.default_rng(SEED).choice(n, MOST_POINTS, replace=False))


def perplexity(n: int) -> float:
    """That of t-SNE for `n` points, which must be more than three times as many."""
    return min(PERPLEXITY, max(1.0, (n - 1) / 3))


def project(vectors: np.ndarray) -> np.ndarray:
    """Places of vectors (n, width) in the unit square: float (n, 2).

    t-SNE (van der Maaten and Hinton, JMLR 9, 2008) of the first principal components, started from
    the first two of them (Kobak and Berens, Nature Communications 10, 2019). The same vectors give
    the same places on one machine. Fewer than five points lie on a line, and equal ones in the
    middle.
    """
    n = len(vectors)
    if n < 5:
        return np.column_stack([np.linspace(0, 1, n), np.full(n, 0.5)])
    if (vectors == vectors[0]).all():
        return np.full((n, 2), 0.5)
    width = min(COMPONENTS, n - 1, vectors.shape[1])
    reduced = PCA(width, svd_solver="full").fit_transform(np.asarray(vectors, np.float32))
    with threadpool_limits(1):  # sums in one order, whatever the machine
        places = TSNE(
            init="pca", perplexity=perplexity(n), max_iter=ITERATIONS, random_state=SEED
        ).fit_transform(reduced)
    low, high = places.min(0), places.max(0)
    return (places - low) / np.where(high > low, high - low, 1)


def map_images(paths: StudyPaths) -> None:
    """Write points.csv and map.json, from the vectors and the split.

    Raises:
        UserError: a file is missing or damaged.
    """
    images = IMAGES.read_frame(paths.images)[["path"]]
    vectors = np.load(paths.embedding.vectors, mmap_mode="r")
    rows = sample(len(images))
    places = project(vectors[rows])
    split = SPLIT.read_frame(paths.split).set_index("path")
    points = []
    for path, (x, y) in zip(images["path"].iloc[rows], places, strict=True):
        label, name, part = split.loc[path, ["label", "class", "split"]]
        points.append(PointRow(path, round(float(x), 4), round(float(y), 4), label, name, part))
    POINTS.write(points, paths.map("points.csv"))
    MapRecord(
        images=len(images), shown=len(points), perplexity=perplexity(len(points)), seed=SEED
    ).write(paths.map("map.json"))
