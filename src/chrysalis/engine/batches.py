"""Images of a split as batches on the device.

A split that fits in `RESIDENT_BYTES` lives on the device whole; a larger one is streamed from the
memmap, the next batches being copied by a thread while the current one is computed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch

from chrysalis.engine.parallel import ALONE, Group
from chrysalis.errors import UserError

RESIDENT_BYTES = 2**31
AHEAD = 3

Batch = tuple[torch.Tensor, torch.Tensor]


class Batches:
    """Batches of (uint8 images (B, 3, S, S) channels-last, int64 labels (B,)) of chosen rows."""

    def __init__(
        self,
        images: np.ndarray,
        rows: np.ndarray,
        labels: np.ndarray,
        device: torch.device,
        resident_bytes: int = RESIDENT_BYTES,
    ) -> None:
        """`images` (N, S, S, 3) uint8, maybe a memmap; `rows` (n,) of it; `labels` (n,)."""
        self.images, self.rows, self.device = images, rows, device
        self.labels = torch.from_numpy(np.array(labels, np.int32)).to(device)
        self.resident: torch.Tensor | None = None
        if len(rows) * images[0].nbytes <= resident_bytes:
            self.resident = torch.from_numpy(images[rows]).to(device)

    def __len__(self) -> int:
        return len(self.rows)

    def in_order(self, batch_size: int) -> Iterator[Batch]:
        """Every image once, in the order of the rows."""
        yield from self._batches(torch.arange(len(self)).split(batch_size))

    def shuffled(
        self,
        batch_size: int,
        generator: torch.Generator,
        group: Group = ALONE,
        epoch_images: int | None = None,
    ) -> Iterator[Batch]:
        """One epoch in random order: full batches only, or one smaller batch if there is none.

        An epoch has as many steps as `epoch_images` fill, by default all images of the split. With
        more, the split is gone through again, in another order; with as many, the images left over
        differ from epoch to epoch. `generator` is a CPU generator. Of several processes each gets
        its share of every batch, all shares being equal.

        Raises:
            UserError: fewer images in a batch than processes.
        """
        wanted = len(self) if epoch_images is None else epoch_images
        size = min(batch_size, wanted) // group.size * group.size
        if not size:
            raise UserError(f"{group.size} processes cannot share batches of {batch_size} images")
        drawn = steps_per_epoch(wanted, batch_size) * size
        passes = math.ceil(drawn / len(self))
        order = torch.cat([torch.randperm(len(self), generator=generator) for _ in range(passes)])
        batches = order[:drawn].split(size)
        yield from self._batches(tuple(batch[group.rank :: group.size] for batch in batches))

    def _batches(self, indices: tuple[torch.Tensor, ...]) -> Iterator[Batch]:
        if self.resident is not None:
            for index in indices:
                index = index.to(self.device)
                yield self.resident[index].permute(0, 3, 1, 2), self.labels[index].long()
            return
        with ThreadPoolExecutor(1) as pool:
            waiting: list[Future[Batch]] = []
            for index in indices:
                waiting.append(pool.submit(self._load, index))
                if len(waiting) > AHEAD:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()

    def _load(self, index: torch.Tensor) -> Batch:
        images = torch.from_numpy(self.images[self.rows[index.numpy()]])
        if self.device.type == "cuda":
            images = images.pin_memory()
        images = images.to(self.device, non_blocking=True)
        return images.permute(0, 3, 1, 2), self.labels[index.to(self.device)].long()


def steps_per_epoch(images: int, batch_size: int) -> int:
    """Optimiser steps in an epoch: full batches, at least one."""
    return max(1, images // batch_size)
