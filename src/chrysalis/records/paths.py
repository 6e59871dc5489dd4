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
    def calibration_error(self) -> Path:
        """The calibration error, and what chance adds to it."""
        return self.folder / "evaluate/calibration_error.csv"

    @property
    def risk_coverage(self) -> Path:
        """The error rate by how many of the surest answers count."""
        return self.folder / "evaluate/risk_coverage.csv"

    @property
    def corrupted_answers(self) -> Path:
        """Which test images are recognised, by kind and severity of corruption."""
        return self.folder / "corruptions/answers.parquet"

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
class EmbeddingPaths:
    """What the rule embed writes, a row for each usable image in the order of images.csv."""

    folder: Path

    @property
    def vectors(self) -> Path:
        """float16 (N, width)."""
        return self.folder / "vectors.npy"

    @property
    def thumbnails(self) -> Path:
        """uint8 (N, T, T), grey."""
        return self.folder / "thumbnails.npy"

    @property
    def measures(self) -> Path:
        """Sharpness, brightness and the like."""
        return self.folder / "measures.csv"


@dataclass(frozen=True)
class ExperimentPaths:
    """One experiment's files; `folder` is .../experiments/<name>."""

    folder: Path

    def table(self, name: str) -> Path:
        """A table of the rule compare, such as effects."""
        return self.folder / "compare" / f"{name}.csv"

    def corruptions(self, name: str) -> Path:
        """A table of the rule compare_corruptions, such as effects."""
        return self.folder / "compare_corruptions" / f"{name}.csv"

    @property
    def answer(self) -> Path:
        """The answer in words."""
        return self.folder / "compare/experiment.json"

    def dynamics(self, name: str) -> Path:
        """A table of the rule compare_dynamics: summary, effects or diverged."""
        return self.folder / "compare_dynamics" / f"{name}.csv"


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
    def experiments(self) -> Path:
        """The folder of all experiments."""
        return self.results / "experiments"

    @property
    def provenance(self) -> Path:
        """What Snakemake knows of the files."""
        return self.results / "provenance.jsonl.gz"

    @property
    def place(self) -> Path:
        """The folder or archive that the results belong to."""
        return self.results / "settings/place.json"

    @property
    def site(self) -> Path:
        """The first page of the report."""
        return self.results / "site/index.html"

    @property
    def embedding(self) -> EmbeddingPaths:
        """The vectors, thumbnails and measures of the images."""
        return EmbeddingPaths(self.results / "data/embed")

    @property
    def pairs(self) -> Path:
        """Pairs of near duplicates."""
        return self.results / "data/duplicates/pairs.csv"

    def audit(self, name: str) -> Path:
        """A table of the rule audit, such as issues."""
        return self.results / "data/audit" / f"{name}.csv"

    @property
    def audited(self) -> Path:
        """What the audit comes to."""
        return self.results / "data/audit/audit.json"

    @property
    def groups(self) -> Path:
        """Which images share a split."""
        return self.results / "data/group/groups.csv"

    def map(self, name: str) -> Path:
        """A file of the rule map_images: points.csv or map.json."""
        return self.results / "data/map_images" / name

    def pictures(self, name: str) -> Path:
        """A table of the rule pictures, such as errors."""
        return self.results / "runs/pictures" / f"{name}.csv"

    def of_model(self, run: str) -> Path:
        """The folder of what all trainings of a run have in common, such as its figures."""
        return self.results / "runs" / run

    def sheet(self, name: str) -> Path:
        """A sheet of small pictures."""
        return self.results / "runs/sheets/sheets" / f"{name}.webp"

    @property
    def tiles(self) -> Path:
        """Which picture is where on which sheet."""
        return self.results / "runs/sheets/tiles.csv"

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

    def judged_maps(self, name: str) -> Path:
        """A table of the rule judge_maps, such as effects."""
        return self.results / "explain/judge_maps" / f"{name}.csv"

    def training(self, run: str, seed: int) -> TrainingPaths:
        """One training's files."""
        return TrainingPaths(self.of_seed(run, seed))

    def experiment(self, name: str) -> ExperimentPaths:
        """One experiment's files."""
        return ExperimentPaths(self.results / "experiments" / name)

    def without(self, left_out: str, name: str) -> Path:
        """A table of the rule without_leaks or without_doubtful: arms or effects."""
        return self.results / f"experiments/without_{left_out}" / f"{name}.csv"

    def published(self, name: str) -> Path:
        """A table of the rule published: figures or claims."""
        return self.results / "experiments/published" / f"{name}.csv"

    def code(self, name: str) -> Path:
        """The code that the jobs of a script use, each file with its hash."""
        return self.results / "settings/code" / f"{name}.txt"

    @property
    def made_plan(self) -> Path:
        """What the study is planned to take and to tell."""
        return self.results / "plan/plan.json"

    def probe(self, kind: str) -> Path:
        """What a kind of training takes on this machine."""
        return self.results / "plan/probe" / f"{kind}.json"

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
