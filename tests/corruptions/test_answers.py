"""A training's answers to corrupted images, against the network itself."""

import numpy as np
import pandas as pd
import pytest
import torch

from chrysalis.augment.inputs import to_input
from chrysalis.config.run import RunSettings
from chrysalis.corruptions import answers
from chrysalis.corruptions.draws import keys_of
from chrysalis.corruptions.kinds import KINDS, SEVERITIES, corrupt
from chrysalis.data.packed import Packed
from chrysalis.engine.classifier import Classifier
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.trained import Trained

RUNTIME = Runtime(torch.device("cpu"), "fp32", 1)


@pytest.fixture
def packed():
    """30 images of 20 px in classes a, b, c; the last 12 are for test."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (30, 20, 20, 3), np.uint8)
    index = pd.DataFrame(
        {
            "class": [*"abc"] * 10,
            "label": [0, 1, 2] * 10,
            "split": ["train"] * 18 + ["test"] * 12,
            "path": [f"{n}.png" for n in range(30)],
        }
    )
    return Packed(images, index)


@pytest.fixture
def trained(monkeypatch):
    """A network with random weights that knows a and c, on images of 16 px."""
    torch.manual_seed(0)
    layers = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 16 * 16, 2))
    model = Classifier(layers, torch.full((3,), 0.5), torch.ones(3)).eval()
    found = Trained(RunSettings(model="mynet", image_size=16), ["a", "c"], model)
    monkeypatch.setattr(answers, "load_trained", lambda record: found)
    return found


def test_answers_are_those_of_the_network_to_the_corrupted_images(packed, trained, tmp_path):
    table = answers.corrupted_answers(tmp_path, packed, RUNTIME)
    rows = [row for row in range(18, 30) if row % 3 != 1]
    assert table["path"].tolist() == [f"{row}.png" for row in rows]
    assert len(table.columns) == 1 + len(KINDS) * len(SEVERITIES)
    images = torch.from_numpy(packed.images[rows]).permute(0, 3, 1, 2)
    levels = (255 * to_input(images, 16)).round().byte()
    labels = torch.tensor([row % 3 // 2 for row in rows])
    for kind, severity in (("gaussian_noise", 3), ("jpeg_compression", 5)):
        corrupted = corrupt(levels, keys_of(table["path"]), kind, severity)
        right = trained.model(corrupted.float() / 255).argmax(1) == labels
        assert table[f"{kind} {severity}"].tolist() == right.tolist()


def test_batches_do_not_matter(packed, trained, tmp_path, monkeypatch):
    whole = answers.corrupted_answers(tmp_path, packed, RUNTIME)
    monkeypatch.setattr(answers, "BATCH", 3)
    assert answers.corrupted_answers(tmp_path, packed, RUNTIME).equals(whole)


def test_an_image_and_its_mirror_image_are_averaged(packed, trained, tmp_path, monkeypatch):
    training = trained.settings.training.model_copy(update={"test_time_flip": True})
    flipped = Trained(
        trained.settings.model_copy(update={"training": training}), trained.classes, trained.model
    )
    monkeypatch.setattr(answers, "load_trained", lambda record: flipped)
    table = answers.corrupted_answers(tmp_path, packed, RUNTIME)
    rows = [row for row in range(18, 30) if row % 3 != 1]
    images = torch.from_numpy(packed.images[rows]).permute(0, 3, 1, 2)
    levels = (255 * to_input(images, 16)).round().byte()
    corrupted = corrupt(levels, keys_of(table["path"]), "snow", 2).float() / 255
    logits = trained.model(corrupted) + trained.model(corrupted.flip(-1))
    right = logits.argmax(1) == torch.tensor([row % 3 // 2 for row in rows])
    assert table["snow 2"].tolist() == right.tolist()
