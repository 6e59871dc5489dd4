import numpy as np
import pandas as pd

from chrysalis.audit import issues


def table(**changes):
    """Twenty ordinary images; `changes` are values of the first."""
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(
        {
            "path": [f"{n}.png" for n in range(20)],
            "class": "a",
            "split": "train",
            "width": 300,
            "height": 200,
            "sharpness": rng.uniform(0.3, 0.6, 20),
            "brightness": 0.5,
            "darkest": 0.02,
            "brightest": 0.95,
            "contrast": 0.2,
        }
    )
    for name, value in changes.items():
        rows.loc[0, name] = value
    return rows


def found(**changes):
    return {(row.check, row.path) for row in issues.file_issues(table(**changes))}


def test_ordinary_images_are_not_odd():
    assert found() == set()


def test_each_check_finds_its_own_image():
    assert found(width=700) == {("odd_shape", "0.png")}
    assert found(width=1300, height=900) == {("odd_size", "0.png")}
    assert found(width=60, height=50) == {("odd_size", "0.png")}
    assert found(brightest=0.2) == {("dark", "0.png")}
    assert found(darkest=0.9) == {("bright", "0.png")}
    assert found(contrast=0.01) == {("plain", "0.png")}
    assert found(sharpness=0.02) == {("blurred", "0.png")}


def test_an_outlier_is_like_no_other():
    rng = np.random.default_rng(1)
    vectors = np.full((20, 30), 0.1) + rng.normal(0, 0.02, (20, 30))
    vectors[0] = rng.normal(0, 1, 30)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = list(issues.outliers(table(), vectors.astype(np.float32)))
    assert [row.path for row in rows] == ["0.png"]
    assert list(issues.outliers(table()[:1], vectors[:1].astype(np.float32))) == []


def test_a_rare_class_is_named():
    split = pd.DataFrame({"class": ["a"] * 50 + ["b"] * 6 + ["c"] * 4})
    (row,) = issues.imbalance(split)
    assert (row.class_, row.detail) == ("c", "4 images; the largest has 50")
