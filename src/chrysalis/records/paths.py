"""Where the files of a study lie: the only module that knows the folders of `results/`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chrysalis.records.job_paths import JobPaths


@dataclass(frozen=True)
class TrainingPaths:
    """One training's files; `folder` is .../runs/<run>/seed<n>."""

    folder: Path

    @property
    def train(self) -> Path:
        """The folder of its record."""
        return self.folder / "train"

    @property
    def record(self) -> Path:
        """run.json."""
        return self.train / "run.json"

    @property
    def history(self) -> Path:
        """A row per epoch."""
        return self.train / "history.csv"

    @property
    def weights(self) -> Path:
        """The network's weights."""
        return self.train / "model.safetensors"

    @property
    def metrics(self) -> Path:
        """metrics.json."""
        return self.folder / "evaluate/metrics.json"

    @property
    def per_class(self) -> Path:
        """Accuracy by split and class."""
        return self.folder / "evaluate/per_class.csv"

    @property
    def confusion(self) -> Path:
        """Confusion counts by split."""
        return self.folder / "evaluate/confusion.csv"

    @property
    def reliability(self) -> Path:
        """Confidence and accuracy by bin."""
        return self.folder / "evaluate/reliability.csv"

    @property
    def lr_range(self) -> Path:
        """The learning rate range test."""
        return self.folder / "lr_range/lr_range.csv"

    @property
    def dynamics(self) -> Path:
        """The folder of the tables of training dynamics."""
        return self.folder / "dynamics"

    @property
    def cost(self) -> Path:
        """What its run's network costs."""
        return self.folder.parent / "cost/cost.json"


@dataclass(frozen=True)
class ExperimentPaths:
    """One experiment's files; `folder` is .../experiments/<name>."""

    folder: Path

    def table(self, name: str) -> Path:
        """A table of the rule compare, such as effects."""
        return self.folder / "compare" / f"{name}.csv"

    @property
    def answer(self) -> Path:
        """The answer in words."""
        return self.folder / "compare/experiment.json"

    @property
    def dynamics(self) -> Path:
        """How each arm trained, in a line."""
        return self.folder / "plot_dynamics/summary.csv"


@dataclass(frozen=True)
class StudyPaths(JobPaths):
    """The files of a study; `results` is results/<dataset>."""

    @property
    def study(self) -> Path:
        """study.json."""
        return self.results / "study.json"

    @property
    def metrics(self) -> Path:
        """The study's metrics for `dvc metrics`."""
        return self.results / "metrics.json"

    @property
    def models(self) -> Path:
        """Metrics of the base runs, by model."""
        return self.results / "runs/summarise/models.csv"

    @property
    def claims(self) -> Path:
        """All comparisons, as the overview states them."""
        return self.results / "runs/summarise/claims.csv"

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

    def truth(self, name: str) -> Path:
        """A table of the rule truth: scores or findings."""
        return self.results / "data/truth" / f"{name}.csv"

    @property
    def data(self) -> Path:
        """The folder of all that concerns the images."""
        return self.results / "data"

    @property
    def runs(self) -> Path:
        """The folder of all runs."""
        return self.results / "runs"

    def explanations(self, training: str) -> Path:
        """The folder of what explains a training, which is named as in the study's record."""
        return self.results / "explain" / training

    def gallery(self, training: str) -> Path:
        """The predictions that a training's galleries show."""
        return self.explanations(training) / "plot_gallery/gallery.csv"

    def training(self, run: str, seed: int) -> TrainingPaths:
        """One training's files."""
        return TrainingPaths(self.of_seed(run, seed))

    def experiment(self, name: str) -> ExperimentPaths:
        """One experiment's files."""
        return ExperimentPaths(self.results / "experiments" / name)

    def published(self, name: str) -> Path:
        """A table of the rule published: figures or claims."""
        return self.results / "experiments/published" / f"{name}.csv"

    def code(self, name: str) -> Path:
        """The code that the jobs of a script use, each file with its hash."""
        return self.results / "settings/code" / f"{name}.txt"

    def plan(self, digest: str) -> PlanPaths:
        """The files that say what the study is, as its jobs read them."""
        return PlanPaths(self.results / "settings" / f"plan-{digest}")


@dataclass(frozen=True)
class PlanPaths:
    """What Snakemake planned, for its jobs to read; `folder` is .../settings/plan-<digest>."""

    folder: Path

    @property
    def study(self) -> Path:
        """The study's record, of which study.json is a copy."""
        return self.folder / "study.json"

    @property
    def config(self) -> Path:
        """Snakemake's merged configuration."""
        return self.folder / "config.json"

    def experiment(self, name: str) -> Path:
        """An experiment's record."""
        return self.folder / "experiments" / f"{name}.json"
