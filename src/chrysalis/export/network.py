"""A network as an ONNX file."""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping, Sequence
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
    write_onnx(model, torch.zeros(2, 3, image_size, image_size), (INPUT, [OUTPUT]), path)


def write_onnx(
    model: nn.Module,
    example: torch.Tensor,
    names: tuple[str, Sequence[str]],
    path: Path,
    about: Mapping[str, str] | None = None,
) -> None:
    """Write a module of one input like `example` (2, ...), whose first axis is free, as one file.

    `names` are those of the input and of the outputs; `about` is kept in the file's metadata.
    """
    # In the layout channels_last, tracing would assume that n is at least 2.
    traced = copy.deepcopy(model).eval().to(memory_format=torch.contiguous_format)
    program = torch.onnx.export(
        traced,
        (example,),
        input_names=[names[0]],
        output_names=list(names[1]),
        dynamic_shapes=({0: "n"},),
        dynamo=True,
        verbose=False,
    )
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    # Notes on the lines of Python that each operation comes from: no part of the network's size.
    ClearMetadataAndDocStringPass()(program.model)
    program.model.metadata_props.update(about or {})
    program.save(path, external_data=False)
