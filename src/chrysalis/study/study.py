"""From configuration to a study: its experiments, and the runs that they need."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chrysalis.config.claims import MapsClaim, UntestedClaim
from chrysalis.config.embedders import DESCRIPTOR, NETWORK
from chrysalis.config.experiment import Arm, Experiment, WorstClasses
from chrysalis.config.load import load, validate
from chrysalis.config.published import Published
from chrysalis.config.run import RunSettings
from chrysalis.config.schema import GroupTable, StudyConfig
from chrysalis.errors import UserError, suggest
from chrysalis.models import registry
from chrysalis.records.study import DatasetRecord, ModelRecord, SkippedExperiment, StudyRecord
from chrysalis.stats.minimums import ENOUGH_EPOCHS, ENOUGH_SEEDS
from chrysalis.study.changed import reductions, with_arms
from chrysalis.study.location import Located, locate
from chrysalis.study.resolver import ResolvedExperiment, Resolver, SameArms, known_models


@dataclass(frozen=True)
class Study:
    """A dataset, the experiments asked of it, and the seeds.

    `base_runs` are the runs of the study's models under the base settings, by model; `plain_runs`
    those and the like of models that only an experiment names. `on_request` are the experiments
    that are not asked, with the runs that only they need in `more_runs`; `refused` gives the reason
    for every experiment that cannot be asked.
    """

    config: StudyConfig
    dataset: Located
    models: tuple[str, ...]
    experiments: tuple[ResolvedExperiment, ...]
    skipped: dict[str, tuple[str, str]]
    runs: dict[str, RunSettings]
    base_runs: dict[str, str]
    plain_runs: dict[str, str]
    on_request: tuple[ResolvedExperiment, ...]
    more_runs: dict[str, RunSettings]
    refused: dict[str, str]
    published: dict[str, Published]
    reduced: dict[str, tuple[str, str]]

    @property
    def name(self) -> str:
        """The folder of its results; a reduced study has one of its own."""
        name = self.config.name or self.dataset.name
        return f"{name}_reduced" if self.config.scale == "reduced" else name

    @property
    def seeds(self) -> list[int]:
        """The seeds of every run."""
        return self.config.seed_list

    @property
    def primary(self) -> list[str]:
        """The experiments whose comparisons are the study's main claims."""
        asked = [experiment.name for experiment in self.experiments]
        named = self.config.primary
        return asked if named is None else [name for name in asked if name in named]

    @property
    def cam_layers(self) -> dict[str, str]:
        """The Grad-CAM layer of each model for which one is named."""
        return self.dataset.config.cam_layers | self.config.cam_layers

    @property
    def explained_runs(self) -> list[str]:
        """The runs whose maps are shown and checked: the models', and any pretrained network's."""
        pretrained = (name for name, run in self.runs.items() if run.options.get("pretrained"))
        return list(dict.fromkeys([*self.base_runs.values(), *pretrained]))

    @property
    def group(self) -> str | GroupTable | None:
        """What names the groups of images that share a split."""
        return self.dataset.config.group if self.config.group is None else self.config.group

    @property
    def fail_on(self) -> list[str]:
        """The checks of the audit that end the study, sorted."""
        return sorted((self.config.audit or self.dataset.config.audit).fail_on)

    @property
    def embedder(self) -> str:
        """What turns images into vectors: the pretrained network, if its weights are installed."""
        package = registry.spec(NETWORK).needs
        return NETWORK if package and importlib.util.find_spec(package) else DESCRIPTOR

    @property
    def packed_sizes(self) -> list[int]:
        """Sides of the packed images that its runs need, in pixels."""
        return sorted({run.packed_size for run in self.runs.values()})

    @property
    def resplit_sizes(self) -> list[int]:
        """Sides of the packed images that its runs need with a split of each seed's own."""
        runs = self.runs.values()
        return sorted({run.packed_size for run in runs if "split" in run.varied})

    def run(self, name: str) -> RunSettings:
        """The settings of a run of any experiment, asked or not."""
        return self.runs.get(name) or self.more_runs[name]

    def settings(self, run: str, seed: int) -> RunSettings:
        """The full settings of one training."""
        return self.run(run).model_copy(update={"seed": seed})

    def too_small(self, runs: Iterable[str]) -> list[str]:
        """Why no conclusion can be drawn from these runs, by name; empty if one can."""
        reasons = []
        if len(self.seeds) < ENOUGH_SEEDS:
            reasons.append(f"{ENOUGH_SEEDS} seeds are needed, not {len(self.seeds)}")
        epochs = min(self.run(run).training.epochs for run in runs)
        if epochs < ENOUGH_EPOCHS:
            reasons.append(f"{ENOUGH_EPOCHS} epochs are needed, not {epochs}")
        return reasons

    def record(self) -> StudyRecord:
        """What the tables and the report need to know of the study."""
        dataset = self.dataset.config
        return StudyRecord(
            name=self.name,
            title=self.config.title or dataset.title,
            dataset=DatasetRecord(
                title=dataset.title,
                description=dataset.description,
                citation=dataset.citation,
                url=dataset.url,
                kind=dataset.source.kind,
                licence=dataset.licence,
            ),
            seeds=self.seeds,
            threshold=self.config.threshold,
            too_small=self.too_small(self.runs),
            experiments=[
                experiment.record(self.too_small(experiment.runs))
                for experiment in self.experiments
            ],
            primary=self.primary,
            skipped_experiments=[
                SkippedExperiment(name=name, title=title, reason=reason)
                for name, (title, reason) in self.skipped.items()
            ],
            models=[
                ModelRecord(name=name, title=registry.spec(name).title) for name in self.models
            ],
            runs=list(self.runs),
            base_runs=self.base_runs,
            plain_runs=self.plain_runs,
            explained=[f"{run}/seed{self.seeds[0]}" for run in self.explained_runs],
            split=dataset.split,
            vary_split=self.config.vary_split,
            published=self.published,
            assumed=self.config.assumed,
            reduced=self.reduced,
        )


def resolve(config: dict[str, Any], folder: Path = Path("config")) -> Study:
    """The study that `config` (Snakemake's merged configuration) asks for.

    Raises:
        UserError: anything wrong in the configuration or in what it names.
    """
    study = validate(config, StudyConfig, "configuration (config.yaml, --configfile or --config)")
    dataset = locate(study.dataset, folder / "datasets")
    if not dataset.is_fetched:
        dataset.classes()
    models = _check_models(study, dataset, folder / "models")
    base, more = (Resolver(study, dataset, folder / "models") for _ in range(2))
    base_runs = {model: base.run(model, Arm()) for model in models}
    files = _experiments(study, dataset, folder / "experiments")
    sorted_out = _sort_out(files, models, base, more)
    return Study(
        study,
        dataset,
        models,
        tuple(sorted_out.asked),
        {name: (files[name].title, reason) for name, reason in sorted_out.skipped.items()},
        base.runs,
        base_runs,
        _plain_runs(Resolver(study, dataset, folder / "models"), base.runs),
        tuple(sorted_out.on_request),
        more.runs,
        sorted_out.refused,
        _published(study, dataset, folder / "published", files),
        _reductions(study, base, models[0]),
    )


def _check_models(study: StudyConfig, dataset: Located, files: Path) -> tuple[str, ...]:
    """The study's models; whatever else names models is checked as well."""
    known_models(study.cam_layers, "cam_layers")
    known_models(dataset.config.cam_layers, f"dataset '{dataset.name}': cam_layers")
    known_models((path.stem for path in sorted(files.glob("*.yaml"))), str(files))
    return known_models(study.models, "models")


@dataclass
class _SortedOut:
    """The experiments that the study asks, and those it does not, with the reasons."""

    skipped: dict[str, str]
    asked: list[ResolvedExperiment] = field(default_factory=list)
    on_request: list[ResolvedExperiment] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def _sort_out(
    files: dict[str, Experiment], models: tuple[str, ...], base: Resolver, more: Resolver
) -> _SortedOut:
    """Resolve all experiments: those asked by `base`, the others by `more`."""
    names, skipped = _asked(base.study, base.dataset, files)
    found = _SortedOut(skipped)
    for name, experiment in files.items():
        reason = _reason_to_refuse(experiment, models, base)
        try:
            if reason:
                found.refused[name] = reason
                if name in names:
                    found.skipped[name] = reason
            elif name in names:
                found.asked.append(base.experiment(name, experiment, models))
            else:
                found.on_request.append(more.experiment(name, experiment, models))
        except UserError as error:
            if name in names and isinstance(error, SameArms):
                found.skipped[name] = str(error)
            elif name in names:
                raise
            found.refused[name] = str(error)
    return found


def _plain_runs(resolver: Resolver, runs: dict[str, RunSettings]) -> dict[str, str]:
    """By model, which of the runs trains it under the base settings, if one does."""
    found = {}
    for model in dict.fromkeys(run.model for run in runs.values()):
        with contextlib.suppress(UserError):  # the base settings' images are too small for it
            found[model] = resolver.run(model, Arm())
    return {model: run for model, run in found.items() if run in runs}


def _reductions(study: StudyConfig, base: Resolver, model: str) -> dict[str, tuple[str, str]]:
    """In what the runs of a reduced study differ from those of the full one, by the first model."""
    if study.scale == "full":
        return {}
    whole = Resolver(study.model_copy(update={"scale": "full"}), base.dataset, base.model_files)
    runs = (resolver.runs[resolver.run(model, Arm())] for resolver in (whole, base))
    return reductions(*runs)


def _published(
    study: StudyConfig, dataset: Located, folder: Path, experiments: dict[str, Experiment]
) -> dict[str, Published]:
    """What the study's file, or else the dataset's, names in `folder`, by its name."""
    files = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    found = {}
    where = "" if study.published is not None else f"dataset '{dataset.name}': "
    for name in dataset.config.published if study.published is None else study.published:
        if name not in files:
            raise UserError(f"{where}published: unknown '{name}'; {suggest(name, files)}")
        published = found[name] = load(files[name], Published)
        known_models((figure.model for figure in published.figures), f"{files[name]}: figures")
        of_none = (MapsClaim, UntestedClaim)  # no experiment
        claims = [each for each in published.claims if not isinstance(each, of_none)]
        for item in (*published.figures, *claims):
            if item.experiment is not None and item.experiment not in experiments:
                raise UserError(
                    f"{files[name]}: unknown experiment '{item.experiment}'; "
                    f"{suggest(item.experiment, experiments)}"
                )
    return found


def _asked(
    study: StudyConfig, dataset: Located, experiments: dict[str, Experiment]
) -> tuple[set[str], dict[str, str]]:
    """The experiments that the study asks, and why it does not ask those that its dataset skips."""
    if study.experiments == "all":
        return set(experiments), {}
    if study.experiments is not None:
        return set(study.experiments), {}
    usual = {name for name, experiment in experiments.items() if experiment.by_default}
    usual |= set(dataset.config.ask_experiments)
    left_out = usual & set(dataset.config.skip_experiments)
    return usual - left_out, {
        name: "the dataset's file skips it" for name in experiments if name in left_out
    }


def _reason_to_refuse(experiment: Experiment, models: tuple[str, ...], base: Resolver) -> str:
    """Why an experiment cannot be asked of this study; empty if it can."""
    if experiment.arms == "models":
        return "" if len(models) > 1 else "the study has just one model"
    if isinstance(experiment.arms, str):
        return ""
    removals = [arm.remove_classes for arm in experiment.arms.values()]
    worst = max((r.worst for r in removals if isinstance(r, WorstClasses)), default=0)
    if worst and len(base.dataset.classes()) - worst < 2:
        return f"without the {worst} worst classes fewer than two are left"
    if base.study.vary_split and (worst or experiment.sweep):
        return "what it finds out on val it would test on images of another seed's val (vary_split)"
    for arm in experiment.arms.values():
        for model in _named_models(experiment, arm) if arm.options.get("pretrained") else []:
            needed = registry.spec(model).needs
            if needed and not importlib.util.find_spec(needed):
                return f"the package {needed} with pretrained weights is not installed"
    if "listed" in removals and not base.listed:
        return "no classes to remove are listed; set remove_classes"
    return ""


def _named_models(experiment: Experiment, arm: Arm) -> list[str]:
    """The models that the arm or else its experiment names."""
    if arm.model:
        return [arm.model]
    return experiment.models if isinstance(experiment.models, list) else []


def _experiments(study: StudyConfig, dataset: Located, folder: Path) -> dict[str, Experiment]:
    """All experiments that there are, in the order of their positions."""
    files = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    named = study.experiments if isinstance(study.experiments, list) else []
    asked, skipped = dataset.config.ask_experiments, dataset.config.skip_experiments
    primary = study.primary or []
    corruptions = study.corruptions if isinstance(study.corruptions, list) else []
    keys = (
        ("experiments", named),
        ("ask_experiments", asked),
        ("skip_experiments", skipped),
        ("primary", primary),
        ("corruptions", corruptions),
    )
    for key, names in keys:
        for name in names:
            if name not in files:
                raise UserError(f"{key}: unknown experiment '{name}'; {suggest(name, files)}")
    experiments = {name: load(path, Experiment) for name, path in files.items()}
    experiments = with_arms(experiments, study.arms)
    return dict(sorted(experiments.items(), key=lambda item: item[1].position))
