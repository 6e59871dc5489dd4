"""Metrics of one run's predictions, from its stored logits.

Rule for classes that a split lacks: macro averages are taken over the classes that have images
in the split; a class without any has no accuracy (empty in tables). Predicting such a class still
counts as an error, so it lowers the recall of the true class and the micro averages.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from chrysalis.stats import calibration

MOST_GUESSES = 5


def confusion(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Counts (classes, classes) int64; rows are true classes, columns predicted ones."""
    flat = np.asarray(labels) * classes + np.asarray(predicted)
    return np.bincount(flat, minlength=classes**2).reshape(classes, classes)


def top_k(labels: np.ndarray, logits: np.ndarray, k: int) -> float:
    """Share of images whose class is among the `k` largest logits.

    Among equal logits the class with the lower label comes first, as it does for argmax. Logits
    that are not numbers are never right.
    """
    own = logits[np.arange(len(labels)), labels][:, None]
    earlier = np.arange(logits.shape[1]) < np.asarray(labels)[:, None]
    ahead = ~(logits <= own) | ((logits == own) & earlier)
    return float((ahead.sum(1) < k).mean())


def precision_recall_f1(counts: np.ndarray) -> dict[str, float]:
    """Macro, micro and weighted averages of precision, recall and F1 (fractions).

    `counts` is a confusion matrix. A class never predicted has precision 0; a class with neither
    precision nor recall has F1 0. Weights are the classes' numbers of images.
    """
    hits = np.diag(counts).astype(float)
    support, guesses = counts.sum(1), counts.sum(0)
    present = support > 0
    precision = _divide(hits, guesses)
    recall = _divide(hits, support)
    f1 = _divide(2 * hits, support + guesses)
    values = {"precision": precision, "recall": recall, "f1": f1}
    result = {f"{name}_macro": float(v[present].mean()) for name, v in values.items()}
    # Every image has one label and one guess, so the three micro averages are all the accuracy.
    result |= {f"{name}_micro": float(hits.sum() / counts.sum()) for name in values}
    weights = support / support.sum()
    return result | {f"{name}_weighted": float(v @ weights) for name, v in values.items()}


def summarise(labels: np.ndarray, logits: np.ndarray) -> dict[str, float]:
    """All metrics of one split: labels (n,) int, logits (n, classes) float.

    top2 to top5 are given as far as there are that many classes.
    """
    classes = logits.shape[1]
    guesses = range(1, min(MOST_GUESSES, classes) + 1)
    return {
        "images": len(labels),
        **{f"top{k}": top_k(labels, logits, k) for k in guesses},
        **precision_recall_f1(confusion(labels, logits.argmax(1), classes)),
        **calibration.scores(labels, logits),
    }


def per_class(counts: np.ndarray, classes: list[str]) -> pd.DataFrame:
    """Columns class, support, accuracy: the share of a class's images that are recognised."""
    support = counts.sum(1)
    accuracy = np.where(support > 0, _divide(np.diag(counts), support), np.nan)
    return pd.DataFrame({"class": classes, "support": support, "accuracy": accuracy})


def _divide(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Elementwise quotient, 0 where the denominator is 0."""
    return np.divide(
        numerator, denominator, out=np.zeros(len(numerator)), where=np.asarray(denominator) > 0
    )
