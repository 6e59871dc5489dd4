"""Answering only where confident: the risk-coverage curve and the area below it.

Source: Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks", NeurIPS 2017;
the area is that of Geifman, Uziel and El-Yaniv (ICLR 2019).
"""

from __future__ import annotations

import numpy as np

DIGITS = 12  # to which confidences are compared: beyond, they differ by rounding alone


def risk_coverage(confidence: np.ndarray, correct: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coverages (images,) 1/n, 2/n, .. 1, and the errors' share among the images so covered.

    Takes confidence (images,) float and whether the answer is right (images,), boolean. The most
    confident images are covered first. Images of equal confidence (to 12 digits) come in no order:
    each counts their mean error.

    Raises:
        ValueError: there are no images.
    """
    if len(confidence) == 0:
        raise ValueError("no images, so no risk")
    _, group, sizes = np.unique(
        -np.round(confidence, DIGITS), return_inverse=True, return_counts=True
    )
    mean_error = np.bincount(group, ~correct.astype(bool)) / sizes
    errors = np.repeat(mean_error, sizes)
    covered = np.arange(1, len(errors) + 1)
    return covered / len(errors), errors.cumsum() / covered


def area_under_risk_coverage(confidence: np.ndarray, correct: np.ndarray) -> float:
    """The mean risk over all coverages, in [0, 1]; lower is better (AURC)."""
    return float(risk_coverage(confidence, correct)[1].mean())


def pseudo_values(confidence: np.ndarray, correct: np.ndarray) -> np.ndarray:
    """What each image adds to the area: jackknife pseudo-values (images,), whose mean is the area.

    The area is no mean over images, so arms are compared by these as by any score of an image, as
    Dorfman, Berbaum and Metz do (Investigative Radiology 27, 1992). They are shifted so that their
    mean is the area itself (Hillis, Berbaum and Metz, Academic Radiology 15, 2008). Takes what
    `risk_coverage` takes; all are found in one pass, after sorting.

    Raises:
        ValueError: there are fewer than two images.
    """
    images = len(confidence)
    if images < 2:
        raise ValueError("no image can be left out of fewer than two")
    _, group, sizes = np.unique(
        -np.round(confidence, DIGITS), return_inverse=True, return_counts=True
    )
    wrong = ~correct.astype(bool)
    wrongs = np.bincount(group, wrong)
    ends = sizes.cumsum()
    starts = ends - sizes
    harmonic = np.concatenate([[0.0], (1 / np.arange(1, images + 1)).cumsum()])
    errors = np.repeat(wrongs / sizes, sizes).cumsum()
    before = np.concatenate([[0.0], wrongs.cumsum()[:-1]])
    # Sums of risks: of the first k images, and of the images after place k when one before is gone.
    risks = np.concatenate([[0.0], (errors / np.arange(1, images + 1)).cumsum()])
    shifted = np.concatenate([[0.0, 0.0], (errors[1:] / np.arange(1, images)).cumsum()])
    # Without one image of a group, its others err at this rate (0 where there are none).
    rate = (wrongs[group] - wrong) / np.maximum(sizes[group] - 1, 1)
    start, end = starts[group], ends[group]
    inside = (before[group] - start * rate) * (harmonic[end - 1] - harmonic[start])
    inside += (end - 1 - start) * rate
    after = shifted[images] - shifted[end] - wrong * (harmonic[images - 1] - harmonic[end - 1])
    without = (risks[start] + inside + after) / (images - 1)
    area = risks[images] / images
    return area + (images - 1) * (without.mean() - without)
