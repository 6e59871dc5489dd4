"""The common loop as a LightningModule; a module of its own, so that only its arms import it."""

from __future__ import annotations

import logging
import time
import warnings

import torch
from lightning import pytorch as pl
from torch import nn
from torch.utils.data import DataLoader

from benchmarks.harness import Epoch
from chrysalis.config.settings import TrainingSettings


class Module(pl.LightningModule):
    """Trains `model` on `loader` and notes when the epoch began and ended."""

    def __init__(self, model: nn.Module, loader: DataLoader, channels_last: bool) -> None:
        super().__init__()
        self.model, self.loader, self.channels_last = model, loader, channels_last
        self.criterion = nn.CrossEntropyLoss()
        self.began = self.ended = 0.0

    def train_dataloader(self) -> DataLoader:
        """The loader; the Trainer iterates over it next, before any hook of the epoch."""
        self.began = time.perf_counter()
        return self.loader

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], _: int) -> torch.Tensor:
        """The loss of a batch."""
        images, labels = batch
        if self.channels_last:
            images = images.to(memory_format=torch.channels_last)
        return self.criterion(self.model(images), labels)

    def on_train_epoch_end(self) -> None:
        """Stop the clock when the device is done."""
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.ended = time.perf_counter()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW as torch makes it."""
        return torch.optim.AdamW(self.parameters(), lr=TrainingSettings().learning_rate)


def fit(model: nn.Module, loader: DataLoader, tuned: bool) -> Epoch:
    """One epoch; `tuned`: bf16-mixed and channels_last."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    module = Module(model, loader, tuned)
    trainer = pl.Trainer(
        max_epochs=1,
        devices=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        **({"precision": "bf16-mixed"} if tuned else {}),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer.fit(module)
    return Epoch(len(loader) * loader.batch_size, module.ended - module.began)
