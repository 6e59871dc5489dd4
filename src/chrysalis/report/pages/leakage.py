"""Generated Markdown on test images that leak or have doubtful labels, and what they change."""

from __future__ import annotations

from chrysalis.records.leakage import CleanArmRow, CleanEffectRow
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import count, interval, number, percent, points
from chrysalis.report.pages.results import PLACES, StudyResults
from chrysalis.report.pages.tables import arm_of, badge, source, table

MOST_ROWS = 20  # of the list of images; the linked CSV has them all


def warning(results: StudyResults) -> str:
    """A warning that test images leak, for the overview and the page of the data; empty if none."""
    record = results.audit.record
    if not record.leaked:
        return ""
    verdicts = f"Without them, {results.audit.without_leaks.verdicts}."
    return (
        '::: {.callout-warning title="Test images that leak"}\n'
        f"Of {count(record.test_images, 'test image')}, {number(record.leaked)} have a near "
        f"duplicate in train or val. {verdicts} See [Audit](audit.qmd).\n:::\n\n"
        + source("audit", PLACES.audited, PLACES.audit("leaks"))
        + source("without_leaks", PLACES.without("leaks", "effects"))
    )


def without_leaks(results: StudyResults) -> str:
    """Which test images leak, and accuracy and verdicts with and without them."""
    audit = results.audit
    made = source("audit", PLACES.audit("leaks"), PLACES.audited)
    if not audit.record.leaked:
        return f"No test image has a near duplicate in train or val.\n\n{made}"
    twins = [
        [literal(row.path), literal(row.twin), row.twin_split, number(row.similarity, 2)]
        for row in audit.leaks[:MOST_ROWS]
    ]
    beyond = len(audit.leaks) - MOST_ROWS
    parts = [
        f"{count(audit.record.leaked, 'test image has', 'test images have')} a near duplicate in "
        "train or val. A network may know them by heart.\n",
        table(["Test image", "Near duplicate", "Which is in", "Similarity"], twins, "lllr"),
        f"And {count(beyond, 'more test image')}.\n" if beyond > 0 else "",
        made,
    ]
    return "\n".join([*parts, *_judged_without(results, "leaks")])


def without_doubtful(results: StudyResults) -> str:
    """Which labels of test images are doubtful, and accuracy and verdicts without those images."""
    rows = [row for row in results.audit.labels if row.split == "test"]
    if not rows:
        return "No label of a test image is doubtful.\n\n" + source("audit", PLACES.audit("labels"))
    heads = ["Test image", "Label", "Looks like", "Probability of its label"]
    cells = [
        [literal(row.path), literal(row.class_), literal(row.suggested), percent(row.confidence)]
        for row in rows[:MOST_ROWS]
    ]
    beyond = len(rows) - MOST_ROWS
    parts = [
        f"{count(len(rows), 'label')} of test images {'is' if len(rows) == 1 else 'are'} doubtful. "
        f"Without these images, {results.audit.without_doubtful.verdicts}. A doubtful label is not "
        "always wrong: such images are also the hardest, so accuracy without them is too high.\n",
        table(heads, cells, "lllr"),
        f"And {count(beyond, 'more test image')}.\n" if beyond > 0 else "",
        source("audit", PLACES.audit("labels")),
        source("without_doubtful", PLACES.without("doubtful", "effects")),
    ]
    return "\n".join([*parts, *_judged_without(results, "doubtful")])


_WORDS = {"leaks": "without leaks", "doubtful": "without doubtful labels"}


def _heading(left_out: str) -> str:
    return _WORDS[left_out].capitalize()


def _judged_without(results: StudyResults, left_out: str) -> list[str]:
    audit = results.audit
    judged = audit.without_leaks if left_out == "leaks" else audit.without_doubtful
    if not judged.arms:
        return []
    return [
        _accuracy(results, judged.arms, left_out),
        _verdicts(results, judged.effects, left_out),
    ]


def _accuracy(results: StudyResults, arms: list[CleanArmRow], left_out: str) -> str:
    rows = [
        [
            _title(results, row.experiment),
            literal(row.model),
            arm_of(row),
            percent(row.mean),
            percent(row.clean_mean),
            number(row.clean_images),
        ]
        for row in arms
    ]
    heads = ["Experiment", "Model", "Arm", "All test images", _heading(left_out), "Images left"]
    made = source(f"without_{left_out}", PLACES.without(left_out, "arms"))
    return f"### Accuracy {_WORDS[left_out]}\n\n{table(heads, rows, 'lllrrr')}\n{made}"


def _verdicts(results: StudyResults, effects: list[CleanEffectRow], left_out: str) -> str:
    rows = [
        [
            _title(results, row.experiment),
            literal(row.model),
            arm_of(row),
            f"{points(row.effect)} ({interval(row.low, row.high)})",
            badge(row.outcome),
            f"{points(row.clean_effect)} ({interval(row.clean_low, row.clean_high)})",
            badge(row.clean_outcome),
        ]
        for row in effects
    ]
    heads = ["Experiment", "Model", "Arm", "Effect", "Verdict", _heading(left_out), "Verdict then"]
    made = source(f"without_{left_out}", PLACES.without(left_out, "effects"))
    return (
        f"### Verdicts {_WORDS[left_out]}\n\nEffects are in points. Verdicts are corrected over "
        f"the comparisons of their experiment.\n\n{table(heads, rows, 'lllrlrl')}\n{made}"
    )


def _title(results: StudyResults, name: str) -> str:
    experiment = results.experiment(name)
    return literal(experiment.record.title if experiment else name)
