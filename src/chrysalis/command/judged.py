"""What a study's own predictions say of a network: how sure it may be, and what it doesn't know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax, logsumexp

from chrysalis.command.networks import Chosen
from chrysalis.records.predictions import read
from chrysalis.stats.calibration import fit_temperature
from chrysalis.stats.outside import familiarity, threshold

RATE = 0.05
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Judged:
    """How to read a network's logits; everything is fitted on val, and test is only counted.

    Log probabilities are divided by `temperature`. An image whose familiarity is below `threshold`
    is unknown: None where val has too few images for the share `rate` of them that may be refused.
    `test_top1` is the share of right answers on test before any is refused, `test_unknown` the
    share refused there.
    """

    classes: list[str]
    temperature: float
    threshold: float | None
    rate: float
    val_images: int
    test_images: int
    test_top1: float
    test_unknown: float

    def probabilities(self, logits: list[np.ndarray]) -> np.ndarray:
        """Calibrated probabilities (n, classes) of each member's logits (n, classes)."""
        return np.exp(log_softmax(pooled(logits) / self.temperature, axis=1))

    def unknown(self, scores: np.ndarray) -> np.ndarray:
        """Which images, by their scores (n,), are unlike those of the study (n,) bool."""
        return scores < (-np.inf if self.threshold is None else self.threshold)


def judge(chosen: Chosen, rate: float = RATE) -> Judged:
    """Fit temperature and threshold on the val images of these trainings.

    Raises:
        UserError: their predictions are missing, damaged or not finite.
    """
    val, test = ([read(folder, name) for folder in chosen.folders] for name in ("val", "test"))
    val_logits, test_logits = ([each.logits for each in split] for split in (val, test))
    limit = threshold(score(val_logits), rate)
    refused = score(test_logits) < (-np.inf if limit is None else limit)
    right = pooled(test_logits).argmax(1) == test[0].labels
    return Judged(
        classes=val[0].classes,
        temperature=fit_temperature(val[0].labels, pooled(val_logits)),
        threshold=limit,
        rate=rate,
        val_images=len(val[0].labels),
        test_images=len(right),
        test_top1=float(right.mean()),
        test_unknown=float(refused.mean()),
    )


def pooled(logits: list[np.ndarray]) -> np.ndarray:
    """The logarithm of the members' mean probability (n, classes), from logits of each.

    Members are pooled first and calibrated together (Rahaman and Thiery, "Uncertainty
    Quantification and Deep Ensembles", NeurIPS 2021).
    """
    logs = np.stack([log_softmax(each.astype(float), axis=1) for each in logits])
    return logsumexp(logs, axis=0) - np.log(len(logits))


def score(logits: list[np.ndarray]) -> np.ndarray:
    """The members' mean familiarity (n,)."""
    return np.mean([familiarity(each) for each in logits], axis=0)
