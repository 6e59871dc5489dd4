"""Which trained network a person means: a study's best by validation, or one that they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chrysalis.errors import UserError, suggest
from chrysalis.models import registry
from chrysalis.records.paths import StudyPaths
from chrysalis.records.predictions import read
from chrysalis.records.study import StudyRecord
from chrysalis.records.training import RunRecord
from chrysalis.stats.scores import log_losses

RESULTS = Path("results")


@dataclass(frozen=True)
class Chosen:
    """Trainings of one run that answer together; `folders` hold their records, `why` in words."""

    run: str
    folders: tuple[Path, ...]
    why: str

    @property
    def records(self) -> list[RunRecord]:
        """How each of them went."""
        return [RunRecord.read(folder / "run.json") for folder in self.folders]


def is_source(where: str) -> bool:
    """Whether these words name a study or a trained network."""
    return _study_folder(where) is not None or _is_run(Path(where))


def choose(where: str | None, model: str | None = None, seeds: str = "all") -> Chosen:
    """The network of a study (its name in results/, or its folder), of a run or of a training.

    `where` is None for the only study there is. `model` narrows a study's networks to those of one
    model. `seeds` is "all", for all trainings of the run together, "best" by validation, or one
    seed. Trainings that each have their own split can't answer together, so "all" is "best" there:
    an image that one of them has not seen is among those that another learned.

    Raises:
        UserError: there is no such study, network or seed, or it is not finished.
    """
    chosen = _choose(where, model, seeds)
    registry.look_in(results_of(chosen.folders[0]).parent.parent / registry.OWN)
    return chosen


def results_of(folder: Path) -> Path:
    """The results/<study> of a training's `folder` in it, runs/<run>/seed<n>/train.

    Of a training that was moved elsewhere it is some other folder, without a study's files.
    """
    above = folder.resolve().parents
    return above[min(3, len(above) - 1)]


def _choose(where: str | None, model: str | None, seeds: str) -> Chosen:
    path = Path(where) if where else None
    if path is not None and _is_run(path):
        return _pick(path.resolve().name, _trainings(path), seeds, "the one that you named")
    folder = _study_folder(where) if where else _only_study()
    if folder is None:
        raise UserError(
            f"'{where}': no finished study and no trained network; {suggest(str(where), studies())}"
        )
    study = StudyRecord.read(StudyPaths(folder).study)
    run, why = _best(study, StudyPaths(folder), model)
    return _pick(run, _trainings(folder / "runs" / run), seeds, why)


def studies(results: Path = RESULTS) -> list[str]:
    """The names of the studies whose results are here."""
    return sorted(path.parent.name for path in results.glob("*/study.json"))


def _only_study() -> Path:
    found = studies()
    if len(found) != 1:
        here = f"{RESULTS}/ holds {', '.join(found)}" if found else f"no study in {RESULTS}/"
        raise UserError(f"name the study or the network to ask: {here}")
    return RESULTS / found[0]


def _study_folder(where: str) -> Path | None:
    """The folder of a study's results."""
    for folder in (Path(where), RESULTS / where):
        if StudyPaths(folder).study.is_file():
            return folder
    return None


def _is_run(path: Path) -> bool:
    return path.is_dir() and bool(_trainings(path))


def _trainings(path: Path) -> list[Path]:
    """The records in the folder of a run, of a training or of a training's record."""
    if (path / "run.json").is_file():
        return [path]
    if (path / "train/run.json").is_file():
        return [path / "train"]
    found = [record.parent for record in path.glob("seed*/train/run.json")]
    return sorted(found, key=lambda folder: int(folder.parent.name.removeprefix("seed")))


def _pick(run: str, folders: list[Path], seeds: str, why: str) -> Chosen:
    """Those trainings of the run that `seeds` asks for."""
    records = {folder: RunRecord.read(folder / "run.json").settings for folder in folders}
    own_split = any("split" in settings.varied for settings in records.values())
    if seeds == "all" and not (own_split and len(folders) > 1):
        return Chosen(run, tuple(folders), why)
    if seeds in ("all", "best"):
        best = min(folders, key=lambda folder: _order([folder]))
        return Chosen(run, (best,), f"{why}, its best seed by validation")
    found = [folder for folder, settings in records.items() if str(settings.seed) == seeds]
    if not found:
        known = ["all", "best", *(str(settings.seed) for settings in records.values())]
        raise UserError(f"no seed '{seeds}' of {run}; {suggest(seeds, known)}")
    return Chosen(run, tuple(found), why)


def _best(study: StudyRecord, paths: StudyPaths, model: str | None) -> tuple[str, str]:
    """The run with the highest mean val top-1, of equals the one with the lowest log loss.

    Runs that leave classes out are no candidates. The test split has no say.
    """
    finished = {
        run: [paths.training(run, seed).train for seed in study.seeds]
        for run in study.runs
        if all(paths.training(run, seed).record.is_file() for seed in study.seeds)
    }
    records = {run: RunRecord.read(folders[0] / "run.json") for run, folders in finished.items()}
    most = max((len(record.classes) for record in records.values()), default=0)
    known = {run: record for run, record in records.items() if len(record.classes) == most}
    if not known:
        raise UserError(f"{paths.results}: no run of this study is finished; finish it first")
    models = list(dict.fromkeys(record.settings.model for record in known.values()))
    if model is not None and model not in models:
        raise UserError(f"no finished run of model '{model}'; {suggest(model, models)}")
    runs = [run for run, record in known.items() if model in (None, record.settings.model)]
    best = min(runs, key=lambda run: _order(finished[run]))
    named = f" of {model}" if model else ""
    if len(runs) == 1:
        return best, f"the only run{named}"
    return best, f"the best of {len(runs)} runs{named} by validation"


def _order(folders: Sequence[Path]) -> tuple[float, float]:
    """What a good network has little of on val: errors, and at equal errors log loss."""
    found = [read(folder, "val") for folder in folders]
    errors = np.mean([1 - each.correct.mean() for each in found])
    losses = np.mean([log_losses(each.labels, each.logits).mean() for each in found])
    return float(errors), float(losses)
