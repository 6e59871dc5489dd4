"""What a study's pretrained embedding says of a photograph: is any training image like it?

A network that was trained on a few hundred images is as sure of noise as of a butterfly. The
vectors that the audit made of the study's images are of a network that has seen the world. Source
of the score: Sun et al., "Out-of-Distribution Detection with Deep Nearest Neighbors", ICML 2022,
with the nearest neighbour.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, replace

import numpy as np

from chrysalis.audit.embedders import WIDTH, Embedder, make
from chrysalis.command.judged import Judged
from chrysalis.command.networks import Chosen, results_of
from chrysalis.config.embedders import NETWORK
from chrysalis.data.packed import read_table
from chrysalis.models import registry
from chrysalis.records.paths import StudyPaths
from chrysalis.stats.outside import threshold

BLOCK = 4096  # vectors of training images that are read at once
MOST = 2000  # val and test images that the threshold and its check rest on


@dataclass(frozen=True)
class Neighbours:
    """The vectors of all images (N, width), and the rows of each split."""

    embedder: Embedder
    vectors: np.ndarray
    rows: dict[str, np.ndarray]

    @classmethod
    def of(cls, chosen: Chosen) -> Neighbours | None:
        """Those of the study that these trainings are of.

        None where the vectors, or the pretrained weights that made them, are not at hand, and
        where each seed has a split of its own.
        """
        paths = StudyPaths(results_of(chosen.folders[0]))
        needed = paths.embedding.vectors, paths.images, paths.split
        varied = "split" in chosen.records[0].settings.varied
        if varied or not all(path.is_file() for path in needed):
            return None
        vectors = np.load(paths.embedding.vectors, mmap_mode="r")
        images, split = read_table(paths.images), read_table(paths.split)
        package = registry.spec("efficientnet_lite0").needs
        if vectors.shape != (len(images), WIDTH) or not importlib.util.find_spec(package):
            return None
        names = split.set_index("path")["split"].reindex(images["path"]).to_numpy()
        rows = {name: np.flatnonzero(names == name) for name in ("train", "val", "test")}
        median = int(images[["width", "height"]].min(axis=1).median())
        return cls(make(NETWORK, median), vectors, rows)

    def judged(self, judged: Judged) -> Judged:
        """The same with the threshold of this score, from val, and the share of test below it."""
        val, test = (self._nearest(self.vectors[_some(self.rows[s])]) for s in ("val", "test"))
        limit = threshold(val, judged.rate)
        refused = float((test < (-np.inf if limit is None else limit)).mean())
        return replace(judged, threshold=limit, test_unknown=refused)

    def familiarity(self, squares: np.ndarray) -> np.ndarray:
        """Cosine similarity (n,) of squares (n, side, side, 3) to the nearest training image."""
        return self._nearest(self.embedder.embed(squares))

    def _nearest(self, vectors: np.ndarray) -> np.ndarray:
        queries, train = _unit(vectors), self.rows["train"]
        best = np.full(len(queries), -1.0)
        for start in range(0, len(train), BLOCK):
            block = _unit(self.vectors[train[start : start + BLOCK]])
            best = np.maximum(best, (queries @ block.T).max(axis=1))
        return best


def _unit(vectors: np.ndarray) -> np.ndarray:
    values = np.asarray(vectors, np.float32)
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-6)


def _some(rows: np.ndarray) -> np.ndarray:
    """Up to `MOST` of the rows, evenly spread."""
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST)).astype(int)]
