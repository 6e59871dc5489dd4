"""Training as it is commonly written: a DataLoader with workers, and Lightning's Trainer.

The augmentation has our default settings. The one difference in law: we crop from the packed
square, these from the file's own shape.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset, Subset
from torchvision import transforms
from torchvision.datasets import ImageFolder

from benchmarks.harness import Epoch, Waits, device
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.models import registry

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Plan:
    """What is trained; sizes in px. `cache_size`: decode all images to this side first, or 0."""

    folder: Path
    model: str
    size: int
    batch_size: int
    workers: int
    warmup: int
    cache_size: int = 0


class InMemory(Dataset):
    """Decoded images (N, S, S, 3) in memory, changed one by one."""

    def __init__(self, files: ImageFolder, side: int) -> None:
        self.transform, self.labels, self.classes = files.transform, files.targets, files.classes
        self.images = np.empty((len(files), side, side, 3), np.uint8)
        for row, (path, _) in enumerate(files.samples):
            self.images[row] = files.loader(path).resize((side, side), Image.Resampling.BICUBIC)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, int]:
        return self.transform(Image.fromarray(self.images[row])), self.labels[row]


def transform(size: int, settings: AugmentationSettings) -> transforms.Compose:
    """torchvision's transforms of one PIL image for our settings."""
    return transforms.Compose(
        [
            transforms.RandomResizedCrop(size, settings.crop_area, settings.crop_aspect),
            transforms.RandomHorizontalFlip(settings.flip),
            transforms.RandomRotation(settings.rotation),
            transforms.ColorJitter(
                settings.brightness, settings.contrast, settings.saturation, settings.hue
            ),
            transforms.ToTensor(),
            transforms.Normalize(IMAGENET_MEAN, IMAGENET_STD),
        ]
    )


def plain_transform(side: int, size: int) -> transforms.Compose:
    """torchvision's customary transforms of an image to be judged: its centre, of `size` px."""
    return transforms.Compose(
        [
            transforms.Resize(side),
            transforms.CenterCrop(size),
            transforms.ToTensor(),
            transforms.Normalize(IMAGENET_MEAN, IMAGENET_STD),
        ]
    )


def dataset(plan: Plan) -> ImageFolder | InMemory:
    """The plan's images, from files or from memory."""
    files = ImageFolder(str(plan.folder), transform(plan.size, AugmentationSettings()))
    return InMemory(files, plan.cache_size) if plan.cache_size else files


def loaders(plan: Plan, images: Dataset) -> tuple[DataLoader, DataLoader]:
    """The first `warmup` batches, and all of the images, shuffled."""
    few = Subset(images, range(min(len(images), plan.warmup * plan.batch_size)))
    return tuple(
        DataLoader(
            part,
            plan.batch_size,
            shuffle=True,
            drop_last=True,
            num_workers=plan.workers,
            pin_memory=torch.cuda.is_available(),
        )
        for part in (few, images)
    )


def common_loop(plan: Plan) -> Epoch:
    """An epoch of the textbook loop, after a warm-up: fp32, NCHW, AdamW as torch makes it."""
    images = dataset(plan)
    model = registry.create(plan.model, len(images.classes), plan.size).to(device())
    optimizer = torch.optim.AdamW(model.parameters(), lr=TrainingSettings().learning_rate)
    warmup, whole = loaders(plan, images)
    _textbook_epoch(model, optimizer, warmup)
    return _textbook_epoch(model, optimizer, whole)


def _textbook_epoch(
    model: nn.Module, optimizer: torch.optim.Optimizer, loader: DataLoader
) -> Epoch:
    criterion, where = nn.CrossEntropyLoss(), next(model.parameters()).device
    start, batches, seen, total = time.perf_counter(), Waits(loader), 0, 0.0
    model.train()
    for images, labels in batches:
        images, labels = images.to(where), labels.to(where)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        seen += len(labels)
    return Epoch(seen, time.perf_counter() - start, batches.seconds)


def lightning(plan: Plan, tuned: bool) -> Epoch:
    """An epoch of Lightning's Trainer, after a warm-up, without logging and checkpoints.

    `tuned`: precision bf16-mixed and channels_last instead of its defaults. The clock starts where
    the Trainer asks for its loader, and stops at the end of the epoch.
    """
    from benchmarks.lightning_module import fit

    images = dataset(plan)
    model = registry.create(plan.model, len(images.classes), plan.size)
    if tuned:
        model = model.to(memory_format=torch.channels_last)
    warmup, whole = loaders(plan, images)
    fit(model, warmup, tuned)
    return fit(model, whole, tuned)
