"""A training that is killed goes on as if it had not been."""

import pytest
import torch

from chrysalis.config.settings import AugmentationSettings
from chrysalis.engine import train as engine
from chrysalis.engine.batches import Batches
from chrysalis.engine.runtime import Runtime
from tests.engine.loop import CLASSES, CPU, FP32, make_model, same, settings, train, weights_of

TIMES = ("seconds", "images_per_second")


class Killed(Exception):
    pass


AUGMENTED = {"augmentation": AugmentationSettings(), "training": {"epochs": 3}}
RESNET = {
    **{"model": "resnet18_small", "image_size": 32, "options": {"dropout": 0.5}},
    **{"augmentation": AugmentationSettings(), "training": {"epochs": 2}},
}


def kill_after_checkpoint(monkeypatch, epoch):
    """The report that follows the checkpoint."""

    def report(progress, _):
        if progress.epoch == epoch:
            raise Killed

    return report


def kill_while_validating(monkeypatch, epoch):
    """The epoch's training is done, but not noted yet."""
    left = iter([False] * epoch + [True])
    real = engine.validate

    def die(*arguments):
        if next(left):
            raise Killed
        return real(*arguments)

    monkeypatch.setattr(engine, "validate", die)
    return lambda *_: None


def kill_while_training(monkeypatch, epoch):
    """The second batch of the next epoch never comes."""
    left = iter([False] * epoch + [True])
    real = Batches.shuffled

    def die(self, *arguments):
        dies = next(left)
        for number, batch in enumerate(real(self, *arguments)):
            if dies and number == 1:
                raise Killed
            yield batch

    monkeypatch.setattr(Batches, "shuffled", die)
    return lambda *_: None


@pytest.mark.parametrize(
    "kill", [kill_after_checkpoint, kill_while_validating, kill_while_training]
)
@pytest.mark.parametrize(
    ("changes", "precision", "size"),
    [(AUGMENTED, "fp32", 24), (AUGMENTED, "bf16", 24), (RESNET, "bf16", 40)],
    ids=["mynet fp32", "mynet bf16", "resnet bf16"],
)
def test_a_killed_run_ends_as_if_it_had_not_been(
    tmp_path, splits, monkeypatch, kill, changes, precision, size
):
    plan = settings(**changes)
    runtime = Runtime(CPU, precision, 1)

    def run(name, report=lambda *_: None):
        model = make_model(plan)
        path = tmp_path / name
        progress = train(model, CLASSES, plan, *splits(size), runtime, path, "this run", report)
        return progress, weights_of(model), torch.load(path)

    progress, best, last = run("whole.pt")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        run("killed.pt", kill(patch, 1))
    assert torch.load(tmp_path / "killed.pt")["epoch"] == 1
    resumed, its_best, its_last = run("killed.pt")

    assert (progress.resumed, resumed.resumed) == (0, 1)
    assert same(best, its_best)
    assert same(last["state"]["model"], its_last["state"]["model"])
    moments = [saved["state"]["optimizer"]["state"] for saved in (last, its_last)]
    assert moments[0].keys() == moments[1].keys()
    assert all(same(moments[0][key], moments[1][key]) for key in moments[0])
    histories = [
        [{key: value for key, value in row.items() if key not in TIMES} for row in p.history]
        for p in (progress, resumed)
    ]
    assert histories[0] == histories[1]
    assert len(histories[0]) == plan.training.epochs
    assert resumed.best_epoch == progress.best_epoch


def test_a_checkpoint_of_other_settings_is_not_used(tmp_path, splits):
    plan = settings(training={"epochs": 2})
    path = tmp_path / "c.pt"
    train(make_model(plan, seed=5), CLASSES, plan, *splits(), FP32, path, "other")
    model = make_model(plan)
    progress = train(model, CLASSES, plan, *splits(), FP32, path, "this")
    assert (progress.epoch, progress.resumed) == (2, 0)
    clean = make_model(plan)
    train(clean, CLASSES, plan, *splits(), FP32, tmp_path / "clean.pt", "this")
    assert same(weights_of(model), weights_of(clean))
