"""Losses against torch's, torchvision's, and centers moved by hand."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from torchvision.ops import sigmoid_focal_loss

from chrysalis.config.settings import TrainingSettings
from chrysalis.engine.losses import CenterLoss, CrossEntropy, Distillation, Focal, create_loss
from chrysalis.engine.parallel import ALONE
from chrysalis.errors import UserError


def example(count=7, classes=4, seed=0):
    draws = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(count, classes, generator=draws, dtype=torch.float64)
    labels = torch.randint(classes, (count,), generator=draws)
    return logits, labels, functional.one_hot(labels, classes).double()


def mixed(targets, share=0.3):
    return share * targets + (1 - share) * targets.flip(0)


def test_cross_entropy_of_whole_and_of_mixed_labels():
    logits, labels, targets = example()
    loss = CrossEntropy()
    torch.testing.assert_close(loss(logits, targets), functional.cross_entropy(logits, labels))
    parts = [functional.cross_entropy(logits, y) for y in (labels, labels.flip(0))]
    torch.testing.assert_close(loss(logits, mixed(targets)), 0.3 * parts[0] + 0.7 * parts[1])


def test_label_smoothing_by_hand():
    logits = torch.tensor([[2.0, 0.0, -1.0]])
    p = np.exp([2, 0, -1]) / np.exp([2, 0, -1]).sum()
    expected = -(np.array([0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3]) * np.log(p)).sum()
    found = CrossEntropy(0.1)(logits, torch.tensor([[1.0, 0.0, 0.0]]))
    assert found.item() == pytest.approx(expected)


def test_focal_of_two_classes_is_torchvisions():
    """With logits (0, z) the softmax of two classes is the sigmoid of z."""
    z = torch.linspace(-6, 6, 25, dtype=torch.float64)
    labels = torch.arange(25) % 2
    logits = torch.stack([torch.zeros_like(z), z], dim=1)
    found = Focal(2.0)(logits, functional.one_hot(labels, 2).double())
    theirs = sigmoid_focal_loss(z, labels.double(), alpha=-1, gamma=2.0, reduction="mean")
    torch.testing.assert_close(found, theirs)


def test_focal_with_gamma_0_is_cross_entropy_and_stays_finite():
    logits, labels, targets = example()
    torch.testing.assert_close(
        Focal(0.0)(logits, targets), functional.cross_entropy(logits, labels)
    )
    sure = torch.tensor([[80.0, 0.0]], requires_grad=True)
    Focal(0.5)(sure, torch.tensor([[1.0, 0.0]])).backward()
    assert sure.grad.isfinite().all()


def test_focal_of_mixed_labels_mixes_the_terms():
    logits, _, targets = example()
    loss = Focal(1.5)
    parts = loss(logits, targets), loss(logits, targets.flip(0))
    torch.testing.assert_close(loss(logits, mixed(targets)), 0.3 * parts[0] + 0.7 * parts[1])


def center_example(**settings):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(5, 3), nn.ReLU(), nn.Linear(3, 4))
    loss = CenterLoss(network, 4, **{"weight": 0.2, "rate": 0.5, "group": ALONE, **settings})
    return network, loss


def test_center_loss_and_its_centers_by_hand():
    network, loss = center_example()
    centers = np.zeros((4, 3))
    for batch in range(3):
        inputs = torch.randn(6, 5, generator=torch.Generator().manual_seed(batch))
        labels = torch.tensor([0, 1, 1, 2, 2, 2])
        targets = functional.one_hot(labels, 4).float()
        found = loss(network(inputs), targets)
        features = network[1](network[0](inputs)).detach().numpy()
        distance = ((features - centers[labels]) ** 2).sum(1).mean()
        entropy = functional.cross_entropy(network(inputs), labels).item()
        assert found.item() == pytest.approx(entropy + 0.2 * distance / 2, rel=1e-5)
        moved = centers.copy()
        for j in range(4):
            ours = features[labels == j]
            moved[j] -= 0.5 * (centers[j] - ours).sum(0) / (1 + len(ours))
        centers = moved
        np.testing.assert_allclose(loss.centers.numpy(), centers, rtol=1e-5, atol=1e-6)
    assert not centers[3].any()


def test_center_loss_pulls_features_to_their_center():
    network, loss = center_example(weight=1.0)
    inputs, targets = torch.randn(6, 5), functional.one_hot(torch.arange(6) % 4, 4).float()
    loss.centers.normal_()
    centers = loss.centers.clone()
    first = network[1](network[0](inputs))
    logits = network(inputs)
    entropy = functional.cross_entropy(logits, targets)
    total = loss(logits, targets)
    gradient = torch.autograd.grad(total - entropy, network[0].bias)[0]
    active = (first > 0).float()
    expected = ((first - targets @ centers) * active).mean(0)
    torch.testing.assert_close(gradient, expected, rtol=1e-4, atol=1e-5)


def test_center_loss_keeps_nothing_of_evaluation():
    network, loss = center_example()
    network.eval()(torch.randn(2, 5))
    assert loss.features is None


def test_center_loss_needs_a_linear_end():
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    with pytest.raises(UserError, match="center: the model does not end in a linear layer"):
        create_loss(network, 4, TrainingSettings(loss="center"), ALONE)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"smoothing": 0.0}),
        ({"loss": "label_smoothing", "label_smoothing": 0.2}, {"smoothing": 0.2}),
        ({"loss": "cross_entropy", "label_smoothing": 0.2}, {"smoothing": 0.0}),
        ({"loss": "focal", "focal_gamma": 3}, {"gamma": 3}),
        ({"loss": "center", "center_weight": 1, "center_rate": 0.1}, {"weight": 1, "rate": 0.1}),
    ],
)
def test_the_settings_choose_the_loss(settings, expected):
    network = nn.Linear(5, 4)
    loss = create_loss(network, 4, TrainingSettings(**settings), ALONE)
    assert {name: getattr(loss, name) for name in expected} == expected


def test_distillation_by_hand():
    network = nn.Identity()
    teacher_logits = torch.tensor([[2.0, 0.0]], dtype=torch.float64)
    loss = Distillation(network, CrossEntropy(), lambda images: teacher_logits + images, 0.25, 2.0)
    logits = torch.tensor([[0.0, 1.0]], dtype=torch.float64)
    network(torch.zeros(1, 2, dtype=torch.float64))
    found = loss(logits, torch.tensor([[1.0, 0.0]], dtype=torch.float64))
    p = np.array([np.e, 1]) / (np.e + 1)  # the teacher's, at temperature 2
    q = np.array([1, np.sqrt(np.e)]) / (1 + np.sqrt(np.e))
    distance = 2**2 * (p * np.log(p / q)).sum()
    labels = -np.log(1 / (1 + np.e))
    assert found.item() == pytest.approx(0.75 * labels + 0.25 * distance)


def test_the_teacher_sees_the_students_images_and_gets_no_gradient_or_state():
    student, teacher = nn.Linear(3, 2), nn.Linear(3, 2)
    plan = TrainingSettings(distillation_weight=1.0)
    loss = create_loss(student, 2, plan, ALONE, torch.no_grad()(teacher.forward))
    images = torch.rand(4, 3)
    targets = functional.one_hot(torch.tensor([0, 1, 1, 0]), 2).float()
    found = loss(student(images), targets)
    found.backward()
    with torch.no_grad():
        student.load_state_dict(teacher.state_dict())
    assert found > 0
    assert student.weight.grad.abs().sum() > 0
    assert teacher.weight.grad is None
    assert loss.state_dict() == {}
    assert loss(student(images), targets).item() == pytest.approx(0, abs=1e-6)
