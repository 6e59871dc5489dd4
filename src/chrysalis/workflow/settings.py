"""What jobs read: files that Snakemake writes when it plans, and commands name.

Settings are no inputs: each file holds what its rules' params hold, and these decide what re-runs.
"""

from __future__ import annotations

import functools
import hashlib
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from chrysalis.planning.kinds import kinds_of
from chrysalis.records.files import write_whole
from chrysalis.records.paths import PlanPaths, StudyPaths
from chrysalis.study.study import Study


def write(study: Study, config: dict[str, Any], paths: StudyPaths, alone: bool) -> PlanPaths:
    """Write the settings of every run and kind of run, and the plan.

    The plan holds `config`, the study and its experiments.

    A plan's folder is named by its content, so that planning another study, or a dry run of it,
    changes nothing under a study that is still running. Other plans are removed if this process is
    `alone` in the workflow's folder. A file that is right already is not touched.
    """
    kinds = kinds_of(study.runs.values())
    for name, run in (study.runs | study.more_runs | kinds).items():
        _write(paths.settings(name), run.model_dump(mode="json", exclude={"seed"}))
    experiments = {
        experiment.name: experiment.record(study.too_small(experiment.runs)).model_dump(mode="json")
        for experiment in (*study.experiments, *study.on_request)
    }
    if study.dataset.place:
        _write(paths.place, {"path": study.dataset.place})
    record = study.record().model_dump(mode="json")
    whole = json.dumps([config, record, experiments], sort_keys=True)
    plan = paths.plan(hashlib.sha256(whole.encode()).hexdigest()[:8])
    _write(plan.config, config, sort_keys=True)
    _write(plan.study, record)
    for name, experiment in experiments.items():
        _write(plan.experiment(name), experiment)
    if alone:
        for other in plan.folder.parent.glob("plan-*"):
            if other != plan.folder:
                shutil.rmtree(other, ignore_errors=True)
    return plan


def write_code(files: Iterable[Path], base: Path, path: Path) -> Path:
    """Write the SHA-256 and the name of each of these files; returns `path`.

    Names are relative to `base`. Unlike the settings it is an input of rules: its content stands
    for that of the code.
    """
    lines = [f"{_sha256(file)}  {_place(file.resolve(), base)}\n" for file in files]
    _write_text(path, "".join(lines))
    return path


def _place(file: Path, base: Path) -> Path:
    """Relative to `base`, or to where its code is, as a study's own folder has links to that."""
    places = base.resolve(), (base / "scripts").resolve().parent
    return next(file.relative_to(place) for place in places if file.is_relative_to(place))


@functools.cache
def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(path: Path, content: Any, sort_keys: bool = False) -> None:
    _write_text(path, json.dumps(content, indent=1, sort_keys=sort_keys) + "\n")


def _write_text(path: Path, text: str) -> None:
    try:
        same = path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        same = False
    if not same:
        write_whole(path, text)
