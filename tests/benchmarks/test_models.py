"""Memory and time of each model."""

import pytest

from benchmarks import models
from chrysalis.errors import UserError
from chrysalis.models import registry


def test_each_registered_model_has_a_size_that_it_takes():
    for name, spec in registry.specs().items():
        assert models.size_of(name) >= spec.smallest
    assert models.size_of("vgg11_small") == 224
    assert models.size_of("resnet18_cifar") == 32
    assert models.size_of("resnet50") == 150


def test_a_line_tells_milliseconds_and_mebibytes():
    costs = [models.Cost(1234, 0.5, 400.0, 0.0), models.Cost(1234, 0.25, 410.0, 0.0)]
    assert models.rows({"net": costs}, {"net": 32}) == [
        ["net", "32", "1,234", "375.0 [250.0, 500.0]", "405 [400, 410]", "-"]
    ]
    (line,) = models.rows({"net": [models.Cost(1, 1.0, 1.0, 2048.0)]}, {"net": 32})
    assert line[-1] == "2048 [2048, 2048]"


@pytest.mark.usefixtures("in_this_process")
def test_the_script_measures_the_models_asked_for(saved):
    arguments = ["--models", "mynet", "alexnet_like", "--size", "16", "--batch-size", "4"]
    arguments += ["--repeats", "1"]
    text, data = saved(models, "models", *arguments)
    for name in ("mynet", "alexnet_like"):
        (cost,) = data[name]
        parameters = sum(p.numel() for p in registry.create(name, 10, 16).parameters())
        assert cost["parameters"] == parameters
        assert f"{parameters:,}" in text
        assert cost["seconds"] > 0
        assert cost["anonymous"] > 100


def test_an_unknown_model_is_told():
    with pytest.raises(UserError, match="mynet"):
        models.main(models.parser().parse_args(["--models", "mynett"]))
