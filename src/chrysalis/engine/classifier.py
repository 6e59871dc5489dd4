"""A registered network together with the normalisation of its input."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from chrysalis.errors import UserError
from chrysalis.models import registry

STATISTICS_IMAGES = 2000
# Mean and sd of the channels of values in [0, 1], where they are not the training images'.
STATISTICS = {
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "half": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "none": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
}


class Classifier(nn.Module):
    """Maps float images (N, 3, S, S) in [0, 1] to logits (N, classes).

    The channel means and standard deviations are buffers, so a saved model carries them along.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, network: nn.Module, mean: torch.Tensor, std: torch.Tensor) -> None:
        """`mean` and `std` are float (3,), of channel values in [0, 1]."""
        super().__init__()
        self.network = network
        self.register_buffer("mean", mean.float().view(1, 3, 1, 1))
        self.register_buffer("std", std.float().view(1, 3, 1, 1))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (N, classes) of images (N, 3, S, S) in [0, 1]."""
        return self.network(self.normalise(images))

    def normalise(self, images: torch.Tensor) -> torch.Tensor:
        """What the network itself takes: by default, channels with mean 0 and sd 1 in training."""
        return (images - self.mean) / self.std


def build(
    model: str,
    classes: int,
    image_size: int,
    options: Mapping[str, object],
    statistics: tuple[torch.Tensor, torch.Tensor] | None = None,
) -> Classifier:
    """A freshly initialised classifier; torch's global generator decides its weights.

    `statistics` are the mean and std to normalise by. A pretrained network brings along those
    that it was trained with. Without either the normalisation is the identity, to be loaded later.
    """
    network = registry.create(model, classes, image_size, **options)
    mean, std = statistics or (torch.zeros(3), torch.ones(3))
    if own := getattr(network, "input_statistics", None):
        mean, std = map(torch.tensor, own)
    return Classifier(network, mean, std).to(memory_format=torch.channels_last)


def last_linear(network: nn.Module, needed_by: str) -> nn.Linear:
    """The layer that puts out the network's logits; `needed_by` is what to name in the message.

    Raises:
        UserError: the network does not end in a linear layer.
    """
    *_, last = (m for m in network.modules() if list(m.parameters(recurse=False)))
    if not isinstance(last, nn.Linear):
        raise UserError(
            f"{needed_by}: the model does not end in a linear layer; choose another model"
        )
    return last


def input_statistics(
    choice: str, images: np.ndarray, rows: np.ndarray
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and sd (float (3,)) that a setting `input_statistics` names, of these training rows."""
    if choice == "dataset":
        return channel_statistics(images, rows)
    mean, std = STATISTICS[choice]
    return torch.tensor(mean), torch.tensor(std)


def channel_statistics(images: np.ndarray, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """Channel mean and sd (float (3,), of values in [0, 1]) over training images.

    At most `STATISTICS_IMAGES` evenly spaced rows are read, so memory stays flat.
    """
    chosen = rows[np.linspace(0, len(rows) - 1, min(len(rows), STATISTICS_IMAGES)).astype(int)]
    total, squares, count = np.zeros(3), np.zeros(3), 0
    for row in chosen:
        pixels = images[row].reshape(-1, 3) / 255.0
        total += pixels.sum(0)
        squares += (pixels**2).sum(0)
        count += len(pixels)
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, 1e-6))
    return torch.from_numpy(mean).float(), torch.from_numpy(std).float()
