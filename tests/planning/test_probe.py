"""A real probe of a tiny training: of two processes at once, and of one with missing parts."""

import pytest

from chrysalis.config.run import RunSettings
from chrysalis.errors import UserError
from chrysalis.planning import probe as module
from chrysalis.planning.kinds import kind_of
from chrysalis.planning.probe import Task, probe
from chrysalis.records.plan import PARTS
from tests.runs import write_job


@pytest.fixture
def task(tmp_path, digits_pack):
    def make(taught_by=None, **changes):
        usual = {"model": "mynet", "image_size": 32, "pack_margin": 1}
        settings = RunSettings.model_validate(usual | {"training": {"batch_size": 8}} | changes)
        paths = write_job(tmp_path, settings, digits_pack(size=32))
        images, index = paths.packed(settings.packed_size), paths.index(settings.packed_size)
        return Task(kind_of(settings), taught_by, images, index, tmp_path, 1, 2**31)

    return make


def test_two_at_once(task, tmp_path):
    found = probe(task(), 2)
    assert (found.side_by_side, found.threads) == (2, 1)
    assert found.steps >= 10
    for part in PARTS:
        assert getattr(found, part).seconds > 0
    # A process that has one thread cannot use more CPU time than the clock shows.
    assert found.step.cpu_seconds <= found.step.seconds * 1.05
    assert not list(tmp_path.glob("*.pt"))


@pytest.mark.parametrize(
    ("taught_by", "changes"),
    [
        (None, {"model": "resnet10_tiny", "prune": 0.5, "start": "s"}),
        (RunSettings(model="resnet10_tiny", image_size=32), {"teacher": "t"}),
    ],
    ids=["pruned", "taught"],
)
def test_what_earlier_runs_would_give_is_made_up(task, monkeypatch, taught_by, changes):
    monkeypatch.setattr(module, "SECONDS", 0.0)
    found = module._measure(task(taught_by, **changes), 0.0)
    assert found.steps == module.LEAST_CHUNKS * module.CHUNK


def test_images_that_are_too_small_are_a_users_error(task):
    small = task(model="resnet10_tiny", image_size=16)
    with pytest.raises(UserError, match="at least 32 px"):
        module._measure(small, 0.0)
