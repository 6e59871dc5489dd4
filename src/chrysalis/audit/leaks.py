"""Near duplicates by split: which pairs lie across splits, and which test images leak."""

from __future__ import annotations

import pandas as pd

from chrysalis.records.audit import DuplicateRow, LeakRow, PairRow


def by_split(pairs: list[PairRow], split: pd.DataFrame) -> list[DuplicateRow]:
    """The pairs with their splits and classes, those across splits first, then the most similar.

    `split` has the columns path, class and split.
    """
    of = split.set_index("path")[["split", "class"]].to_dict("index")
    rows = [
        DuplicateRow(
            row.path_a,
            row.path_b,
            row.similarity,
            row.kind,
            splits="/".join(of[path]["split"] for path in (row.path_a, row.path_b)),
            classes=" / ".join(of[path]["class"] for path in (row.path_a, row.path_b)),
        )
        for row in pairs
    ]
    return sorted(rows, key=lambda row: (not across(row), -row.similarity, row.path_a, row.path_b))


def across(row: DuplicateRow) -> bool:
    """Whether the two images lie in different splits."""
    one, other = row.splits.split("/")
    return one != other


def leaks(pairs: list[PairRow], split: pd.DataFrame) -> list[LeakRow]:
    """A row for each test image with a near duplicate in train or val, sorted by path.

    Networks learned from such an image, or were chosen by it, in nearly the form in which it is
    to test them.
    """
    of = split.set_index("path")[["split", "class"]].to_dict("index")
    best: dict[str, tuple[float, str]] = {}
    for row in pairs:
        for path, twin in ((row.path_a, row.path_b), (row.path_b, row.path_a)):
            if of[path]["split"] == "test" and of[twin]["split"] != "test":
                best[path] = max(best.get(path, (-1.0, "")), (row.similarity, twin))
    return [
        LeakRow(path, of[path]["class"], twin, of[twin]["split"], of[twin]["class"], similarity)
        for path, (similarity, twin) in sorted(best.items())
    ]
