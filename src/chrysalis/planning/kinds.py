"""Which trainings cost the same, so that one probe does for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings

# They change how many steps there are, or a number in a step, but not what a step computes.
FREE = (
    *("epochs", "patience", "learning_rate", "schedule", "step_at", "step_factor"),
    *("warmup_epochs", "label_smoothing", "focal_gamma", "center_weight", "center_rate"),
    *("distillation_weight", "distillation_temperature"),
)


def kind_of(settings: RunSettings) -> RunSettings:
    """The settings with all that doesn't change the cost of a step at its default.

    Runs with the same kind share a probe, which is named by the kind's name. A network that is
    pruned costs as much whatever it was pruned from.
    """
    usual = TrainingSettings().model_dump(include=set(FREE))
    training = TrainingSettings.model_validate(settings.training.model_dump() | usual)
    return RunSettings(
        **settings.model_dump(include={"model", "options", "image_size", "pack_margin"}),
        **settings.model_dump(include={"crop_pct", "teacher", "prune"}),
        augmentation=settings.augmentation,
        training=training,
    )


def needs_probe(runs: Mapping[str, RunSettings], finished: Iterable[str]) -> dict[str, str]:
    """A run for each kind of which no run has a finished training, by the kind's name."""
    known = {kind_of(runs[run]).name for run in finished}
    first: dict[str, str] = {}
    for name, settings in runs.items():
        first.setdefault(kind_of(settings).name, name)
    return {kind: run for kind, run in first.items() if kind not in known}
