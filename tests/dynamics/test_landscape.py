"""Exact values on quadratics and linear networks, and that looking changes nothing."""

import copy

import pytest
import torch
from torch import nn

from chrysalis.dynamics.inputs import input_gradients
from chrysalis.dynamics.landscape import Landscape, along_gradient
from chrysalis.dynamics.undisturbed import undisturbed

CURVATURES = torch.tensor([1.0, 4.0, 9.0])
START = torch.tensor([2.0, -1.0, 0.5])


class Point(nn.Module):
    """Weights x, to be put into the loss x A x / 2 with A diagonal."""

    def __init__(self):
        super().__init__()
        self.x = nn.Parameter(START.clone())


def test_on_a_quadratic_every_number_is_known():
    point = Point()
    found = along_gradient(point, lambda: (CURVATURES * point.x**2).sum() / 2, (0.1, 0.2))
    g = CURVATURES * START
    assert found.norm == pytest.approx(g.norm().item())
    for size, loss, distance in zip(found.sizes, found.losses, found.distances, strict=True):
        there = START - size * g
        assert loss == pytest.approx(((CURVATURES * there**2).sum() / 2).item())
        assert distance == pytest.approx(size * (CURVATURES * g).norm().item(), rel=1e-5)
    assert found.smoothness == pytest.approx(((CURVATURES * g).norm() / g.norm()).item(), rel=1e-5)
    assert torch.equal(point.x.detach(), START)
    assert point.x.grad is None


def test_a_parabola_has_its_curvature_as_smoothness():
    point = Point()
    found = along_gradient(point, lambda: 3.5 * (point.x**2).sum(), (0.01, 0.3, 2.0))
    assert found.smoothness == pytest.approx(7, rel=1e-5)


def test_a_plane_is_perfectly_smooth_and_its_gradient_predicts_perfectly():
    point = Point()
    found = along_gradient(point, lambda: (CURVATURES * point.x).sum(), (1.0,))
    assert (found.smoothness, found.distances) == (0, (0,))
    assert found.losses[0] == pytest.approx((CURVATURES @ (START - CURVATURES)).item())


def test_where_there_is_no_gradient_nothing_is_divided_by_it():
    assert Landscape((0.1,), (1.0,), (0.0,), 0.0).smoothness == 0


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Flatten(),
        nn.Linear(4 * 8 * 8, 3),
    )


def test_looking_changes_nothing_of_a_network_in_training():
    model, images = network().train(), torch.rand(5, 3, 8, 8)
    labels = torch.tensor([0, 1, 2, 0, 1])
    model(images).sum().backward()
    before = copy.deepcopy(model.state_dict())
    gradients = [p.grad for p in model.parameters()]
    state = torch.random.get_rng_state()
    loss = lambda: nn.functional.cross_entropy(model(images), labels)  # noqa: E731
    along_gradient(model, loss, (0.1, 0.5))
    input_gradients(model, images, labels)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(a is p.grad for a, p in zip(gradients, model.parameters(), strict=True))
    assert torch.equal(state, torch.random.get_rng_state())
    assert all(module.training for module in model.modules())


def test_a_failure_leaves_the_network_as_it_was_too():
    model = network()
    before = copy.deepcopy(model.state_dict())

    def spoil():
        with undisturbed(model):
            model.eval()
            for p in model.parameters():
                p.data.zero_()
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        spoil()
    assert model.training
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_dropout_drops_the_same_units_at_every_place():
    model, images = network().train(), torch.rand(4, 3, 8, 8)
    loss = lambda: model(images).square().mean()  # noqa: E731
    first, second = along_gradient(model, loss, (0.0, 0.0)).losses
    assert first == second


def test_the_input_gradient_of_a_linear_network_by_hand():
    weights = torch.tensor([[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]])
    linear = nn.Linear(2, 3, bias=False)
    linear.weight.data = weights
    images, labels = torch.tensor([[0.2, 0.9], [0.4, 0.1]]), torch.tensor([0, 2])
    found = input_gradients(linear, images, labels)
    chances = (images @ weights.T).softmax(1)
    chances[[0, 1], labels] -= 1
    assert found.tolist() == pytest.approx((chances @ weights).norm(dim=1).tolist(), rel=1e-5)


def test_images_do_not_touch_one_another():
    model, images = network(), torch.rand(6, 3, 8, 8)
    labels = torch.tensor([0, 1, 2, 0, 1, 2])
    whole = input_gradients(model, images, labels)
    alone = torch.cat(
        [input_gradients(model, images[i : i + 1], labels[i : i + 1]) for i in range(6)]
    )
    assert whole.tolist() == pytest.approx(alone.tolist(), rel=1e-4)
