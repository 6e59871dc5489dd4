"""How one training answers its test images under each corruption."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import torch

from chrysalis.augment.inputs import to_input
from chrysalis.corruptions.draws import keys_of
from chrysalis.corruptions.kinds import KINDS, SEVERITIES, corrupt
from chrysalis.data.packed import Packed
from chrysalis.engine.batches import Batches
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.setup import select
from chrysalis.engine.trained import load_trained
from chrysalis.records.corruptions import column

BATCH = 256
MOST_VALUES = 2**22  # in a batch: random numbers take some tens of bytes for each


@torch.no_grad()
def corrupted_answers(record: Path, packed: Packed, runtime: Runtime) -> pd.DataFrame:
    """A row per test image of the training in the folder `record`: its path, and for each kind and
    severity whether it is recognised, in the columns that `column` names.

    What is corrupted is what the network is shown: the centre of the image, at the network's size.
    """
    trained = load_trained(record)
    settings, model = trained.settings, trained.model.to(runtime.device)
    removed = tuple(name for name in packed.classes if name not in trained.classes)
    test = select(packed, removed)[1]["test"]
    paths = packed.paths(test.rows).to_pylist()
    keys = keys_of(paths).to(runtime.device)
    found: dict[str, list[torch.Tensor]] = {
        column(kind, severity): [] for kind in KINDS for severity in SEVERITIES
    }
    batches = Batches(packed.images, test.rows, test.labels, runtime.device)
    size = max(1, min(BATCH, MOST_VALUES // (3 * settings.image_size**2)))
    start = 0
    for images, labels in batches.in_order(size):
        shown = to_input(images, settings.image_size, settings.crop_pct)
        levels = (255 * shown).round().to(torch.uint8)
        own = keys[start : start + len(labels)]
        start += len(labels)
        for kind in KINDS:
            for severity in SEVERITIES:
                logits = _logits(
                    model,
                    corrupt(levels, own, kind, severity),
                    runtime,
                    settings.training.test_time_flip,
                )
                found[column(kind, severity)].append(logits.argmax(1) == labels)
    answers = {name: torch.cat(parts).cpu().numpy() for name, parts in found.items()}
    return pd.DataFrame({"path": paths, **answers})


def _logits(
    model: torch.nn.Module, levels: torch.Tensor, runtime: Runtime, flip: bool
) -> torch.Tensor:
    """Logits of uint8 images, as the training itself predicts."""
    inputs = (levels.float() / 255).contiguous(memory_format=torch.channels_last)
    with runtime.autocast():
        logits = model(inputs).float()
        return (logits + model(inputs.flip(-1)).float()) / 2 if flip else logits
