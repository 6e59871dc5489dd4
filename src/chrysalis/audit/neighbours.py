"""The nearest vectors of each vector, by blocks of matrix products: memory is linear in N.

Up to `EXACT` vectors, and on a GPU, every vector is compared with every other. Beyond that, time
would grow to hours, so only vectors of one neighbourhood are compared: each belongs to those of the
`CELLS_EACH` centres that it is nearest to, and two vectors meet where they share one. It is an
inverted file with several assignments (Jegou, Douze and Schmid, Product Quantization for Nearest
Neighbor Search, PAMI 33, 2011, section IV), with both sides assigned; its centres are vectors
drawn at random. Of a million vectors in random directions it pairs 98 % of those with a cosine of
0.7, and about 80 % with 0.5.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

EXACT = 200_000  # vectors
CELLS_EACH = 16
_OF_A_CELL = 4000  # vectors, on average
_ROWS, _COLUMNS = 1024, 2048  # of a block of similarities: it stays in the cache


def compress(vectors: np.ndarray, width: int) -> np.ndarray:
    """Unit vectors of the `width` principal components, whitened: float32 (N, width or less).

    What most images have in common then no longer makes all of them look alike (whitening: Jegou
    and Chum, ECCV 2012). The vectors are read in blocks, so a memory map stays on disk.
    """
    n, columns = vectors.shape
    total, products = np.zeros(columns), np.zeros((columns, columns))
    for block in _blocks(vectors):
        total += block.sum(0)
        products += block.T @ block
    mean = total / n
    values, directions = np.linalg.eigh(products / n - np.outer(mean, mean))
    kept = np.argsort(values)[::-1][: min(width, max(1, n - 1))]
    scale = np.sqrt(np.maximum(values[kept], 1e-6 * max(values.max(), 1e-12)))
    # An eigenvector's sign is arbitrary; similarities do not depend on it.
    projection = (directions[:, kept] / scale).astype(np.float32)
    found = np.empty((n, len(kept)), np.float32)
    start = 0
    for block in _blocks(vectors):
        part = (block - mean.astype(np.float32)) @ projection
        found[start : start + len(part)] = part / np.maximum(
            np.linalg.norm(part, axis=1, keepdims=True), 1e-6
        )
        start += len(part)
    return found


def _blocks(vectors: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(vectors), 4 * _ROWS):
        yield np.asarray(vectors[start : start + 4 * _ROWS], np.float32)


def nearest(
    queries: np.ndarray, vectors: np.ndarray, k: int, least: float
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (query, vector) of the `k` largest products of each query that are at least `least`.

    Both are float32 with as many rows, all of one length. Row i of the two is never paired with
    itself. Of more than `EXACT` vectors a few of the pairs are missed, unless there is a GPU.
    Returns the pairs int64 (P, 2), sorted, and their products float32 (P,).
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    left, right = torch.from_numpy(queries).to(device), torch.from_numpy(vectors).to(device)
    best = _Best(len(queries), k, least, device)
    if len(vectors) <= EXACT or device == "cuda":
        best.compare(left, right, torch.arange(len(left)), torch.arange(len(right)))
    else:
        for rows, columns in _neighbourhoods(left, right):
            best.compare(left, right, rows, columns)
    return best.pairs()


def _neighbourhoods(
    queries: torch.Tensor, vectors: torch.Tensor
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """The rows of the queries and of the vectors that belong to each cell, ascending."""
    cells = len(vectors) * CELLS_EACH // _OF_A_CELL
    drawn = np.random.default_rng(0).choice(len(vectors), cells, replace=False)
    centres = vectors[torch.from_numpy(np.sort(drawn))]
    for rows, columns in zip(_members(queries, centres), _members(vectors, centres), strict=True):
        if len(rows) and len(columns):
            yield rows, columns


def _members(vectors: torch.Tensor, centres: torch.Tensor) -> list[torch.Tensor]:
    """The rows of each centre's cell: those of which it is among the `CELLS_EACH` nearest."""
    chosen = torch.empty((len(vectors), CELLS_EACH), dtype=torch.int32)
    for start in range(0, len(vectors), _ROWS):
        products = vectors[start : start + _ROWS] @ centres.T
        chosen[start : start + _ROWS] = products.topk(CELLS_EACH, sorted=False).indices
    order = chosen.ravel().argsort(stable=True)
    sizes = torch.bincount(chosen.ravel(), minlength=len(centres))
    return list(order.div(CELLS_EACH, rounding_mode="floor").split(sizes.tolist()))


class _Best:
    """The `k` largest products so far of each query, and the rows of the vectors they are with."""

    def __init__(self, queries: int, k: int, least: float, device: str) -> None:
        self._least = least
        self._products = torch.full((queries, k), -torch.inf, device=device)
        self._places = torch.full((queries, k), -1, device=device)

    def compare(
        self,
        queries: torch.Tensor,
        vectors: torch.Tensor,
        rows: torch.Tensor,
        columns: torch.Tensor,
    ) -> None:
        """Look among these rows of the vectors for the nearest of these rows of the queries."""
        for some in rows.split(_ROWS):
            block = queries[some]
            for others in columns.split(_COLUMNS):
                products = block @ vectors[others].T
                same, at, place = np.intersect1d(some, others, True, return_indices=True)
                if len(same):
                    products[torch.from_numpy(at), torch.from_numpy(place)] = -torch.inf
                self._add(products, some, others)

    def _add(self, products: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor) -> None:
        """Take those of the products (len(rows), len(columns)) that are large enough."""
        most = products.amax(1)
        # To look for the largest takes far longer than to see that none is large enough.
        enough = (most >= self._least) & (most > self._products[rows, -1])
        found = torch.nonzero(enough).ravel()
        if not len(found):
            return
        value, place = products[found].topk(min(self._products.shape[1], len(columns)))
        rows = rows.to(found.device)[found]
        place = columns.to(found.device)[place]
        known = (place[:, :, None] == self._places[rows][:, None]).any(2)
        value = torch.where(known | (value < self._least), -torch.inf, value)
        both = (
            torch.cat([self._products[rows], value], 1),
            torch.cat([self._places[rows], place], 1),
        )
        self._products[rows], order = both[0].topk(self._products.shape[1])
        self._places[rows] = both[1].gather(1, order)

    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """As `nearest` returns them."""
        rows, columns = torch.nonzero(self._products > -torch.inf, as_tuple=True)
        pairs = torch.stack([rows, self._places[rows, columns]], 1).cpu().numpy()
        products = self._products[rows, columns].cpu().numpy()
        order = np.lexsort(pairs.T[::-1])
        return pairs[order], products[order]
