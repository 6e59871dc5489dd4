"""Answering only where confident: the risk-coverage curve and the area below it.

Source: Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks", NeurIPS 2017;
the area is that of Geifman, Uziel and El-Yaniv (ICLR 2019).
"""

from __future__ import annotations

import numpy as np


def risk_coverage(confidence: np.ndarray, correct: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coverages (images,) 1/n, 2/n, .. 1, and the errors' share among the images so covered.

    Takes confidence (images,) float and whether the answer is right (images,), boolean. The most
    confident images are covered first. Images of equal confidence come in no order: each counts
    their mean error.

    Raises:
        ValueError: there are no images.
    """
    if len(confidence) == 0:
        raise ValueError("no images, so no risk")
    _, group, sizes = np.unique(-confidence, return_inverse=True, return_counts=True)
    mean_error = np.bincount(group, ~correct.astype(bool)) / sizes
    errors = np.repeat(mean_error, sizes)
    covered = np.arange(1, len(errors) + 1)
    return covered / len(errors), errors.cumsum() / covered


def area_under_risk_coverage(confidence: np.ndarray, correct: np.ndarray) -> float:
    """The mean risk over all coverages, in [0, 1]; lower is better (AURC)."""
    return float(risk_coverage(confidence, correct)[1].mean())
