"""What jobs take: worked by hand from a probe, and as finished jobs took."""

import pandas as pd
import pytest

from chrysalis.config.run import RunSettings
from chrysalis.planning import maps
from chrysalis.planning.images import Images
from chrysalis.planning.kinds import kind_of
from chrysalis.planning.seconds import (
    STARTS,
    USUAL_STARTS,
    Evidence,
    probed,
    rule_seconds,
    run_seconds,
    training_took,
    undisturbed,
)
from chrysalis.records.plan import Probe, Took
from tests.runs import run_record

IMAGES = Images(
    {
        "train": {"a": 50, "b": 30, "c": 20},
        "val": {"a": 10, "b": 6, "c": 4},
        "test": {"a": 10, "b": 6, "c": 4},
    }
)


def run(training=None, **changes):
    usual = {"epochs": 10, "batch_size": 32}
    values = {"model": "mynet", "image_size": 32, "training": usual | (training or {})}
    return RunSettings.model_validate(values | changes)


def probe(**changes):
    """Wall seconds twice those of the CPU."""
    seconds = {"start": 4, "set_up": 2, "step": 0.5, "image": 0.01, "save": 0.1} | changes
    return Probe(
        **{name: Took(seconds=s, cpu_seconds=s / 2) for name, s in seconds.items()},
        steps=10,
        side_by_side=2,
        device="cpu (made up)",
        precision="fp32",
        threads=1,
    )


def evidence(probes=None, records=None, measured=None):
    return Evidence(probes or {}, records or {}, measured or {}, IMAGES)


def test_images_of_a_run():
    assert [IMAGES.of(run(), split) for split in ("train", "val", "test")] == [100, 20, 20]
    assert IMAGES.of(run(removed_classes=("a",)), "train") == 50
    # The share of each class is rounded up, and that of train alone is taken.
    assert IMAGES.of(run(train_share=0.11), "train") == 6 + 4 + 3
    assert IMAGES.of(run(train_share=0.11), "test") == 20
    assert IMAGES.of_epoch(run(train_share=0.11, removed_classes=("a",))) == 100
    assert IMAGES.of_epoch(run(epoch_share=0.11)) == 6 + 4 + 3
    assert IMAGES.of(run(worst_classes=1, ranked_by="x"), "train") == round(100 * 2 / 3)


def test_images_of_a_run_that_validates_on_test():
    asked = run(validate_on="test", train_share=0.11)
    assert [IMAGES.of(asked, split) for split in ("val", "test")] == [20, 20]
    # Classes of 50 + 10, 30 + 6 and 20 + 4 images.
    assert IMAGES.of(asked, "train") == 7 + 4 + 3
    assert IMAGES.of_epoch(asked) == 120


def test_a_training_worked_by_hand():
    took = probed(probe(), run(), IMAGES)
    # 10 epochs of 3 steps and 20 val images; at the end train, val and test once.
    expected = 4 + 2 + 10 * (3 * 0.5 + 20 * 0.01 + 0.1) + (100 + 20 + 20) * 0.01
    assert took.seconds == pytest.approx(expected)
    assert took.cpu_seconds == pytest.approx(expected / 2)


def test_steps_are_those_of_the_whole_studys_share():
    took = probed(probe(), run(removed_classes=("a",)), IMAGES)
    assert took.seconds == pytest.approx(6 + 10 * (3 * 0.5 + 10 * 0.01 + 0.1) + 70 * 0.01)
    took = probed(probe(), run(train_share=0.5, epoch_share=0.5), IMAGES)
    assert took.seconds == pytest.approx(6 + 10 * (1 * 0.5 + 10 * 0.01 + 0.1) + 90 * 0.01)


def test_processes_share_the_steps():
    alone, two = (probed(probe(), run(), IMAGES, number).seconds for number in (1, 2))
    assert alone - two == pytest.approx(10 * 3 * 0.5 / 2)


def test_a_run_is_as_its_own_trainings_before_others_of_its_kind_before_its_probe():
    base, longer = run(), run({"epochs": 20})
    kind = kind_of(base).name
    known = evidence({kind: probe()})
    assert training_took("base", base, known) == probed(probe(), base, IMAGES)
    others = [
        run_record(settings=longer, seconds=30, training_seconds=9, steps=60),
        run_record(settings=longer, seconds=42, training_seconds=9, steps=60),
    ]
    known = evidence({kind: probe()}, {"longer": others})
    assert training_took("base", base, known).seconds == pytest.approx(4 + 30 * 0.6)
    assert training_took("longer", longer, known).seconds == pytest.approx(4 + 36)
    other = run({"batch_size": 8})
    assert training_took("other", other, known) is None


def test_other_jobs_of_a_run():
    base = run()
    known = evidence({kind_of(base).name: probe()}, measured={("dynamics", "base"): [50.0, 70.0]})
    found = run_seconds({"base": base, "unknown": run({"batch_size": 8})}, known)
    whole = probed(probe(), base, IMAGES).seconds
    assert found["train"] == found["trial"] == {"base": pytest.approx(whole)}
    assert found["dynamics"] == {"base": 60}
    assert found["lr_range"] == {"base": pytest.approx(4 + 100 * whole / 30)}


def test_checks_of_maps_follow_the_probe_or_as_they_were():
    base, kind = run(), kind_of(run()).name
    images = Images(IMAGES.by_split, masked=12)
    known = Evidence({kind: probe()}, {}, {("backgrounds", "base"): [7.0]}, images, explained=9)
    found = run_seconds({"base": base}, known)
    assert found["check_maps"]["base"] == maps.check_maps(base, maps.Checked(9, 12), 0.01, 4)
    assert found["backgrounds"] == {"base": 7}
    # Of a network that was trained before, there is no probe.
    record = run_record(settings=base, seconds=30, training_seconds=9, steps=60)
    measured = {("check_maps", "other"): [5.0], ("evaluate", ""): [8 * STARTS["evaluate"]]}
    known = Evidence({}, {"base": [record]}, measured, images, explained=9)
    found = run_seconds({"base": base}, known)
    assert found["check_maps"] == {"base": 5}
    assert found["backgrounds"] == {"base": pytest.approx(8 * USUAL_STARTS)}


def test_masks_are_counted_in_the_test_split():
    index = pd.DataFrame(
        {
            "split": ["train", "val", "test", "test", "test"],
            "class": list("aaaab"),
            "mask": ["m", "", "m", "", "n"],
        }
    )
    assert Images.of_index(index).masked == 2


def test_other_rules_are_as_they_were_or_a_multiple_of_a_start():
    known = evidence(
        {"k": probe()}, measured={("evaluate", "a"): [1.0], ("evaluate", "b"): [3.0, 5.0]}
    )
    found = rule_seconds(["evaluate", "site", "train", "plot_new"], known)
    assert found == {"evaluate": 3, "site": STARTS["site"] * 4, "plot_new": USUAL_STARTS * 4}


def test_without_a_probe_the_start_follows_from_jobs_that_have_ended():
    measured = {("evaluate", "a"): [4 * STARTS["evaluate"]], ("site", ""): [6 * STARTS["site"]]}
    assert evidence(measured=measured).start == pytest.approx(5)
    assert evidence().start == 0


def test_a_resumed_training_took_at_least_its_epochs():
    base = run()
    resumed = run_record(settings=base, seconds=5, training_seconds=90, resumed=1)
    known = evidence({kind_of(base).name: probe()}, {"base": [resumed]})
    assert training_took("base", base, known).seconds == pytest.approx(4 + 90)


def test_undisturbed_it_takes_its_cpu_time():
    base = run()
    known = undisturbed(evidence({kind_of(base).name: probe()}, measured={("site", ""): [9.0]}))
    assert training_took("base", base, known).seconds == pytest.approx(
        probed(probe(), base, IMAGES).cpu_seconds
    )
    assert rule_seconds(["site", "pack"], known) == {"pack": STARTS["pack"] * 2, "site": 9}
