"""Generated Markdown of the overview: what to distrust in this study."""

from __future__ import annotations

from chrysalis.report.pages.numbers import count, number, percent
from chrysalis.report.pages.results import PLACES, StudyResults
from chrysalis.report.pages.tables import behind, source


def reasons(results: StudyResults) -> str:
    """What speaks against the numbers of this study, a line each, and the files that say so."""
    lines = [*_leaks(results), *_labels(results), *_noise(results), *_differences(results)]
    lines.append(_scope(results))
    files = source("audit", PLACES.audited, PLACES.audit("labels"), PLACES.audit("leaks"))
    files += source("without_leaks", PLACES.without("leaks", "effects"))
    files += source("without_doubtful", PLACES.without("doubtful", "effects"))
    files += source("summarise", PLACES.models, PLACES.claims) + source("split", PLACES.split)
    tables = [each.paths.table(name) for each in results.experiments for name in _TABLES]
    files += source("compare", *tables) if tables else ""
    return "\n".join(f"- {line}" for line in lines) + "\n\n" + behind("Files of this list", files)


_TABLES = ("effects", "differences")


def _leaks(results: StudyResults) -> list[str]:
    record = results.audit.record
    if not record.leaked:
        return []
    return [
        f"**Leaks:** {number(record.leaked)} of {count(record.test_images, 'test image')} have a "
        f"near duplicate in train or val. Without them, {results.audit.without_leaks.verdicts}. "
        "See [Audit](audit.qmd#test-images-that-leak)."
    ]


def _labels(results: StudyResults) -> list[str]:
    rows = results.audit.labels
    if not rows:
        return []
    judged = sum(row.split == "test" for row in rows)
    without = f" Without those, {results.audit.without_doubtful.verdicts}." if judged else ""
    return [
        f"**Labels:** {count(len(rows), 'label looks', 'labels look')} wrong, {number(judged)} of "
        f"them of test images.{without} See [Audit](audit.qmd#doubtful-labels-of-test-images)."
    ]


def _noise(results: StudyResults) -> list[str]:
    """How far trainings differ by chance, and what the open comparisons would have missed."""
    rows = [row for row in results.models if (row.split, row.metric) == ("test", "top1")]
    sds = [row.sd for row in rows if row.sd == row.sd]
    if not sds:
        return ["**Noise:** Each model is trained once, so chance may explain any difference."]
    text = (
        "**Noise:** Trainings of one model differ by chance, with an sd of up to "
        f"{number(100 * max(sds), 1)} points."
    )
    still_open = {
        (claim.experiment, claim.model, claim.arm, claim.baseline)
        for claim in results.claims
        if claim.outcome == "none"
    }
    missed = [
        row.detectable
        for each in results.experiments
        for row in each.effects
        if (each.name, row.model, row.arm, row.baseline) in still_open
        and row.detectable == row.detectable
    ]
    if missed:
        text += f" What stays open may hide a difference of {number(100 * max(missed), 1)} points."
    return [text]


def _differences(results: StudyResults) -> list[str]:
    warned = sum(row.warn for each in results.experiments for row in each.differences)
    if not warned:
        return []
    return [
        f"**Undeclared differences:** {count(warned, 'difference')} between trainings "
        f"{'is' if warned == 1 else 'are'} not declared. The pages of the experiments mark them "
        "with ⚠."
    ]


def _scope(results: StudyResults) -> str:
    if results.record.vary_split:
        return "**Scope:** All of this is about images like these."
    test = [each.test for each in results.classes]
    share = max(test) / max(1, sum(test))
    return (
        "**Scope:** All of this is about images like these, split once. The largest class has "
        f"{percent(share)} of the test images, so guessing it gets as many right."
    )
