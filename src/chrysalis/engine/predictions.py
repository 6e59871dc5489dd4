"""The file of a run's predictions: a line for each image of val and test, with its logits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from chrysalis.data.packed import Packed
from chrysalis.engine.batches import Batches


class PredictionsFile:
    """Writes columns split, row (of the pack), path, label, logit_0, logit_1, .. part by part.

    A context; the file is complete when it ends. Never are all logits in memory.
    """

    def __init__(self, path: Path, packed: Packed) -> None:
        self.path, self.packed = path, packed
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> PredictionsFile:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._writer:
            self._writer.close()

    def write(self, split: str, batches: Batches, parts: Iterable[np.ndarray]) -> None:
        """Write a split; `parts` are logits (n, classes), one part after the other."""
        paths, labels = self.packed.paths(batches.rows), batches.labels.cpu().numpy()
        start = 0
        for logits in parts:
            here = slice(start, start + len(logits))
            columns = {
                "split": np.full(len(logits), split),
                "row": batches.rows[here],
                "path": paths[here],
                "label": labels[here],
            }
            self._write(columns | {f"logit_{i}": column for i, column in enumerate(logits.T)})
            start = here.stop

    def _write(self, columns: dict[str, object]) -> None:
        table = pa.table(columns)
        self._writer = self._writer or pq.ParquetWriter(self.path, table.schema)
        self._writer.write_table(table)
