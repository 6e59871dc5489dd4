"""What a search of so many trials can be expected to reach."""

from __future__ import annotations

import numpy as np


def expected_best(values: np.ndarray) -> np.ndarray:
    """The expected highest of n draws, for n = 1 .. N, from the distribution of `values` (N,).

    The values are of N trials whose settings were drawn at random, independently. The distribution
    is their empirical one: E[max of n] = sum over v of v (P(V <= v)^n - P(V < v)^n), eq. 7 of Dodge
    et al., "Show Your Work: Improved Reporting of Experimental Results", EMNLP 2019.
    """
    ordered = np.sort(np.asarray(values, float))
    draws = np.arange(1, len(ordered) + 1)
    at_most = np.arange(len(ordered) + 1) / len(ordered)
    found: np.ndarray = np.diff(at_most[:, None] ** draws, axis=0).T @ ordered
    return found
