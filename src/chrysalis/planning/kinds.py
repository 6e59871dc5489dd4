"""Which trainings cost the same, so that one probe does for all of them."""

from __future__ import annotations

from collections.abc import Iterable

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


def kinds_of(runs: Iterable[RunSettings]) -> dict[str, RunSettings]:
    """The kinds of these runs by name, each once, in the order of the runs."""
    return {kind.name: kind for kind in map(kind_of, runs)}
