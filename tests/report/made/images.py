"""What a made-up study says of its images: their tables, the audit, what was planted."""

from itertools import product

import numpy as np

from chrysalis.records import audit, data, leakage, truth
from chrysalis.records.files import write_whole
from chrysalis.report.figures.galleries import draw_strip
from tests.report.made.drawing import draw


def write_data(made):
    """The tables of the images, with their figures."""
    places = [*product(["train"], range(14)), ("val", 14), ("test", 15)]
    rows = [
        data.SplitRow(f"{name}/{number:03d}.jpg", name, label, split, "0" * 64, 341, 256, "")
        for split, number in places
        for label, name in enumerate(made.classes)
    ]
    images = [
        data.ImageRow(
            row.path,
            row.class_,
            "",
            row.width,
            row.height,
            "RGB" if number else "CMYK",
            "JPEG",
            9000,
            row.sha256,
            "",
            "" if number else "animated: first frame used",
        )
        for number, row in enumerate(rows)
    ]
    left_out = [
        data.LeftOutRow(f"{made.classes[0]}/bad{n}.jpg", made.classes[0], "empty | file")
        for n in range(40)
    ]
    data.SPLIT.write(rows, made.paths.split)
    data.IMAGES.write(images, made.paths.images)
    data.LEFT_OUT.write(left_out, made.paths.left_out)
    draw(made.paths.data / "plot_data/classes.svg")
    draw(made.paths.data / "plot_data/samples.svg")
    draw_strip(np.zeros((2, 96, 96, 3), np.uint8)).save(made.paths.data / "plot_data/strip.webp")
    write_whole(made.paths.data / "plot_data/strip.csv", "x,y\n0,0\n1,1\n")


def write_audit(made, study):
    """What the audit found: a pair across splits, doubtful labels, odd images."""
    name, other = made.classes[0], made.classes[1]
    one, twin = f"{name}/015.jpg", f"{name}/000.jpg"
    paths = made.paths
    audit.DUPLICATES.write(
        [audit.DuplicateRow(twin, one, 0.9712, "cropped", "train/test", f"{name} / {name}")],
        paths.audit("duplicates"),
    )
    audit.LEAKS.write([audit.LeakRow(one, name, twin, "train", name, 0.9712)], paths.audit("leaks"))
    audit.ISSUES.write(
        [
            audit.IssueRow("near_duplicates", twin, name, "train/test", f"near duplicate of {one}"),
            audit.IssueRow("leakage", one, name, "test", f"near duplicate of {twin}"),
            audit.IssueRow("labels", one, name, "test", f"looks like {other}"),
            audit.IssueRow("classes_alike", "", f"{name} / {other}", "", "7 of 31"),
            *(audit.IssueRow("dark", f"{name}/{n}.jpg", name, "train", "dark") for n in range(25)),
        ],
        paths.audit("issues"),
    )
    audit.LABELS.write(
        [audit.LabelRow(one, name, "test", other, 0.0123, 0.9432, "")], paths.audit("labels")
    )
    audit.ALIKE.write([audit.AlikeRow(name, other, 31, 7, 0.2258)], paths.audit("alike"))
    audit.NOISE.write([audit.NoiseRow(name, 16, 3, 0.1875)], paths.audit("noise"))
    audit.SERIES.write([], paths.audit("series"))
    audit_record().write(paths.audited)
    for left_out in ("leaks", "doubtful"):
        leakage.CLEAN_ARMS.write(
            (
                leakage.CleanArmRow(each.name, run.model, run.arm, 3, 0.8761, 2, 0.8654)
                for each in study.experiments
                for run in each.arm_runs
            ),
            paths.without(left_out, "arms"),
        )
        leakage.CLEAN_EFFECTS.write(
            (
                leakage.CleanEffectRow(
                    each.name,
                    run.model,
                    run.arm,
                    each.baseline,
                    *(0.021, 0.004, 0.038, "better", 0.019, -0.002, 0.041, "none"),
                )
                for each in study.experiments
                for run in each.arm_runs
                if run.arm != each.baseline
            ),
            paths.without(left_out, "effects"),
        )
    draw(paths.data / "plot_audit/duplicates.svg")
    draw(paths.data / "plot_audit/doubtful.svg")


def audit_record(**changes) -> audit.AuditRecord:
    """What an audit comes to; `changes` are the fields that matter."""
    usual = {
        "embedder": "efficientnet_lite0",
        "images": 48,
        "thumbnail": 64,
        "smallest": 24,
        "threshold": 0.85,
        "plain": 2,
        "pairs": 1,
        "across": 1,
        "groups": 1,
        "grouped": 2,
        "test_images": 3,
        "leaked": 1,
        "folds": 5,
        "folds_accuracy": 0.9134,
        "probe_val": 0.9021,
        "probe_test": 0.8876,
    }
    return audit.AuditRecord.model_validate(usual | changes)


def write_truth(made):
    """A pair of classes found, another one named in vain, a missed class, images not looked for."""
    one, other, third = made.classes[:3]
    findings = [
        truth.FindingRow("look_alike", one, other, True, True),
        truth.FindingRow("look_alike", other, third, False, True),
        truth.FindingRow("noisy_species", third, "", True, False),
        truth.FindingRow("wrong_label", "a.jpg", "", True, False),
    ]
    nan = float("nan")
    scores = [
        truth.TruthScoreRow("wrong_label", 17, 0, 0, 17, 0, nan, 0.0, ""),
        truth.TruthScoreRow("look_alike", 1, 2, 1, 0, 1, 0.5, 1.0, "confusions on test"),
        truth.TruthScoreRow("noisy_species", 1, 0, 0, 1, 0, nan, 0.0, "noisy classes of the audit"),
    ]
    truth.FINDINGS.write(findings, made.paths.truth("findings"))
    truth.TRUTH_SCORES.write(scores, made.paths.truth("scores"))
