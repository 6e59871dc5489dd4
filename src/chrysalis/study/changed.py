"""How a study's own file changes what the shared files say: experiments' arms, and its scale."""

from __future__ import annotations

from typing import Any

from chrysalis.config.dotted import dotted
from chrysalis.config.experiment import Arm, Experiment
from chrysalis.config.load import validate
from chrysalis.config.run import RunSettings
from chrysalis.errors import UserError, suggest

Changed = dict[str, dict[str, Arm]]


def with_arms(experiments: dict[str, Experiment], changed: Changed) -> dict[str, Experiment]:
    """The experiments with a study's changes laid over their arms; other arms are added.

    Raises:
        UserError: there is no such experiment, it writes out no arms, or they no longer fit.
    """
    found = dict(experiments)
    for name, arms in changed.items():
        if name not in found:
            raise UserError(f"arms: unknown experiment '{name}'; {suggest(name, found)}")
        old = found[name].arms
        if isinstance(old, str):
            raise UserError(f"arms: the experiment '{name}' takes its arms from `arms: {old}`")
        whole = found[name].model_dump(exclude_unset=True)
        whole["arms"] = {arm: _given(each) for arm, each in old.items()}
        for arm, changes in arms.items():
            whole["arms"][arm] = _laid_over(whole["arms"].get(arm, {}), _given(changes))
        found[name] = validate(whole, Experiment, f"arms: {name}")
    return found


def _given(arm: Arm) -> dict[str, Any]:
    return arm.model_dump(exclude_unset=True)


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """One mapping over another, key by key, down to their values."""
    found = dict(below)
    for key, value in above.items():
        old = found.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            found[key] = _laid_over(old, value)
        else:
            found[key] = value
    return found


def reductions(full: RunSettings, reduced: RunSettings) -> dict[str, tuple[str, str]]:
    """Each setting in which a reduced run differs from the full one, by its dotted name."""
    whole, less = (dotted(run.model_dump(mode="json")) for run in (full, reduced))
    names = (name for name in less if less[name] != whole.get(name))
    return {name: (f"{whole.get(name, 'none')}", f"{less[name]}") for name in names}
