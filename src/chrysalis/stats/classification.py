"""Metrics of one run's predictions, from its stored logits.

Rule for classes that a split lacks: macro averages are taken over the classes that have images
in the split; a class without any has no accuracy (empty in tables). Predicting such a class still
counts as an error, so it lowers the recall of the true class and the micro averages.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from chrysalis.stats import calibration

MOST_GUESSES = 5
NAMES = ("precision", "recall", "f1")


def predicted(logits: np.ndarray) -> np.ndarray:
    """The class with the largest logit (n,) int; among equals the one with the lowest label.

    Raises:
        ValueError: a logit is not finite, and so says nothing.
    """
    if not np.isfinite(logits).all():
        raise ValueError("logits must be finite")
    return logits.argmax(1)


def confusion(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Counts (classes, classes) int64; rows are true classes, columns predicted ones."""
    return confusion_matrix(labels, predicted, labels=np.arange(classes))


def top_k(labels: np.ndarray, logits: np.ndarray, k: int) -> float:
    """Share of images whose class is among the `k` largest logits.

    Among equal logits the class with the lower label comes first, as it does for argmax. Logits
    that are not numbers are never right. (scikit-learn's `top_k_accuracy_score` puts the higher
    label first, and has another rule for two classes.)
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
    everything = np.arange(len(counts))
    considered = {
        "macro": everything[counts.sum(1) > 0],
        "micro": everything,
        "weighted": everything,
    }
    found = {average: _scores(counts, over, average) for average, over in considered.items()}
    return {
        f"{name}_{average}": float(value)
        for average, values in found.items()
        for name, value in zip(NAMES, values, strict=True)
    }


def summarise(labels: np.ndarray, logits: np.ndarray) -> dict[str, float]:
    """All metrics of one split: labels (n,) int, logits (n, classes) float.

    top2 to top5 are given as far as there are that many classes.

    Raises:
        ValueError: a logit is not finite.
    """
    classes = logits.shape[1]
    counts = confusion(labels, predicted(logits), classes)
    guesses = range(1, min(MOST_GUESSES, classes) + 1)
    return {
        "images": len(labels),
        **{f"top{k}": top_k(labels, logits, k) for k in guesses},
        **precision_recall_f1(counts),
        **calibration.metrics(labels, logits),
    }


def per_class(counts: np.ndarray, classes: list[str]) -> pd.DataFrame:
    """Columns class, support, accuracy: the share of a class's images that are recognised."""
    support = counts.sum(1)
    _, recall, _ = _scores(counts, np.arange(len(counts)), None)
    accuracy = np.where(support > 0, recall, np.nan)
    return pd.DataFrame({"class": classes, "support": support, "accuracy": accuracy})


def _scores(
    counts: np.ndarray, over: np.ndarray, average: str | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision, recall and F1 of the classes `over`; averaged, if an average is named."""
    true, guessed = np.indices(counts.shape).reshape(2, -1)
    # Each cell of the matrix stands for as many images as it counts.
    precision, recall, f1, _ = precision_recall_fscore_support(
        true,
        guessed,
        labels=over,
        average=average,
        sample_weight=counts.ravel(),
        zero_division=0,
    )
    return precision, recall, f1
