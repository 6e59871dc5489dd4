"""A run's settings and its name."""

import json

import pytest
from pydantic import ValidationError

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import AugmentationSettings, TrainingSettings


def settings(**changes):
    return RunSettings(**{"model": "mynet", "image_size": 32, **changes})


def test_the_name_is_the_model_and_eight_hex_digits():
    model, _, digits = settings().name.rpartition("-")
    assert model == "mynet"
    assert len(digits) == 8
    assert int(digits, 16) >= 0


def test_the_seed_is_not_part_of_the_name():
    assert settings(seed=7).name == settings(seed=0).name
    assert settings(seed=7).to_json() != settings(seed=0).to_json()


@pytest.mark.parametrize(
    "changes",
    [
        {"image_size": 33},
        {"model": "vgg11_small"},
        {"options": {"dropout": 0.1}},
        {"training": TrainingSettings(epochs=41)},
        {"augmentation": None},
        {"augmentation": AugmentationSettings(flip=0.4)},
        {"removed_classes": ("a",)},
    ],
)
def test_every_other_setting_is(changes):
    assert settings(**changes).name != settings().name


def test_json_is_canonical_and_reads_back_equal():
    made = settings(options={"b": 1, "a": 2.5}, removed_classes=("x", "y"), seed=3)
    again = settings(seed=3, removed_classes=("x", "y"), options={"a": 2.5, "b": 1})
    assert made.to_json() == again.to_json()
    assert RunSettings.model_validate(json.loads(made.to_json())) == made


def test_limits_ascend_in_settings_too():
    with pytest.raises(ValidationError, match="must not be above"):
        AugmentationSettings(crop_aspect=(2.0, 1.0))
    assert AugmentationSettings(crop_area=(0.8, 0.8)).crop_area == (0.8, 0.8)


def test_settings_do_not_change_once_made():
    with pytest.raises(ValidationError, match="frozen"):
        settings().seed = 1
