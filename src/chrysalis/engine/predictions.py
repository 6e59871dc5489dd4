"""The file of a run's predictions: a line for each image of val and test, with its logits."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from chrysalis.data.packed import Packed
from chrysalis.engine.batches import Batches
from chrysalis.errors import UserError
from chrysalis.records.files import replacing


class PredictionsFile:
    """Writes columns split, row (of the pack), path, label, logit_0, logit_1, .. part by part.

    A context; the file is there, and complete, when it ends without an error. Never are all logits
    in memory.
    """

    def __init__(self, path: Path, packed: Packed) -> None:
        self.path, self.packed = path, packed
        self._open = ExitStack()
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> PredictionsFile:
        self.part = self._open.enter_context(replacing(self.path))
        return self

    def __exit__(self, *error: Any) -> None:
        self._open.__exit__(*error)

    def write(self, split: str, batches: Batches, parts: Iterable[np.ndarray]) -> None:
        """Write a split; `parts` are logits (n, classes), one part after the other.

        Raises:
            UserError: a logit is no finite number.
        """
        paths, labels = self.packed.paths(batches.rows), batches.labels.cpu().numpy()
        start = 0
        for logits in parts:
            if not np.isfinite(logits).all():
                raise UserError(
                    f"{self.path.parent}: the network's outputs for {split} are not finite, so "
                    "this training is no result; lower training.learning_rate or use precision fp32"
                )
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
        if self._writer is None:
            self._writer = self._open.enter_context(pq.ParquetWriter(self.part, table.schema))
        self._writer.write_table(table)
