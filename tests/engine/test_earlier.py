"""What runs take from earlier ones: start, teacher, removed classes, searched settings."""

import json

import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn import functional

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.config.sweep import Choices, Range, Sweep
from chrysalis.data.packed import Packed
from chrysalis.engine import setup as engine
from chrysalis.engine.earlier import Earlier
from chrysalis.engine.run import Context, execute
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.trained import load_trained
from chrysalis.errors import UserError

FP32 = Runtime(torch.device("cpu"), "fp32", 1)
PLAN = {"epochs": 2, "batch_size": 8, "warmup_epochs": 0}
SWEEP = Sweep(
    trials=2,
    space={
        "learning_rate": Range(low=0.001, high=0.01),
        "batch_size": Choices(choices=[4, 8]),
    },
)


def settings(**changes):
    base = {"model": "mynet", "image_size": 16, "augmentation": None}
    return RunSettings(**base | {"training": TrainingSettings(**PLAN)} | changes)


@pytest.fixture
def run(tmp_path, digits_pack):
    """Execute a run; returns the folder of its record."""

    def run(plan, name, earlier=engine.NOTHING, pack=None):
        pack = pack or digits_pack(3, 24)
        output, checkpoint = tmp_path / name / "train", tmp_path / name / "checkpoint.pt"
        context = Context(checkpoint, "c0de", "da7a", earlier=earlier)
        execute(plan, pack, FP32, output, context)
        return output

    return run


def first_of(model):
    """The weights of its first convolution, of which pruning leaves the largest."""
    return next(module.weight for module in model.modules() if isinstance(module, nn.Conv2d))


def weights(folder):
    return load_trained(folder).model.state_dict()


def equal(some, others):
    return all(torch.equal(some[name], others[name]) for name in some)


def test_training_goes_on_from_the_pruned_weights(run, digits_pack):
    first = run(settings(), "first")
    plan = settings(start="mynet-12345678", prune=0.5)
    model = engine.set_up(plan, digits_pack(3, 24), FP32, earlier=Earlier(start=first)).model
    expected = load_trained(first).model
    largest = [p.flatten(1).norm(dim=1).max() for p in (first_of(model), first_of(expected))]
    assert largest[0] == largest[1]
    before = sum(p.numel() for p in expected.parameters())
    pruned = run(plan, "pruned", Earlier(start=first))
    trained = load_trained(pruned)
    after = sum(p.numel() for p in trained.model.parameters())
    assert after == json.loads((pruned / "run.json").read_text())["parameters"] < before / 2
    # The normalisation of the images came along.
    assert torch.equal(trained.model.mean, expected.mean)
    images = torch.rand(2, 3, 16, 16)
    assert trained.model(images).shape == (2, 3)


def test_training_goes_on_from_the_whole_trained_network(run, digits_pack):
    first = run(settings(), "first")
    plan = settings(start="mynet-12345678")
    begun = engine.set_up(plan, digits_pack(3, 24), FP32, earlier=Earlier(start=first)).model
    assert equal(weights(first), begun.state_dict())
    found = run(plan, "longer", Earlier(start=first))
    assert not equal(weights(first), weights(found))
    records = [json.loads((each / "run.json").read_text()) for each in (first, found)]
    assert records[0]["steps_before"] == 0
    assert records[1]["steps_before"] == records[0]["steps"] == records[1]["steps"]


@pytest.mark.parametrize("changes", [{"train_share": 0.2}, {"removed_classes": ("d1",)}])
def test_fewer_images_take_equally_many_steps(run, changes):
    records = [
        json.loads((run(settings(**given), str(given)) / "run.json").read_text())
        for given in ({}, changes)
    ]
    assert records[0]["steps"] == records[1]["steps"]
    assert records[0]["images"]["train"] > records[1]["images"]["train"]


def test_a_reduced_study_takes_fewer_steps(run):
    full, less = (
        json.loads((run(settings(epoch_share=share), str(share)) / "run.json").read_text())
        for share in (1.0, 0.5)
    )
    assert less["steps"] < full["steps"]
    assert less["images"] == full["images"]


def test_a_student_of_full_weight_learns_its_teachers_outputs_not_the_labels(run, digits_pack):
    teacher = run(settings(training=TrainingSettings(**PLAN | {"epochs": 8})), "teacher")
    pack = digits_pack(3, 24)
    shuffled = pack.index.copy()
    train = shuffled["split"] == "train"
    shuffled.loc[train, "label"] = (shuffled.loc[train, "label"] + 1) % 3
    shuffled.loc[train, "class"] = "d" + shuffled.loc[train, "label"].astype(str)
    wrong = Packed(pack.images, shuffled)
    plan = {"epochs": 15, "distillation_weight": 1.0, "patience": 0}
    student = settings(teacher="mynet-12345678", training=TrainingSettings(**PLAN | plan), seed=1)
    found = run(student, "student", Earlier(teacher=teacher), wrong)
    taught, learned = load_trained(teacher).model, load_trained(found).model
    images = torch.from_numpy(pack.images[train.to_numpy()]).permute(0, 3, 1, 2)
    inputs = functional.interpolate(images.float() / 255, 16)
    agreement = (taught(inputs).argmax(1) == learned(inputs).argmax(1)).float().mean()
    assert agreement > 0.8


def test_the_teacher_stays_as_it_is_and_out_of_the_checkpoint(run, tmp_path):
    teacher = run(settings(), "teacher")
    before = (teacher / "model.safetensors").read_bytes()
    plan = settings(teacher="mynet-12345678", seed=3)
    one = run(plan, "one", Earlier(teacher=teacher))
    other = run(plan, "other", Earlier(teacher=teacher))
    alone = run(settings(seed=3), "alone")
    assert (teacher / "model.safetensors").read_bytes() == before
    assert equal(weights(one), weights(other))
    assert not equal(weights(one), weights(alone))


def test_the_worst_classes_are_removed(run, tmp_path):
    table = tmp_path / "label_quality.csv"
    pd.DataFrame({"rank": [2, 1, 3], "class": ["d0", "d2", "d1"]}).to_csv(table, index=False)
    plan = settings(worst_classes=1, ranked_by="mynet-12345678")
    found = run(plan, "run", Earlier(label_quality=table))
    record = json.loads((found / "run.json").read_text())
    assert record["classes"] == ["d0", "d1"]
    assert record["settings"]["removed_classes"] == ["d2"]
    assert RunSettings.model_validate(record["settings"]).name == plan.name


def test_searched_settings_are_laid_over(run, tmp_path):
    best = tmp_path / "best.json"
    best.write_text(json.dumps({"training": {"learning_rate": 0.005, "batch_size": 4}}))
    plan = settings(sweep=SWEEP)
    found = run(plan, "run", Earlier(sweep=best))
    record = json.loads((found / "run.json").read_text())
    assert record["settings"]["training"] == plan.training.model_dump(mode="json") | {
        "learning_rate": 0.005,
        "batch_size": 4,
    }
    settled = RunSettings.model_validate(record["settings"])
    assert settled.name == plan.name != settings().name


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"start": "mynet-1", "prune": 0.5}, "the run mynet-1"),
        ({"teacher": "mynet-2"}, "the run mynet-2"),
        ({"worst_classes": 1}, "label quality"),
        ({"sweep": SWEEP}, "the sweep's result"),
    ],
)
def test_what_is_needed_and_not_given(run, changes, missing):
    with pytest.raises(UserError, match=f"the settings need {missing}, which is not given"):
        run(settings(**changes), "run")


def test_an_earlier_run_of_other_classes_or_another_size_is_refused(run):
    first = run(settings(removed_classes=("d1",)), "first")
    for changes, earlier in (
        ({"start": "mynet-1", "prune": 0.5}, Earlier(start=first)),
        ({"teacher": "mynet-1"}, Earlier(teacher=first)),
    ):
        with pytest.raises(UserError, match="mynet-1 tells other classes apart"):
            run(settings(**changes), "second", earlier)
    large = run(settings(), "large")
    with pytest.raises(UserError, match="its teacher sees images of 16 px, itself of 24"):
        run(settings(teacher="mynet-1", image_size=24), "second", Earlier(teacher=large))
