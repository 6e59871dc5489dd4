"""Exact values on quadratics and linear networks, and that looking changes nothing."""

import copy
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.autograd.functional import hessian

from chrysalis.dynamics.inputs import input_gradients
from chrysalis.dynamics.landscape import along_gradient
from chrysalis.dynamics.probe import Probe
from chrysalis.dynamics.undisturbed import undisturbed
from chrysalis.dynamics.vgg_study import (
    entry_shares,
    gradient_differences,
    gradient_predictiveness,
    lipschitz,
)

CURVATURES = torch.tensor([1.0, 4.0, 9.0])
START = torch.tensor([2.0, -1.0, 0.5])
GRADIENT = CURVATURES * START


class Point(nn.Module):
    """Weights x, to be put into the loss x A x / 2 with A diagonal."""

    def __init__(self, *starts):
        super().__init__()
        self.parts = nn.ParameterList(torch.as_tensor(start).clone() for start in starts or [START])

    @property
    def x(self):
        return torch.cat(list(self.parts))


def quadratic(point):
    return lambda: (CURVATURES * point.x**2).sum() / 2


def seen(point, loss, look):
    with undisturbed(point):
        return look(Probe(point, loss))


def test_on_a_quadratic_every_number_is_known():
    point = Point()
    found = seen(point, quadratic(point), lambda probe: along_gradient(probe, (0.1, 0.2)))
    way = GRADIENT / GRADIENT.norm()
    for distance, loss, change in zip(found.distances, found.losses, found.changes, strict=True):
        there = START - distance * way
        assert loss == pytest.approx(((CURVATURES * there**2).sum() / 2).item())
        assert change == pytest.approx(distance * (CURVATURES * way).norm().item(), rel=1e-4)
    assert found.smoothness == pytest.approx((CURVATURES * way).norm().item(), rel=1e-4)
    assert torch.equal(point.x.detach(), START)
    assert point.parts[0].grad is None


def test_a_parabola_has_its_curvature_as_smoothness():
    point = Point()
    loss = lambda: 3.5 * (point.x**2).sum()  # noqa: E731
    found = seen(point, loss, lambda probe: along_gradient(probe, (0.01, 0.3, 2.0)))
    assert found.smoothness == pytest.approx(7, rel=1e-3)


def test_a_plane_is_perfectly_smooth_and_its_gradient_predicts_perfectly():
    point = Point()
    loss = lambda: (CURVATURES * point.x).sum()  # noqa: E731
    found = seen(point, loss, lambda probe: along_gradient(probe, (1.0,)))
    assert (found.smoothness, found.changes) == (0, (0,))
    norm = CURVATURES.norm().item()
    assert found.losses[0] == pytest.approx((CURVATURES @ START).item() - norm)
    assert seen(point, loss, gradient_predictiveness) == 0
    assert seen(point, loss, gradient_differences).mean == 0


@given(seed=st.integers(0, 2**16))
def test_smoothness_close_by_is_that_of_the_hessian(seed):
    """||H g|| / ||g||, by torch's own Hessian of a smooth network in double precision."""
    torch.manual_seed(seed)
    inputs, targets = torch.randn(4, 3).double(), torch.randn(4, 2).double()
    sizes, point = [(4, 3), (2, 4)], nn.Module()
    point.weights = nn.Parameter(torch.randn(20).double())

    def loss(weights=None):
        weights = point.weights if weights is None else weights
        first, second = (
            part.view(size) for part, size in zip(weights.split([12, 8]), sizes, strict=True)
        )
        return (torch.tanh(inputs @ first.T) @ second.T - targets).square().mean()

    (g,) = torch.autograd.grad(loss(), point.weights)
    curved = hessian(loss, point.weights.detach()) @ g
    found = seen(point, loss, lambda probe: along_gradient(probe, (1e-4,)))
    assert found.smoothness == pytest.approx((curved.norm() / g.norm()).item(), rel=0.02, abs=1e-3)


def test_differences_and_predictiveness_of_two_tensors_by_hand():
    """Each tensor moves by the distance along its own gradient; the change is A times the move."""
    point = Point([2.0], [-1.0, 0.5])
    own = torch.tensor([-4.0, 4.5])
    moves = torch.cat([torch.tensor([1.0]), own / own.norm()])
    largest = (CURVATURES * moves).abs().max().item()
    found = seen(point, quadratic(point), gradient_differences)
    assert found.farthest == pytest.approx(0.5 * largest, rel=1e-5)
    assert found.mean == pytest.approx(0.275 * largest, rel=1e-5)  # of 0.05, 0.10, .., 0.50
    by_tensor = 0.1 * (2.0 + (CURVATURES[1:] * own).norm().item())
    assert seen(point, quadratic(point), gradient_predictiveness) == pytest.approx(by_tensor, 1e-5)


def test_a_tensor_without_gradient_stays_where_it_is():
    point = Point([2.0], [0.0, 0.0])
    found = seen(point, quadratic(point), gradient_differences)
    assert found.farthest == pytest.approx(0.5)


def test_what_overflows_is_infinite_and_no_nan():
    point = Point()
    loss = lambda: (torch.exp(-50 * point.x) - torch.exp(-49 * point.x)).sum()  # noqa: E731
    far = seen(point, loss, lambda probe: probe.at([torch.ones(3)], 1e3))
    assert (far.loss, far.norm, far.entry, far.by_tensor) == (math.inf,) * 4


def test_entry_shares_by_hand():
    gradient = [torch.tensor([[0.0, 2.0], [1.0, -1.5]]), torch.tensor([9e-8, -2e-7, 1e-3, 0.5])]
    assert entry_shares(gradient) == (2 / 8, 2 / 8)


def test_the_noise_moves_a_linear_network_by_its_matrix():
    linear = nn.Sequential(nn.Flatten(), nn.Linear(12, 3))
    torch.manual_seed(0)
    noise = 0.01 * torch.randn(5, 3, 2, 2)
    moved = noise.flatten(1) @ linear[1].weight.detach().T
    found = lipschitz(linear, torch.rand(5, 3, 2, 2))
    assert found == pytest.approx((moved.norm() / noise.norm()).item(), rel=1e-3)
    linear[1].weight.data = 7 * torch.eye(12)
    linear[1].bias = None
    assert lipschitz(linear, torch.rand(5, 3, 2, 2)) == pytest.approx(7, rel=1e-3)


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
    seen(model, loss, lambda probe: along_gradient(probe, (0.1, 0.5)))
    seen(model, loss, gradient_differences)
    input_gradients(model, images, labels)
    lipschitz(model, images)
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
    first, second = seen(model, loss, lambda p: along_gradient(p, (1e-9, 1e-9))).losses
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
