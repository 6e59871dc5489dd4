"""What a prediction of one run's network costs, before it is trained."""

from __future__ import annotations

import pandas as pd

from chrysalis.config.run import RunSettings
from chrysalis.engine.cost import BATCHES, latency, multiply_adds
from chrysalis.engine.rewrite import for_training
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.trained import shaped
from chrysalis.records.training import CostRecord, Latency


def classes_of(settings: RunSettings, index: pd.DataFrame) -> int:
    """How many classes the run tells apart, of those that the index of its images has."""
    left = set(index["class"]) - set(settings.removed_classes)
    return len(left) - settings.worst_classes


def run_cost(settings: RunSettings, classes: int, runtime: Runtime) -> CostRecord:
    """multiply_adds of one image, and latency_ms by the images in a batch, with what ran it."""
    model = for_training(shaped(settings, classes), runtime).to(runtime.device)
    size = settings.image_size
    return CostRecord(
        multiply_adds=multiply_adds(model, size),
        latency_ms={
            str(batch): Latency.model_validate(latency(model, size, batch, runtime))
            for batch in BATCHES
        },
        device=runtime.device_name(),
        precision=runtime.precision,
        threads=runtime.threads,
    )
