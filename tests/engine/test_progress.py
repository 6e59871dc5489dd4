"""The line of an epoch."""

import logging

import pytest

from chrysalis.config.settings import TrainingSettings
from chrysalis.engine import progress
from chrysalis.engine.checkpoint import Progress
from chrysalis.engine.progress import ProgressReport

PLAN = TrainingSettings(epochs=20)


def row(seconds=1.0):
    return {
        "train_loss": 0.5,
        "val_loss": 1.25,
        "val_top1": 0.876,
        "images_per_second": 123.4,
        "seconds": seconds,
    }


@pytest.fixture
def clock(monkeypatch):
    """Time that passes only when it is told to."""
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.DEBUG, "chrysalis.engine.progress")
    return caplog


def test_the_line(clock, lines):
    # 12 epochs done, the last 10 of them of 9 seconds: 8 more take 72 seconds.
    done = Progress("", 12, [row(500.0), row(500.0), *[row(9.0)] * 10])
    ProgressReport("mynet-1a2b3c4d seed 0")(done, PLAN)
    assert lines.records[0].getMessage() == (
        "mynet-1a2b3c4d seed 0  epoch 12/20  train 0.500  val loss 1.250 top-1 87.6 %  "
        "123 img/s  ETA 1:12"
    )


def test_the_terminal_gets_a_line_every_few_seconds_and_the_last(clock, lines):
    report = ProgressReport("run")
    for epoch, seconds in ((1, 0), (2, 4.9), (3, 0.1), (4, 1), (20, 1)):
        clock[0] += seconds
        report(Progress("", epoch, [row()]), PLAN)
    levels = [record.levelname for record in lines.records]
    assert levels == ["INFO", "DEBUG", "INFO", "DEBUG", "INFO"]
    assert lines.records[-1].getMessage().endswith("ETA 0:00")
