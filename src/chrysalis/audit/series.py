"""Series of photographs of one subject: images that are far more alike than others."""

from __future__ import annotations

import numpy as np

from chrysalis.audit.neighbours import compress, nearest
from chrysalis.data.groups import join

WIDTH = 256  # principal components: more than for duplicates, as the differences are smaller
LEAST_COSINE = 0.70  # of the vectors, whitened; chosen on the bursts planted in specimens
FEWEST = 3  # images
_NEIGHBOURS = 5


def find_series(paths: list[str], vectors: np.ndarray) -> list[list[str]]:
    """The paths of each series, sorted: at least `FEWEST` images that a chain of likeness links.

    None are found among fewer than twice `WIDTH` images, whose vectors are all unlike each other
    once they are whitened.

    Args:
        paths: of the N images.
        vectors: (N, width), any float type; may be a memory map.
    """
    if len(paths) < 2 * WIDTH:
        return []
    small = compress(vectors, WIDTH)
    pairs, _ = nearest(small, small, _NEIGHBOURS, LEAST_COSINE)
    alike = ((paths[one], paths[other]) for one, other in pairs.tolist())
    of_image = join(paths, alike, {})
    grouped = of_image.groupby(of_image).groups.values()
    return sorted(sorted(found) for found in grouped if len(found) >= FEWEST)
