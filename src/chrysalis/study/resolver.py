"""Lays the changes of a study's files over one another: from arms to runs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chrysalis.config.changes import Changes
from chrysalis.config.experiment import Arm, Experiment, WorstClasses
from chrysalis.config.load import load
from chrysalis.config.run import SOURCES, VARIED, RunSettings, Source
from chrysalis.config.schema import ModelFile, StudyConfig
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.config.sweep import Sweep
from chrysalis.errors import UserError, suggest
from chrysalis.models import registry
from chrysalis.records.study import ArmRun, ExperimentRecord
from chrysalis.study.location import Located

DEFAULT_IMAGE_SIZE = 96
# Settings of which the last one given counts.
GIVEN = (
    *("pack_margin", "crop_pct", "train_share"),
    *("initialisation", "input_statistics", "validate_on"),
)


@dataclass(frozen=True)
class ResolvedExperiment:
    """An experiment with its arms written out, and the run of each with each model.

    `swept_runs` are the runs that are trained with what a sweep of theirs finds; `ranked_by` are
    the runs by whose predictions classes are removed.
    """

    name: str
    config: Experiment
    baseline: str
    arms: dict[str, Arm]
    arm_runs: tuple[ArmRun, ...]
    swept_runs: tuple[str, ...]
    ranked_by: tuple[str, ...]
    corruptions: bool = False

    @property
    def runs(self) -> list[str]:
        """Names of the runs that it needs, each once."""
        return list(dict.fromkeys(arm_run.run for arm_run in self.arm_runs))

    def record(self, too_small: list[str]) -> ExperimentRecord:
        """What its jobs and its page need; `too_small` says why nothing can be concluded, if so."""
        return ExperimentRecord(
            name=self.name,
            title=self.config.title,
            question=self.config.question,
            analysis=self.config.analysis,
            metrics=self.config.metrics,
            against=self.config.against,
            dynamics=self.config.dynamics,
            baseline=self.baseline,
            arms=self.arms,
            arm_runs=list(self.arm_runs),
            sweep=self.config.sweep,
            swept_runs=list(self.swept_runs),
            ranked_by=list(self.ranked_by),
            too_small=too_small,
            corruptions=self.corruptions,
        )


def known_models(wanted: Iterable[str] | None, where: str) -> tuple[str, ...]:
    """The models that are wanted, or all; `where` is for messages.

    Raises:
        UserError: there is no such model.
    """
    names = tuple(registry.specs() if wanted is None else wanted)
    for name in names:
        try:
            registry.spec(name)
        except UserError as error:
            raise UserError(f"{where}: {error}") from None
    return names


class SameArms(UserError):
    """Arms that differ as written come to the same under the settings of a study."""


class Resolver:
    """Lays changes over one another and collects the runs that result."""

    def __init__(self, study: StudyConfig, dataset: Located, model_files: Path) -> None:
        self.study, self.dataset, self.model_files = study, dataset, model_files
        self.listed = (
            dataset.config.remove_classes if study.remove_classes is None else study.remove_classes
        )
        self.runs: dict[str, RunSettings] = {}
        if self.listed:
            self._named(self.listed, "remove_classes")

    def experiment(
        self, name: str, experiment: Experiment, models: tuple[str, ...]
    ) -> ResolvedExperiment:
        """The experiment for these models of the study, after noting its runs.

        Raises:
            SameArms: two of its arms are the same training; no run is noted then.
            UserError: anything wrong in it.
        """
        before = dict(self.runs)
        try:
            return self._experiment(name, experiment, models)
        except SameArms:
            self.runs = before
            raise

    def _experiment(
        self, name: str, experiment: Experiment, models: tuple[str, ...]
    ) -> ResolvedExperiment:
        where = f"config/experiments/{name}.yaml"
        arms, baseline = self._arms(experiment, models)
        if experiment.models == "first":
            models = models[:1]
        elif experiment.models is not None:
            models = known_models(experiment.models, f"{where}: models")
        arm_runs = []
        for arm_name, arm in arms.items():
            for model in known_models([arm.model], f"{where}: {arm_name}") if arm.model else models:
                sweep = experiment.sweep if experiment.searches(arm) else None
                run = self.run(model, arm, f"{where}: {arm_name}", sweep)
                arm_runs.append(ArmRun(model=model, arm=arm_name, run=run, stage=_stage(arm)))
        _check_different(arms, arm_runs, where)
        runs = [self.runs[arm_run.run] for arm_run in arm_runs]
        return ResolvedExperiment(
            name,
            experiment,
            baseline,
            arms,
            tuple(arm_runs),
            swept_runs=tuple(dict.fromkeys(run.name for run in runs if run.sweep)),
            ranked_by=tuple(dict.fromkeys(run.ranked_by for run in runs if run.ranked_by)),
            corruptions=self._corrupts(name, experiment),
        )

    def _corrupts(self, name: str, experiment: Experiment) -> bool:
        """Whether its arms are judged on corrupted images as well."""
        asked = self.study.corruptions
        possible = not experiment.removes_or_exports
        if asked != "all" and name in asked and not possible:
            raise UserError(
                f"corruptions: the arms of '{name}' remove classes or are exported, and only "
                "networks as trained that know all classes are judged on corrupted images; "
                "leave it out"
            )
        return possible and (asked == "all" or name in asked)

    def _arms(self, experiment: Experiment, models: tuple[str, ...]) -> tuple[dict[str, Arm], str]:
        """The experiment's arms written out, and the name of the baseline."""
        if experiment.arms == "models":
            return {model: Arm(model=model) for model in models}, models[0]
        if experiment.arms == "each_class":
            without = {f"without {c}": Arm(remove_classes=[c]) for c in self.dataset.classes()}
            return {"full": Arm()} | without, "full"
        if experiment.arms == "each_source":
            alone = {source: Arm(varied=[source]) for source in SOURCES}
            return {"all": Arm(varied=list(SOURCES))} | alone, "all"
        assert experiment.baseline is not None  # its validation sees to that
        return experiment.arms, experiment.baseline

    def run(
        self, model: str, arm: Arm, where: str = "configuration", sweep: Sweep | None = None
    ) -> str:
        """Name of the run that trains `model` under `arm`, after noting its settings.

        With `sweep`, it is trained with what that finds. The runs that it builds on are noted too.
        """
        layers: list[Changes] = [self.dataset.config.settings, self._model_file(model)]
        layers += [*self.study.run_settings, arm]
        settings = RunSettings(
            model=model,
            options=_options(model, layers, where),
            image_size=_last([layer.image_size for layer in layers], DEFAULT_IMAGE_SIZE),
            **_given(layers, *GIVEN),
            # Without the arm's own: arms that differ in their images take equally many steps.
            epoch_share=_last([layer.train_share for layer in layers[:-1]], 1.0),
            training=_overlay(TrainingSettings(), [layer.training for layer in layers]),
            augmentation=_augmentation([layer.augmentation for layer in layers]),
            removed_classes=self._removed(arm, where),
            prune=arm.prune,
            sweep=sweep,
            varied=self._varied(arm),
            **self._built_on(model, arm, where),
        )
        if settings.options.get("pretrained") and settings.initialisation != "model":
            raise UserError(f"{where}: initialisation would undo the pretrained weights")
        if settings.validate_on == "test" and (settings.sweep or settings.worst_classes):
            raise UserError(f"{where}: with validate_on: test, it would choose settings by test")
        smallest = registry.spec(model).smallest
        if settings.image_size < smallest:
            raise UserError(
                f"{where}: model '{model}' needs images of at least {smallest} px, found "
                f"image_size {settings.image_size}"
            )
        self.runs[settings.name] = settings
        return settings.name

    def _varied(self, arm: Arm) -> tuple[Source, ...]:
        """What differs from seed to seed, in one order."""
        given = SOURCES if self.study.vary_split else VARIED
        return tuple(
            each for each in SOURCES if each in (given if arm.varied is None else arm.varied)
        )

    def _built_on(self, model: str, arm: Arm, where: str) -> dict[str, Any]:
        """The runs, under the base settings, that the arm needs first."""
        same_classes = Arm(remove_classes=arm.remove_classes)
        found: dict[str, Any] = {}
        if arm.teacher:
            (teacher,) = known_models([arm.teacher], f"{where}: teacher")
            found["teacher"] = self.run(teacher, same_classes, where)
        if arm.starts_trained:
            found["start"] = self.run(model, same_classes, where)
        if isinstance(arm.remove_classes, WorstClasses):
            found["worst_classes"] = arm.remove_classes.worst
            found["ranked_by"] = self.run(model, Arm(), where)
        return found

    def _model_file(self, model: str) -> Changes:
        path = self.model_files / f"{model}.yaml"
        return load(path, ModelFile).settings if path.exists() else Changes()

    def _removed(self, arm: Arm, where: str) -> tuple[str, ...]:
        """The classes that the arm removes; none yet if their quality is to decide."""
        if isinstance(arm.remove_classes, WorstClasses):
            return ()
        return self._named(
            self.listed if arm.remove_classes == "listed" else arm.remove_classes, where
        )

    def _named(self, wanted: list[str], where: str) -> tuple[str, ...]:
        if not wanted:
            return ()
        known = self.dataset.classes()
        names = {_class_named(name, known, where) for name in wanted}
        if len(known) - len(names) < 2:
            raise UserError(f"{where}: removing {sorted(names)} leaves fewer than two classes")
        return tuple(sorted(names))


def _check_different(arms: dict[str, Arm], arm_runs: list[ArmRun], where: str) -> None:
    """Refuse arms that are the same training: nothing could be learned by comparing them.

    Raises:
        UserError: two arms are written alike.
        SameArms: they are so under the settings of this study.
    """
    seen: dict[tuple[str, str, str], str] = {}
    for each in arm_runs:
        other = seen.setdefault((each.model, each.run, each.stage), each.arm)
        if other == each.arm:
            continue
        if arms[other] == arms[each.arm]:
            raise UserError(
                f"{where}: the arms '{other}' and '{each.arm}' are the same; change or remove one"
            )
        raise SameArms(
            f"its arms '{other}' and '{each.arm}' are the same training of {each.model} under the "
            "settings of this study"
        )


def _stage(arm: Arm) -> str:
    return f"export/{arm.export}" if arm.export else "train"


def _class_named(name: str, known: list[str], where: str) -> str:
    """The class of that name, or else with that label; labels count the sorted names from 0.

    Raises:
        UserError: there is no such class, or a number means a label and YAML may have taken it
            from a name: 1 from 001.
    """
    name = unicodedata.normalize("NFC", name)
    if name in known:
        return name
    if name.isdecimal():
        alike = [each for each in known if each.isdecimal() and int(each) == int(name)]
        if alike:
            raise UserError(
                f"{where}: no class is called '{name}'; for the class '{alike[0]}' put its name "
                "in quotes, as YAML drops the zeros of a number"
            )
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
