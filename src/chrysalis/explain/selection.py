"""Which predictions are explained, chosen by rule and not by eye."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import softmax


def select_examples(
    predictions: pd.DataFrame, classes: Sequence[str], right: int = 8, wrong: int = 8, seed: int = 0
) -> pd.DataFrame:
    """Choose right and wrong predictions of the test split at random, evenly over true classes.

    The classes take turns in a random order, each giving a random prediction not yet chosen, until
    there are `right` (or `wrong`) of them or no more. Neither confidence nor content plays a part.

    `predictions` has a run's columns split, row, path, label, logit_0, logit_1, ...; its labels
    are positions in `classes`. The result has the columns row, path, label, predicted (int), class,
    predicted_class, confidence (softmax of the predicted class, in [0, 1]) and correct (bool): the
    right ones first, each group sorted by label and row. It depends on the seed, not on the order
    of the predictions.
    """
    test = predictions[predictions["split"] == "test"].sort_values("row", ignore_index=True)
    logits = test[[f"logit_{index}" for index in range(len(classes))]].to_numpy(float)
    predicted = logits.argmax(axis=1)
    names = np.asarray(classes, dtype=object)
    table = test[["row", "path", "label"]].assign(
        **{"predicted": predicted, "class": names[test["label"]]},
        predicted_class=names[predicted],
        confidence=softmax(logits, axis=1).max(axis=1),
        correct=predicted == test["label"],
    )
    rng = np.random.default_rng(seed)
    groups = [(table[table["correct"]], right), (table[~table["correct"]], wrong)]
    return pd.concat(
        [_in_turn(rows, count, len(classes), rng) for rows, count in groups], ignore_index=True
    )


def _in_turn(
    rows: pd.DataFrame, count: int, classes: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Take up to `count` rows by random rounds over the labels, each label once in a round."""
    shuffled = rows.iloc[rng.permutation(len(rows))]
    rounds = shuffled.groupby("label").cumcount()
    turn = rng.permutation(classes)[shuffled["label"]]
    chosen = np.lexsort([turn, rounds])[:count]
    return shuffled.iloc[chosen].sort_values(["label", "row"])


def even(labels: np.ndarray, may: np.ndarray, count: int) -> np.ndarray:
    """Ascending positions of up to `count` images out of those that `may` be taken, boolean.

    The labels take turns in a random order, as in `select_examples`, with a seed of its own.
    """
    rows = pd.DataFrame({"label": labels, "row": np.arange(len(labels))})[may]
    classes = int(labels.max()) + 1 if len(labels) else 0
    return np.sort(_in_turn(rows, count, classes, np.random.default_rng(0))["row"].to_numpy())
