"""Claims on who gains when classes are removed, from trainings made up to gain by their place."""

import numpy as np
import pandas as pd
import pytest

from chrysalis.config.claims import PlaceClaim
from chrysalis.config.published import Published
from chrysalis.evaluation.claims import claims_table
from chrysalis.evaluation.measured import Measured
from chrysalis.records.paths import StudyPaths
from tests.runs import experiment_record, run_record, study_record

ORDER = list("abcdef")
EACH = 100  # test images of a class


def measured(folder, kept, gains):
    """A full model that gets 60 of 100 of each class, and one of the kept that gets more."""
    paths = StudyPaths(folder)
    for run, classes, right in (
        ("m-full", ORDER, dict.fromkeys(ORDER, 60)),
        ("m-less", kept, {name: 60 + gain for name, gain in zip(kept, gains, strict=True)}),
    ):
        for seed in range(3):
            place = paths.training(run, seed)
            labels = np.repeat(np.arange(len(classes)), EACH)
            number = np.tile(np.arange(EACH), len(classes))
            many = np.array([right[classes[label]] + seed for label in labels])
            answers = np.where(number < many, labels, (labels + 1) % len(classes))
            logits = np.eye(len(classes))[answers]
            table = pd.DataFrame(
                {
                    "split": "test",
                    "row": range(len(labels)),
                    "path": [f"{classes[c]}/{n}.png" for c, n in zip(labels, number, strict=True)],
                    "label": labels,
                    **{f"logit_{c}": logits[:, c] for c in range(len(classes))},
                }
            )
            place.train.mkdir(parents=True)
            table.to_parquet(place.train / "predictions.parquet", index=False)
            run_record(classes=list(classes)).write(place.record)
    runs = [("m", "full", "m-full"), ("m", "less", "m-less")]
    record = experiment_record(runs, "full", name="removal", analysis="class_removal")
    return Measured(study_record(experiments=[record]), paths)


def judged(found, **claim):
    usual = {"claim": "c", "kind": "place", "experiment": "removal", "arm": "less"}
    made = PlaceClaim(**usual | {"baseline": "full"} | claim)
    published = Published(title="T", source="S", differences=["D"], claims=[made])
    (row,) = claims_table("others", published, found)
    return row


@pytest.mark.parametrize(
    ("kept", "gains", "says", "outcome"),
    [
        # Without a and b: c, d, e, f lie 1 to 4 places away.
        ("cdef", [0, 10, 20, 30], "farther", "holds here"),
        ("cdef", [0, 10, 20, 30], "nearer", "contradicted here"),
        ("cdef", [30, 20, 10, 0], "nearer", "holds here"),
        # As large a difference, but many orders are as steep.
        ("cdef", [0, 30, 0, 30], "farther", "not shown"),
        ("cdef", [5, 5, 5, 5], "farther", "not shown"),
    ],
)
def test_gains_by_place(tmp_path, kept, gains, says, outcome):
    row = judged(measured(tmp_path, list(kept), gains), gains=says)
    assert row.outcome == outcome, row.reason
    assert "orders of the names give as steep a slope" in row.reason
    slope = np.polyfit([1, 2, 3, 4], gains, 1)[0]
    assert row.estimate == pytest.approx(slope)


def test_where_all_lie_equally_far_there_is_nothing_to_test(tmp_path):
    row = judged(measured(tmp_path, list("bdf"), [1, 2, 3]), gains="nearer")
    assert row.outcome == "not tested"
    assert "No class lies further than another" in row.reason
