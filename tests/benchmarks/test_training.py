"""The scripts that time whole epochs: throughput, waiting, determinism."""

import pytest

from benchmarks import determinism, throughput, waiting
from benchmarks.harness import Epoch
from chrysalis.errors import UserError

TOY = ["--model", "mynet", "--size", "16", "--images", "20", "--batch-size", "4"]
TOY += ["--workers", "0", "--warmup", "1", "--repeats", "2"]


def test_the_others_are_told_by_how_much_ours_is_faster():
    results = {
        "other": [Epoch(10, 10.0), Epoch(10, 5.0), Epoch(10, 20.0)],
        "ours": [Epoch(10, 5.0), Epoch(10, 2.0), Epoch(10, 5.0)],
    }
    # By repeat: 10 / 5, 5 / 2, 20 / 5.
    assert throughput.rows(results) == [
        ["other", "3", "1.0 [0.5, 2.0]", "2.50 [2.00, 4.00]"],
        ["ours", "3", "2.0 [2.0, 5.0]", ""],
    ]


def test_waiting_is_a_share_of_the_epoch():
    results = {"ours": [Epoch(10, 4.0, 0.1), Epoch(20, 4.0, 0.4)]}
    assert waiting.rows(results) == [["ours", "2", "6.25 [2.50, 10.00]", "3.8 [2.5, 5.0]"]]


def test_determinism_costs_time_by_image():
    results = {
        determinism.DETERMINISTIC: [Epoch(10, 6.0), Epoch(10, 3.0)],
        determinism.FREE: [Epoch(10, 4.0), Epoch(10, 3.0)],
    }
    deterministic, free = determinism.rows(results)
    assert deterministic[3] == "1.250 [1.000, 1.500]"
    assert free[3] == ""


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    ("module", "name", "arms"),
    [(throughput, "throughput", 6), (waiting, "waiting", 3), (determinism, "determinism", 2)],
)
def test_each_script_measures_every_arm(saved, module, name, arms):
    text, data = saved(module, name, *TOY)
    assert len(data) == arms
    for arm, epochs in data.items():
        assert f"\n{arm} " in text
        assert [epoch["images"] for epoch in epochs] == [20, 20]
        assert all(epoch["seconds"] > 0 for epoch in epochs)
    if module is waiting:
        assert all(0 < e["waiting"] < e["seconds"] for epochs in data.values() for e in epochs)


@pytest.mark.parametrize("module", [throughput, waiting, determinism])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--images", "3", "--batch-size", "4"], "--images 3: needs at least a batch"),
        (["--workers", "-1"], "--workers -1: needs 0 or more"),
        (["--model", "resnet19_small"], "resnet18_small"),
    ],
)
def test_bad_input_is_told_before_anything_is_made(module, arguments, message):
    with pytest.raises(UserError, match=message):
        module.main(module.parser().parse_args(arguments))
