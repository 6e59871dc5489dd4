"""From configuration to a study: its chapters, and the runs that they need."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chrysalis.config.dataset import Located, locate
from chrysalis.config.load import load, suggest, validate
from chrysalis.config.published import Published
from chrysalis.config.run import RunSettings
from chrysalis.config.schema import Arm, Changes, Chapter, ModelFile, StudyConfig
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.errors import UserError
from chrysalis.evaluation.rules import ENOUGH_EPOCHS, ENOUGH_SEEDS
from chrysalis.models import registry

DEFAULT_IMAGE_SIZE = 96


@dataclass(frozen=True)
class Cell:
    """One model under one arm of a chapter; `run` names the run that answers it."""

    model: str
    arm: str
    run: str


@dataclass(frozen=True)
class ResolvedChapter:
    """A chapter with its arms written out, and its cells."""

    name: str
    config: Chapter
    baseline: str
    arms: dict[str, Arm]
    cells: tuple[Cell, ...]
    removed: dict[str, tuple[str, ...]]

    @property
    def runs(self) -> list[str]:
        """Names of the runs that it needs, each once."""
        return list(dict.fromkeys(cell.run for cell in self.cells))

    def describe(self) -> dict[str, Any]:
        """What its comparison and its page need, as JSON-ready values."""
        return {
            "name": self.name,
            "title": self.config.title,
            "question": self.config.question,
            "analysis": self.config.analysis,
            "measures": self.config.measures,
            "against": self.config.against,
            "dynamics": self.config.dynamics,
            "baseline": self.baseline,
            "arms": {
                name: arm.model_dump(mode="json", exclude_unset=True)
                for name, arm in self.arms.items()
            },
            "cells": [vars(cell) for cell in self.cells],
            "removed": self.removed,
        }


@dataclass(frozen=True)
class Study:
    """A dataset, the chapters asked of it, and the seeds.

    `on_request` are the chapters that are not asked, with the runs that only they need in
    `more_runs`; `refused` says of every chapter that cannot be asked why.
    """

    config: StudyConfig
    dataset: Located
    models: tuple[str, ...]
    chapters: tuple[ResolvedChapter, ...]
    skipped: dict[str, tuple[str, str]]
    runs: dict[str, RunSettings]
    base_runs: dict[str, str]
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

    def smoke_reasons(self) -> list[str]:
        """Why the study is too small to conclude from; empty if it is not."""
        reasons = []
        if len(self.seeds) < ENOUGH_SEEDS:
            reasons.append(f"{len(self.seeds)} seed(s), {ENOUGH_SEEDS} are needed")
        epochs = min(run.training.epochs for run in self.runs.values())
        if epochs < ENOUGH_EPOCHS:
            reasons.append(f"{epochs} epoch(s), {ENOUGH_EPOCHS} are needed")
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
            "smoke": self.smoke_reasons(),
            "chapters": [chapter.describe() for chapter in self.chapters],
            "skipped_chapters": [
                {"name": name, "title": title, "reason": reason}
                for name, (title, reason) in self.skipped.items()
            ],
            "models": [{"name": name, "title": registry.spec(name).title} for name in self.models],
            "runs": list(self.runs),
            "base_runs": self.base_runs,
            "explained": [f"{run}/seed{self.seeds[0]}" for run in self.base_runs.values()],
            "split": dataset.split.model_dump(mode="json"),
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
    models = _models(study.models, "models")
    _models(study.cam_layers, "cam_layers")
    _models(dataset.config.cam_layers, f"dataset '{dataset.name}': cam_layers")
    _models((path.stem for path in sorted((folder / "models").glob("*.yaml"))), f"{folder}/models")
    base, more = (_Resolver(study, dataset, folder / "models") for _ in range(2))
    base_runs = {model: base.run(model, Arm()) for model in models}
    files = _chapters(study, dataset, folder / "experiments")
    asked, skipped = _asked(study, dataset, files)
    chapters, on_request, refused = [], [], {}
    for name, chapter in files.items():
        reason = _reason_to_refuse(chapter, models, base.listed)
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
        tuple(on_request),
        more.runs,
        refused,
        _published(dataset, folder / "published", files),
    )


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
        _models((figure.model for figure in told.figures), f"{files[name]}: figures")
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


def _reason_to_refuse(chapter: Chapter, models: tuple[str, ...], listed: list[str]) -> str:
    """Why a chapter cannot be asked of this study; empty if it can."""
    if chapter.arms == "models":
        return "" if len(models) > 1 else "the study has just one model"
    if chapter.arms == "each_class":
        return ""
    for arm in chapter.arms.values():
        for model in _named_models(chapter, arm) if arm.options.get("pretrained") else []:
            needed = registry.spec(model).needs
            if needed and not importlib.util.find_spec(needed):
                return f"the package {needed} with pretrained weights is not installed"
    uses_list = any(arm.remove_classes == "listed" for arm in chapter.arms.values())
    return "no classes to remove are listed; set remove_classes" if uses_list and not listed else ""


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


def _models(wanted: Iterable[str] | None, where: str) -> tuple[str, ...]:
    names = tuple(registry.specs() if wanted is None else wanted)
    for name in names:
        try:
            registry.spec(name)
        except UserError as error:
            raise UserError(f"{where}: {error}") from None
    return names


class _Resolver:
    """Lays changes over one another and collects the runs that result."""

    def __init__(self, study: StudyConfig, dataset: Located, model_files: Path) -> None:
        self.study, self.dataset, self.model_files = study, dataset, model_files
        self.listed = (
            dataset.config.remove_classes if study.remove_classes is None else study.remove_classes
        )
        self.runs: dict[str, RunSettings] = {}
        if self.listed:
            self._removed(self.listed, "remove_classes")

    def chapter(self, name: str, chapter: Chapter, models: tuple[str, ...]) -> ResolvedChapter:
        where = f"config/experiments/{name}.yaml"
        arms, baseline = chapter.arms, chapter.baseline
        if arms == "models":
            arms, baseline = {model: Arm(model=model) for model in models}, models[0]
        elif arms == "each_class":
            without = {f"without {c}": Arm(remove_classes=[c]) for c in self.dataset.classes()}
            arms, baseline = {"full": Arm()} | without, "full"
        if chapter.models == "first":
            models = models[:1]
        elif chapter.models is not None:
            models = _models(chapter.models, f"{where}: models")
        cells, removed = [], {}
        for arm_name, arm in arms.items():
            removed[arm_name] = self._removed(arm.remove_classes, f"{where}: {arm_name}")
            for model in _models([arm.model], f"{where}: {arm_name}") if arm.model else models:
                cells.append(Cell(model, arm_name, self.run(model, arm, where)))
        return ResolvedChapter(name, chapter, baseline, arms, tuple(cells), removed)

    def run(self, model: str, arm: Arm, where: str = "configuration") -> str:
        """Name of the run that trains `model` under `arm`, after noting its settings."""
        layers: list[Changes] = [self.dataset.config.settings, self._model_file(model)]
        layers += [self.study.settings, arm]
        settings = RunSettings(
            model=model,
            options=_options(model, layers, where),
            image_size=_last([layer.image_size for layer in layers], DEFAULT_IMAGE_SIZE),
            **_given(layers, "pack_margin", "crop_pct", "train_share"),
            training=_overlay(TrainingSettings(), [layer.training for layer in layers]),
            augmentation=_augmentation([layer.augmentation for layer in layers]),
            removed_classes=self._removed(arm.remove_classes, where),
        )
        smallest = registry.spec(model).smallest
        if settings.image_size < smallest:
            raise UserError(
                f"{where}: model '{model}' needs images of at least {smallest} px, found "
                f"image_size {settings.image_size}"
            )
        self.runs[settings.name] = settings
        return settings.name

    def _model_file(self, model: str) -> Changes:
        path = self.model_files / f"{model}.yaml"
        return load(path, ModelFile).settings if path.exists() else Changes()

    def _removed(self, wanted: list[str] | str, where: str) -> tuple[str, ...]:
        names = self.listed if wanted == "listed" else wanted
        if not names:
            return ()
        known = self.dataset.classes()
        names = {_class_named(name, known, where) for name in names}
        if len(known) - len(names) < 2:
            raise UserError(f"{where}: removing {sorted(names)} leaves fewer than two classes")
        return tuple(sorted(names))


def _class_named(name: str, known: list[str], where: str) -> str:
    """The class of that name, or else with that label; labels count the sorted names from 0."""
    if name in known:
        return name
    if name.isdecimal() and int(name) < len(known):
        return sorted(known)[int(name)]
    raise UserError(f"{where}: unknown class to remove '{name}'; {suggest(name, known)}")


def _given(layers: list[Changes], *names: str) -> dict[str, Any]:
    """The last given value of each of these settings, where one is given."""
    values = {name: _last([getattr(layer, name) for layer in layers], None) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _last(values: list[Any], default: Any) -> Any:
    given = [value for value in values if value is not None]
    return given[-1] if given else default


def _overlay(settings: Any, layers: list[Any]) -> Any:
    values = settings.model_dump()
    for layer in layers:
        values |= layer.model_dump(exclude_none=True)
    return type(settings).model_validate(values)


def _augmentation(layers: list[Any]) -> AugmentationSettings | None:
    """`none` switches all off; changes laid over `none` leave it off, `standard` undoes it."""
    off, changes = False, []
    for layer in layers:
        if isinstance(layer, str):
            off = layer == "none"
        else:
            changes.append(layer)
    return None if off else _overlay(AugmentationSettings(), changes)


def _options(model: str, layers: list[Changes], where: str) -> dict[str, Any]:
    """The model's options; those of its registration that nobody changed are written out too."""
    known = registry.spec(model).options
    options = dict(known)
    for layer in layers:
        for key in layer.options:
            if key not in known:
                raise UserError(
                    f"{where}: options: model '{model}' has no option '{key}'; "
                    f"{suggest(key, known)}"
                )
        options |= layer.options
    return options
