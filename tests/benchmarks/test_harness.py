"""Fresh processes, turns, ratios, and the table."""

import argparse
import json
import os
import statistics

import numpy as np
import pytest
import torch

from benchmarks import harness
from benchmarks.harness import Epoch, Spread, Waits, in_fresh_process, interleave, ratios, table


def test_a_spread_is_numpys_median_and_limits():
    values = np.random.default_rng(0).lognormal(size=8)
    found = Spread.of(values.tolist())
    assert found.n == 8
    assert found.median == pytest.approx(np.median(values), abs=0, rel=1e-15)
    assert (found.least, found.most) == (values.min(), values.max())
    assert Spread.of(iter([3.0])) == Spread(1, 3.0, 3.0, 3.0)
    assert Spread(3, 1.25, 0.5, 2.0).text(".1f") == "1.2 [0.5, 2.0]"
    with pytest.raises(statistics.StatisticsError):
        Spread.of([])


def test_ratios_are_of_what_ran_side_by_side():
    # The machine was three times slower in the second repeat; the ratio is 2 throughout.
    assert ratios([6.0, 2.0, 4.0], [3.0, 1.0, 2.0]) == Spread(3, 2.0, 2.0, 2.0)
    assert ratios([1.0, 9.0, 4.0], [2.0, 3.0, 4.0]) == Spread(3, 1.0, 0.5, 3.0)
    with pytest.raises(ValueError, match="shorter"):
        ratios([1.0, 2.0], [1.0])


def test_arms_take_turns():
    calls = []
    arms = {name: lambda name=name: calls.append(name) or len(calls) for name in "abc"}
    results = interleave(arms, 2)
    assert calls == ["a", "b", "c", "a", "b", "c"]
    assert results == {"a": [1, 4], "b": [2, 5], "c": [3, 6]}


def test_a_fresh_process_is_another_one_each_time_and_hands_on_errors():
    assert len({in_fresh_process(os.getpid), in_fresh_process(os.getpid), os.getpid()}) == 3
    assert in_fresh_process(divmod, 7, 3) == (2, 1)
    with pytest.raises(ZeroDivisionError):
        in_fresh_process(divmod, 7, 0)


class Clock:
    """Stands in for time: it only goes on when told to."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now


def test_waiting_is_the_time_in_the_iterator_and_not_in_the_loop(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(harness, "time", clock)

    def slow():
        for number in range(3):
            clock.now += 5  # before each item
            yield number
        clock.now += 1  # after the last

    class Loader:
        def __iter__(self):
            clock.now += 2  # starts its workers
            return slow()

    waits = Waits(Loader())
    seen = []
    for number in waits:
        clock.now += 100
        seen.append(number)
    assert seen == [0, 1, 2]
    assert waits.seconds == 2 + 3 * 5 + 1
    assert clock.now == 300 + waits.seconds


def test_an_epochs_speed_and_share():
    epoch = Epoch(images=60, seconds=4.0, waiting=1.0)
    assert epoch.images_per_second == 15
    assert epoch.waiting_share == 0.25


def test_columns_are_aligned():
    assert table(["arm", "n"], [["a", "10"], ["longer", "2"]]).splitlines() == [
        "arm      n",
        "------  --",
        "a       10",
        "longer   2",
    ]
    with pytest.raises(IndexError):
        table(["arm", "n"], [["a"]])


def test_results_are_kept_only_on_request(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(harness, "RESULTS", tmp_path / "results")
    harness.publish("made_up", "A title", "the body", [Spread.of([1.0]).n], save=False)
    assert not (tmp_path / "results").exists()
    harness.publish("made_up", "A title", "the body", [Spread.of([1.0]).n], save=True)
    text = (tmp_path / "results/made_up.txt").read_text()
    assert capsys.readouterr().out.count(text.splitlines()[0]) == 2
    assert text.startswith("A title\n  processor: ")
    assert text.endswith("\n\nthe body\n")
    kept = json.loads((tmp_path / "results/made_up.json").read_text())
    assert kept["result"] == [1]
    assert kept["machine"]["torch"] == torch.__version__
    assert kept["machine"]["cores"] == str(harness.cores())


@pytest.mark.parametrize("text", ["0", "-3", "two"])
def test_counts_are_whole_and_positive(text):
    with pytest.raises((argparse.ArgumentTypeError, ValueError)):
        harness.positive(text)
    assert harness.positive("12") == 12


def test_the_busy_machine_is_told(monkeypatch):
    monkeypatch.setattr(os, "getloadavg", lambda: (3.25, 0, 0))
    told = harness.machine()
    assert told["load before"] == "3.2"
    assert told["precision of ours"] in ("bf16", "fp32")
