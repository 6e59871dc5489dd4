"""From configuration to a study: its chapters, and the runs that they need."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chrysalis.config.chapter import Arm, Chapter, WorstClasses
from chrysalis.config.dataset import Located, locate
from chrysalis.config.load import load, suggest, validate
from chrysalis.config.published import Published
from chrysalis.config.resolver import ResolvedChapter, Resolver, known_models
from chrysalis.config.run import RunSettings
from chrysalis.config.schema import StudyConfig
from chrysalis.errors import UserError
from chrysalis.evaluation.rules import ENOUGH_EPOCHS, ENOUGH_SEEDS
from chrysalis.models import registry


@dataclass(frozen=True)
class Study:
    """A dataset, the chapters asked of it, and the seeds.

    `base_runs` are the runs of the study's models under the base settings, by model; `plain_runs`
    those and the like of models that only a chapter names. `on_request` are the chapters that are
    not asked, with the runs that only they need in `more_runs`; `refused` says of every chapter
    that cannot be asked why.
    """

    config: StudyConfig
    dataset: Located
    models: tuple[str, ...]
    chapters: tuple[ResolvedChapter, ...]
    skipped: dict[str, tuple[str, str]]
    runs: dict[str, RunSettings]
    base_runs: dict[str, str]
    plain_runs: dict[str, str]
    on_request: tuple[ResolvedChapter, ...]
    more_runs: dict[str, RunSettings]
    refused: dict[str, str]
    published: dict[str, Published]

    @property
    def seeds(self) -> list[int]:
        """The seeds of every run."""
        return self.config.seed_list

    @property
    def cam_layers(self) -> dict[str, str]:
        """The Grad-CAM layer of each model for which one is named."""
        return self.dataset.config.cam_layers | self.config.cam_layers

    @property
    def packed_sizes(self) -> list[int]:
        """Sides of the packed images that its runs need, in pixels."""
        return sorted({run.packed_size for run in self.runs.values()})

    def run(self, name: str) -> RunSettings:
        """The settings of a run of any chapter, asked or not."""
        return self.runs.get(name) or self.more_runs[name]

    def settings(self, run: str, seed: int) -> RunSettings:
        """The full settings of one training."""
        return self.run(run).model_copy(update={"seed": seed})

    def smoke_reasons(self, runs: Iterable[str]) -> list[str]:
        """Why these runs, by name, are too little to conclude from; empty if they are not."""
        reasons = []
        if len(self.seeds) < ENOUGH_SEEDS:
            reasons.append(f"{ENOUGH_SEEDS} seeds are needed, not {len(self.seeds)}")
        epochs = min(self.runs[run].training.epochs for run in runs)
        if epochs < ENOUGH_EPOCHS:
            reasons.append(f"{ENOUGH_EPOCHS} epochs are needed, not {epochs}")
        return reasons

    def describe(self) -> dict[str, Any]:
        """What the report says of the study, as JSON-ready values."""
        dataset = self.dataset.config
        return {
            "name": self.dataset.name,
            "title": dataset.title,
            "dataset": {
                "title": dataset.title,
                "description": dataset.description,
                "citation": dataset.citation,
                "url": dataset.url,
                "kind": dataset.source.kind,
            },
            "seeds": self.seeds,
            "threshold": self.config.threshold,
            "smoke": self.smoke_reasons(self.runs),
            "chapters": [
                chapter.describe() | {"smoke": self.smoke_reasons(chapter.runs)}
                for chapter in self.chapters
            ],
            "skipped_chapters": [
                {"name": name, "title": title, "reason": reason}
                for name, (title, reason) in self.skipped.items()
            ],
            "models": [{"name": name, "title": registry.spec(name).title} for name in self.models],
            "runs": list(self.runs),
            "base_runs": self.base_runs,
            "plain_runs": self.plain_runs,
            "explained": [f"{run}/seed{self.seeds[0]}" for run in self.base_runs.values()],
            "split": dataset.split.model_dump(mode="json"),
            "vary_split": self.config.vary_split,
            "published": {
                name: told.model_dump(mode="json") for name, told in self.published.items()
            },
        }


def resolve(config: dict[str, Any], folder: Path = Path("config")) -> Study:
    """The study that `config` (Snakemake's merged configuration) asks for.

    Raises:
        UserError: anything wrong in the configuration or in what it names.
    """
    study = validate(config, StudyConfig, "configuration (config.yaml, --configfile or --config)")
    dataset = locate(study.dataset, folder / "datasets")
    if not dataset.is_fetched:
        dataset.classes()
    models = known_models(study.models, "models")
    known_models(study.cam_layers, "cam_layers")
    known_models(dataset.config.cam_layers, f"dataset '{dataset.name}': cam_layers")
    known_models(
        (path.stem for path in sorted((folder / "models").glob("*.yaml"))), f"{folder}/models"
    )
    base, more = (Resolver(study, dataset, folder / "models") for _ in range(2))
    base_runs = {model: base.run(model, Arm()) for model in models}
    files = _chapters(study, dataset, folder / "experiments")
    asked, skipped = _asked(study, dataset, files)
    chapters, on_request, refused = [], [], {}
    for name, chapter in files.items():
        reason = _reason_to_refuse(chapter, models, base)
        try:
            if reason:
                refused[name] = reason
                if name in asked:
                    skipped[name] = reason
            elif name in asked:
                chapters.append(base.chapter(name, chapter, models))
            else:
                on_request.append(more.chapter(name, chapter, models))
        except UserError as error:
            if name in asked:
                raise
            refused[name] = str(error)
    return Study(
        study,
        dataset,
        models,
        tuple(chapters),
        {name: (files[name].title, reason) for name, reason in skipped.items()},
        base.runs,
        base_runs,
        _plain_runs(Resolver(study, dataset, folder / "models"), base.runs),
        tuple(on_request),
        more.runs,
        refused,
        _published(dataset, folder / "published", files),
    )


def _plain_runs(resolver: Resolver, runs: dict[str, RunSettings]) -> dict[str, str]:
    """By model, which of the runs trains it under the base settings, if one does."""
    found = {}
    for model in {run.model for run in runs.values()}:
        with contextlib.suppress(UserError):  # the base settings' images are too small for it
            found[model] = resolver.run(model, Arm())
    return {model: run for model, run in found.items() if run in runs}


def _published(
    dataset: Located, folder: Path, chapters: dict[str, Chapter]
) -> dict[str, Published]:
    """What the dataset's file names in `folder`, by its name."""
    files = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    found = {}
    for name in dataset.config.published:
        if name not in files:
            raise UserError(
                f"dataset '{dataset.name}': published: unknown '{name}'; {suggest(name, files)}"
            )
        told = found[name] = load(files[name], Published)
        known_models((figure.model for figure in told.figures), f"{files[name]}: figures")
        for item in (*told.figures, *told.claims):
            if item.chapter is not None and item.chapter not in chapters:
                raise UserError(
                    f"{files[name]}: unknown chapter '{item.chapter}'; "
                    f"{suggest(item.chapter, chapters)}"
                )
    return found


def _asked(
    study: StudyConfig, dataset: Located, chapters: dict[str, Chapter]
) -> tuple[set[str], dict[str, str]]:
    """The chapters that the study asks, and why it does not ask those that its dataset skips."""
    if study.experiments == "all":
        return set(chapters), {}
    if study.experiments is not None:
        return set(study.experiments), {}
    usual = {name for name, chapter in chapters.items() if chapter.by_default}
    left_out = usual & set(dataset.config.skip_experiments)
    return usual - left_out, {
        name: "the dataset's file skips it" for name in chapters if name in left_out
    }


def _reason_to_refuse(chapter: Chapter, models: tuple[str, ...], base: Resolver) -> str:
    """Why a chapter cannot be asked of this study; empty if it can."""
    if chapter.arms == "models":
        return "" if len(models) > 1 else "the study has just one model"
    if chapter.arms == "each_class":
        return ""
    removals = [arm.remove_classes for arm in chapter.arms.values()]
    worst = max((r.worst for r in removals if isinstance(r, WorstClasses)), default=0)
    if worst and len(base.dataset.classes()) - worst < 2:
        return f"without the {worst} worst classes fewer than two are left"
    if base.study.vary_split and (worst or chapter.sweep):
        return "what it finds out on val it would test on images of another seed's val (vary_split)"
    for arm in chapter.arms.values():
        for model in _named_models(chapter, arm) if arm.options.get("pretrained") else []:
            needed = registry.spec(model).needs
            if needed and not importlib.util.find_spec(needed):
                return f"the package {needed} with pretrained weights is not installed"
    if "listed" in removals and not base.listed:
        return "no classes to remove are listed; set remove_classes"
    return ""


def _named_models(chapter: Chapter, arm: Arm) -> list[str]:
    """The models that the arm or else its chapter names."""
    if arm.model:
        return [arm.model]
    return chapter.models if isinstance(chapter.models, list) else []


def _chapters(study: StudyConfig, dataset: Located, folder: Path) -> dict[str, Chapter]:
    """All chapters that there are, in the order of their positions."""
    files = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    named = study.experiments if isinstance(study.experiments, list) else []
    skipped = dataset.config.skip_experiments
    for key, names in (("experiments", named), ("skip_experiments", skipped)):
        for name in names:
            if name not in files:
                raise UserError(f"{key}: unknown chapter '{name}'; {suggest(name, files)}")
    chapters = {name: load(path, Chapter) for name, path in files.items()}
    return dict(sorted(chapters.items(), key=lambda item: item[1].position))
