"""What becomes of published claims, from hand-made runs whose truth is known."""

import re

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter

from chrysalis.config.claims import Claim
from chrysalis.config.published import Published
from chrysalis.evaluation.claims import claims_table
from chrysalis.evaluation.measured import Measured
from chrysalis.records.paths import StudyPaths
from chrysalis.records.published import PUBLISHED_CLAIMS
from chrysalis.records.training import HISTORY, HistoryRow
from tests.runs import experiment_record, run_metrics, run_record, study_record

CLASSES = ["a", "b"]
IMAGES = 3000
# How many of 3,000 images each seed of an arm gets wrong.
ERRORS = {
    "base": (300, 303, 297),
    "one": (330, 333, 327),  # a point worse
    "fourteen": (720, 723, 717),
    "same": (302, 299, 300),
    "noisy": (250, 500, 330),
    "lopsided": (300, 300, 300),  # all of one class
}
# Val accuracies by epoch; each seed is one epoch later.
COURSES = {
    "base": [0.6, 0.7, 0.8, 0.85, 0.88, 0.9, 0.92, 0.95],
    "one": [0.9, 0.95],
    "fourteen": [0.5] * 30,  # at chance
    "same": [0.6, 0.7, 0.8, 0.85, 0.88, 0.9, 0.92, 0.95],
    "noisy": [0.7, 0.95],
    "lopsided": [0.95],
}


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """Runs that differ in which of the same images they get wrong."""
    paths = StudyPaths(tmp_path_factory.mktemp("results"))
    for arm, errors in ERRORS.items():
        for seed, count in enumerate(errors):
            place = paths.training(f"m-{arm}", seed)
            write_predictions(place, count, every=2 if arm == "lopsided" else 1)
            parameters = 2_000_000 if arm == "base" else 1_100_000
            run_metrics({"top1": 0.9}, {"top1": 1 - count / IMAGES}).write(place.metrics)
            run_record(classes=CLASSES, parameters=parameters, train_top1=0.99 - seed / 1000).write(
                place.record
            )
            course = [0.5] * seed + COURSES[arm]
            rows = [HistoryRow(n, 0, 0, 0, v, 0, 1 + n, 1) for n, v in enumerate(course, 1)]
            HISTORY.write(rows, place.history)
    return paths


def write_predictions(place, errors, every=1):
    labels = np.arange(IMAGES) % 2
    wrong = (np.arange(IMAGES) < every * errors) & (np.arange(IMAGES) % every == 0)
    logits = np.eye(2)[np.where(wrong, 1 - labels, labels)]
    table = pd.DataFrame(
        {
            "split": "test",
            "row": range(IMAGES),
            "path": [f"{n}.png" for n in range(IMAGES)],
            "label": labels,
            "logit_0": logits[:, 0],
            "logit_1": logits[:, 1],
        }
    )
    table = pd.concat([table, table.assign(split="val")])
    place.folder.joinpath("train").mkdir(parents=True, exist_ok=True)
    table.to_parquet(place.folder / "train/predictions.parquet", index=False)


ARMS = tuple(arm for arm in ERRORS if arm != "lopsided")


def study(paths, arms=ARMS, seeds=(0, 1, 2)):
    runs = [("m", arm, f"m-{arm}") for arm in arms]
    record = experiment_record(runs, name="asked")
    return Measured(study_record(seeds=list(seeds), experiments=[record]), paths)


def claims(*given):
    usual = {"claim": "c", "experiment": "asked", "arm": "one", "baseline": "base"}
    of_one_arm = ("ordering", "classes")
    made = []
    for each in given:
        known = TypeAdapter(Claim)
        keys = usual | ({"baseline": None} if each["kind"] in of_one_arm else {})
        whole = {key: value for key, value in (keys | each).items() if value is not None}
        made.append(known.validate_python(whole))
    return Published(title="T", source="S", differences=["D"], claims=made)


def judged(measured, **claim):
    (row,) = claims_table("others", claims(claim), measured)
    return row


SIZED = {"kind": "difference", "direction": "lower", "size": 1, "margin": 1}


@pytest.mark.parametrize(
    ("claim", "outcome"),
    [
        (SIZED, "holds here"),
        (SIZED | {"arm": "fourteen"}, "contradicted here"),
        (SIZED | {"arm": "noisy"}, "not shown"),
        (SIZED | {"margin": 0.1}, "not shown"),
        (SIZED | {"size": 14, "margin": 2, "arm": "fourteen"}, "holds here"),
        (SIZED | {"direction": "higher", "arm": "base", "baseline": "one"}, "holds here"),
        ({"kind": "difference", "direction": "lower"}, "holds here"),
        ({"kind": "difference", "direction": "higher"}, "contradicted here"),
        ({"kind": "difference", "direction": "lower", "arm": "same"}, "not shown"),
        ({"kind": "difference", "direction": "lower", "metric": "val"}, "holds here"),
        ({"kind": "difference", "direction": "lower", "of_class": "a"}, "holds here"),
        ({"kind": "equality", "margin": 1, "arm": "same"}, "holds here"),
        ({"kind": "equality", "margin": 1}, "not shown"),
        ({"kind": "equality", "margin": 1, "arm": "fourteen"}, "contradicted here"),
        ({"kind": "ratio", "metric": "parameters", "times": 0.5, "margin": 1.2}, "holds here"),
        (
            {"kind": "ratio", "metric": "parameters", "times": 0.5, "margin": 1.05},
            "contradicted here",
        ),
        (
            {"kind": "difference", "metric": "parameters", "direction": "lower"},
            "holds here",
        ),
        ({"kind": "difference", "metric": "gap", "direction": "higher"}, "holds here"),
        ({"kind": "difference", "metric": "gap", "direction": "lower"}, "contradicted here"),
        (
            {"kind": "ratio", "metric": "gap", "times": 3, "margin": 2, "arm": "fourteen"},
            "holds here",
        ),
        ({"kind": "convergence", "direction": "faster"}, "holds here"),
        ({"kind": "convergence", "direction": "slower"}, "contradicted here"),
        ({"kind": "convergence", "direction": "faster", "arm": "same"}, "not shown"),
        # At chance it never converges, which once counted as converged in epoch 1.
        ({"kind": "convergence", "direction": "faster", "arm": "fourteen"}, "contradicted here"),
        ({"kind": "convergence", "direction": "slower", "arm": "fourteen"}, "holds here"),
        ({"kind": "convergence", "direction": "faster", "accuracy": 0.99}, "not shown"),
        (
            {"kind": "convergence", "direction": "slower", "times": 4, "margin": 2},
            "contradicted here",
        ),
    ],
)
def test_claims_of_every_kind(paths, claim, outcome):
    row = judged(study(paths), **claim)
    assert row.outcome == outcome, row.reason
    assert row.kind == claim["kind"]


@pytest.mark.parametrize(
    ("arm", "lower", "outcome"),
    [
        ("lopsided", "a", "holds here"),
        ("lopsided", "b", "contradicted here"),
        ("base", "a", "not shown"),
    ],
)
@pytest.mark.parametrize("compared", ["means", "each"])
def test_classes_of_one_arm_are_compared(paths, arm, lower, outcome, compared):
    higher = "b" if lower == "a" else "a"
    claim = {"arm": arm, "lower": [lower], "higher": [higher], "compared": compared}
    row = judged(study(paths, ("base", "lopsided")), kind="classes", **claim)
    assert row.outcome == outcome, row.reason
    if arm == "lopsided" and lower == "a":
        assert row.reason.startswith("a minus b is -20.0 points in test top-1 of m (lopsided) (95")


def test_a_class_that_is_not_there_is_not_compared(paths):
    row = judged(study(paths), kind="classes", arm="base", lower=["z"], higher=["a"])
    assert (row.outcome, row.reason) == ("not tested", "The study has no class z.")


CLEAR = ("base", "one", "fourteen", "same")


@pytest.mark.parametrize(
    ("arm", "place", "outcome"),
    [
        ("fourteen", "lowest", "holds here"),
        ("one", "lowest", "contradicted here"),
        ("fourteen", "highest", "contradicted here"),
        ("base", "highest", "not shown"),  # the same as another
    ],
)
def test_an_order_holds_if_it_does_against_every_other_arm(paths, arm, place, outcome):
    row = judged(study(paths, CLEAR), kind="ordering", arm=arm, place=place)
    assert row.outcome == outcome, row.reason


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ({"kind": "not_tested", "reason": "Nobody knows.", "experiment": None, "arm": None,
          "baseline": None}, "Nobody knows."),
        (SIZED | {"experiment": "other"}, "This study does not ask the experiment other."),
        (SIZED | {"arm": "absent"}, "The experiment has no arm absent."),
        (SIZED | {"model": "n"}, "The experiment has no arm one of n."),
        (SIZED | {"of_class": "c"}, "The study has no class c."),
    ],
)  # fmt: skip
def test_what_a_study_does_not_have_is_not_tested(paths, claim, reason):
    row = judged(study(paths), **claim)
    assert (row.outcome, row.reason, row.comparisons) == ("not tested", reason, 0)
    assert np.isnan([row.estimate, row.low, row.high]).all()


def test_an_arm_of_several_models_needs_the_model(paths):
    runs = [(model, arm, f"m-{arm}") for model in "mn" for arm in ("base", "one")]
    record = experiment_record(runs, name="asked")
    measured = Measured(study_record(experiments=[record]), paths)
    assert "of several models: m, n" in judged(measured, **SIZED).reason
    assert judged(measured, **SIZED, model="n").outcome == "holds here"


@pytest.mark.parametrize(
    "claim",
    [
        SIZED,
        {"kind": "equality", "margin": 5},
        {"kind": "convergence", "direction": "faster"},
        {"kind": "difference", "metric": "gap", "direction": "lower"},
    ],
)
@pytest.mark.parametrize("seeds", [(0,), (0, 1)])
def test_fewer_than_three_seeds_show_nothing(paths, claim, seeds):
    row = judged(study(paths, seeds=seeds), **claim)
    assert row.outcome == "not shown"
    assert f"It takes 3 seeds to judge, and this study has {len(seeds)}." in row.reason


def test_a_metric_that_some_training_lacks_shows_nothing(paths):
    # The first seed of this arm has two epochs, too few for a swing.
    row = judged(study(paths), kind="difference", metric="val_swing", direction="higher")
    assert row.outcome == "not shown"
    assert "Swing of val loss (nats) is not known of every training." in row.reason


def test_the_reason_has_the_numbers_of_the_table(paths):
    row = judged(study(paths), **SIZED)
    assert re.fullmatch(
        r"m \(one\) minus m \(base\) is -1\.0 points in test top-1 \(95 % interval -\d\.\d to "
        r"-0\.\d; 3 seeds each, 3,000 images\)\. The claim is -2 to 0 points\. The whole interval "
        r"agrees with it\.",
        row.reason,
    )
    assert f"{row.low:+.1f} to {row.high:+.1f}" in row.reason
    assert (row.unit, row.estimate) == ("points", pytest.approx(-1.0))


def test_epochs_are_named_and_so_is_what_was_not_reached(paths):
    row = judged(study(paths), kind="convergence", direction="slower", arm="fourteen")
    assert "epochs to 94.0 % on val, not reached, not reached, not reached against 8, 9, 10" in (
        row.reason
    )
    assert (row.high, np.isnan(row.estimate)) == (np.inf, True)


def test_all_claims_of_a_source_are_one_family(paths):
    alone = judged(study(paths), **SIZED)
    order = {"kind": "ordering", "arm": "fourteen", "place": "lowest"}
    measured = study(paths, CLEAR)
    rows = claims_table("others", claims(SIZED, order, SIZED | {"arm": "absent"}), measured)
    assert [row.comparisons for row in rows] == [4, 4, 0]
    assert rows[0].low < alone.low
    assert rows[0].high > alone.high
    assert "as one of 4 comparisons" in rows[0].reason
    assert rows[1].reason.startswith(
        "3 of 3 comparisons agree. m (fourteen) minus m (one) is -13.0 points"
    )


def test_a_row_comes_back_from_its_file(paths, tmp_path):
    rows = [judged(study(paths), **SIZED), judged(study(paths), **SIZED, model="n")]
    PUBLISHED_CLAIMS.write(rows, tmp_path / "claims.csv")
    back = PUBLISHED_CLAIMS.read(tmp_path / "claims.csv")
    assert [row.outcome for row in back] == ["holds here", "not tested"]
