"""What a seed decides: each source of variance alone changes just its own part of a training."""

import pytest
import torch

from chrysalis.config.run import SOURCES, VARIED, RunSettings
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.engine.epochs import epochs
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.setup import set_up

FP32 = Runtime(torch.device("cpu"), "fp32", 1)


@pytest.fixture
def begun(digits_pack):
    """First weights, order of labels and first images of a training."""

    def begin(varied, seed, augmentation=None):
        settings = RunSettings(
            model="mynet",
            image_size=16,
            training=TrainingSettings(epochs=1, batch_size=8, warmup_epochs=0),
            augmentation=augmentation,
            varied=varied,
            seed=seed,
        )
        setup = set_up(settings, digits_pack(3, 24), FP32)
        weights = torch.cat([value.flatten() for value in setup.model.parameters()])
        batches = list(next(epochs(setup)).inputs)
        images, targets = (torch.cat(part) for part in zip(*batches, strict=True))
        return weights, targets, images, torch.rand(1)

    return begin


def differing(some, others):
    return [not torch.equal(a, b) for a, b in zip(some, others, strict=True)]


@pytest.mark.parametrize(
    ("varied", "expected"),
    [
        ((), [False, False, False, False]),
        (("split",), [False, False, False, False]),  # that is for the index to say
        (("initialisation",), [True, False, False, False]),
        (("order",), [False, True, True, True]),  # and with it what dropout leaves out
        (VARIED, [True, True, True, True]),
    ],
)
def test_only_what_is_varied_differs(begun, varied, expected):
    assert differing(begun(varied, 1), begun(varied, 2)) == expected


def test_augmentation_alone_changes_the_images_and_not_their_order(begun):
    changes = AugmentationSettings()
    some, others = (begun(("augmentation",), seed, changes) for seed in (1, 2))
    assert differing(some, others) == [False, False, True, False]


def test_seed_0_is_the_same_whatever_is_varied(begun):
    every = [begun(varied, 0) for varied in ((), VARIED, SOURCES)]
    assert not any(differing(every[0], every[1]) + differing(every[1], every[2]))
