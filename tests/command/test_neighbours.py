"""Photographs of other things are far from all training images, and val sets the threshold."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from chrysalis.audit.embedders import WIDTH
from chrysalis.command import neighbours as module
from chrysalis.command import networks
from chrysalis.command.judged import judge
from chrysalis.command.neighbours import Neighbours
from chrysalis.records.paths import StudyPaths


def made(vectors, train, val, test):
    rows = {"train": train, "val": val, "test": test}
    embedder = SimpleNamespace(side=2, embed=lambda squares: squares[:, 0, 0])
    return Neighbours(
        embedder, vectors.astype(np.float16), {name: np.array(of) for name, of in rows.items()}
    )


def test_the_score_is_the_largest_cosine_by_hand(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 1)
    known = made(np.array([[1.0, 0, 0], [0, 2, 0], [9, 9, 9]]), [0, 1], [2], [2])
    squares = np.zeros((2, 2, 2, 3))
    squares[0, 0, 0], squares[1, 0, 0] = (3, 4, 0), (0, 0, 5)
    assert known.familiarity(squares) == pytest.approx([0.8, 0.0], abs=1e-6)


def test_the_threshold_refuses_at_most_the_rate_of_val(finished):
    judged = judge(networks.choose(str(finished.results)))
    vectors = np.random.default_rng(0).normal(size=(200, 16))
    found = made(vectors, range(100), range(100, 160), range(160, 200)).judged(judged)
    unit = vectors.astype(np.float16).astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    best = (unit @ unit[:100].T).max(1)
    assert found.threshold == pytest.approx(np.sort(best[100:160])[2], abs=1e-6)
    assert found.test_unknown == pytest.approx((best[160:] < found.threshold).mean())
    assert (found.temperature, found.classes) == (judged.temperature, judged.classes)


@pytest.fixture
def study(tmp_path):
    """Vectors and tables of six images, as the audit leaves them, and a training of that study."""
    results = tmp_path / "results/digits"
    paths, count = StudyPaths(results), 6
    for path in (paths.embedding.vectors, paths.images, paths.split):
        path.parent.mkdir(parents=True, exist_ok=True)
    np.save(paths.embedding.vectors, np.ones((count, WIDTH), np.float16))
    names = [f"{row}.png" for row in range(count)]
    pd.DataFrame({"path": names, "width": 40, "height": 30}).to_csv(paths.images, index=False)
    # The split's rows are in another order than the images'.
    split = pd.DataFrame({"path": names[::-1], "split": ["test", "val", "train"] * 2})
    split.to_csv(paths.split, index=False)
    record = SimpleNamespace(settings=SimpleNamespace(varied=("order",)))
    chosen = SimpleNamespace(folders=(results / "runs/x/seed0/train",), records=[record])
    return paths, chosen


def test_rows_are_those_of_the_table_of_images(study):
    _, chosen = study
    found = Neighbours.of(chosen)
    assert {name: rows.tolist() for name, rows in found.rows.items()} == {
        "test": [2, 5],
        "val": [1, 4],
        "train": [0, 3],
    }
    assert found.embedder.side == 48  # the images' shorter sides are at most 64 px


@pytest.mark.parametrize("lack", ["vectors", "width", "weights", "split"])
def test_without_what_it_needs_there_is_none(study, monkeypatch, lack):
    paths, chosen = study
    if lack == "vectors":
        paths.embedding.vectors.unlink()
    elif lack == "width":
        np.save(paths.embedding.vectors, np.ones((6, 352), np.float16))
    elif lack == "weights":
        monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    else:
        chosen.records[0].settings.varied = ("split", "order")
    assert Neighbours.of(chosen) is None
