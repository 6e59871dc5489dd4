"""The training loop: its arithmetic, when it stops, and what it keeps."""

import copy

import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss
from torch.nn import functional

from chrysalis.augment.inputs import to_input
from chrysalis.config.settings import AugmentationSettings
from chrysalis.engine import train as engine
from chrysalis.engine.checkpoint import Progress
from chrysalis.engine.epochs import InputPipeline
from chrysalis.engine.runtime import generator
from chrysalis.engine.train import has_stalled, predict, validate
from tests.engine.loop import CLASSES, CPU, FP32, make_model, same, settings, train, weights_of

# When to stop


@pytest.mark.parametrize(
    ("epoch", "best", "patience", "stalled"),
    [
        (0, 0, 1, False),
        (1, 1, 1, False),
        (3, 1, 2, True),
        (3, 2, 2, False),
        (9, 4, 5, True),
        (9, 1, 0, False),
    ],
)
def test_has_stalled(epoch, best, patience, stalled):
    assert has_stalled(Progress("", epoch=epoch, best_epoch=best), patience) is stalled


# The arithmetic of an epoch


def test_weights_follow_adamw(tmp_path, splits):
    """Whole-split steps against a plain, unfused AdamW with the rates worked out by hand."""
    plan = settings(training={"epochs": 3, "batch_size": 24, "learning_rate": 0.01})
    training, validation = splits()
    model = make_model(plan)
    mine = copy.deepcopy(model)
    states = []
    train(
        *(model, CLASSES, plan, training, validation, FP32, tmp_path / "c.pt", ""),
        lambda *_: states.append(weights_of(model)),
    )
    decayed = {name: p.ndim > 1 for name, p in mine.named_parameters()}
    optimizer = torch.optim.AdamW(
        [
            {"params": [p], "weight_decay": 0.05 if decayed[name] else 0.0}
            for name, p in mine.named_parameters()
        ],
        foreach=False,
    )
    (batch,) = training.in_order(24)
    for state, rate in zip(states, [0.01, 0.01, 0.005], strict=True):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        functional.cross_entropy(mine(to_input(batch[0], 16)), batch[1]).backward()
        optimizer.step()
        for name, value in mine.state_dict().items():
            torch.testing.assert_close(state[name], value, rtol=1e-3, atol=1e-5)


def test_the_history_of_a_model_that_stands_still(tmp_path, splits):
    """With no learning rate to speak of, an epoch's figures are those of the first weights."""
    plan = settings(training={"epochs": 1, "learning_rate": 1e-30})
    training, validation = splits()
    model = make_model(plan)
    row = train(model, CLASSES, plan, training, validation, FP32, tmp_path / "c.pt", "").history[0]
    for name, batches in (("train", training), ("val", validation)):
        (batch,) = batches.in_order(100)
        with torch.no_grad():
            chances = model(to_input(batch[0], 16)).softmax(1).double().numpy()
        labels = batch[1].numpy()
        chances /= chances.sum(1, keepdims=True)
        assert row[f"{name}_loss"] == pytest.approx(log_loss(labels, chances), rel=1e-5)
        assert row[f"{name}_top1"] == pytest.approx((chances.argmax(1) == labels).mean())
    assert row["images_per_second"] == pytest.approx(24 / row["seconds"])


def test_predictions_do_not_depend_on_the_batches_they_come_in(splits, monkeypatch):
    plan = settings()
    _, validation = splits()
    model = make_model(plan)
    (whole,) = predict(model, validation, FP32, plan)
    summary = validate(model, validation, FP32, plan)
    monkeypatch.setattr(engine, "EVALUATION_BATCH", 5)
    monkeypatch.setattr(engine, "BATCHES_PER_PART", 2)
    parts = list(predict(model, validation, FP32, plan))
    assert [len(part) for part in parts] == [10, 2]
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-4, atol=1e-5)
    assert validate(model, validation, FP32, plan) == pytest.approx(summary, rel=1e-5)
    assert whole.shape == (12, 3)
    assert whole.dtype == np.float32


def test_validation_changes_nothing(splits):
    """Batch norm's statistics stay, and dropout is off."""
    plan = settings(model="resnet18_small", image_size=32, options={"dropout": 0.5})
    _, validation = splits(32)
    model = make_model(plan).train()
    before = weights_of(model)
    first, second = (validate(model, validation, FP32, plan) for _ in range(2))
    assert first == second
    assert same(before, weights_of(model))


@pytest.mark.parametrize("clip_norm", [1e-3, 0.0])
def test_a_gradient_is_scaled_down_to_the_norm_that_is_allowed(tmp_path, splits, clip_norm):
    """One step of plain descent with rate 1 moves the weights by the gradient itself."""
    plan = settings(
        training={
            **{"epochs": 1, "batch_size": 24, "warmup_epochs": 0, "clip_norm": clip_norm},
            **{"optimizer": "sgd", "momentum": 0, "weight_decay": 0, "learning_rate": 1.0},
        }
    )
    training, validation = splits()
    model = make_model(plan)
    mine = copy.deepcopy(model)
    train(model, CLASSES, plan, training, validation, FP32, tmp_path / "c.pt", "")
    (batch,) = training.in_order(24)
    functional.cross_entropy(mine(to_input(batch[0], 16)), batch[1]).backward()
    norm = torch.stack([p.grad.norm() for p in mine.parameters()]).norm()
    assert norm > 2e-3
    scale = clip_norm / norm if clip_norm else 1.0
    for trained, own in zip(model.parameters(), mine.parameters(), strict=True):
        torch.testing.assert_close(trained, own - scale * own.grad, rtol=1e-4, atol=1e-6)


def test_the_average_is_what_is_validated_and_kept(tmp_path, splits):
    plan = settings(training={"epochs": 1, "batch_size": 12, "ema_decay": 0.9, "patience": 0})
    training, validation = splits()
    model = make_model(plan)
    first = weights_of(model)
    progress = train(model, CLASSES, plan, training, validation, FP32, tmp_path / "c.pt", "")
    last = torch.load(tmp_path / "c.pt")["state"]["model"]
    kept = weights_of(model)
    row = validate(model, validation, FP32, plan)
    assert progress.history[0]["val_loss"] == pytest.approx(row["val_loss"])
    # After two steps the average is d2 (d1 w0 + (1 - d1) w1) + (1 - d2) w2, so it lies between.
    name = "network.classifier.2.weight"
    assert not same(kept, last)
    assert (kept[name] - first[name]).norm() < (last[name] - first[name]).norm()


def test_test_time_flip_averages_over_the_mirror_image(splits):
    plan, flipped = settings(), settings(training={"test_time_flip": True})
    _, validation = splits(32)  # whose centre of 28 pixels is symmetric
    model = make_model(plan)
    mirrored = copy.copy(validation)
    mirrored.resident = validation.resident.flip(2)
    sides = [next(predict(model, batches, FP32, plan)) for batches in (validation, mirrored)]
    assert not np.allclose(*sides)
    (found,) = predict(model, validation, FP32, flipped)
    np.testing.assert_allclose(found, np.mean(sides, axis=0), rtol=1e-5, atol=1e-6)


def test_mixed_labels_reach_the_loss(tmp_path, splits):
    """Of a model that stands still: its loss against the mixed targets, by hand."""
    mixed = AugmentationSettings(
        **{"crop_area": (1, 1), "flip": 0, "rotation": 0, "brightness": 0, "contrast": 0},
        **{"saturation": 0, "hue": 0, "mixup": 1.0},
    )
    plan = settings(
        augmentation=mixed, training={"epochs": 1, "learning_rate": 1e-30, "batch_size": 24}
    )
    training, validation = splits()
    model = make_model(plan)
    row = train(model, CLASSES, plan, training, validation, FP32, tmp_path / "c.pt", "").history[0]
    order = generator(CPU, "order", plan.seed, 0)
    batches = InputPipeline(plan, CLASSES, FP32)(training.shuffled(24, order), 0)
    ((images, targets),) = batches
    assert (targets.max(1).values < 1).any()
    with torch.no_grad():
        log_p = model(images).log_softmax(1)
    assert row["train_loss"] == pytest.approx(-(targets * log_p).sum(1).mean().item(), rel=1e-5)


# Which weights are kept


@pytest.fixture
def scripted(monkeypatch):
    """Let validation say what the test wants."""

    def script(*scores):
        rows = iter([{"val_top1": top1, "val_loss": loss} for top1, loss in scores])
        monkeypatch.setattr(engine, "validate", lambda *_: next(rows))

    return script


def test_the_weights_of_the_best_epoch_are_kept(tmp_path, splits, scripted):
    scripted((0.5, 1.0), (0.75, 0.9), (0.75, 0.8), (0.6, 0.1))
    plan = settings()
    model = make_model(plan)
    states = []
    progress = train(
        *(model, CLASSES, plan, *splits(), FP32, tmp_path / "c.pt", ""),
        lambda *_: states.append(weights_of(model)),
    )
    assert (progress.best_epoch, progress.epoch) == (3, 4)
    assert [same(weights_of(model), state) for state in states] == [False, False, True, False]


def test_it_stops_once_nothing_gets_better(tmp_path, splits, scripted):
    scripted((0.5, 1.0), (0.6, 0.9), (0.6, 0.95), (0.55, 0.2), (0.9, 0.1))
    plan = settings(training={"epochs": 9, "patience": 2})
    model = make_model(plan)
    progress = train(model, CLASSES, plan, *splits(), FP32, tmp_path / "c.pt", "")
    assert (progress.epoch, progress.best_epoch) == (4, 2)
    # Asked again, it has nothing left to do.
    other = make_model(plan)
    again = train(other, CLASSES, plan, *splits(), FP32, tmp_path / "c.pt", "")
    assert (again.epoch, again.resumed) == (4, 1)
    assert same(weights_of(other), weights_of(model))


def test_it_learns(tmp_path, splits):
    plan = settings(training={"epochs": 15, "learning_rate": 3e-3})
    progress = train(make_model(plan), CLASSES, plan, *splits(), FP32, tmp_path / "c.pt", "")
    assert progress.best_score[0] >= 0.9
    assert progress.history[-1]["train_loss"] < progress.history[0]["train_loss"] / 3
