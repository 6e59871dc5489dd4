"""In what an arm's trainings differ from its baseline's, from their records.

An experiment declares what its arms change. Whatever else differs, such as the number of steps, may
explain an effect as well, so it is computed here and not taken on trust.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chrysalis.config.dotted import dotted
from chrysalis.config.experiment import Arm
from chrysalis.evaluation.arms import Comparison
from chrysalis.records.experiment import DifferenceRow, EffectRow
from chrysalis.records.study import ExperimentRecord
from chrysalis.records.training import RunRecord

TOLERANCE = 0.05  # a relative difference in the number of steps that is not worth a warning
MEASURED: dict[str, Callable[[RunRecord], object]] = {
    "steps": lambda record: record.all_steps,
    "epoch of divergence": lambda record: record.diverged_at or "none",
    "training images": lambda record: record.images["train"],
    "validation images": lambda record: record.images["val"],
    "parameters": lambda record: record.parameters,
    "precision": lambda record: record.precision,
    "device": lambda record: record.device,
    "threads": lambda record: record.threads,
    "processes": lambda record: record.processes,
}
MACHINE = ("precision", "device", "threads", "processes")
WARNED = ("epoch of divergence", *MACHINE)
# Changes that say by themselves that arms take another number of steps.
OF_STEPS = ("training.epochs", "training.batch_size", "training.patience")


def differences_table(
    record: ExperimentRecord, comparisons: list[Comparison]
) -> list[DifferenceRow]:
    """A row per comparison and each thing in which its trainings differ; values as text.

    Of several seeds the values of all are given, each once. `warn` marks what the experiment does
    not declare and what may explain an effect: over 5 % more or fewer steps, a training that
    diverged, or another machine.
    """
    rows = []
    for comparison in comparisons:
        arm, base = (
            [training.record for training in side.trainings]
            for side in (comparison.arm, comparison.baseline)
        )
        declared = _declared(record, comparison)
        rows += [
            DifferenceRow(*comparison.names, what=name, value=ours, base_value=theirs, warn=False)
            for name, ours, theirs in _settings(arm[0], base[0])
        ]
        for name, of in MEASURED.items():
            ours, theirs = _values(arm, of), _values(base, of)
            if ours != theirs:
                warn = name in WARNED or (name == "steps" and _far(arm, base, declared))
                rows.append(DifferenceRow(*comparison.names, name, ours, theirs, warn))
    return rows


def with_caveat(effect: EffectRow, differences: list[DifferenceRow]) -> EffectRow:
    """The effect, its sentence saying so if its trainings were computed in another way each."""
    names = effect.model, effect.arm, effect.baseline
    found = [
        f"{row.what} ({row.value} against {row.base_value})"
        for row in differences
        if (row.model, row.arm, row.baseline) == names and row.what in MACHINE
    ]
    if not found:
        return effect
    caveat = f" But the two were not computed alike, which may explain it: {', '.join(found)}."
    return replace(effect, sentence=effect.sentence + caveat)


def _declared(record: ExperimentRecord, comparison: Comparison) -> set[str]:
    """The settings that the arm or its baseline changes, as dotted names."""
    names = comparison.arm.arm, comparison.baseline.arm.partition(":")[0].partition(",")[0]
    arms = [record.arms[name] for name in names if name in record.arms]
    return {key for arm in arms for key in dotted(_changes(arm))}


def _changes(arm: Arm) -> dict[str, object]:
    return arm.model_dump(mode="json", exclude_unset=True)


def _settings(arm: RunRecord, base: RunRecord) -> list[tuple[str, str, str]]:
    ours, theirs = (dotted(record.settings.model_dump(mode="json")) for record in (arm, base))
    names = [name for name in dict.fromkeys((*ours, *theirs)) if name != "seed"]
    values = [(name, _text(ours.get(name)), _text(theirs.get(name))) for name in names]
    return [row for row in values if row[1] != row[2]]


def _text(value: object) -> str:
    """A setting's value as it is read: numbers without the digits of rounding."""
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _values(records: list[RunRecord], of: Callable[[RunRecord], object]) -> str:
    return ", ".join(dict.fromkeys(str(of(record)) for record in records))


def _far(arm: list[RunRecord], base: list[RunRecord], declared: set[str]) -> bool:
    """Whether the arm's mean number of steps is undeclared and more than `TOLERANCE` off."""
    ours, theirs = (sum(record.all_steps for record in side) / len(side) for side in (arm, base))
    return not declared.intersection(OF_STEPS) and abs(ours - theirs) > TOLERANCE * theirs
