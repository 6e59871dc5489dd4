"""A study's results as they lie on disk, read once for the report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from chrysalis.config.settings import TrainingSettings
from chrysalis.errors import UserError
from chrysalis.records import experiment as tables
from chrysalis.records.data import GALLERY, LEFT_OUT, GalleryRow, LeftOutRow
from chrysalis.records.experiment import (
    Answer,
    ArmRow,
    CheckRow,
    ClaimRow,
    ClassEffectRow,
    DifferenceRow,
    DynamicsRow,
    EffectRow,
    LabelQualityRow,
    MetricRow,
    PairRow,
    PublishedClaimRow,
    PublishedFigureRow,
    RankRow,
)
from chrysalis.records.files import require
from chrysalis.records.paths import ExperimentPaths, StudyPaths, TrainingPaths
from chrysalis.records.study import ExperimentRecord, StudyRecord
from chrysalis.records.sweep import IMPORTANCES, ImportanceRow, SweepResult
from chrysalis.records.training import RunMetrics, RunRecord
from chrysalis.records.truth import FINDINGS, TRUTH_SCORES, FindingRow, TruthScoreRow
from chrysalis.report.pages.images import ClassCounts, ImageCounts, count_classes, count_images
from chrysalis.report.pages.order import by_model

MODELS_EXPERIMENT = "models"  # the experiment whose page is models.qmd
FIGURE_KINDS = (".svg", ".webp")
WIDEST = 640  # points: figures up to here are shrunk to the page's width
PLACES = StudyPaths(Path())  # where files lie, relative to the results


@dataclass(frozen=True)
class Plot:
    """A figure: its file and its table's, relative to the results; its rule is its folder.

    `wide` means too wide to be read when shrunk to the width of a page.
    """

    image: Path
    table: Path
    wide: bool

    @property
    def rule(self) -> str:
        """The rule that drew it."""
        return self.image.parent.name


@dataclass(frozen=True)
class TrainingResults:
    """One training: its record (run.json) and metrics (metrics.json)."""

    run: str
    seed: int
    record: RunRecord
    metrics: RunMetrics

    @property
    def name(self) -> str:
        """Its name in the study's record."""
        return f"{self.run}/seed{self.seed}"

    @property
    def paths(self) -> TrainingPaths:
        """Its files, relative to the results."""
        return PLACES.training(self.run, self.seed)


@dataclass(frozen=True)
class SweepFindings:
    """What an experiment's sweep found, and the base settings that it is set against.

    `folder` holds the sweep's files, and `base_record` is where the base settings are from, both
    relative to the results.
    """

    folder: Path
    best: SweepResult
    importances: list[ImportanceRow]
    base_record: Path
    base: TrainingSettings


@dataclass(frozen=True)
class ExperimentResults:
    """An experiment's record, with its answer, its tables and its figures.

    `label_quality` holds the ranked classes by the run that ranks them.
    """

    record: ExperimentRecord
    answer: Answer
    arms: list[ArmRow]
    effects: list[EffectRow]
    checks: list[CheckRow]
    pairs: list[PairRow]
    class_effects: list[ClassEffectRow]
    metrics: list[MetricRow]
    ranking: list[RankRow]
    differences: list[DifferenceRow]
    dynamics: list[DynamicsRow] | None
    sweep: SweepFindings | None
    label_quality: dict[str, list[LabelQualityRow]]
    plots: list[Plot]

    @property
    def name(self) -> str:
        """Its short name."""
        return self.record.name

    @property
    def page(self) -> str:
        """Its page in the project."""
        return "models.qmd" if self.name == MODELS_EXPERIMENT else f"experiments/{self.name}.qmd"

    @property
    def paths(self) -> ExperimentPaths:
        """Its files, relative to the results."""
        return PLACES.experiment(self.name)


@dataclass(frozen=True)
class Gallery:
    """What explains one training: the predictions shown, and the figures that show them."""

    training: TrainingResults
    shown: list[GalleryRow]
    plots: list[Plot]


@dataclass(frozen=True)
class StudyResults:
    """All that the report is about."""

    record: StudyRecord
    images: ImageCounts
    left_out: list[LeftOutRow]
    classes: list[ClassCounts]
    trainings: list[TrainingResults]
    experiments: list[ExperimentResults]
    claims: list[ClaimRow]
    data_plots: list[Plot]
    models_plots: list[Plot]
    study_plots: list[Plot]
    galleries: list[Gallery]
    published_figures: list[PublishedFigureRow]
    published_claims: list[PublishedClaimRow]
    truth_scores: list[TruthScoreRow]
    truth_findings: list[FindingRow]

    @property
    def seconds(self) -> float:
        """What all trainings together took."""
        return sum(training.record.seconds for training in self.trainings)

    def trainings_of(self, run: str) -> list[TrainingResults]:
        """The trainings of one run, a seed each."""
        return [training for training in self.trainings if training.run == run]

    def base_trainings(self, model: str) -> list[TrainingResults]:
        """The trainings of a model under the base settings, a seed each."""
        return self.trainings_of(self.record.base_runs[model])

    def experiment(self, name: str) -> ExperimentResults | None:
        """The experiment of that name, if the study has it."""
        return next(
            (experiment for experiment in self.experiments if experiment.name == name), None
        )


def load_results(folder: Path) -> StudyResults:
    """Read `folder` (results/<dataset>): only what study.json lists.

    Raises:
        UserError: a file is missing or damaged.
    """
    paths = StudyPaths(folder)
    study = StudyRecord.read(paths.study)
    trainings = [_load_training(paths, run, seed) for run in study.runs for seed in study.seeds]
    published = bool(study.published)
    knows_truth = study.dataset.kind == "specimens" and not study.vary_split
    return StudyResults(
        record=study,
        images=count_images(paths),
        left_out=LEFT_OUT.read(paths.left_out),
        classes=count_classes(paths),
        trainings=trainings,
        experiments=[_load_experiment(paths, trainings, record) for record in study.experiments],
        claims=tables.CLAIMS.read(paths.claims),
        data_plots=_plots(paths, paths.data),
        models_plots=_plots(paths, paths.runs),
        study_plots=_plots(paths, folder),
        galleries=[
            _load_gallery(paths, training)
            for name in study.explained
            for training in trainings
            if training.name == name
        ],
        published_figures=tables.PUBLISHED_FIGURES.read(paths.published("figures"))
        if published
        else [],
        published_claims=tables.PUBLISHED_CLAIMS.read(paths.published("claims"))
        if published
        else [],
        truth_scores=TRUTH_SCORES.read(paths.truth("scores")) if knows_truth else [],
        truth_findings=FINDINGS.read(paths.truth("findings")) if knows_truth else [],
    )


def _load_training(paths: StudyPaths, run: str, seed: int) -> TrainingResults:
    files = paths.training(run, seed)
    return TrainingResults(run, seed, RunRecord.read(files.record), RunMetrics.read(files.metrics))


def _load_gallery(paths: StudyPaths, training: TrainingResults) -> Gallery:
    table = paths.gallery(training.name)
    plots = _plots(paths, paths.explanations(training.name), table)
    return Gallery(training, GALLERY.read(table), plots)


def _load_experiment(
    paths: StudyPaths, trainings: list[TrainingResults], record: ExperimentRecord
) -> ExperimentResults:
    files = paths.experiment(record.name)
    return ExperimentResults(
        record=record,
        answer=Answer.read(files.answer),
        arms=by_model(tables.ARMS.read(files.table("arms"))),
        effects=by_model(tables.EFFECTS.read(files.table("effects"))),
        checks=by_model(tables.CHECKS.read(files.table("checks"))),
        pairs=by_model(tables.PAIRS.read(files.table("pairs"))),
        class_effects=by_model(tables.CLASS_EFFECTS.read(files.table("class_effects"))),
        metrics=by_model(tables.METRICS.read(files.table("metrics"))),
        ranking=tables.RANKING.read(files.table("ranking")),
        differences=by_model(tables.DIFFERENCES.read(files.table("differences"))),
        dynamics=by_model(tables.DYNAMICS.read(files.dynamics)) if record.dynamics else None,
        sweep=_load_sweep(paths, trainings, record, record.swept_run) if record.swept_run else None,
        label_quality={
            run: tables.LABEL_QUALITY.read(paths.label_quality(run)) for run in record.ranked_by
        },
        plots=_plots(paths, files.folder),
    )


def _load_sweep(
    paths: StudyPaths, trainings: list[TrainingResults], record: ExperimentRecord, swept_run: str
) -> SweepFindings:
    folder = paths.sweep(swept_run)
    best = SweepResult.read(folder / "best.json")
    for training in trainings:
        settings = training.record.settings.training.model_dump(mode="json")
        if training.run == swept_run and not settings.items() >= best.training.items():
            # A cache may hold a training with what another checkout's sweep had found.
            found = paths.training(training.run, training.seed).record
            raise UserError(
                f"{found}: not trained with what {folder / 'best.json'} holds; remove "
                f"{found.parent} and run snakemake again without --cache"
            )
    base_run = next(each.run for each in record.arm_runs if each.arm == record.baseline)
    base = next(training for training in trainings if training.run == base_run)
    return SweepFindings(
        folder=PLACES.sweep(swept_run),
        best=best,
        importances=IMPORTANCES.read(folder / "importances.csv"),
        base_record=base.paths.record,
        base=base.record.settings.training,
    )


def _plots(paths: StudyPaths, folder: Path, table: Path | None = None) -> list[Plot]:
    """The figures in the plot_* folders; each has a table of its own name, or the named one."""
    plots = []
    for image in sorted(folder.glob("plot_*/*")):
        if image.suffix in FIGURE_KINDS:
            data = require(table or image.with_suffix(".csv"))
            plots.append(
                Plot(
                    image=image.relative_to(paths.results),
                    table=data.relative_to(paths.results),
                    wide=_is_wide(image),
                )
            )
    return plots


def _is_wide(image: Path) -> bool:
    if image.suffix != ".svg":
        return False
    width = re.search(r'<svg[^>]* width="([\d.]+)pt"', image.read_text(encoding="utf-8"))
    return width is not None and float(width[1]) > WIDEST
