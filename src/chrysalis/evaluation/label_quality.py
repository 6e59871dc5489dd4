"""How far the labels of each class can be trusted, by predictions for images not trained on."""

from __future__ import annotations

import numpy as np
from cleanlab.dataset import rank_classes_by_label_quality
from cleanlab.rank import get_self_confidence_for_each_label
from scipy.special import softmax

from chrysalis.records.experiment import LabelQualityRow
from chrysalis.records.predictions import Predictions


def label_quality(seeds: list[Predictions]) -> list[LabelQualityRow]:
    """A row for each class that has images, the worst first.

    `seeds` are the predictions of several trainings for the same images; their probabilities are
    averaged. label_quality is the estimated share of the
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
    quality = ranked["Label Quality Score"].sort_index().to_numpy()
    found = [
        (float(quality[i]), float(confidence[labels == i].mean()), i) for i in range(len(present))
    ]
    return [
        LabelQualityRow(
            rank=rank,
            class_=first.classes[present[i]],
            images=int((labels == i).sum()),
            label_quality=of_labels,
            self_confidence=of_network,
        )
        for rank, (of_labels, of_network, i) in enumerate(sorted(found), start=1)
    ]
