"""Generated Markdown of the page on the audit."""

from __future__ import annotations

from collections import Counter

from chrysalis.config.embedders import NETWORK
from chrysalis.records.audit import IssueRow
from chrysalis.report.pages import leakage
from chrysalis.report.pages.captions import figure
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import NOTHING, count, number, percent
from chrysalis.report.pages.results import PLACES, StudyResults
from chrysalis.report.pages.tables import source, table

MOST_ROWS = 20  # of a list; the linked CSV has them all
CHECKS = {
    "broken": "Files that can't be used",
    "exact_duplicates": "Exact duplicates, left out",
    "near_duplicates": "Pairs of near duplicates",
    "leakage": "Test images with a near duplicate in train or val",
    "labels": "Doubtful labels",
    "imbalance": "Classes with far fewer images than the largest",
    "classes_alike": "Pairs of classes that are too alike",
    "noisy_classes": "Classes with many doubtful labels",
    "series": "Series of images of one subject",
    "odd_shape": "Images of extreme shape",
    "odd_size": "Images of unusual size",
    "dark": "Dark images",
    "bright": "Bright images",
    "plain": "Images that show next to nothing",
    "blurred": "Blurred images",
    "outlier": "Images that are like no other",
}
# The section of the page that lists what a check found, where it is none of the last ones.
PLACE_OF = {
    "near_duplicates": "#near-duplicates",
    "leakage": "#test-images-that-leak",
    "labels": "#doubtful-labels",
    "imbalance": "#classes",
    "classes_alike": "#classes",
    "noisy_classes": "#classes",
}
ABOUT_FILES = ("series", "odd_shape", "odd_size", "dark", "bright", "plain", "blurred", "outlier")
ABOUT_CLASSES = ("imbalance", "classes_alike", "noisy_classes")


def fragments(results: StudyResults) -> dict[str, str]:
    """The parts of the page, by file name."""
    return {
        "leaks.md": leakage.warning(results),
        "audit_checks.md": checks(results),
        "audit_duplicates.md": duplicates(results),
        "audit_leaks.md": leakage.without_leaks(results),
        "audit_labels.md": labels(results),
        "audit_doubtful.md": leakage.without_doubtful(results),
        "audit_classes.md": issues_of(results, ABOUT_CLASSES, "Classes"),
        "audit_files.md": issues_of(results, ABOUT_FILES, "File"),
    }


def checks(results: StudyResults) -> str:
    """How much each check found, and what the images were compared by."""
    found = Counter(row.check for row in results.audit.issues)
    rows = [[words, number(found[check])] for check, words in CHECKS.items()]
    by = (
        "The images are compared by the vectors that a pretrained network makes of them."
        if results.audit.record.embedder == NETWORK
        else "The pretrained network is not installed. So the images are compared by their colours "
        "and gradients, which finds fewer doubtful labels and outliers."
    )
    made = source("audit", PLACES.audit("issues"))
    return f"{by}\n\n" + table(["Check", "Found"], rows, "lr") + "\n" + made


def duplicates(results: StudyResults) -> str:
    """The pairs of near duplicates, and how they bear on the split."""
    record, pairs = results.audit.record, results.audit.duplicates
    made = source("audit", PLACES.audit("duplicates"), PLACES.audited)
    if record.thumbnail < record.smallest:
        return (
            f"These images have {record.thumbnail} pixels a side or little more. Below "
            f"{record.smallest} pixels, different images look too much alike, so near duplicates "
            f"are not looked for. Exact duplicates are.\n\n{made}"
        )
    plain = (
        f"{count(record.plain, 'image shows', 'images show')} too little to be compared. "
        if record.plain
        else ""
    )
    text = f"{plain}{_groups(results)}\n\n"
    if not pairs:
        return f"No near duplicates were found. {text}{made}"
    rows = [
        [
            literal(row.path_a),
            literal(row.path_b),
            row.splits,
            row.kind,
            number(row.similarity, 2),
        ]
        for row in pairs[:MOST_ROWS]
    ]
    text = (
        f"{count(len(pairs), 'pair')} of images show the same photograph, "
        f"{number(record.across)} of them across splits. {text}"
    )
    headings = ["First image", "Second image", "Splits", "What differs", "Similarity"]
    shown = table(headings, rows, "llllr") + "\n" + _rest(len(pairs), "pair")
    return text + shown + made + _gallery(results, "duplicates")


def _groups(results: StudyResults) -> str:
    record = results.audit.record
    if not record.groups:
        return "Each image is a group of its own."
    return (
        f"{count(record.grouped, 'image belongs', 'images belong')} to "
        f"{count(record.groups, 'group')} of several images. Where Chrysalis makes the split, a "
        "group stays in one split."
    )


def labels(results: StudyResults) -> str:
    """The images whose label is doubtful, and how well the probe does that doubts them."""
    record, rows = results.audit.record, results.audit.labels
    made = source("audit", PLACES.audit("labels"), PLACES.audited)
    if record.folds_accuracy is None:
        return f"A class has too few images to check labels.\n\n{made}"
    text = (
        f"A linear probe is right about {percent(record.folds_accuracy)} of the images that it "
        f"did not learn from, in {record.folds}-fold cross-validation. By its probabilities, "
        f"{count(len(rows), 'label is', 'labels are')} doubtful, "
        f"{number(sum(row.split == 'test' for row in rows))} of them of test images.\n\n"
    )
    if not rows:
        return text + made
    cells = [
        [
            literal(row.path),
            literal(row.class_),
            literal(row.suggested),
            row.split,
            percent(row.confidence),
        ]
        for row in rows[:MOST_ROWS]
    ]
    headings = ["Image", "Label", "Looks like", "Split", "Probability of its label"]
    return (
        text
        + table(headings, cells, "llllr")
        + "\n"
        + _rest(len(rows), "label")
        + made
        + _gallery(results, "doubtful")
    )


def issues_of(results: StudyResults, which: tuple[str, ...], heading: str) -> str:
    """What these checks found, check by check."""
    found = [row for row in results.audit.issues if row.check in which]
    made = source("audit", PLACES.audit("issues"))
    if not found:
        return f"These checks found nothing.\n\n{made}"
    rows = [
        [CHECKS[row.check], literal(_subject(row)), row.split or NOTHING, literal(row.detail)]
        for row in found[:MOST_ROWS]
    ]
    shown = table(["Check", heading, "Split", "Found"], rows)
    return "\n".join([shown, _rest(len(found), "finding"), made])


def probe(results: StudyResults) -> str:
    """How well a linear probe does, for the page of the models."""
    record = results.audit.record
    if record.probe_val is None or record.probe_test is None:
        return ""
    what = (
        "of a network pretrained on ImageNet"
        if record.embedder == NETWORK
        else "of colours and gradients"
    )
    return (
        f"For comparison, a linear probe reaches {percent(record.probe_val)} on val and "
        f"{percent(record.probe_test)} on test. It is a logistic regression on frozen vectors "
        f"{what}, and learns from the same training images without any augmentation.\n\n"
        + source("audit", PLACES.audited)
    )


def _subject(row: IssueRow) -> str:
    return row.path or row.class_


def _gallery(results: StudyResults, name: str) -> str:
    plots = [plot for plot in results.audit_plots if plot.image.stem == name]
    return "".join("\n" + figure(plot) for plot in plots)


def _rest(total: int, one: str) -> str:
    """A line on the rows beyond those shown; empty if there are none."""
    beyond = total - MOST_ROWS
    return f"And {count(beyond, f'more {one}')}.\n\n" if beyond > 0 else ""
