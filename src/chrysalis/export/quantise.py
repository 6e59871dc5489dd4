"""Quantisation to int8 after training.

Weights and activations become 8-bit integers q that stand for the real numbers scale * (q - zero
point): Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", CVPR 2018, sections 2 and 3. Nothing is trained: the ranges of
the activations are read off some training images.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from chrysalis.augment.inputs import to_input
from chrysalis.config.run import RunSettings
from chrysalis.export.network import INPUT

CALIBRATION_IMAGES = 256
CALIBRATION_BATCH = 32


def quantise(source: Path, target: Path, calibration: Iterable[np.ndarray]) -> None:
    """Write the ONNX network `source` to `target` with its layers in int8.

    Weights are integers from -64 to 64, symmetric, with a scale for each output channel: its
    largest magnitude / 64. With all eight bits, sums of two products overflow on processors
    without VNNI, and one file answers differently on two machines. Activations are uint8 over the
    range that they take on for `calibration`: float32 arrays (n, 3, S, S) in [0, 1], images as the
    network takes them.
    """
    with TemporaryDirectory() as folder:
        fused = Path(folder) / "fused.onnx"
        quant_pre_process(source, fused, skip_symbolic_shape=True)
        quantize_static(
            fused,
            target,
            _Reader(calibration),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )


class _Reader(CalibrationDataReader):
    """Hands arrays to ONNX Runtime one by one."""

    def __init__(self, arrays: Iterable[np.ndarray]) -> None:
        self._arrays = iter(arrays)

    def get_next(self) -> dict[str, np.ndarray] | None:
        array = next(self._arrays, None)
        return None if array is None else {INPUT: array}


def calibration_rows(rows: np.ndarray) -> np.ndarray:
    """`CALIBRATION_IMAGES` of the rows (n,), evenly spread over them, or all if they are fewer."""
    count = min(len(rows), CALIBRATION_IMAGES)
    return rows[np.linspace(0, len(rows) - 1, count).astype(int)]


def calibration_inputs(
    images: np.ndarray, rows: np.ndarray, settings: RunSettings
) -> Iterator[np.ndarray]:
    """What the run's network takes of these rows of images (N, S, S, 3), uint8, unaugmented.

    Arrays are float32 (up to `CALIBRATION_BATCH`, 3, image_size, image_size) in [0, 1].
    """
    for start in range(0, len(rows), CALIBRATION_BATCH):
        part = images[rows[start : start + CALIBRATION_BATCH]]
        pixels = torch.from_numpy(part).permute(0, 3, 1, 2)
        yield to_input(pixels, settings.image_size, settings.crop_pct).contiguous().numpy()
