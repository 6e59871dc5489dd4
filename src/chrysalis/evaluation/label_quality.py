"""How far the labels of each class can be trusted, by predictions for images not trained on."""

from __future__ import annotations

import numpy as np
import pandas as pd
from cleanlab.dataset import rank_classes_by_label_quality
from cleanlab.rank import get_self_confidence_for_each_label
from scipy.special import softmax

from chrysalis.records.predictions import Predictions


def label_quality(seeds: list[Predictions]) -> pd.DataFrame:
    """A row for each class that has images, the worst first.

    `seeds` are the predictions of several trainings for the same images; their probabilities are
    averaged. Columns rank (1: worst), class, images, label_quality: the estimated share of the
    class's images that belong to it (confident learning: Northcutt, Jiang and Chuang, JAIR 70,
    2021, section 3), and self_confidence: the mean probability that they are given of belonging to
    it (Kuan and Mueller, ICML workshop on DataPerf, 2022), which ranks classes of equal quality.
    """
    first = seeds[0]
    probabilities = np.mean([softmax(seed.logits, axis=1) for seed in seeds], axis=0)
    # cleanlab counts classes by their images, so those without any are put aside.
    present = np.unique(first.labels)
    shares = probabilities[:, present]
    shares = shares / shares.sum(1, keepdims=True)
    labels = np.searchsorted(present, first.labels)
    ranked = rank_classes_by_label_quality(labels, shares).set_index("Class Index")
    confidence = get_self_confidence_for_each_label(labels, shares)
    table = pd.DataFrame(
        {
            "class": [first.classes[label] for label in present],
            "images": np.bincount(labels),
            "label_quality": ranked["Label Quality Score"].sort_index().to_numpy(),
            "self_confidence": [confidence[labels == i].mean() for i in range(len(present))],
        }
    )
    table = table.sort_values(["label_quality", "self_confidence"], kind="stable")
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table.reset_index(drop=True)
