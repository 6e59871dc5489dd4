"""Answers as a person or a program reads them: lines of a table, CSV, JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import TextIO

from chrysalis.command.answers import Answer
from chrysalis.command.judged import Judged
from chrysalis.command.networks import Chosen

WIDEST = 48  # letters of a file's name in the table
SHOWN = 3  # classes in the table


def as_table(answers: Iterable[Answer], judged: Judged, names: Iterable[str], out: TextIO) -> None:
    """A line for each photograph: its name, the answer, and the likeliest classes."""
    width = min(max(map(len, names), default=0), WIDEST)
    word = max(map(len, judged.classes))
    for each in answers:
        name = _cut(each.photograph.name, width)
        if each.probabilities is None:
            print(f"{name:<{width}}  not read: {each.reason}", file=out)
            continue
        order = each.probabilities.argsort()[::-1][:SHOWN]
        ranked = (f"{judged.classes[i]} {100 * each.probabilities[i]:.1f} %" for i in order)
        print(f"{name:<{width}}  {each.word:<{word}}  {', '.join(ranked)}", file=out)


def as_csv(answers: Iterable[Answer], judged: Judged, out: TextIO) -> None:
    """A row for each photograph, with the probability of every class."""
    writer = csv.writer(out, lineterminator="\n")
    columns = ["photograph", "answer", "likeliest", "probability", "familiarity", "note"]
    writer.writerow([*columns, *(f"p({name})" for name in judged.classes)])
    for each in answers:
        row = [each.photograph.name, each.word, each.likeliest]
        if each.probabilities is None:
            writer.writerow([*row, "", "", f"not read: {each.reason}", *[""] * len(judged.classes)])
            continue
        numbers = (f"{value:.6f}" for value in (each.probability, each.familiarity))
        probabilities = (f"{value:.6f}" for value in each.probabilities)
        writer.writerow([*row, *numbers, each.photograph.note, *probabilities])


def as_json(answers: Iterable[Answer], chosen: Chosen, judged: Judged, out: TextIO) -> None:
    """One object: the network, and a list of the photographs, written as they come."""
    network = {
        "run": chosen.run,
        "trainings": [str(folder) for folder in chosen.folders],
        "temperature": judged.temperature,
        "threshold": judged.threshold,
        "refused_share_of_val": judged.rate,
    }
    out.write(f'{{"network": {json.dumps(network)},\n"photographs": [')
    for place, each in enumerate(answers):
        out.write(f"{',' * (place > 0)}\n{json.dumps(_object(each, judged))}")
    out.write("\n]}\n")


def _object(each: Answer, judged: Judged) -> dict[str, object]:
    if each.probabilities is None:
        return {"photograph": each.photograph.name, "answer": None, "not_read": each.reason}
    return {
        "photograph": each.photograph.name,
        "answer": each.word,
        "likeliest": each.likeliest,
        "probability": each.probability,
        "familiarity": each.familiarity,
        "note": each.photograph.note,
        "probabilities": dict(zip(judged.classes, each.probabilities.tolist(), strict=True)),
    }


class Counts:
    """How many photographs were answered, unknown and not read, counted as they pass."""

    def __init__(self) -> None:
        self.answered = self.unknown = self.unread = 0

    def __call__(self, answers: Iterable[Answer]) -> Iterator[Answer]:
        """The same answers, one after the other."""
        for each in answers:
            self.unread += each.probabilities is None
            self.unknown += each.unknown
            self.answered += each.probabilities is not None and not each.unknown
            yield each

    def __str__(self) -> str:
        total = self.answered + self.unknown + self.unread
        return (
            f"{total:,} photograph{'s' * (total != 1)}: {self.answered:,} answered, "
            f"{self.unknown:,} unknown, {self.unread:,} not read"
        )


def introduction(chosen: Chosen, judged: Judged) -> str:
    """Which network answers, how good it was on the study's test images, and when it refuses."""
    seeds = len(chosen.folders)
    members = f"{seeds} seeds that answer together" if seeds > 1 else "one seed"
    first = chosen.records[0]
    split = first.settings.validate_on
    lines = [
        f"{chosen.run}, {members} ({chosen.why})",
        f"right for {100 * judged.test_top1:.1f} % of {judged.test_images:,} test images; "
        f"probabilities calibrated on {judged.val_images:,} images of {split}",
    ]
    if judged.threshold is None:
        lines.append(f"never unknown: {judged.val_images:,} images of {split} are too few to say")
    else:
        lines.append(
            f"unknown: less familiar than the lowest {100 * judged.rate:g} % of {split} "
            f"({100 * judged.test_unknown:.1f} % of test)"
        )
    if split == "test":
        lines.append("this study chose and calibrated by test, so these figures are too good")
    return "\n".join(lines)


def _cut(name: str, width: int) -> str:
    return name if len(name) <= width else f"…{name[-(width - 1) :]}"
