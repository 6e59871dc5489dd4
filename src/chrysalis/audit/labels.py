"""Doubtful labels and classes that are alike, by a linear probe on the images' vectors."""

from __future__ import annotations

import itertools

import numpy as np
from cleanlab.filter import find_label_issues
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from chrysalis.records.audit import AlikeRow, LabelRow, NoiseRow

FOLDS = 5
ALIKE = 0.10  # share of two classes' images that are taken for the other
NOISY = 0.10  # share of a class's labels that are doubtful
MOST_IMAGES = 100_000  # that a probe learns from

_REGULARISATION = 10.0  # C; vectors have the norm 1


def probe(vectors: np.ndarray, labels: np.ndarray) -> LogisticRegression:
    """Logistic regression on frozen features: a linear probe (Alain and Bengio, ICLR 2017).

    Of more than `MOST_IMAGES` images it learns from an even choice.
    """
    if len(labels) > MOST_IMAGES:
        rows = np.linspace(0, len(labels) - 1, MOST_IMAGES).astype(int)
        vectors, labels = vectors[rows], labels[rows]
    # The products are small: threads would wait for each other ten times as long as they work.
    with threadpool_limits(1):
        return LogisticRegression(C=_REGULARISATION, max_iter=200).fit(vectors, labels)


def out_of_fold(vectors: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> np.ndarray | None:
    """Probabilities (N, classes) by probes that learned from other groups of images only.

    The folds have equal shares of each class's groups; a group counts for its first image's class.
    None if a class has too few groups to be in each fold.
    """
    classes = int(labels.max()) + 1
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    of_group = labels[first]
    if np.bincount(of_group, minlength=classes).min() < FOLDS:
        return None
    found = np.zeros((len(labels), classes))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for _, judged in folds.split(of_group, of_group):
        judge = np.isin(group, judged)
        model = probe(vectors[~judge], labels[~judge])
        found[np.ix_(judge, model.classes_)] = model.predict_proba(vectors[judge])
    return found


def doubtful(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Rows whose label is probably wrong, the worst first.

    Confident learning with pruning by noise rate (Northcutt, Jiang and Chuang, JAIR 70, 2021),
    ranked by the probability of the label.
    """
    return find_label_issues(
        labels,
        probabilities,
        filter_by="prune_by_noise_rate",
        return_indices_ranked_by="self_confidence",
        n_jobs=1,
    )


def alike(labels: np.ndarray, predicted: np.ndarray, names: list[str]) -> list[AlikeRow]:
    """Pairs of classes that the probe confuses for at least `ALIKE` of their images."""
    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (labels, predicted), 1)
    sizes = counts.sum(1)
    rows = [
        AlikeRow(names[a], names[b], int(sizes[a] + sizes[b]), int(both), float(both / all_))
        for a, b in itertools.combinations(range(len(names)), 2)
        for both, all_ in [(counts[a, b] + counts[b, a], max(1, sizes[a] + sizes[b]))]
        if both / all_ >= ALIKE
    ]
    return sorted(rows, key=lambda row: (-row.share, row.class_a, row.class_b))


def noise(sizes: dict[str, int], rows: list[LabelRow], alike: list[AlikeRow]) -> list[NoiseRow]:
    """Each class and the share of its labels that are doubtful, the noisiest first.

    An image that looks like a class too alike does not count: there the classes, and not the
    labels, are hard to tell apart.

    Args:
        sizes: images of each class.
        rows: the doubtful labels.
        alike: the classes that are too alike.
    """
    confused = {frozenset((row.class_a, row.class_b)) for row in alike}
    counts = dict.fromkeys(sizes, 0)
    for row in rows:
        counts[row.class_] += frozenset((row.class_, row.suggested)) not in confused
    made = [NoiseRow(name, sizes[name], n, round(n / sizes[name], 4)) for name, n in counts.items()]
    return sorted(made, key=lambda row: (-row.share, row.class_))
