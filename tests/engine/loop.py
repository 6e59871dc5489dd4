"""The training loop, as its tests run it: a small network on three digits."""

import torch

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.engine import train as engine
from chrysalis.engine.checkpoint import Place
from chrysalis.engine.classifier import build
from chrysalis.engine.runtime import Runtime, seed_everything
from chrysalis.engine.setup import TrainingSetup

CPU = torch.device("cpu")
FP32 = Runtime(CPU, "fp32", 1)
CLASSES = 3


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


def make_model(plan, seed=0):
    seed_everything(seed)
    return build(plan.model, CLASSES, plan.image_size, plan.options)


def train(model, classes, plan, training, validation, runtime, path, fingerprint, *others):
    """Train on these splits; `others` are the report and the teacher."""
    batches = {"train": training, "val": validation}
    names = [f"d{label}" for label in range(classes)]
    setup = TrainingSetup(plan, names, batches, validation, model, runtime, len(training))
    return engine.train(setup, Place(path, fingerprint), *others)


def weights_of(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)
