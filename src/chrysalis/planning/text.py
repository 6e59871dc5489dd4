"""The plan in words, to be read on a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from chrysalis.records.plan import DetectableRow, Plan

BUSY = 1.25  # times as long as undisturbed: worth a word
MOST_SEEDS = 100  # beyond this, more seeds are no advice
SOURCES = {
    "experiment": "the trainings of this study that are done",
    "dataset": "other finished trainings on these images",
    "pilots": "studies of other images that Chrysalis keeps as pilots",
}
INDENT = " " * 14
ADVICE = (
    "Yours may vary more or less. Train two seeds first, then plan again: these trainings are\n"
    "kept, and the plan learns from them."
)


def opening(trainings: int, to_do: int, minutes: float | None) -> str:
    """The first line of a study: its trainings, and how long it takes if that is known."""
    line = f"{_count(trainings, 'training')}: {trainings - to_do} done, {to_do} to do."
    if minutes is None:
        return f"{line} `make plan` predicts how long they take."
    return f"{line} By the plan's probes, this takes {duration(minutes)}."


def ending(planned: float, taken: float) -> str:
    """The last line of a study that was planned: minutes planned and taken."""
    return f"Planned: {duration(planned)}. Taken: {duration(taken)}."


def screen(title: str, plan: Plan) -> str:
    """The whole plan."""
    parts = [_trainings(title, plan), _minutes(plan), _detectable(plan)]
    return "\n\n".join(part for part in parts if part) + "\n"


def duration(minutes: float) -> str:
    """Minutes as a person says them; from two hours on, hours."""
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return f"about {_count(round(minutes), 'minute')}"
    hours = minutes / 60
    return f"about {hours:.1f} hours" if hours < 10 else f"about {round(hours):,} hours"


def _trainings(title: str, plan: Plan) -> str:
    to_do = plan.jobs.get("train", 0)
    seeds = _count(plan.seeds, "seed")
    lines = [f"Plan for {title}, with {seeds}", ""]
    lines.append(f"  trainings   {plan.trainings:,}: {plan.done:,} done, {to_do:,} to do")
    extra = [
        f"{plan.jobs[rule]:,} {what}"
        for rule, what in (("trial", "trials of a sweep"), ("dynamics", "traced once more"))
        if plan.jobs.get(rule)
    ]
    if extra:
        lines.append(f"  and         {', '.join(extra)}")
    return "\n".join(lines)


def _minutes(plan: Plan) -> str:
    if not plan.jobs:
        return "  time        none: everything is done"
    lines = [
        f"  time        {duration(plan.minutes)} on {_count(plan.cores, 'core')}"
        + (f" and {_count(plan.gpus, 'GPU')}" if "cuda" in plan.device else "")
        + f", {_count(plan.side_by_side, 'training')} at a time"
    ]
    calm = plan.undisturbed_minutes
    if calm is not None and plan.minutes > BUSY * calm:
        lines.append(f"{INDENT}({duration(calm)}, were the machine not busy with other work)")
    if plan.jobs.get("train"):
        lines.append(f"{INDENT}the trainings take {plan.training_minutes:.1f} minutes, one by one")
        lines += _slowest(plan.run_seconds["train"])
    lines.append(f"  known from  {_known(plan)}")
    return "\n".join(lines)


def _slowest(seconds: Mapping[str, float], shown: int = 5) -> list[str]:
    """The runs whose trainings take longest."""
    runs = sorted(seconds, key=lambda run: (-seconds[run], run))
    width = max(map(len, runs), default=0)
    lines = [f"{INDENT}{run:<{width}} {seconds[run] / 60:7.2f} each" for run in runs[:shown]]
    if len(runs) > shown:
        lines.append(f"{INDENT}{len(runs) - shown} more runs are quicker")
    return lines


def _known(plan: Plan) -> str:
    sources = [_count(plan.probes, "probe")] if plan.probes else []
    sources += [f"{_count(plan.done, 'finished training')}"] if plan.done else []
    lines = [
        f"{' and '.join(sources)} on {plan.device}.",
        "All epochs are counted: patience may end a training sooner. The machine is",
        "taken to stay as busy as it was.",
    ]
    if plan.processes > 1:
        lines.append(f"What {plan.processes} processes tell each other is not counted.")
    return f"\n{INDENT}".join(lines)


def _detectable(plan: Plan) -> str:
    if not plan.rows:
        return "  Which differences it finds is not predicted where each seed has its own split."
    seeds = sorted({row.seeds for row in plan.rows})
    names = list(dict.fromkeys(row.experiment for row in plan.rows))
    width = max(len("experiment"), *map(len, names))
    lines = [
        "Smallest difference found with 80 % probability, in percentage points",
        f"(level 0.05 / {_count(plan.comparisons, 'primary comparison')})",
        "",
        f"  {'experiment':<{width}}  images" + "".join(f"{_count(n, 'seed'):>14}" for n in seeds),
    ]
    for name in names:
        rows = {row.seeds: row for row in plan.rows if row.experiment == name}
        cells = "".join(f"{_points(rows[number]):>14}" for number in seeds)
        lines.append(f"  {name:<{width}}  {rows[seeds[0]].images:>6,}{cells}")
    sources = list(dict.fromkeys(row.source for row in plan.rows))
    lines += ["", f"Variances are those of {' and of '.join(SOURCES[one] for one in sources)}."]
    if "pilots" in sources:
        lines.append(ADVICE)
    lines += [_more_seeds(name, more) for name, more in plan.more_seeds.items()]
    return "\n".join(lines)


def _points(row: DetectableRow) -> str:
    low, high = (f"{100 * value:.1f}" for value in row.detectable)
    return low if low == high else f"{low} to {high}"


def _more_seeds(name: str, more: int | None) -> str:
    if more is None or more > MOST_SEEDS:
        return f"{name}: more seeds alone would not halve the intervals; it takes more test images."
    return f"{name}: about {_count(more, 'more seed')} would halve the intervals."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
