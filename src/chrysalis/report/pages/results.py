"""A study's results as they lie on disk, read once for the report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chrysalis.config.settings import TrainingSettings
from chrysalis.errors import UserError
from chrysalis.records import dynamics as traced
from chrysalis.records import experiment as tables
from chrysalis.records.corruptions import ROBUSTNESS, RobustnessRow
from chrysalis.records.data import GALLERY, LEFT_OUT, GalleryRow, LeftOutRow
from chrysalis.records.experiment import (
    Answer,
    ArmRow,
    CheckRow,
    ClaimRow,
    ClassEffectRow,
    DifferenceRow,
    EffectRow,
    EndpointRow,
    LabelQualityRow,
    MetricRow,
    ModelMetricRow,
    PairRow,
    PracticeRow,
    RankRow,
    SourceRow,
    WorstClassRow,
)
from chrysalis.records.paths import ExperimentPaths, StudyPaths, TrainingPaths
from chrysalis.records.published import (
    PUBLISHED_CLAIMS,
    PUBLISHED_FIGURES,
    PublishedClaimRow,
    PublishedFigureRow,
)
from chrysalis.records.study import ArmRun, ExperimentRecord, StudyRecord
from chrysalis.records.sweep import IMPORTANCES, ImportanceRow, SweepResult
from chrysalis.records.training import RunMetrics, RunRecord
from chrysalis.records.truth import FINDINGS, TRUTH_SCORES, FindingRow, TruthScoreRow
from chrysalis.report.pages.audited import AuditResults, load_audit
from chrysalis.report.pages.explanations import MapResults, load_maps
from chrysalis.report.pages.images import ClassCounts, ImageCounts, count_classes, count_images
from chrysalis.report.pages.order import by_model
from chrysalis.report.pages.pictured import PicturedResults, load_pictured
from chrysalis.report.pages.plots import Plot, load_plots

AUDIT_RULE = "plot_audit"  # whose figures are on audit.qmd
ON_OVERVIEW = ("strip", "claims")  # figures that are on index.qmd
MODELS_EXPERIMENT = "models"  # the experiment whose page is models.qmd
PLACES = StudyPaths(Path())  # where files lie, relative to the results


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
    """What the sweep of one arm found, and the base settings that it is set against.

    `folder` holds the sweep's files, and `base_record` is where the base settings are from, both
    relative to the results.
    """

    arm_run: ArmRun
    folder: Path
    best: SweepResult
    importances: list[ImportanceRow]
    base_record: Path
    base: TrainingSettings


@dataclass(frozen=True)
class DynamicsResults:
    """How an experiment's arms train: each measure of each arm, the comparisons, divergences."""

    summary: list[traced.DynamicsRow]
    effects: list[traced.DynamicsEffectRow]
    diverged: list[traced.DivergedRow]


@dataclass(frozen=True)
class ExperimentResults:
    """An experiment's record, with its answer, its tables and its figures.

    `label_quality` holds the ranked classes by the run that ranks them.
    """

    record: ExperimentRecord
    answer: Answer
    arms: list[ArmRow]
    effects: list[EffectRow]
    practice: list[PracticeRow]
    checks: list[CheckRow]
    pairs: list[PairRow]
    class_effects: list[ClassEffectRow]
    metrics: list[MetricRow]
    ranking: list[RankRow]
    differences: list[DifferenceRow]
    sources: list[SourceRow]
    endpoints: list[EndpointRow]
    worst_classes: list[WorstClassRow]
    robustness: list[RobustnessRow]
    corruption_effects: list[EndpointRow]
    dynamics: DynamicsResults | None
    sweeps: list[SweepFindings]
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
    models: list[ModelMetricRow]
    overview_plots: dict[str, Plot]
    data_plots: list[Plot]
    models_plots: list[Plot]
    study_plots: list[Plot]
    galleries: list[Gallery]
    maps: MapResults
    audit: AuditResults
    audit_plots: list[Plot]
    published_figures: list[PublishedFigureRow]
    published_claims: list[PublishedClaimRow]
    truth_scores: list[TruthScoreRow]
    truth_findings: list[FindingRow]
    pictured: PicturedResults

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
    data_plots = load_plots(paths, paths.data)
    models_plots = load_plots(paths, paths.runs)
    knows_truth = study.dataset.kind == "specimens" and not study.vary_split
    return StudyResults(
        record=study,
        images=count_images(paths),
        left_out=LEFT_OUT.read(paths.left_out),
        classes=count_classes(paths),
        trainings=trainings,
        experiments=[_load_experiment(paths, trainings, record) for record in study.experiments],
        claims=tables.CLAIMS.read(paths.claims),
        models=tables.MODEL_METRICS.read(paths.models),
        overview_plots={
            plot.image.stem: plot
            for plot in [*data_plots, *load_plots(paths, paths.experiments)]
            if plot.image.stem in ON_OVERVIEW
        },
        data_plots=[
            plot
            for plot in data_plots
            if plot.rule != AUDIT_RULE and plot.image.stem not in ON_OVERVIEW
        ],
        models_plots=models_plots,
        study_plots=load_plots(paths, folder),
        galleries=[
            _load_gallery(paths, training)
            for name in study.explained
            for training in trainings
            if training.name == name
        ],
        maps=load_maps(paths),
        published_figures=PUBLISHED_FIGURES.read(paths.published("figures")) if published else [],
        published_claims=PUBLISHED_CLAIMS.read(paths.published("claims")) if published else [],
        audit=load_audit(paths),
        audit_plots=[plot for plot in data_plots if plot.rule == AUDIT_RULE],
        truth_scores=TRUTH_SCORES.read(paths.truth("scores")) if knows_truth else [],
        truth_findings=FINDINGS.read(paths.truth("findings")) if knows_truth else [],
        pictured=load_pictured(paths, study),
    )


def _load_training(paths: StudyPaths, run: str, seed: int) -> TrainingResults:
    files = paths.training(run, seed)
    return TrainingResults(run, seed, RunRecord.read(files.record), RunMetrics.read(files.metrics))


def _load_gallery(paths: StudyPaths, training: TrainingResults) -> Gallery:
    table = paths.gallery(training.name)
    plots = load_plots(paths, paths.explanations(training.name), table)
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
        practice=by_model(tables.PRACTICE.read(files.table("practice"))),
        checks=by_model(tables.CHECKS.read(files.table("checks"))),
        pairs=by_model(tables.PAIRS.read(files.table("pairs"))),
        class_effects=by_model(tables.CLASS_EFFECTS.read(files.table("class_effects"))),
        metrics=by_model(tables.METRICS.read(files.table("metrics"))),
        ranking=tables.RANKING.read(files.table("ranking")),
        differences=by_model(tables.DIFFERENCES.read(files.table("differences"))),
        sources=tables.SOURCES.read(files.table("sources")),
        endpoints=tables.ENDPOINTS.read(files.table("endpoints")),
        worst_classes=by_model(tables.WORST_CLASSES.read(files.table("worst_classes"))),
        robustness=by_model(ROBUSTNESS.read(files.corruptions("robustness")))
        if record.corruptions
        else [],
        corruption_effects=by_model(tables.ENDPOINTS.read(files.corruptions("effects")))
        if record.corruptions
        else [],
        dynamics=_load_dynamics(files) if record.dynamics else None,
        sweeps=[
            _load_sweep(paths, trainings, record, arm_run)
            for arm_run in record.arm_runs
            if arm_run.run in record.swept_runs
        ],
        label_quality={
            run: tables.LABEL_QUALITY.read(paths.label_quality(run)) for run in record.ranked_by
        },
        plots=load_plots(paths, files.folder),
    )


def _load_dynamics(files: ExperimentPaths) -> DynamicsResults:
    return DynamicsResults(
        by_model(traced.DYNAMICS.read(files.dynamics("summary"))),
        traced.DYNAMICS_EFFECTS.read(files.dynamics("effects")),
        by_model(traced.DIVERGED.read(files.dynamics("diverged"))),
    )


def _load_sweep(
    paths: StudyPaths, trainings: list[TrainingResults], record: ExperimentRecord, arm_run: ArmRun
) -> SweepFindings:
    folder = paths.sweep(arm_run.run)
    best = SweepResult.read(folder / "best.json")
    for training in trainings:
        settings = training.record.settings.training.model_dump(mode="json")
        if training.run == arm_run.run and not settings.items() >= best.training.items():
            # A cache may hold a training with what another checkout's sweep had found.
            found = paths.training(training.run, training.seed).record
            raise UserError(
                f"{found}: not trained with what {folder / 'best.json'} holds; remove "
                f"{found.parent} and run snakemake again without --cache"
            )
    base_run = next(each.run for each in record.arm_runs if each.arm == record.baseline)
    base = next(training for training in trainings if training.run == base_run)
    return SweepFindings(
        arm_run=arm_run,
        folder=PLACES.sweep(arm_run.run),
        best=best,
        importances=IMPORTANCES.read(folder / "importances.csv"),
        base_record=base.paths.record,
        base=base.record.settings.training,
    )
