"""What training minimises: losses of logits (B, C) against shares of classes (B, C)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from chrysalis.config.settings import TrainingSettings
from chrysalis.engine.classifier import last_linear
from chrysalis.engine.parallel import Group

Teacher = Callable[[Tensor], Tensor]


class CrossEntropy(nn.Module):
    """Cross-entropy in nats, averaged over the batch.

    A share `smoothing` of each target is spread evenly over all classes (Szegedy et al. 2016, CVPR,
    section 7).
    """

    def __init__(self, smoothing: float = 0.0) -> None:
        super().__init__()
        self.smoothing = smoothing

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Scalar loss of float logits (B, C) against targets (B, C), whose rows add up to 1."""
        return functional.cross_entropy(logits, targets, label_smoothing=self.smoothing)


class Focal(nn.Module):
    """Focal loss without class weights (Lin et al. 2017, ICCV, equation 4): easy images count less.

    Each class's term of the cross-entropy is multiplied by (1 - p)^gamma.
    """

    def __init__(self, gamma: float) -> None:
        super().__init__()
        self.gamma = gamma

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Scalar loss of float logits (B, C) against targets (B, C), whose rows add up to 1."""
        log_p = functional.log_softmax(logits, dim=1)
        # expm1 is exact where p is close to 1, and 1 - p > 0 keeps the power's gradient finite.
        focus = (-torch.expm1(log_p)).clamp(min=torch.finfo(log_p.dtype).tiny) ** self.gamma
        return -(targets * focus * log_p).sum(1).mean()


class CenterLoss(nn.Module):
    """Cross-entropy plus `weight` times center loss (Wen et al. 2016, ECCV, section 3.2).

    Center loss is half the squared distance of an image's features from its class's center,
    averaged over the batch. Features are the input of the network's last linear layer. The centers
    start at 0 and are not trained by gradient: after each batch a center moves by `rate` times
    equation 4. Where targets are mixed, each class counts with its share.
    """

    centers: Tensor

    def __init__(
        self, network: nn.Module, classes: int, weight: float, rate: float, group: Group
    ) -> None:
        """Watch `network`, whose last linear layer puts out the logits.

        Raises:
            UserError: the network does not end in a linear layer.
        """
        super().__init__()
        self.weight, self.rate, self.group = weight, rate, group
        last = last_linear(network, "training.loss: center")
        self.features: Tensor | None = None
        last.register_forward_pre_hook(self._keep)
        centers = torch.zeros(classes, last.in_features, device=last.weight.device)
        self.register_buffer("centers", centers)

    def _keep(self, module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self.features = inputs[0].float() if module.training else None

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Scalar loss of the logits (B, C) just computed; moves the centers.

        `targets` (B, C) has rows that add up to 1.
        """
        features, self.features = _just_seen(self.features), None
        squared = (
            features.square().sum(1)
            - 2 * (features * (targets @ self.centers)).sum(1)
            + targets @ self.centers.square().sum(1)
        )
        loss = functional.cross_entropy(logits, targets) + self.weight * squared.mean() / 2
        self._move(features.detach(), targets)
        return loss

    @torch.no_grad()
    def _move(self, features: Tensor, targets: Tensor) -> None:
        count = self.group.sum(targets.sum(0)).unsqueeze(1)
        total = self.group.sum(targets.T @ features)
        self.centers -= self.rate * (count * self.centers - total) / (1 + count)


class Distillation(nn.Module):
    """A loss against the labels, mixed with the distance to a teacher's outputs.

    The distance is the Kullback-Leibler divergence of the student's from the teacher's
    probabilities, both at a temperature T, times T squared (Hinton, Vinyals and Dean 2015,
    "Distilling the Knowledge in a Neural Network", section 2); its share of the loss is `weight`.
    The teacher sees the very images, augmented and mixed, that the student sees.
    """

    def __init__(
        self,
        network: nn.Module,
        loss: nn.Module,
        teacher: Teacher,
        weight: float,
        temperature: float,
    ) -> None:
        """Watch `network`, the student; `teacher` gives logits (B, C) without gradient."""
        super().__init__()
        self.loss, self.teacher = loss, teacher
        self.weight, self.temperature = weight, temperature
        self.images: Tensor | None = None
        network.register_forward_pre_hook(self._keep)

    def _keep(self, module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self.images = inputs[0] if torch.is_grad_enabled() else None

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Scalar loss of the logits (B, C) just computed, against targets (B, C)."""
        images, self.images = _just_seen(self.images), None
        distance = functional.kl_div(
            functional.log_softmax(logits / self.temperature, dim=1),
            functional.log_softmax(self.teacher(images).float() / self.temperature, dim=1),
            reduction="batchmean",
            log_target=True,
        )
        distance = self.temperature**2 * distance
        return (1 - self.weight) * self.loss(logits, targets) + self.weight * distance


def _just_seen(value: Tensor | None) -> Tensor:
    if value is None:
        raise RuntimeError("the network must run in training mode before its loss is computed")
    return value


def create_loss(
    network: nn.Module,
    classes: int,
    plan: TrainingSettings,
    group: Group,
    teacher: Teacher | None = None,
) -> nn.Module:
    """The loss that the settings name, for a network with so many classes.

    Raises:
        UserError: the network does not suit the loss.
    """
    loss = _loss_of_labels(network, classes, plan, group)
    if teacher is None:
        return loss
    weight, temperature = plan.distillation_weight, plan.distillation_temperature
    return Distillation(network, loss, teacher, weight, temperature)


def _loss_of_labels(
    network: nn.Module, classes: int, plan: TrainingSettings, group: Group
) -> nn.Module:
    if plan.loss == "focal":
        return Focal(plan.focal_gamma)
    if plan.loss == "center":
        return CenterLoss(network, classes, plan.center_weight, plan.center_rate, group)
    return CrossEntropy(plan.label_smoothing if plan.loss == "label_smoothing" else 0.0)
