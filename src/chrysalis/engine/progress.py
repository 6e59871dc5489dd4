"""One line an epoch: into the job's log, and to a terminal with the time left."""

from __future__ import annotations

import logging
import time

from chrysalis.config.settings import TrainingSettings
from chrysalis.engine.checkpoint import Progress

TERMINAL_SECONDS = 5.0


class ProgressReport:
    """Logs every epoch at DEBUG, and at INFO at most every few seconds, with an ETA.

    Several runs may share a terminal, so lines are added, never rewritten. The ETA assumes that
    all epochs are run; early stopping can only shorten it.
    """

    def __init__(self, label: str) -> None:
        """`label` names the run in each line."""
        self.label = label
        self.log = logging.getLogger(__name__)
        self.shown = 0.0

    def __call__(self, progress: Progress, plan: TrainingSettings) -> None:
        """Report the epoch that has just ended."""
        row = progress.history[-1]
        recent = [r["seconds"] for r in progress.history[-10:]]
        left = (plan.epochs - progress.epoch) * sum(recent) / len(recent)
        now = time.monotonic()
        due = now - self.shown >= TERMINAL_SECONDS or progress.epoch == plan.epochs
        if due:
            self.shown = now
        self.log.log(
            logging.INFO if due else logging.DEBUG,
            "%s  epoch %d/%d  train %.3f  val loss %.3f top-1 %.1f %%  %.0f img/s  ETA %d:%02d",
            self.label,
            progress.epoch,
            plan.epochs,
            row["train_loss"],
            row["val_loss"],
            100 * row["val_top1"],
            row["images_per_second"],
            *divmod(round(left), 60),
        )
