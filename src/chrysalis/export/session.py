"""An exported network in ONNX Runtime, on the CPU."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

from chrysalis.engine.cost import timed
from chrysalis.errors import UserError
from chrysalis.export.network import INPUT, OUTPUT


class Session(nn.Module):
    """Maps float32 images (n, 3, S, S) in [0, 1] to logits (n, classes), with so many threads.

    It is a module, so the engine predicts with it as with the network that was trained.
    """

    def __init__(self, path: Path, threads: int) -> None:
        """Load the file that `to_onnx` or `quantise` wrote.

        Raises:
            UserError: there is no such file.
        """
        super().__init__()
        if not path.is_file():
            raise UserError(f"{path}: there is no such file; run the rule 'export' first")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Logits (n, classes), float32, of images (n, 3, S, S)."""
        return self._session.run([OUTPUT], {INPUT: images})[0]

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (n, classes) of images (n, 3, S, S) on the CPU, in any layout."""
        return torch.from_numpy(self.predict(images.contiguous().numpy()))

    def latency(self, batch: int) -> dict[str, float]:
        """Milliseconds to predict a batch, as `chrysalis.engine.cost.timed` takes them."""
        (network_input,) = self._session.get_inputs()
        shape = (batch, *network_input.shape[1:])
        images = np.random.default_rng(0).random(shape, dtype=np.float32)
        return timed(lambda: self.predict(images))
