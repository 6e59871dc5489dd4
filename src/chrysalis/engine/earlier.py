"""What a run takes from earlier parts of its study: settings, classes, weights, a teacher."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ConfigDict

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.engine.classifier import Classifier
from chrysalis.engine.pruning import prune
from chrysalis.engine.trained import load_trained
from chrysalis.errors import UserError
from chrysalis.records.files import Record
from chrysalis.records.tables import Table
from chrysalis.records.training import RunRecord


@dataclass(frozen=True)
class _Ranked:
    """What matters here of the table of label quality."""

    rank: int
    class_: str


_RANKING = Table(_Ranked)


class _Found(Record):
    """What matters here of a sweep's result."""

    model_config = ConfigDict(extra="ignore")

    training: dict[str, float | int | bool | str]


@dataclass(frozen=True)
class Earlier:
    """Where the run's settings say so: the folders of the runs `start` and `teacher`, the table
    of label quality of the run `ranked_by`, and the result of the run's own sweep.
    """

    start: Path | None = None
    teacher: Path | None = None
    label_quality: Path | None = None
    sweep: Path | None = None

    def settle(self, settings: RunSettings) -> RunSettings:
        """The settings with what the study has found laid over them.

        Raises:
            UserError: they need something that is not given.
        """
        if settings.worst_classes:
            ranked = _RANKING.read(_given(self.label_quality, "label quality"))
            worst = sorted(ranked, key=lambda row: row.rank)[: settings.worst_classes]
            removed = tuple(sorted(row.class_ for row in worst))
            settings = settings.model_copy(update={"removed_classes": removed})
        if settings.sweep:
            found = _Found.read(_given(self.sweep, "the sweep's result"))
            training = settings.training.model_dump() | found.training
            update = {"training": TrainingSettings.model_validate(training)}
            settings = settings.model_copy(update=update)
        return settings

    def first_weights(self, settings: RunSettings, classes: list[str]) -> Classifier | None:
        """The network that training starts from, if not from random weights.

        Raises:
            UserError: it tells other classes apart.
        """
        if settings.start is None:
            return None
        trained = load_trained(_given(self.start, f"the run {settings.start}"))
        _check_classes(settings.start, trained.classes, classes)
        return prune(trained.model, settings.image_size, settings.prune)

    def steps(self, settings: RunSettings) -> int:
        """How many steps of the optimizer made the weights that training starts from."""
        if settings.start is None:
            return 0
        folder = _given(self.start, f"the run {settings.start}")
        return RunRecord.read(folder / "run.json").all_steps

    def teaching(self, settings: RunSettings, classes: list[str]) -> Classifier | None:
        """The network whose outputs are learned, in evaluation mode, if there is one.

        Raises:
            UserError: it tells other classes apart, or sees images of another size.
        """
        if settings.teacher is None:
            return None
        trained = load_trained(_given(self.teacher, f"the run {settings.teacher}"))
        _check_classes(settings.teacher, trained.classes, classes)
        if trained.settings.image_size != settings.image_size:
            raise UserError(
                f"{settings.name}: its teacher sees images of {trained.settings.image_size} px, "
                f"itself of {settings.image_size}"
            )
        return trained.model


def _given(path: Path | None, what: str) -> Path:
    if path is None:
        raise UserError(f"the settings need {what}, which is not given")
    return path


def _check_classes(run: str, theirs: list[str], ours: list[str]) -> None:
    if theirs != ours:
        raise UserError(f"the run {run} tells other classes apart: {theirs}, not {ours}")
