"""One trial of a sweep: settings from the search, a training on them, and its result.

Values that were tried before may come again, with another seed, where the space holds no others.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, Trial, TrialState
from torch import nn

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.config.sweep import FIRST_TRIAL_SEED, Choices, Sweep, Values
from chrysalis.data.packed import Packed
from chrysalis.engine import checkpoint
from chrysalis.engine.batches import RESIDENT_BYTES
from chrysalis.engine.progress import ProgressReport
from chrysalis.engine.run import NOTHING, prepare
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.state import TrainingState
from chrysalis.engine.train import has_stalled, train
from chrysalis.errors import UserError
from chrysalis.sweep.storage import open_study, study_name

Value = float | int | bool | str
Result = dict[str, Any]


def run_trial(
    settings: RunSettings,
    number: int,
    packed: Packed,
    storage: Path,
    checkpoint_path: Path,
    runtime: Callable[[TrainingSettings], Runtime],
    code_hash: str,
    data_hash: str,
    resident_bytes: int = RESIDENT_BYTES,
) -> Result:
    """The result of trial `number` (0, 1, ..) of the sweep in `settings`.

    `storage` is the file that all trials of the sweep share. A trial that was killed goes on with
    the same values, from its checkpoint; one that has ended is only read from the storage. A
    second process with the same number waits for the first. Test images have no part in it.

    Returns number, state, values (by setting), val_top1 (fraction) and val_loss (nats) at the
    best_epoch, epochs, seconds (of its training steps), resumed (how often from a checkpoint),
    seed, and optuna_number. Best is the highest validation top-1, then the lowest loss. The state
    is complete; pruned; or diverged: the loss was no longer finite, and figures are None.

    Raises:
        UserError: the settings have no sweep, need an earlier run, or do not suit the model.
    """
    sweep = settings.sweep
    if sweep is None:
        raise UserError(f"{settings.name}: the settings have no sweep")
    with checkpoint.exclusive(checkpoint_path):
        name = study_name(settings, code_hash, data_hash)
        study = open_study(storage, name, number, settings.training.epochs)
        trial = _claim(study, number)
        if "result" not in trial.user_attrs:
            values = {setting: _suggest(trial, setting, sweep) for setting in sweep.space}
            own = trial_settings(settings, number, values)
            ended = _train(
                own,
                trial,
                packed,
                checkpoint_path,
                runtime(own.training),
                f"{own.to_json()} {code_hash} {data_hash}",
                resident_bytes,
            )
            trial.set_user_attr("result", {"number": number, "values": values, **ended})
        result = trial.user_attrs["result"]
        _tell(study, trial, result)
        checkpoint_path.unlink(missing_ok=True)
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
    found = _find(study, number)
    if found is None:
        study.add_trial(
            optuna.trial.create_trial(state=TrialState.RUNNING, user_attrs={"job": number})
        )
        found = _find(study, number)
    return Trial(study, found._trial_id)


def _find(study: optuna.Study, number: int) -> FrozenTrial | None:
    trials = study.get_trials(deepcopy=False)
    return next((trial for trial in trials if trial.user_attrs["job"] == number), None)


def _suggest(trial: Trial, setting: str, sweep: Sweep) -> Value:
    """A value for the setting: the one that the trial has already, else one from the search."""
    values: Values = sweep.space[setting]
    if isinstance(values, Choices):
        return trial.suggest_categorical(setting, values.choices)
    if TrainingSettings.model_fields[setting].annotation is int:
        return trial.suggest_int(setting, int(values.low), int(values.high), log=values.log)
    return trial.suggest_float(setting, values.low, values.high, log=values.log)


def _train(
    settings: RunSettings,
    trial: Trial,
    packed: Packed,
    checkpoint_path: Path,
    runtime: Runtime,
    fingerprint: str,
    resident_bytes: int,
) -> Result:
    settings = NOTHING.settle(settings)
    classes, batches, model = prepare(settings, packed, runtime, resident_bytes)
    teacher = NOTHING.teaching(settings, classes)
    watch = _Watch(trial, f"{settings.name} trial {trial.user_attrs['job']}")
    watch.note(_so_far(settings, model, len(classes), runtime, checkpoint_path, fingerprint))
    ended = "complete"
    try:
        train(
            model,
            len(classes),
            settings,
            batches["train"],
            batches["val"],
            runtime,
            checkpoint_path,
            fingerprint,
            watch,
            teacher,
        )
    except optuna.TrialPruned:
        ended = "pruned"
    except UserError as error:
        ended = "diverged"
        logging.getLogger(__name__).warning("%s", error)
        trial.set_user_attr("reason", str(error))
    return _outcome(ended, watch.progress) | {"seed": settings.seed, "optuna_number": trial.number}


def _so_far(
    settings: RunSettings,
    model: nn.Module,
    classes: int,
    runtime: Runtime,
    checkpoint_path: Path,
    fingerprint: str,
) -> checkpoint.Progress:
    """How far the trial came before.

    Settings that do not suit the model are an error here already: so one under training says that
    the loss diverged. The model is left as it is.
    """
    state = TrainingState.create(copy.deepcopy(model), classes, settings.training, runtime)
    return checkpoint.load(checkpoint_path, fingerprint, state)


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


def _outcome(state: str, progress: checkpoint.Progress) -> Result:
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


def _tell(study: optuna.Study, trial: Trial, result: Result) -> None:
    """Close the trial in the storage, unless it is.

    One that diverged counts as pruned. So the search holds it worse than every complete trial and
    keeps away; a failed trial it would not look at, and a complete one of accuracy 0 would lower
    the medians that trials are pruned by.
    """
    state = TrialState.COMPLETE if result["state"] == "complete" else TrialState.PRUNED
    value = result["val_top1"] if state == TrialState.COMPLETE else None
    study.tell(trial, value, state, skip_if_finished=True)
