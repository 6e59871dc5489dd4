"""What an experiment's file may say, and what it may not."""

import pytest

from chrysalis.config.experiment import Experiment
from chrysalis.config.load import validate
from chrysalis.errors import UserError

BASE = {"title": "T", "question": "Q?", "models": "first", "baseline": "a"}
SPACE = {"learning_rate": {"low": 0.001, "high": 0.01, "log": True}}
SEARCH = {"sweep": {"trials": 3, "space": SPACE}}


def experiment(**changes):
    return validate(BASE | changes, Experiment, "x.yaml")


def arms(**second):
    return {"arms": {"a": {}, "b": second}}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (arms(from_sweep=True), "`sweep` belongs with an arm with `from_sweep`"),
        (SEARCH | arms(), "`sweep` belongs with an arm with `from_sweep`"),
        (SEARCH | arms(from_sweep=True) | {"models": ["m", "n"]}, "a `sweep` has one model"),
        (
            SEARCH | arms(from_sweep=True, prune=0.5),
            "an arm with `from_sweep` or `tune` builds on no other run",
        ),
        (
            {"sweep": {"space": {"rate": {"low": 1, "high": 2}}}} | arms(from_sweep=True),
            "'rate' is no training setting; allowed: batch_size, ",
        ),
        (
            {"sweep": {"space": {"epochs": {"low": 1, "high": 2}}}} | arms(from_sweep=True),
            "cannot search `epochs`",
        ),
        (
            {"sweep": {"space": {"learning_rate": {"low": -1, "high": 2}}}} | arms(from_sweep=True),
            "'learning_rate' cannot be -1.0: input should be greater than 0",
        ),
        (
            {"sweep": {"space": {"learning_rate": {"low": 2, "high": 1}}}} | arms(from_sweep=True),
            "`low` must be below `high`",
        ),
        (
            {"sweep": {"space": {"weight_decay": {"low": 0, "high": 1, "log": True}}}}
            | arms(from_sweep=True),
            "`low` must be above 0 on a logarithmic scale",
        ),
        (
            {"sweep": {"space": {"optimizer": {"choices": ["sgd", "adm"]}}}}
            | arms(from_sweep=True),
            "'optimizer' cannot be 'adm': input should be 'sgd', ",
        ),
        (
            {"sweep": {"space": {"learning_rate": {"low": 1, "hi": 2}}}} | arms(from_sweep=True),
            "rate.hi: unknown key; allowed: choices, high, log, low; did you mean 'high'?",
        ),
        (
            SEARCH | arms(from_sweep=True, train_on=True),
            "an arm with `from_sweep` or `tune` builds on no other run",
        ),
        ({"tune": "each_arm"} | arms(), "`tune: each_arm` needs a `sweep`"),
        (SEARCH | {"tune": "each_arm"} | arms(from_sweep=True), "no arm with `from_sweep`"),
        (SEARCH | {"tune": "each_arm"} | arms(prune=0.5), "or `tune` builds on no other run"),
        (arms(varied=["order"]), "arms with `varied` need `analysis: variance`"),
        (
            {"analysis": "variance", "models": "first", "baseline": "a", "arms": "each_source"},
            "`arms: each_source` takes `analysis: variance`, no baseline",
        ),
        (arms(baseline="b"), "'b' has the baseline 'b', which is no other arm"),
        (arms(baseline="c"), "'b' has the baseline 'c', which is no other arm"),
        ({"arms": {"a": {"baseline": "b"}, "b": {}}}, "'a' is the experiment's baseline and has"),
        (
            {"analysis": "class_removal"} | arms(baseline="a", remove_classes=["x"]),
            "name no model and no baseline",
        ),
        (arms(export="int8"), "either all arms of an experiment are exported or none is"),
        (arms() | {"metrics": ["exported_mb"]}, "only exported arms have the metrics"),
        (
            {"arms": {"a": {"export": "fp32"}, "b": {"export": "int8"}}, "metrics": ["ece"]},
            "['ece'] are of networks as trained, not as exported",
        ),
        (arms(train_share=0.5), "need `metrics: [train_images]`"),
        (arms(prune=1), "arms.b.prune: found 1; input should be less than 1"),
        (arms(teacher="m") | {"dynamics": True}, "an experiment with `dynamics` has no arms with"),
        (
            arms(remove_classes={"wurst": 2}) | {"analysis": "class_removal"},
            "arms.b.remove_classes.wurst: unknown key; allowed: worst; did you mean 'worst'?",
        ),
        (
            arms(remove_classes={"worst": 0}) | {"analysis": "class_removal"},
            "arms.b.remove_classes.worst: found 0; input should be greater than or equal to 1",
        ),
    ],
)
def test_faults_are_told(changes, text):
    with pytest.raises(UserError) as error:
        experiment(**changes)
    assert text in str(error.value)


def test_a_sweep_and_exported_arms_are_read_as_written():
    found = experiment(**SEARCH | arms(from_sweep=True))
    assert found.sweep.trials == 3
    assert found.sweep.space["learning_rate"].log
    assert found.arms["b"].from_sweep
    exported = {"arms": {"a": {"export": "fp32"}, "b": {"export": "int8", "prune": 0.5}}}
    found = experiment(**exported, metrics=["parameters", "exported_mb", "exported_latency_1"])
    assert (found.arms["b"].export, found.arms["b"].prune) == ("int8", 0.5)
