"""Which test images the trainings of a model get wrong, and what is known of these images."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
from scipy.special import softmax

from chrysalis.records.audit import LabelRow, LeakRow
from chrysalis.records.pictures import ConfusionRow, ErrorImageRow, ErrorRow
from chrysalis.records.predictions import Predictions

Seeds = dict[int, Predictions]  # the test predictions of a model's trainings


def errors_of(model: str, seeds: Seeds) -> list[ErrorRow]:
    """Each wrong answer of each training, in the order of the seeds and of their predictions."""
    rows = []
    for seed, found in seeds.items():
        shares = softmax(found.logits.astype(float), axis=1)
        for row in np.flatnonzero(~found.correct):
            answer = found.logits[row].argmax()
            rows.append(
                ErrorRow(
                    model=model,
                    seed=seed,
                    path=str(found.paths[row]),
                    class_=found.classes[found.labels[row]],
                    predicted=found.classes[answer],
                    confidence=round(float(shares[row, answer]), 4),
                )
            )
    return rows


def judged(seeds: Seeds) -> Counter[str]:
    """How many trainings have each image in their test split."""
    return Counter(str(path) for found in seeds.values() for path in found.paths)


def error_images(
    errors: Iterable[ErrorRow],
    asked: Counter[str],
    doubtful: Iterable[LabelRow],
    leaks: Iterable[LeakRow],
) -> list[ErrorImageRow]:
    """A row for each image of one model's `errors`; first what most trainings get wrong, surely.

    Among equally frequent answers, the surer one counts. `asked` is as `judged` gives it.
    """
    doubts = {row.path: row for row in doubtful}
    twins = {row.path: row for row in leaks}
    by_image: dict[str, list[ErrorRow]] = defaultdict(list)
    for error in errors:
        by_image[error.path].append(error)
    rows = []
    for path, found in by_image.items():
        doubt, twin = doubts.get(path), twins.get(path)
        rows.append(
            ErrorImageRow(
                model=found[0].model,
                path=path,
                class_=found[0].class_,
                predicted=_main_answer(found),
                confidence=round(float(np.mean([error.confidence for error in found])), 4),
                wrong=len(found),
                judged=asked[path],
                suggested=doubt.suggested if doubt else "",
                label_confidence=doubt.confidence if doubt else float("nan"),
                twin=twin.twin if twin else "",
                twin_split=twin.twin_split if twin else "",
                twin_class=twin.twin_class if twin else "",
            )
        )
    return sorted(rows, key=lambda row: (-row.wrong / row.judged, -row.confidence, row.path))


def _main_answer(errors: list[ErrorRow]) -> str:
    sure: dict[str, list[float]] = defaultdict(list)
    for error in errors:
        sure[error.predicted].append(error.confidence)
    return min(sure, key=lambda name: (-len(sure[name]), -sum(sure[name]), name))


def confusions(model: str, seeds: Seeds, errors: Iterable[ErrorRow]) -> list[ConfusionRow]:
    """How often each class is taken for each other one, the most frequent first."""
    answers = Counter(
        found.classes[label] for found in seeds.values() for label in found.labels.tolist()
    )
    pairs = Counter((error.class_, error.predicted) for error in errors)
    rows = [
        ConfusionRow(model, true, answer, n, answers[true], round(n / answers[true], 4))
        for (true, answer), n in pairs.items()
    ]
    return sorted(rows, key=lambda row: (-row.errors, -row.share, row.class_, row.predicted))
