"""Generated Markdown about test images that leak: a warning, and each experiment without them."""

from __future__ import annotations

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
    changed = changed_verdicts(results)
    verdicts = (
        f"Without them, {count(changed, 'verdict changes', 'verdicts change')}."
        if changed
        else "Without them, no verdict changes."
    )
    return (
        '::: {.callout-warning title="Test images that leak"}\n'
        f"Of {count(record.test_images, 'test image')}, {number(record.leaked)} have a near "
        f"duplicate in train or val. {verdicts} See [Audit](audit.qmd).\n:::\n\n"
        + source("audit", PLACES.audited, PLACES.audit("leaks"))
        + source("without_leaks", PLACES.without_leaks("effects"))
    )


def changed_verdicts(results: StudyResults) -> int:
    """How many verdicts differ without the test images that leak."""
    return sum(row.outcome != row.clean_outcome for row in results.audit.clean_effects)


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
    if audit.clean_arms:
        parts += [_accuracy(results), _verdicts(results)]
    return "\n".join(parts)


def _accuracy(results: StudyResults) -> str:
    rows = [
        [
            _title(results, row.experiment),
            literal(row.model),
            arm_of(row),
            percent(row.mean),
            percent(row.clean_mean),
            number(row.clean_images),
        ]
        for row in results.audit.clean_arms
    ]
    heads = ["Experiment", "Model", "Arm", "All test images", "Without leaks", "Images left"]
    made = source("without_leaks", PLACES.without_leaks("arms"))
    return f"### Accuracy without leaks\n\n{table(heads, rows, 'lllrrr')}\n{made}"


def _verdicts(results: StudyResults) -> str:
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
        for row in results.audit.clean_effects
    ]
    heads = ["Experiment", "Model", "Arm", "Effect", "Verdict", "Without leaks", "Verdict then"]
    made = source("without_leaks", PLACES.without_leaks("effects"))
    return (
        "### Verdicts without leaks\n\nEffects are in points. Verdicts are corrected over the "
        f"comparisons of their experiment.\n\n{table(heads, rows, 'lllrlrl')}\n{made}"
    )


def _title(results: StudyResults, name: str) -> str:
    experiment = results.experiment(name)
    return literal(experiment.record.title if experiment else name)
