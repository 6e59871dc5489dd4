"""A trained network with what belongs before and after it, to be exported as one file."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from chrysalis.augment.inputs import centre
from chrysalis.config.run import RunSettings

PICTURES, ANSWERS = "pictures", ("logits", "probabilities", "familiarity")


class Deployed(nn.Module):
    """Maps pictures uint8 (n, P, P, 3), of the packed size, to what is answered for them.

    That is logits (n, classes), calibrated probabilities (n, classes), and the familiarity (n,) of
    `chrysalis.stats.outside`, all float32. The resize before the network is linear in the pixels,
    so it is done by two matrix products, which any runtime computes alike.
    """

    rows: Tensor

    def __init__(self, model: nn.Module, settings: RunSettings, temperature: float) -> None:
        """`model` maps float32 images in [0, 1] to logits; it is on the CPU, in evaluation mode."""
        super().__init__()
        self.model, self.settings, self.temperature = model, settings, temperature
        whole = torch.empty(1, 1, settings.packed_size, settings.packed_size)
        side = centre(whole, settings.crop_pct).shape[-1]
        self.register_buffer("rows", resizing(side, settings.image_size))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, probabilities and familiarity."""
        seen = centre(pictures.permute(0, 3, 1, 2), self.settings.crop_pct).float()
        images = (self.rows @ seen @ self.rows.T) / 255
        logits = self.model(images)
        if self.settings.training.test_time_flip:
            logits = (logits + self.model(images.flip(-1))) / 2
        probabilities = torch.softmax(logits / self.temperature, dim=1)
        return logits, probabilities, torch.logsumexp(logits, dim=1)


def resizing(side: int, size: int) -> Tensor:
    """The matrix (size, side) that resizes a column of `side` pixels as evaluation does."""
    each = torch.eye(side)[None, None]
    return functional.interpolate(each, (size, side), mode="bilinear", antialias=True)[0, 0]
