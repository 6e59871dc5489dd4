"""Which pictures stand on the page of each class, chosen by rule and not by eye."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
import pandas as pd

from chrysalis.evaluation.metrics import standard_deviation
from chrysalis.records.audit import LabelRow
from chrysalis.records.evaluation import PerClassRow
from chrysalis.records.pictures import ClassAccuracyRow, ClassPictureRow, ErrorRow, Kind

EXAMPLES = 6  # the other numbers are the most of their kind
MOST = 12


def class_accuracy(
    model: str, seeds: list[list[PerClassRow]], classes: list[str]
) -> list[ClassAccuracyRow]:
    """A row for each class, from the tables of the model's trainings. NaN without test images."""
    found: dict[str, list[PerClassRow]] = defaultdict(list)
    for table in seeds:
        for row in table:
            if row.split == "test":
                found[row.class_].append(row)
    rows = []
    for label, name in enumerate(classes):
        shares = [row.accuracy for row in found[name] if row.support]
        rows.append(
            ClassAccuracyRow(
                model=model,
                label=label,
                class_=name,
                images=found[name][0].support if found[name] else 0,
                seeds=len(shares),
                mean=round(float(np.mean(shares)), 6) if shares else float("nan"),
                sd=round(standard_deviation(shares), 6) if len(shares) > 1 else float("nan"),
            )
        )
    return rows


def class_pictures(
    split: pd.DataFrame, errors: list[ErrorRow], asked: Counter[str], doubtful: list[LabelRow]
) -> list[ClassPictureRow]:
    """The pictures of each class by label, kind and rank; `split` is split.csv.

    `errors` are those of all trainings, `asked` counts their answers to each image. Missed
    images and those taken for the class come with what most trainings get wrong first. Examples are
    train images at random, with a fixed seed.
    """
    names = split.drop_duplicates("label").sort_values("label")["class"].tolist()
    missed = _missed(errors, asked)
    rows: list[ClassPictureRow] = []
    for label, name in enumerate(names):
        train = split[(split["label"] == label) & (split["split"] == "train")]
        chosen = train.sample(n=min(EXAMPLES, len(train)), random_state=label)
        rows += [_plain(label, "example", path, "") for path in chosen["path"]]
        rows += [
            ClassPictureRow(label, "missed", path, answer, n, asked[path])
            for true, answer, path, n in [each for each in missed if each[0] == name][:MOST]
        ]
        rows += [
            ClassPictureRow(label, "taken", path, true, n, asked[path])
            for true, answer, path, n in [each for each in missed if each[1] == name][:MOST]
        ]
        own_label = [row for row in doubtful if row.class_ == name and row.suggested != name]
        rows += [_plain(label, "doubtful", r.path, r.suggested) for r in own_label[:MOST]]
        others = [row for row in doubtful if row.suggested == name and row.class_ != name]
        rows += [_plain(label, "suggested", row.path, row.class_) for row in others[:MOST]]
    return rows


def _plain(label: int, kind: Kind, path: str, other: str) -> ClassPictureRow:
    return ClassPictureRow(label, kind, path, other, 0, 0)


def _missed(errors: Iterable[ErrorRow], asked: Counter[str]) -> list[tuple[str, str, str, int]]:
    """True class, answer, path and how many trainings say so; the largest share first."""
    found = Counter((error.class_, error.predicted, error.path) for error in errors)
    listed = [(*key, n) for key, n in found.items()]
    return sorted(listed, key=lambda each: (-each[3] / asked[each[2]], each[2], each[1]))
