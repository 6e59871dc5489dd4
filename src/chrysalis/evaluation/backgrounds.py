"""Whether networks look at the background: accuracies on changed images, and betrayed classes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact

from chrysalis.records.maps import VARIANTS, BetrayedRow, VariantRow
from chrysalis.stats import means
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.families import holm

LEFT = 1 / 3  # the share of a class's recall that its background alone brings, if it is betrayed


def variant_accuracies(model: str, seed: int, answers: pd.DataFrame) -> list[VariantRow]:
    """Accuracy on each variant over all classes and of each, from a table of `BACKGROUNDS`."""
    groups = [("", answers), *answers.groupby("class")]
    rows = []
    for variant in VARIANTS:
        for name, own in groups:
            right, whole = ((own[each] == own["class"]).to_numpy() for each in (variant, "whole"))
            share, change = means.of_share(right), means.of_changes(right, whole)
            if variant == "whole":
                change = means.Mean(np.nan, np.nan, np.nan, change.images)
            rows.append(
                VariantRow(
                    *(model, seed, variant, str(name), share.images),
                    *(share.mean, share.low, share.high),
                    *(change.mean, change.low, change.high),
                )
            )
    return rows


def betrayed(answers: dict[tuple[str, int], pd.DataFrame]) -> list[BetrayedRow]:
    """Each class of each training (model and seed): does its background alone tell it?

    A network may give one class whenever it sees no object. So a class's recall without objects is
    set against the share of other classes' images that are taken for it, by Fisher's exact test,
    corrected over all trainings and classes (Holm).
    """
    rows = [
        _recognised(model, seed, str(name), table)
        for (model, seed), table in answers.items()
        for name in sorted(table["class"].unique())
    ]
    adjusted = holm([row.p for row in rows])
    return [
        replace(
            row,
            p_adjusted=p,
            betrayed=bool(p < ALPHA and row.recall - row.alarms >= LEFT * row.whole),
        )
        for row, p in zip(rows, adjusted, strict=True)
    ]


def _recognised(model: str, seed: int, name: str, table: pd.DataFrame) -> BetrayedRow:
    own = table["class"] == name
    given = table["object_removed"] == name
    counts = [[int((own & given).sum()), int((own & ~given).sum())]]
    counts.append([int((~own & given).sum()), int((~own & ~given).sum())])
    (hits, misses), (alarms, rest) = counts
    return BetrayedRow(
        model=model,
        seed=seed,
        class_=name,
        images=hits + misses,
        whole=float((table.loc[own, "whole"] == name).mean()),
        recall=hits / (hits + misses),
        alarms=alarms / max(1, alarms + rest),
        p=float(fisher_exact(counts, alternative="greater").pvalue),
        p_adjusted=np.nan,
        betrayed=False,
    )
