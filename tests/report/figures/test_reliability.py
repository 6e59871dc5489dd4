"""Pooled reliability bins by hand, and what the diagram draws."""

import numpy as np
import pandas as pd
import pytest

from chrysalis.report.figures.reliability import plot_reliability, pool_reliability
from chrysalis.stats import calibration


def bins_of(seed, images):
    rng = np.random.default_rng(seed)
    labels, logits = rng.integers(0, 3, images), 2 * rng.normal(size=(images, 3))
    scaled = {"no": 1, "yes": 2.5}
    return (
        labels,
        logits,
        pd.concat(
            calibration.reliability(labels, logits / by).assign(scaled=kind)
            for kind, by in scaled.items()
        ),
    )


def test_pooled_bins_are_those_of_all_images_together():
    first, second = bins_of(0, 40), bins_of(1, 90)
    pooled = pool_reliability({"m": [first[2], second[2]]})
    labels, logits = (np.concatenate([a, b]) for a, b in zip(first[:2], second[:2], strict=True))
    for kind, by in (("no", 1), ("yes", 2.5)):
        expected = calibration.reliability(labels, logits / by).dropna()
        found = pooled[pooled["scaled"] == kind]
        for column in ("low", "high", "images", "confidence", "accuracy"):
            assert found[column].tolist() == pytest.approx(expected[column].tolist())


def test_a_perfect_network_is_mostly_in_its_range():
    rng = np.random.default_rng(0)
    tables = []
    for _ in range(200):
        logits = 2 * rng.normal(size=(150, 3))
        chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        labels = (chances.cumsum(1) < rng.random((150, 1))).sum(1)
        tables.append(calibration.reliability(labels, logits).assign(scaled="no"))
    pooled = pd.concat(pool_reliability({"m": [table]}) for table in tables)
    inside = pooled["accuracy"].between(pooled["perfect_low"], pooled["perfect_high"])
    assert 0.95 < inside.mean() < 0.995
    three = pool_reliability({"m": tables[:1] * 3})
    assert three["perfect_low"].tolist() == pytest.approx(
        pool_reliability({"m": tables[:1]})["perfect_low"].tolist()
    )


def test_the_diagram_draws_the_pooled_bins():
    pooled = pool_reliability({name: [bins_of(seed, 60)[2]] for seed, name in enumerate("abcd")})
    figure = plot_reliability(pooled)
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in shown] == list("abcd")
    drawn = shown[1].lines[1]
    own = pooled[(pooled["label"] == "b") & (pooled["scaled"] == "no")]
    assert drawn.get_xdata() == pytest.approx(100 * own["confidence"])
    assert drawn.get_ydata() == pytest.approx(100 * own["accuracy"])
