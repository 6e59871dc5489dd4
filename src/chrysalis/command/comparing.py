"""`chrysalis compare`: what differs between two studies, and whether it matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from chrysalis.command import networks
from chrysalis.config.dotted import dotted
from chrysalis.data.packed import read_table
from chrysalis.errors import UserError
from chrysalis.evaluation.verdict import Judged, sentence
from chrysalis.records.paths import StudyPaths
from chrysalis.records.predictions import Predictions, read
from chrysalis.records.study import StudyRecord
from chrysalis.records.training import RunRecord
from chrysalis.stats import power
from chrysalis.stats.compare import compare
from chrysalis.stats.effects import ALPHA, Effect
from chrysalis.stats.equivalence import p_equal
from chrysalis.stats.families import differences_and_equalities
from chrysalis.stats.unpaired import compare_unpaired

OF_A_STUDY = ("title", "seeds", "threshold", "vary_split", "split", "models")
OF_A_TRAINING = ("images", "steps", "precision", "device", "threads", "versions", "code_hash")


@dataclass(frozen=True)
class Side:
    """One of the two studies, with the run of it that is compared."""

    paths: StudyPaths
    study: StudyRecord
    run: str

    @cached_property
    def seeds(self) -> list[int]:
        """Those of which the training is finished."""
        return [s for s in self.study.seeds if self.paths.training(self.run, s).record.is_file()]

    @cached_property
    def record(self) -> RunRecord:
        """That of its first training."""
        return RunRecord.read(self.paths.training(self.run, self.seeds[0]).record)

    @cached_property
    def predictions(self) -> list[Predictions]:
        """What each training answered for test.

        Raises:
            UserError: each seed has images of its own.
        """
        found = [read(self.paths.training(self.run, seed).train, "test") for seed in self.seeds]
        if any(not np.array_equal(found[0].paths, each.paths) for each in found):
            raise UserError(
                f"{self.paths.results}: each seed has its own split (vary_split), so its networks "
                "cannot be compared with those of another study"
            )
        return found

    @cached_property
    def correct(self) -> np.ndarray:
        """Right answers (seeds, images), boolean."""
        return np.stack([each.correct for each in self.predictions])

    @cached_property
    def test_images(self) -> list[tuple[str, str, str]]:
        """Path, class and hash of each test image; no hashes where the split is not at hand."""
        first = self.predictions[0]
        hashes: dict[str, str] = {}
        if self.paths.split.is_file():
            table = read_table(self.paths.split)
            hashes = dict(zip(table["path"], table["sha256"], strict=True))
        return [
            (path, first.classes[label], hashes.get(path, ""))
            for path, label in zip(first.paths, first.labels, strict=True)
        ]


@dataclass(frozen=True)
class Pair:
    """A model in both studies: its effect is the second study's accuracy less the first's."""

    model: str
    first: Side
    second: Side

    @cached_property
    def paired(self) -> bool:
        """Whether both were judged on the same images."""
        return self.first.test_images == self.second.test_images

    @cached_property
    def same(self) -> bool:
        """Whether all their answers are the same."""
        arms = self.first.predictions, self.second.predictions
        return len(arms[0]) == len(arms[1]) and all(
            np.array_equal(a.paths, b.paths) and np.array_equal(a.logits, b.logits)
            for a, b in zip(*arms, strict=True)
        )

    @cached_property
    def effect(self) -> Effect:
        """Paired by images where they are the same; then with as many seeds of each."""
        arm, base = self.second.correct, self.first.correct
        if not self.paired:
            return compare_unpaired(arm, base)
        seeds = min(len(arm), len(base))
        return compare(arm[:seeds], base[:seeds])


def compare_studies(first: str, second: str) -> str:
    """What differs between two studies, and by how much their networks do, as text.

    Raises:
        UserError: one of them is not there, or has nothing finished that the other has too.
    """
    sides = [_load(where) for where in (first, second)]
    names = [str(paths.results) for paths, _ in sides]
    pairs = _pairs(sides)
    lines = [f"A is {names[0]}, B is {names[1]}.", "", *_study_lines(*(s for _, s in sides))]
    for pair in pairs:
        lines += ["", f"{pair.model}: what differs", *_differences(pair)]
    return "\n".join([*lines, "", "Does it matter?", *_verdicts(pairs, names)])


def _load(where: str) -> tuple[StudyPaths, StudyRecord]:
    for folder in (Path(where), networks.RESULTS / where):
        paths = StudyPaths(folder)
        if paths.study.is_file():
            return paths, StudyRecord.read(paths.study)
    known = ", ".join(networks.studies()) or "none"
    raise UserError(f"'{where}': no finished study; those in {networks.RESULTS}/: {known}")


def _pairs(sides: list[tuple[StudyPaths, StudyRecord]]) -> list[Pair]:
    """The models whose run without an experiment's changes is finished in both studies."""
    (first, a), (second, b) = sides
    found = [
        Pair(model, Side(first, a, run), Side(second, b, b.plain_runs[model]))
        for model, run in a.plain_runs.items()
        if model in b.plain_runs
    ]
    done = [pair for pair in found if pair.first.seeds and pair.second.seeds]
    if not done:
        raise UserError(
            f"{first.results} and {second.results}: no model is finished in both; they have "
            f"{', '.join(a.plain_runs) or 'none'} and {', '.join(b.plain_runs) or 'none'}"
        )
    return done


def _study_lines(first: StudyRecord, second: StudyRecord) -> list[str]:
    ours, theirs = (
        dotted({name: each.model_dump(mode="json")[name] for name in OF_A_STUDY})
        for each in (first, second)
    )
    return ["The studies: what differs", *_table(ours, theirs)]


def _differences(pair: Pair) -> list[str]:
    ours, theirs = (
        dotted(record.settings.model_dump(mode="json", exclude={"seed"}))
        | dotted({name: getattr(record, name) for name in OF_A_TRAINING})
        for record in (pair.first.record, pair.second.record)
    )
    return _table(ours, theirs)


def _table(ours: dict[str, object], theirs: dict[str, object]) -> list[str]:
    """A line for each thing that differs."""
    names = [n for n in dict.fromkeys((*ours, *theirs)) if ours.get(n) != theirs.get(n)]
    width = max(map(len, names), default=0)
    lines = [f"  {n:<{width}}  {_text(ours.get(n))} -> {_text(theirs.get(n))}" for n in names]
    return lines or ["  nothing"]


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(
            _text(each.get("name") if isinstance(each, dict) else each) for each in value
        )
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _verdicts(pairs: list[Pair], names: list[str]) -> Iterator[str]:
    """A line for each model; p values are corrected over all of them."""
    judged = [pair for pair in pairs if not pair.same]
    threshold = min(pair.first.study.threshold for pair in pairs)
    equal = [p_equal(pair.effect, threshold) if threshold else np.nan for pair in judged]
    corrected = zip(
        *differences_and_equalities([pair.effect.p for pair in judged], equal), strict=True
    )
    for pair in pairs:
        a, b = (100 * side.correct.mean() for side in (pair.first, pair.second))
        yield f"  {pair.model}: {a:.1f} % of test in A, {b:.1f} % in B."
        if pair.same:
            yield "  Every answer is the same: these are the same trainings."
            continue
        p_different, p_same = next(corrected)
        one = Judged(
            pair.effect,
            p_different,
            p_same,
            len(judged),
            threshold,
            power.detectable(pair.effect, ALPHA / len(judged)),
        )
        yield f"  {sentence('B', 'A', one)}"
        yield f"  {_how(pair)}"


def _how(pair: Pair) -> str:
    if not pair.paired:
        return (
            f"Not paired: the test images differ ({pair.first.correct.shape[1]:,} and "
            f"{pair.second.correct.shape[1]:,}), so what differs may be how hard they are."
        )
    a, b = len(pair.first.seeds), len(pair.second.seeds)
    fewer = f", the first {min(a, b)} seeds of each" if a != b else ""
    return f"Paired: both answered the same test images{fewer}."
