"""A trained network with the layer that explains it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from chrysalis.augment.inputs import centre, to_input
from chrysalis.engine.trained import Trained, load_trained
from chrysalis.explain.faithfulness import Probability
from chrysalis.explain.layers import layers_up_to, map_size, usual_layer
from chrysalis.explain.maps import heat_maps


@dataclass(frozen=True)
class Explained:
    """A training, its network being on `device`, and the name of the explained layer."""

    trained: Trained
    layer: str
    device: torch.device

    @classmethod
    def load(cls, record: Path, layer: str = "", device: torch.device | None = None) -> Explained:
        """The training whose record is in the folder `record`.

        `layer` is empty for the usual one.

        Raises:
            UserError: a file of the record is missing or damaged.
        """
        trained = load_trained(record)
        chosen = device or torch.device("cpu")
        trained.model.to(chosen)
        return cls(trained, layer or usual_layer(trained), chosen)

    def shown(self, pixels: np.ndarray) -> Tensor:
        """What the network is shown of packed images uint8 (N, S, S, 3): (N, 3, s, s) in [0, 1]."""
        settings = self.trained.settings
        images = torch.from_numpy(pixels).permute(0, 3, 1, 2).to(self.device)
        return to_input(images, settings.image_size, settings.crop_pct).clamp(0, 1)

    def over(self, pixels: np.ndarray, targets: Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Grad-CAM for these classes over what it saw of packed images uint8 (N, S, S, 3).

        What it saw is uint8 (N, s, s, 3), the packed images' centre; the maps are float32 (N, s, s)
        in [0, 1].
        """
        crop_pct = self.trained.settings.crop_pct
        seen = centre(torch.from_numpy(pixels).permute(0, 3, 1, 2), crop_pct)
        cams = self.maps(self.shown(pixels), targets.to(self.device), ["grad_cam"])["grad_cam"]
        cams = F.interpolate(cams[:, None], seen.shape[-2:], mode="bilinear")[:, 0]
        return seen.permute(0, 2, 3, 1).contiguous().numpy(), cams.cpu().numpy()

    @torch.no_grad()
    def logits(self, images: Tensor) -> Tensor:
        """Logits (N, classes) of what it is shown."""
        return self.trained.model(images)

    def maps(self, images: Tensor, targets: Tensor, methods: list[str]) -> dict[str, Tensor]:
        """By method, the maps of what it is shown (N, s, s), for these classes."""
        model = self.trained.model
        inputs = model.normalise(images)
        return heat_maps(model.network, inputs, targets, layer=self.layer, methods=methods)

    def cells(self, images: Tensor) -> tuple[int, int]:
        """Rows and columns of the cells that the maps are made of."""
        model = self.trained.model
        return map_size(model.network, model.normalise(images[:1]), layer=self.layer)

    def layers(self, images: Tensor, count: int) -> list[str]:
        """Up to `count` layers at even steps from its first one to the explained one, the last."""
        model = self.trained.model
        found = layers_up_to(model.network, model.normalise(images[:1]), self.layer)
        steps = np.linspace(0, len(found) - 1, min(count, len(found))).round().astype(int)
        return [found[step] for step in steps]

    def probability(self, targets: Tensor) -> Probability:
        """The probability that it gives the class of each image."""

        def ask(images: Tensor) -> Tensor:
            chances = F.softmax(self.logits(images), dim=1)
            return chances.gather(1, targets[:, None])[:, 0].cpu()

        return ask
