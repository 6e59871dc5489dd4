"""The nearest vectors of each vector, by blocks of matrix products: memory is linear in N."""

from __future__ import annotations

import numpy as np
import torch

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


def _blocks(vectors: np.ndarray):
    for start in range(0, len(vectors), 4 * _ROWS):
        yield np.asarray(vectors[start : start + 4 * _ROWS], np.float32)


def nearest(
    queries: np.ndarray, vectors: np.ndarray, k: int, least: float
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (query, vector) of the `k` largest products of each query that are at least `least`.

    Row i of the two is never paired with itself. Returns the pairs int64 (P, 2), sorted, and their
    products float32 (P,). On a GPU if there is one.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    everything = torch.from_numpy(vectors)
    pairs, products = [], []
    for start in range(0, len(queries), _ROWS):
        block = torch.from_numpy(queries[start : start + _ROWS]).to(device)
        best, place = _best(block, everything, k, least, start)
        rows, columns = torch.nonzero(place >= 0, as_tuple=True)
        pairs.append(torch.stack([rows + start, place[rows, columns]], 1).cpu().numpy())
        products.append(best[rows, columns].cpu().numpy())
    found = np.concatenate(pairs) if pairs else np.empty((0, 2), np.int64)
    strength = np.concatenate(products) if products else np.empty(0, np.float32)
    order = np.lexsort(found.T[::-1])
    return found[order], strength[order]


def _best(
    block: torch.Tensor, vectors: torch.Tensor, k: int, least: float, start: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """The `k` largest products of each row of the block, which begins at row `start`, and where.

    Where fewer are at least `least`, the place is -1.
    """
    best = torch.full((len(block), k), -torch.inf, device=block.device)
    places = torch.full((len(block), k), -1, device=block.device)
    for first in range(0, len(vectors), _COLUMNS):
        part = vectors[first : first + _COLUMNS].to(block.device)
        products = block @ part.T
        own = torch.arange(start, start + len(block), device=block.device) - first
        inside = (own >= 0) & (own < len(part))
        products[torch.nonzero(inside).ravel(), own[inside]] = -torch.inf
        most = products.amax(1)
        # To look for the largest takes far longer than to see that none is large enough.
        rows = torch.nonzero((most >= least) & (most > best[:, -1])).ravel()
        value, place = products[rows].topk(min(k, len(part)), dim=1)
        place = torch.where(value >= least, place + first, -1)
        both = torch.cat([best[rows], value], 1), torch.cat([places[rows], place], 1)
        best[rows], order = both[0].topk(k, dim=1)
        places[rows] = both[1].gather(1, order)
    return best, places
