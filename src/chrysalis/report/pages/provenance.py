"""Generated Markdown on how the results were made: settings, versions, trainings, rules."""

from __future__ import annotations

from collections.abc import Iterable

from chrysalis.report.pages.captions import figure, in_order
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import NOTHING, count, duration, number
from chrysalis.report.pages.results import StudyResults, TrainingResults
from chrysalis.report.pages.tables import flatten, key, link, source, table


def fragments(results: StudyResults) -> dict[str, str]:
    """The parts of the page "How this was made", by file name."""
    return {
        "assumed.md": assumed(results),
        "settings.md": settings(results),
        "versions.md": versions(results),
        "runs.md": runs(results),
        "dag.md": "\n".join(figure(plot) for plot in in_order(results.study_plots)),
    }


def assumed(results: StudyResults) -> str:
    """What the source of the study does not say, with what is taken here; empty if nothing."""
    if not results.record.assumed:
        return ""
    lines = "\n".join(f"- {literal(text)}" for text in results.record.assumed)
    return (
        "This study follows a recipe of others. Its source does not say everything. Where it is "
        f"silent, this is what the study takes:\n\n{lines}\n"
    )


def settings(results: StudyResults) -> str:
    """The settings that all runs share, then for each run those in which runs differ.

    Where some runs have a group of settings switched off as a whole, such as augmentation, and the
    others agree on it, the group counts as shared and the switch as the difference.
    """
    flat = {training.run: _settings(training) for training in results.trainings}
    names = list(dict.fromkeys(name for values in flat.values() for name in values))
    found = {name: {known[name] for known in flat.values() if name in known} for name in names}
    varied = [name for name in names if len(found[name]) > 1]
    groups = [name for name in names if _within(name, names) and not _within(name, varied)]
    shared = [
        [key(name), *found[name]]
        for name in names
        if len(found[name]) == 1 and not _within(name, names)
    ]
    text = table(["Setting", "Value"], shared)
    if varied or groups:
        rows = [
            [
                key(run),
                *(known.get(name, NOTHING) for name in varied),
                *(known.get(name, "as above") for name in groups),
            ]
            for run, known in flat.items()
        ]
        text += "\nThe runs differ in these settings:\n\n"
        text += table(["Run", *(key(name) for name in [*varied, *groups])], rows)
    first = {training.run: training for training in reversed(results.trainings)}
    files = [training.paths.record for training in reversed(first.values())]
    return text + "\n" + source("train", *files)


def _within(group: str, names: list[str]) -> list[str]:
    """Those of `names` that belong to a group of settings."""
    return [name for name in names if name.startswith(f"{group}.")]


def versions(results: StudyResults) -> str:
    """Versions of Python and the libraries, and hashes of code and data, as the runs noted them."""
    records = [training.record for training in results.trainings]
    names = list(dict.fromkeys(name for record in records for name in record.versions))
    rows = [
        [literal(name), _distinct(record.versions.get(name, NOTHING) for record in records)]
        for name in names
    ]
    rows += [
        ["Hash of the training code", _hashes(record.code_hash for record in records)],
        ["Hash of the data", _hashes(record.data_hash for record in records)],
    ]
    first = results.trainings[0].paths.record
    return table(["Component", "Version"], rows) + "\n" + source("train", first)


def runs(results: StudyResults) -> str:
    """Every training: where it ran, for how long, with how much memory, and its files."""
    headings = "Run|Seed|Device|Epochs|Best epoch|Time|Peak memory (MiB)|Files"
    text = table(headings.split("|"), [_line(each) for each in results.trainings], "lrlrrrrl")
    return f"{text}\nAll trainings together took {duration(results.seconds)}.\n"


def _line(training: TrainingResults) -> list[str]:
    record, files = training.record, training.paths
    stopped = ", stopped early" if record.stopped_early else ""
    if record.diverged_at:
        stopped = f", diverged in epoch {number(record.diverged_at)}"
    resumed = f", resumed {count(record.resumed, 'time')}" if record.resumed else ""
    return [
        key(training.run),
        str(training.seed),
        f"{literal(record.device)}, {literal(record.precision)}",
        f"{number(record.epochs_run)}{stopped}{resumed}",
        number(record.best_epoch),
        duration(record.seconds),
        number(record.peak_memory_mb),
        ", ".join(link(path.name, path) for path in (files.record, files.history, files.metrics)),
    ]


def _settings(training: TrainingResults) -> dict[str, str]:
    # The space of a sweep stands on its experiment's page; what it found is among the settings.
    settings = training.record.settings.model_dump(mode="json", exclude={"seed", "sweep"})
    return flatten(settings)


def _hashes(values: Iterable[str]) -> str:
    return f'<span class="hash">{_distinct(values)}</span>'


def _distinct(values: Iterable[object]) -> str:
    return ", ".join(literal(value) for value in dict.fromkeys(values))
