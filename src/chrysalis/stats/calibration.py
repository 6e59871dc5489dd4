"""How far a network's confidence can be taken at its word, as it is and after temperature scaling.

Source of the metrics and of the scaling: Guo et al., "On Calibration of Modern Neural Networks",
ICML 2017, sections 2 and 4.2. The Brier score is the one of Brier, Monthly Weather Review 78, 1950:
summed over the classes, between 0 and 2.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

BINS = 15
TEMPERATURES = (0.05, 20.0)


def scores(labels: np.ndarray, logits: np.ndarray) -> dict[str, float]:
    """ECE (fraction), NLL (nats) and Brier score of labels (n,) and logits (n, classes)."""
    return {
        "ece": expected_calibration_error(labels, logits),
        "nll": negative_log_likelihood(labels, logits),
        "brier": brier_score(labels, logits),
    }


def reliability(labels: np.ndarray, logits: np.ndarray) -> pd.DataFrame:
    """A row for each of `BINS` bins of equal width of the top class's confidence, right-closed.

    Columns low, high, images, confidence and accuracy (means, empty in a bin without images).
    """
    probabilities = softmax(logits.astype(float), axis=1)
    confidence = probabilities.max(1)
    correct = probabilities.argmax(1) == labels
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    images = np.bincount(bins, minlength=BINS)
    with np.errstate(invalid="ignore"):
        means = {
            name: np.bincount(bins, values, BINS) / images
            for name, values in (("confidence", confidence), ("accuracy", correct))
        }
    edges = np.arange(BINS + 1) / BINS
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "images": images, **means})


def expected_calibration_error(labels: np.ndarray, logits: np.ndarray) -> float:
    """Mean gap of confidence and accuracy over the bins of `reliability`, weighted by images."""
    table = reliability(labels, logits).dropna()
    gaps = (table["accuracy"] - table["confidence"]).abs()
    return float((gaps * table["images"]).sum() / len(labels))


def negative_log_likelihood(labels: np.ndarray, logits: np.ndarray) -> float:
    """Mean negative log likelihood of the true class, in nats."""
    return float(-log_softmax(logits.astype(float), axis=1)[np.arange(len(labels)), labels].mean())


def brier_score(labels: np.ndarray, logits: np.ndarray) -> float:
    """Mean squared distance of the probabilities from the true class's vector of 0 and 1."""
    wrong = softmax(logits.astype(float), axis=1)
    wrong[np.arange(len(labels)), labels] -= 1
    return float((wrong**2).sum(1).mean())


def fit_temperature(labels: np.ndarray, logits: np.ndarray) -> float:
    """The temperature, within `TEMPERATURES`, whose quotients of the logits are most likely.

    To be fitted on val. Where every image is right, the lower the likelier, until likelihood cannot
    tell; one of those low temperatures is found.
    """
    found = minimize_scalar(
        lambda log: negative_log_likelihood(labels, logits / np.exp(log)),
        bounds=np.log(TEMPERATURES),
        method="bounded",
    )
    return float(np.exp(found.x))
