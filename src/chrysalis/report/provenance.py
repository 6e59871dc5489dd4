"""Generated Markdown on how the results were made: settings, versions, trainings, rules."""

from __future__ import annotations

from typing import Any

from chrysalis.report.captions import figure, in_order
from chrysalis.report.escape import literal
from chrysalis.report.results import Results, Run
from chrysalis.report.tables import NOTHING, duration, flatten, key, link, source, table


def fragments(results: Results) -> dict[str, str]:
    """The parts of the page "How this was made", by file name."""
    return {
        "settings.md": settings(results),
        "versions.md": versions(results),
        "runs.md": runs(results),
        "dag.md": "\n".join(figure(plot) for plot in in_order(results.study_plots)),
    }


def settings(results: Results) -> str:
    """The settings that all runs share, then for each run those in which runs differ."""
    flat = {run.name: _settings(run) for run in results.runs}
    names = list(dict.fromkeys(name for values in flat.values() for name in values))
    values = {name: [known.get(name, NOTHING) for known in flat.values()] for name in names}
    shared = [name for name in names if len(set(values[name])) == 1]
    differing = [name for name in names if name not in shared]
    text = table(["Setting", "Value"], [[key(name), values[name][0]] for name in shared])
    if differing:
        rows = [
            [key(run), *(known.get(name, NOTHING) for name in differing)]
            for run, known in flat.items()
        ]
        text += "\nRuns differ in these settings:\n\n"
        text += table(["Run", *(key(name) for name in differing)], rows)
    first = {run.name: run for run in reversed(results.runs)}
    files = [run.folder / "train" / "run.json" for run in reversed(first.values())]
    return text + "\n" + source("train", *files)


def versions(results: Results) -> str:
    """Versions of Python and the libraries, and hashes of code and data, as the runs noted them."""
    noted = [run.record for run in results.runs]
    names = list(dict.fromkeys(name for record in noted for name in record["versions"]))
    rows = [
        [literal(name), _distinct(record["versions"].get(name, NOTHING) for record in noted)]
        for name in names
    ]
    rows += [
        ["Hash of the training code", _distinct(record["code_hash"] for record in noted)],
        ["Hash of the data", _distinct(record["data_hash"] for record in noted)],
    ]
    return table(["", "Version"], rows) + "\n" + source("train", _record(results.runs[0]))


def runs(results: Results) -> str:
    """Every training: where it ran, for how long, with how much memory, and its files."""
    rows = []
    for run in results.runs:
        told = run.record
        stopped = ", stopped early" if told["stopped_early"] else ""
        resumed = f", resumed {told['resumed']} times" if told["resumed"] else ""
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


def _record(run: Run) -> Any:
    return run.folder / "train" / "run.json"


def _settings(run: Run) -> dict[str, str]:
    told = {name: value for name, value in run.record["settings"].items() if name != "seed"}
    return flatten(told)


def _distinct(values: Any) -> str:
    return ", ".join(literal(value) for value in dict.fromkeys(values))
