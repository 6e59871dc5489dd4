"""A network as an ONNX file."""

from __future__ import annotations

import copy
import logging
from pathlib import Path

import torch
from onnxscript.ir.passes.common import ClearMetadataAndDocStringPass
from torch import nn

INPUT, OUTPUT = "images", "logits"

# They tell of each simplification, even with verbose=False.
for _name in ("onnxscript", "onnx_ir"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def to_onnx(model: nn.Module, image_size: int, path: Path) -> None:
    """Write what the model, on the CPU, computes in evaluation mode as one self-contained file.

    Its input "images" is float32 (n, 3, S, S) in [0, 1], S being `image_size`; its output "logits"
    is float32 (n, classes); n is free. The model itself stays as it is.
    """
    # In the layout channels_last, tracing would assume that n is at least 2.
    traced = copy.deepcopy(model).eval().to(memory_format=torch.contiguous_format)
    program = torch.onnx.export(
        traced,
        (torch.zeros(2, 3, image_size, image_size),),
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_shapes=({0: "n"},),
        dynamo=True,
        verbose=False,
    )
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    # Notes on the lines of Python that each operation comes from: no part of the network's size.
    ClearMetadataAndDocStringPass()(program.model)
    program.save(path, external_data=False)
