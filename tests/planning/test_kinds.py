"""Runs share a probe exactly where a step costs the same."""

import pytest

from chrysalis.config.run import RunSettings
from chrysalis.planning.kinds import kind_of, kinds_of

BASE = {"model": "mynet", "image_size": 32}


def run(training=None, **changes):
    return RunSettings.model_validate(BASE | {"training": training or {}} | changes)


@pytest.mark.parametrize(
    "other",
    [
        run({"epochs": 3}),
        run({"learning_rate": 0.1, "schedule": "constant", "warmup_epochs": 0}),
        run({"patience": 0}),
        run(removed_classes=("a",)),
        run(worst_classes=2, ranked_by="x"),
        run(train_share=0.5),
        run(seed=7),
        run(sweep={"trials": 3, "space": {"learning_rate": {"low": 0.1, "high": 1}}}),
    ],
)
def test_the_same_kind(other):
    assert kind_of(other) == kind_of(run())


@pytest.mark.parametrize(
    "other",
    [
        run({"batch_size": 8}),
        run({"optimizer": "sgd"}),
        run({"precision": "fp32"}),
        run({"ema_decay": 0.9}),
        run({"frozen": True}),
        run({"test_time_flip": True}),
        run(augmentation=None),
        run(augmentation={"rotation": 0}),
        run(image_size=40),
        run(pack_margin=1),
        run(model="resnet10_tiny"),
        run(teacher="t"),
        run(prune=0.5, start="s"),
    ],
)
def test_another_kind(other):
    assert kind_of(other) != kind_of(run())
    assert kind_of(other).name != kind_of(run()).name


def test_pruned_networks_cost_the_same_whatever_they_came_from():
    assert kind_of(run(prune=0.5, start="a")) == kind_of(run(prune=0.5, start="b"))


def test_each_kind_comes_once_and_has_a_name_that_its_settings_give():
    kinds = kinds_of([run(), run({"epochs": 3}), run({"batch_size": 8}), run(seed=3)])
    assert list(kinds.values()) == [kind_of(run()), kind_of(run({"batch_size": 8}))]
    assert list(kinds) == [kind.name for kind in kinds.values()]
    assert kinds_of(kinds.values()) == kinds
