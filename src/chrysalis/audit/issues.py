"""Files and classes that are odd: sizes, shapes, light, sharpness, outliers, imbalance."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from chrysalis.audit.neighbours import nearest
from chrysalis.records.audit import IssueRow

EXTREME_SHAPE = 3.0  # of the longer side to the shorter
ODD_SIZE = 4.0  # times larger or smaller than the median
DARK, BRIGHT = 0.32, 0.75  # the 99th percentile below, the 1st above; as cleanvision's for dark
PLAIN = 0.03  # standard deviation of the grey values
BLURRED = 0.1  # sharpness: at most this, and far below that of the dataset's other images
FAR = 3.5  # robust standard deviations (Iglewicz and Hoaglin 1993)
NEIGHBOURS = 5
IMBALANCE = 10.0  # images of the largest class for each of a smaller one


def file_issues(images: pd.DataFrame) -> Iterator[IssueRow]:
    """What is odd about single files.

    `images` has the columns path, class, split, width, height and those of the measures.
    """
    long, short = images[["width", "height"]].max(axis=1), images[["width", "height"]].min(axis=1)
    side = np.sqrt(images["width"] * images["height"])
    times = side / side.median()
    sharp = np.log(images["sharpness"].clip(lower=1e-6))
    checks: list[tuple[str, pd.Series, Callable[[int], str]]] = [
        ("odd_shape", long > EXTREME_SHAPE * short, lambda i: _size(images, i)),
        ("odd_size", (times > ODD_SIZE) | (times < 1 / ODD_SIZE), lambda i: _size(images, i)),
        ("dark", images["brightest"] < DARK, lambda i: f"99 % below {images['brightest'][i]:.2f}"),
        ("bright", images["darkest"] > BRIGHT, lambda i: f"99 % above {images['darkest'][i]:.2f}"),
        ("plain", images["contrast"] < PLAIN, lambda i: f"contrast {images['contrast'][i]:.3f}"),
        (
            "blurred",
            (images["sharpness"] < BLURRED) & (robust_z(sharp) < -FAR),
            lambda i: f"sharpness {images['sharpness'][i]:.3f}",
        ),
    ]
    for check, found, detail in checks:
        for i in images.index[found]:
            yield _issue(check, images, i, detail(i))


def outliers(images: pd.DataFrame, vectors: np.ndarray) -> Iterator[IssueRow]:
    """Images that no other is like: the mean product with the nearest vectors is far below others'.

    `vectors` are unit vectors float32 (N, width), a row for each image.
    """
    count = min(NEIGHBOURS, len(vectors) - 1)
    if count < 1:
        return
    pairs, products = nearest(vectors, vectors, count, -2.0)
    alike = np.bincount(pairs[:, 0], products, len(vectors)) / count
    for i in images.index[robust_z(pd.Series(alike)) < -FAR]:
        yield _issue("outlier", images, i, f"similarity to its neighbours {alike[i]:.2f}")


def imbalance(split: pd.DataFrame) -> Iterator[IssueRow]:
    """Classes with far fewer images than the largest; `split` has a column class."""
    counts = split["class"].value_counts().sort_index()
    for name, count in counts.items():
        if counts.max() > IMBALANCE * count:
            yield IssueRow(
                "imbalance", "", str(name), "", f"{count} images; the largest has {counts.max()}"
            )


def robust_z(values: pd.Series) -> pd.Series:
    """Distance from the median in robust standard deviations (1.4826 times the MAD)."""
    off = values - values.median()
    return off / max(1.4826 * off.abs().median(), 1e-9)


def _issue(check: str, images: pd.DataFrame, i: int, detail: str) -> IssueRow:
    row = images.loc[i]
    return IssueRow(check, row["path"], row["class"], row["split"], detail)


def _size(images: pd.DataFrame, i: int) -> str:
    return f"{images['width'][i]} x {images['height'][i]} px"
