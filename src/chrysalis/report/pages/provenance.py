"""Generated Markdown on how the results were made: settings, versions, trainings, rules."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from chrysalis.report.pages.captions import figure, in_order
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.results import Results, Run
from chrysalis.report.pages.tables import (
    NOTHING,
    count,
    duration,
    flatten,
    key,
    link,
    source,
    table,
)


def fragments(results: Results) -> dict[str, str]:
    """The parts of the page "How this was made", by file name."""
    return {
        "settings.md": settings(results),
        "versions.md": versions(results),
        "runs.md": runs(results),
        "dag.md": "\n".join(figure(plot) for plot in in_order(results.study_plots)),
    }


def settings(results: Results) -> str:
    """The settings that all runs share, then for each run those in which runs differ.

    Where some runs have a group of settings switched off as a whole, such as augmentation, and the
    others agree on it, the group counts as shared and the switch as the difference.
    """
    flat = {run.name: _settings(run) for run in results.runs}
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
        text += "\nRuns differ in these settings:\n\n"
        text += table(["Run", *(key(name) for name in [*varied, *groups])], rows)
    first = {run.name: run for run in reversed(results.runs)}
    files = [_record(run) for run in reversed(first.values())]
    return text + "\n" + source("train", *files)


def _within(group: str, names: list[str]) -> list[str]:
    """Those of `names` that belong to a group of settings."""
    return [name for name in names if name.startswith(f"{group}.")]


def versions(results: Results) -> str:
    """Versions of Python and the libraries, and hashes of code and data, as the runs noted them."""
    noted = [run.record for run in results.runs]
    names = list(dict.fromkeys(name for record in noted for name in record["versions"]))
    rows = [
        [literal(name), _distinct(record["versions"].get(name, NOTHING) for record in noted)]
        for name in names
    ]
    rows += [
        ["Hash of the training code", _hashes("code_hash", noted)],
        ["Hash of the data", _hashes("data_hash", noted)],
    ]
    return table(["", "Version"], rows) + "\n" + source("train", _record(results.runs[0]))


def runs(results: Results) -> str:
    """Every training: where it ran, for how long, with how much memory, and its files."""
    rows = []
    for run in results.runs:
        told = run.record
        stopped = ", stopped early" if told["stopped_early"] else ""
        resumed = f", resumed {count(told['resumed'], 'time')}" if told["resumed"] else ""
        rows.append(
            [
                key(run.name),
                str(run.seed),
                f"{literal(told['device'])}, {literal(told['precision'])}",
                f"{told['epochs_run']}{stopped}{resumed}",
                str(told["best_epoch"]),
                duration(told["seconds"]),
                f"{told['peak_memory_mb']:.0f}",
                ", ".join(
                    link(path.name, path)
                    for path in (
                        _record(run),
                        run.folder / "train" / "history.csv",
                        run.folder / "evaluate" / "metrics.json",
                    )
                ),
            ]
        )
    total = sum(run.record["seconds"] for run in results.runs)
    headings = "Run|Seed|Device|Epochs|Best epoch|Time|Peak memory (MB)|Files"
    text = table(headings.split("|"), rows, "lrlrrrrl")
    return f"{text}\nAll trainings together took {duration(total)}.\n"


def _record(run: Run) -> PurePosixPath:
    return run.folder / "train" / "run.json"


def _settings(run: Run) -> dict[str, str]:
    # What a sweep searched stands on its experiment's page; what it found is among the settings.
    left_out = ("seed", "sweep")
    told = {name: value for name, value in run.record["settings"].items() if name not in left_out}
    return flatten(told)


def _hashes(name: str, records: list[dict[str, Any]]) -> str:
    return f'<span class="hash">{_distinct(record[name] for record in records)}</span>'


def _distinct(values: Iterable[object]) -> str:
    return ", ".join(literal(value) for value in dict.fromkeys(values))
