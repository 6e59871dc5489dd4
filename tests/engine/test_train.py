"""The training loop: its arithmetic, what it keeps, and that a kill changes nothing."""

import copy

import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss
from torch import nn
from torch.nn import functional

from chrysalis.augment.inputs import to_input
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.engine import train as engine
from chrysalis.engine.batches import Batches
from chrysalis.engine.checkpoint import Place, Progress
from chrysalis.engine.classifier import build
from chrysalis.engine.epochs import InputPipeline
from chrysalis.engine.runtime import Runtime, generator, seed_everything
from chrysalis.engine.setup import TrainingSetup
from chrysalis.engine.state import TrainingState, freeze_features
from chrysalis.engine.train import has_stalled, predict, validate
from chrysalis.errors import UserError

torch.set_num_threads(1)
CPU = torch.device("cpu")
FP32 = Runtime(CPU, "fp32", 1)
CLASSES = 3
TIMES = ("seconds", "images_per_second")


def settings(**changes):
    training = {"epochs": 4, "batch_size": 8, "warmup_epochs": 1, **changes.pop("training", {})}
    return RunSettings(
        **{
            "model": "mynet",
            "image_size": 16,
            "training": TrainingSettings(**training),
            "augmentation": None,
            **changes,
        }
    )


@pytest.fixture
def splits(digits_pack):
    """Training and validation images of three digits, enlarged to some size."""

    def make(size=24):
        pack = digits_pack(3, size)

        def batches(name):
            rows = np.flatnonzero(pack.index["split"] == name)
            return Batches(pack.images, rows, pack.index["label"].to_numpy()[rows], CPU)

        return batches("train"), batches("val")

    return make


def make_model(plan, seed=0):
    seed_everything(seed)
    return build(plan.model, CLASSES, plan.image_size, plan.options)


def train(model, classes, plan, training, validation, runtime, path, fingerprint, *others):
    """Train on these splits; `others` are the report and the teacher."""
    batches = {"train": training, "val": validation}
    names = [f"d{label}" for label in range(classes)]
    setup = TrainingSetup(plan, names, batches, batches["val"], model, runtime, len(training))
    return engine.train(setup, Place(path, fingerprint), *others)


def weights_of(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


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


# Randomness, and going on after a kill


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


@pytest.mark.parametrize("augmentation", [None, AugmentationSettings()], ids=["plain", "augmented"])
def test_the_seed_decides_the_order_and_the_augmentation(tmp_path, splits, augmentation):
    """All start from the same weights, so what differs comes from training itself."""
    found = []
    for number, seed in enumerate((0, 0, 1)):
        plan = settings(training={"epochs": 1}, augmentation=augmentation, seed=seed)
        model = make_model(plan, seed=3)
        torch.manual_seed(number)
        train(model, CLASSES, plan, *splits(), FP32, tmp_path / f"{number}.pt", "")
        found.append(weights_of(model))
    assert same(found[0], found[1])
    assert not same(found[0], found[2])


def test_dropout_draws_anew_each_epoch_and_with_each_seed(tmp_path, splits):
    """Networks draw from torch's global generator, which each epoch seeds."""
    seeds = []
    for seed in (0, 1):
        plan = settings(seed=seed)
        train(
            *(make_model(plan), CLASSES, plan, *splits(), FP32, tmp_path / f"{seed}.pt", ""),
            lambda *_: seeds.append(torch.initial_seed()),
        )
    assert len(set(seeds)) == 8


def test_epochs_differ_in_their_order(tmp_path, splits, monkeypatch):
    training, validation = splits()
    orders = []
    real = Batches.shuffled

    def spy(self, *arguments):
        found = list(real(self, *arguments))
        orders.append(torch.cat([labels for _, labels in found]).tolist())
        return iter(found)

    monkeypatch.setattr(Batches, "shuffled", spy)
    plan = settings(training={"epochs": 3})
    train(make_model(plan), CLASSES, plan, training, validation, FP32, tmp_path / "c.pt", "")
    assert len({tuple(order) for order in orders}) == 3


def test_frozen_features_stay_bit_by_bit_and_the_last_layer_learns(tmp_path, splits):
    training, validation = splits(40)
    plan = settings(image_size=32, training={"frozen": True, "epochs": 2})
    model = build("resnet10_tiny", CLASSES, 32, {})
    before = copy.deepcopy(model.state_dict())
    train(model, CLASSES, plan, training, validation, FP32, tmp_path / "c.pt", "")
    after = model.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert len(changed) == 2  # weight and bias of the last layer
    assert all(after[name].shape[0] == CLASSES for name in changed)


def test_a_frozen_networks_dropout_before_the_last_layer_is_off_too(splits):
    plan = settings(training={"frozen": True})
    model = build("vgg11_small", CLASSES, 32, {"dropout": 0.5})
    state = TrainingState.create(model, CLASSES, plan.training, FP32)
    state.train()
    assert [module for module in model.modules() if module.training] == [state.head]
    assert [p.requires_grad for p in state.head.parameters()] == [True, True]
    assert sum(p.requires_grad for p in model.parameters()) == 2


def test_a_model_without_a_last_linear_layer_cannot_be_frozen():
    with pytest.raises(UserError, match="does not end in a linear layer"):
        freeze_features(nn.Sequential(nn.Linear(2, 2), nn.Conv2d(3, 4, 1)))
