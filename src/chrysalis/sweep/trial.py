"""One trial of a sweep: settings from the search, a training on them, and its result.

Values that were tried before may come again, with another seed, where the space holds no others.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import optuna
from optuna.trial import FrozenTrial, Trial, TrialState

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.config.sweep import FIRST_TRIAL_SEED, Choices, Sweep, Values
from chrysalis.data.packed import Packed
from chrysalis.engine import checkpoint
from chrysalis.engine.progress import ProgressReport
from chrysalis.engine.run import Context
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.setup import NOTHING, TrainingSetup, set_up
from chrysalis.engine.state import TrainingState
from chrysalis.engine.train import has_stalled, train
from chrysalis.errors import UserError
from chrysalis.records.sweep import TrialResult, Value
from chrysalis.sweep.storage import open_study, study_name


def run_trial(
    settings: RunSettings,
    number: int,
    packed: Packed,
    storage: Path,
    runtime: Callable[[TrainingSettings], Runtime],
    context: Context,
) -> TrialResult:
    """The result of trial `number` (0, 1, ..) of the sweep in `settings`.

    `storage` is the file that all trials of the sweep share. A trial that was killed goes on with
    the same values, from its checkpoint; one that has ended is only read from the storage. A
    second process with the same number waits for the first. Test images have no part in it.

    Best is the highest validation top-1, then the lowest loss. The state is complete; pruned; or
    diverged: the training was no longer finite, and figures are None.

    Raises:
        UserError: the settings have no sweep, need an earlier run, or do not suit the model.
    """
    sweep = settings.sweep
    if sweep is None:
        raise UserError(f"{settings.name}: the settings have no sweep")
    with checkpoint.exclusive(context.checkpoint_path):
        name = study_name(settings, context.code_hash, context.data_hash)
        study = open_study(storage, name, number, settings.training.epochs)
        trial = _claim(study, number)
        if "result" not in trial.user_attrs:
            values = {setting: _suggest(trial, setting, sweep) for setting in sweep.space}
            own = NOTHING.settle(trial_settings(settings, number, values))
            setup = set_up(own, packed, runtime(own.training), context.resident_bytes)
            NOTHING.teaching(own, setup.classes)  # an error, if the settings need a teacher
            ended = _train(setup, trial, context.place(own))
            trial.set_user_attr("result", {"number": number, "values": values, **ended})
        result = TrialResult.model_validate(trial.user_attrs["result"])
        _tell(study, trial, result)
        context.checkpoint_path.unlink(missing_ok=True)
    return result


def trial_settings(settings: RunSettings, number: int, values: dict[str, Value]) -> RunSettings:
    """The settings of trial `number`: those values laid over them, and a seed of its own."""
    given = settings.model_dump()
    given["training"] |= values
    return RunSettings.model_validate(given | {"sweep": None, "seed": FIRST_TRIAL_SEED + number})


def _claim(study: optuna.Study, number: int) -> Trial:
    """The trial of job `number`: the one that there is, or a new one.

    A new one carries its job's number from the first byte in the storage: there is no moment at
    which a kill leaves one behind that nobody knows.
    """
    if _find(study, number) is None:
        study.add_trial(
            optuna.trial.create_trial(state=TrialState.RUNNING, user_attrs={"job": number})
        )
    found = _find(study, number)
    if found is None:
        raise RuntimeError(f"the storage has lost the trial of job {number}")
    return Trial(study, found._trial_id)


def _find(study: optuna.Study, number: int) -> FrozenTrial | None:
    trials = study.get_trials(deepcopy=False)
    return next((trial for trial in trials if trial.user_attrs["job"] == number), None)


def _suggest(trial: Trial, setting: str, sweep: Sweep) -> Value:
    """A value for the setting: the one that the trial has already, else one from the search."""
    values: Values = sweep.space[setting]
    if isinstance(values, Choices):
        chosen = trial.suggest_categorical(setting, values.choices)
        return cast(Value, chosen)
    if TrainingSettings.model_fields[setting].annotation is int:
        return trial.suggest_int(setting, int(values.low), int(values.high), log=values.log)
    return trial.suggest_float(setting, values.low, values.high, log=values.log)


def _train(setup: TrainingSetup, trial: Trial, place: checkpoint.Place) -> dict[str, Any]:
    """Train, or go on with it; returns how it ended but for its number and values."""
    settings = setup.settings
    watch = _Watch(trial, f"{settings.name} trial {trial.user_attrs['job']}")
    watch.note(_so_far(setup, place))
    ended = "complete"
    try:
        if train(setup, place, watch).diverged_at:
            ended = "diverged"
    except optuna.TrialPruned:
        ended = "pruned"
    return _outcome(ended, watch.progress) | {"seed": settings.seed, "optuna_number": trial.number}


def _so_far(setup: TrainingSetup, place: checkpoint.Place) -> checkpoint.Progress:
    """How far the trial came before.

    The model is left as it is.

    Raises:
        UserError: the settings do not suit the model.
    """
    state = TrainingState.create(
        copy.deepcopy(setup.model), len(setup.classes), setup.settings.training, setup.runtime
    )
    return checkpoint.load(place.path, place.fingerprint, state)


class _Watch:
    """Tells the search of every epoch, and ends a trial that is to be pruned."""

    def __init__(self, trial: Trial, label: str) -> None:
        self.trial, self.show = trial, ProgressReport(label)
        stored = trial.study.get_trials(deepcopy=False)[trial.number]
        self.reported = set(stored.intermediate_values)

    def note(self, progress: checkpoint.Progress) -> None:
        """Report the best validation top-1 up to each epoch that was not reported before."""
        self.progress = progress
        accuracies = [row["val_top1"] for row in progress.history]
        for epoch in range(1, progress.epoch + 1):
            if epoch not in self.reported:
                self.trial.report(max(accuracies[:epoch]), epoch)
                self.reported.add(epoch)

    def __call__(self, progress: checkpoint.Progress, plan: TrainingSettings) -> None:
        """After an epoch.

        Raises:
            optuna.TrialPruned: others were better at this epoch, and there are more to come.
        """
        self.show(progress, plan)
        self.note(progress)
        ends = progress.epoch == plan.epochs or has_stalled(progress, plan.patience)
        if not ends and self.trial.should_prune():
            raise optuna.TrialPruned


def _outcome(state: str, progress: checkpoint.Progress) -> dict[str, Any]:
    top1, negative_loss = progress.best_score
    counts = state != "diverged"
    return {
        "state": state,
        "val_top1": top1 if counts else None,
        "val_loss": -negative_loss if counts else None,
        "best_epoch": progress.best_epoch if counts else None,
        "epochs": progress.epoch,
        "seconds": sum(row["seconds"] for row in progress.history),
        "resumed": progress.resumed,
    }


def _tell(study: optuna.Study, trial: Trial, result: TrialResult) -> None:
    """Close the trial in the storage, unless it is.

    One that diverged counts as pruned. So the search holds it worse than every complete trial and
    keeps away; a failed trial it would not look at, and a complete one of accuracy 0 would lower
    the medians that trials are pruned by.
    """
    state = TrialState.COMPLETE if result.state == "complete" else TrialState.PRUNED
    value = result.val_top1 if state == TrialState.COMPLETE else None
    study.tell(trial, value, state, skip_if_finished=True)
