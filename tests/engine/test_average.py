"""The moving average against torch's own, and by hand."""

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from chrysalis.engine.average import Average


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))


def change(model, step):
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn(p.shape, generator=torch.Generator().manual_seed(step)))
    model.train()(torch.randn(5, 3, generator=torch.Generator().manual_seed(step)))


def test_once_the_decay_is_reached_it_is_torchs():
    model = network()
    average = Average(model, 0.75)
    for step in range(40):
        change(model, step)
        average.update(model)
    theirs = AveragedModel(average.model, multi_avg_fn=get_ema_multi_avg_fn(0.75), use_buffers=True)
    theirs.update_parameters(average.model)  # its first update copies
    for step in range(40, 45):
        change(model, step)
        average.update(model)
        theirs.update_parameters(model)
    for name, value in theirs.module.state_dict().items():
        if value.is_floating_point():
            torch.testing.assert_close(average.model.state_dict()[name], value)


def test_the_decay_starts_low():
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, 0.0)
    average = Average(model, 0.999)
    nn.init.constant_(model.weight, 1.0)
    expected = 0.0
    for step in (1, 2, 3):
        average.update(model)
        decay = (1 + step) / (10 + step)
        expected = decay * expected + 1 - decay
        assert average.model.weight.item() == pytest.approx(expected)


def test_the_model_itself_is_left_alone():
    model = network()
    average = Average(model, 0.9)
    change(model, 0)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    average.update(model)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert not any(p.requires_grad for p in average.model.parameters())
    assert average.model.state_dict()["1.num_batches_tracked"] == 1
