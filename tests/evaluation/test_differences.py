"""What differs between the trainings of an arm and of its baseline, from hand-made records."""

import pytest

from chrysalis.config.run import RunSettings
from chrysalis.evaluation.arms import Comparison, JudgedArm
from chrysalis.evaluation.differences import differences_table, with_caveat
from chrysalis.evaluation.training import Training
from chrysalis.records.experiment import DifferenceRow, EffectRow
from chrysalis.records.paths import StudyPaths
from tests.runs import experiment_record, run_record


@pytest.fixture
def compared(tmp_path):
    """Compare an arm with its baseline; each is given as the changes to its records, per seed."""
    paths = StudyPaths(tmp_path)

    def compare(arm, base, changes=None):
        sides = []
        for name, records in (("arm", arm), ("base", base)):
            trainings = []
            for seed, record in enumerate(records):
                place = paths.training(f"m-{name}", seed)
                run_record(**record).write(place.record)
                trainings.append(Training(place))
            sides.append(JudgedArm("m", name, f"m-{name}", [], trainings))
        record = experiment_record(
            [("m", "base", "m-base"), ("m", "arm", "m-arm")],
            arms={"base": {}, "arm": changes or {}},
        )
        rows = differences_table(record, [Comparison(*sides, "arm", "base")])
        return {row.what: (row.value, row.base_value, row.warn) for row in rows}

    return compare


def settings(**training):
    return RunSettings(model="m", image_size=32, training=training)


def test_trainings_that_are_alike_differ_in_nothing(compared):
    assert compared([{}, {}], [{}, {}]) == {}


def test_settings_are_named_by_their_place(compared):
    found = compared(
        [{"settings": settings(optimizer="sgd"), "parameters": 900}], [{"settings": settings()}]
    )
    assert found == {
        "training.optimizer": ("sgd", "adamw", False),
        "parameters": ("900", "1000", False),
    }


def test_what_is_off_is_said_once_and_numbers_are_short(compared):
    off = RunSettings(model="m", image_size=32, augmentation=None)
    found = compared([{"settings": settings()}], [{"settings": off}])
    assert "augmentation" not in found
    assert found["augmentation.crop_aspect"] == ("0.75, 1.33333", "none", False)
    assert found["augmentation.rotation"] == ("15", "none", False)


@pytest.mark.parametrize(
    ("steps", "changes", "warn"),
    [
        (127, {}, True),
        (126, {}, False),  # 5 % more
        (113, {}, True),
        (127, {"training": {"epochs": 50}}, False),
        (127, {"training": {"batch_size": 8}}, False),
        (127, {"train_share": 0.5}, True),
    ],
)
def test_undeclared_steps_are_a_warning(compared, steps, changes, warn):
    assert compared([{"steps": steps}], [{"steps": 120}], changes)["steps"] == (
        *(str(steps), "120"),
        warn,
    )


@pytest.mark.parametrize(
    ("field", "value", "usual"),
    [
        ("precision", "bf16", "fp32"),
        ("device", "cuda (made up)", "cpu (made up)"),
        ("threads", 4, 1),
        ("processes", 2, 1),
    ],
)
def test_another_machine_is_a_warning(compared, field, value, usual):
    assert compared([{field: value}], [{}]) == {field: (str(value), str(usual), True)}


def test_a_verdict_says_so_if_its_trainings_were_not_computed_alike():
    effect = EffectRow(
        *("m", "arm", "base", 0.1, 0.05, 0.15, 0.01, 0.001, 0.9, 0.01, 0.9, 3, 100, 0.07),
        outcome="better",
        sentence="It is better.",
    )
    rows = [
        DifferenceRow("m", "arm", "base", "steps", "100", "120", True),
        DifferenceRow("m", "other", "base", "device", "cpu", "cuda", True),
    ]
    assert with_caveat(effect, rows) == effect
    rows.append(DifferenceRow("m", "arm", "base", "precision", "bf16", "fp32", True))
    assert with_caveat(effect, rows).sentence == (
        "It is better. But the two were not computed alike, which may explain it: precision (bf16 "
        "against fp32)."
    )


def test_a_training_that_diverged_is_a_warning(compared):
    arm = [{"diverged_at": 0}, {"diverged_at": 3}]
    assert compared(arm, [{}, {}]) == {"epoch of divergence": ("none, 3", "none", True)}


def test_values_of_all_seeds_are_given(compared):
    found = compared([{"steps": 100}, {"steps": 90}], [{}, {}])
    assert found["steps"] == ("100, 90", "120", True)
