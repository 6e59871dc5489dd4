"""Training by Lightning; a module of its own, so that only the arms that use it import it."""

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
    module = Module(model, loader, tuned)
    trainer = _quiet(max_epochs=1, **({"precision": "bf16-mixed"} if tuned else {}))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer.fit(module)
    return Epoch(len(loader) * loader.batch_size, module.ended - module.began)


def _quiet(**options: object) -> pl.Trainer:
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    return pl.Trainer(
        devices=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        **options,
    )


class Whole(pl.LightningModule):
    """Trains `model` with AdamW along half a cosine, judges val and predicts."""

    def __init__(self, model: nn.Module, epochs: int, rate: float) -> None:
        super().__init__()
        self.model, self.epochs, self.rate = model, epochs, rate
        self.criterion = nn.CrossEntropyLoss()

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], _: int) -> torch.Tensor:
        """The loss of a batch."""
        return self.criterion(self.model(batch[0]), batch[1])

    def validation_step(self, batch: tuple[torch.Tensor, torch.Tensor], _: int) -> None:
        """Note the loss of a batch."""
        self.log("val_loss", self.criterion(self.model(batch[0]), batch[1]))

    def predict_step(self, batch: tuple[torch.Tensor, torch.Tensor], _: int) -> torch.Tensor:
        """The logits of a batch."""
        return self.model(batch[0])

    def configure_optimizers(self) -> dict[str, object]:
        """AdamW, its rate lowered after each epoch."""
        optimizer = torch.optim.AdamW(self.parameters(), lr=self.rate)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.epochs)
        return {"optimizer": optimizer, "lr_scheduler": schedule}


def fit_whole(
    model: nn.Module, loaders: dict[str, DataLoader], epochs: int, rate: float
) -> torch.Tensor:
    """Train on train, judge val after each epoch; the logits of test, float32 (N, classes)."""
    module = Whole(model, epochs, rate)
    trainer = _quiet(max_epochs=epochs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer.fit(module, loaders["train"], loaders["val"])
        return torch.cat(trainer.predict(module, loaders["test"]))
