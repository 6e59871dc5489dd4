"""Where the jobs of one run find and leave their files; `paths` has those of the whole study.

Training imports this module, so it holds what a training needs and no more: a path for another
figure or table, there, retrains nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

WEIGHTS = "model.safetensors"  # in the record of a training, as are the next
HISTORY = "history.csv"
PREDICTIONS = "predictions.parquet"


@dataclass(frozen=True)
class JobPaths:
    """The files of a study's runs; `results` is results/<dataset>."""

    results: Path

    def settings(self, run: str) -> Path:
        """The settings of a run but for its seed, as its jobs read them."""
        return self.results / "settings/runs" / f"{run}.json"

    @property
    def images(self) -> Path:
        """The images that can be used."""
        return self.results / "data/inspect_images/images.csv"

    @property
    def left_out(self) -> Path:
        """The files that were left out, and why."""
        return self.results / "data/inspect_images/left_out.csv"

    @property
    def split(self) -> Path:
        """Label and split of every image."""
        return self.results / "data/split/split.csv"

    def packed(self, size: int) -> Path:
        """The images packed as squares of `size` px."""
        return self.results / "data/pack" / f"{size}px.npy"

    def index(self, size: int, seed: int | None = None) -> Path:
        """The index of those images; with `seed` the one that has that seed's own split."""
        if seed is None:
            return self.results / "data/pack" / f"{size}px.csv"
        return self.results / "data/resplit" / f"{size}px_seed{seed}.csv"

    def of_seed(self, run: str, seed: int) -> Path:
        """The folder of one training, which holds a folder for each rule."""
        return self.results / "runs" / run / f"seed{seed}"

    def explained(self, run: str, seed: int) -> Path:
        """The folder of one training's explanations."""
        return self.results / "explain" / run / f"seed{seed}"

    def checkpoint(self, run: str, seed: int) -> Path:
        """What a killed training goes on from."""
        return self.results / "checkpoints" / run / f"seed{seed}.pt"

    def sweep(self, run: str) -> Path:
        """The folder of what a run's sweep found."""
        return self.results / "runs" / run / "sweep"

    def trial(self, run: str, number: int) -> Path:
        """How a trial of the sweep ended."""
        return self.sweep(run) / "trials" / f"{number}.json"

    def trial_checkpoint(self, run: str, number: int) -> Path:
        """What a killed trial goes on from."""
        return self.results / "checkpoints" / run / f"trial{number}.pt"

    def trial_storage(self, run: str) -> Path:
        """The file that the trials of a sweep share."""
        return self.results / "checkpoints" / run / "sweep.log"

    def cost(self, run: str) -> Path:
        """What a run's network costs."""
        return self.results / "runs" / run / "cost/cost.json"

    def label_quality(self, run: str) -> Path:
        """The classes by the quality of their labels, as a run sees them."""
        return self.results / "runs" / run / "label_quality/label_quality.csv"
