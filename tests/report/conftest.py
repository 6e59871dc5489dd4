"""A small, made-up results tree with all that a report reads, written through the records."""

from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from chrysalis.config.experiment import Arm
from chrysalis.config.published import Published
from chrysalis.config.run import RunSettings
from chrysalis.config.schema import SplitSettings
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.records import audit, data, leakage, maps, pictures, published, truth
from chrysalis.records import experiment as tables
from chrysalis.records.corruptions import ROBUSTNESS, RobustnessRow
from chrysalis.records.files import write_whole
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import (
    ArmRun,
    DatasetRecord,
    ExperimentRecord,
    ModelRecord,
    SkippedExperiment,
    StudyRecord,
)
from chrysalis.records.training import (
    HISTORY,
    CalibrationScores,
    HistoryRow,
    RunMetrics,
    RunRecord,
    SplitMetrics,
)
from chrysalis.report.figures.maps import draw_maps
from chrysalis.report.figures.saving import save_drawn
from chrysalis.report.figures.sheets import save_sheet
from chrysalis.report.figures.style import new_figure, save_figure

MODELS = ("mynet", "resnet18_small")
SEEDS = (0, 1, 2)
CLASSES = ("Danaus plexippus", "Heliconius charitonius", "Vanessa atalanta")
NASTY = (
    "<script>alert(1)</script>",
    "a|b",
    "*x*",
    "[l](u)",
    "$x$",
    "@fig-x",
    "{{< include x >}}",
    "`code` and ``more``",
    "a--b ... 'c' \"d\"",
    "&lt;b&gt; &#42;",
    "# 1. - ~~y~~ ^z^ H~2~O",
    "\\*back\\slash ::: {.callout}",
    "NA",
    "<!-- x --> <b>",
)
RUNS = {(model, arm): f"{model}-{arm}0000000"[:20] for model in MODELS for arm in "abc"}
RISKS = {"aurc": 0.0123, "risk_80": 0.021, "risk_90": 0.034, "risk_100": 0.09}
CALIBRATION_ERROR = {"perfect": 0.0313, "debiased": 0.0121, "low": 0.0, "high": 0.0523}
OUTCOMES = ("better", "none", "worse", "insufficient")


@dataclass(frozen=True)
class Made:
    """Where a made-up study lies, and the names of its classes."""

    paths: StudyPaths
    classes: tuple[str, ...]


def make_results(folder: Path, classes=CLASSES, too_small=()) -> Path:
    """Write a study of two models and four experiments into `folder`; returns it."""
    made = Made(StudyPaths(folder), tuple(classes))
    study = make_study(made, list(too_small))
    study.write(made.paths.study)
    write_data(made)
    for (model, arm), run in RUNS.items():
        for seed in SEEDS:
            write_training(made, model, arm, run, seed)
    for experiment in study.experiments:
        write_experiment(made, experiment)
    write_claims(made, study)
    write_audit(made, study)
    write_models(made.paths)
    write_published(made.paths)
    write_truth(made)
    write_galleries(made, study.explained[0])
    write_pictured(made, study)
    write_maps(made)
    draw(made.paths.results / "plot_dag/dag.svg", width=10)
    draw(made.paths.experiments / "plot_claims/claims.svg")
    return folder


def make_study(made, too_small) -> StudyRecord:
    """study.json."""
    experiments = [
        make_experiment("models", {model: Arm(model=model) for model in MODELS}, too_small),
        make_experiment("augmentation", {"off": Arm(augmentation="none"), "on": Arm()}, too_small),
        make_experiment(
            "class_removal",
            {"full": Arm(), "removed": Arm(remove_classes=[made.classes[0]])},
            too_small,
        ),
        make_experiment(
            "label_noise",
            {"none": Arm(), "some": Arm(training={"label_smoothing": 0.3})},
            too_small,
        ),
    ]
    return StudyRecord(
        name="butterflies",
        title="Butterflies",
        dataset=DatasetRecord(
            title="Three butterflies",
            description="Photographs of butterflies.",
            citation="A. Author, A Set of Images, 2009.",
            url="https://example.org/set/",
            kind="specimens",
            licence="None is <stated>.",
        ),
        seeds=list(SEEDS),
        threshold=0.01,
        too_small=too_small,
        experiments=experiments,
        primary=[each.name for each in experiments if each.name != "label_noise"],
        skipped_experiments=[
            SkippedExperiment(name="masks", title="Masks", reason="the dataset has no masks")
        ],
        models=[ModelRecord(name=model, title=f"The {model} network") for model in MODELS],
        runs=list(RUNS.values()),
        base_runs={model: RUNS[model, "a"] for model in MODELS},
        plain_runs={model: RUNS[model, "a"] for model in MODELS},
        explained=[f"{RUNS[MODELS[0], 'a']}/seed0"],
        split=whole(SplitSettings()),
        vary_split=False,
        assumed=["The rate is not known: here 0.5 <is> taken."],
        reduced={},
        published={
            "others": Published(
                title="Other butterflies",
                source="B. Author, A Report, 2010.",
                differences=["fifty species", "another split"],
            )
        },
    )


def make_experiment(name, arms, too_small) -> ExperimentRecord:
    """One experiment, whose first arm is the baseline; its arms are the runs a, b, ..."""
    analysis = "class_removal" if name == "class_removal" else "accuracy"
    return ExperimentRecord(
        name=name,
        title=name.replace("_", " ").capitalize(),
        question=f"What does {name} do?",
        analysis=analysis,
        metrics=["gap", "nll"] if analysis == "accuracy" else [],
        against=[],
        dynamics=False,
        baseline=next(iter(arms)),
        arms=arms,
        arm_runs=[
            ArmRun(model=model, arm=arm, run=RUNS[model, letter])
            for letter, arm in zip("abc", arms, strict=False)
            for model in MODELS
            if name != "models" or model == arm
        ],
        sweep=None,
        swept_runs=[],
        ranked_by=[],
        too_small=too_small,
        corruptions=name == "augmentation",
    )


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
    draw(made.paths.data / "plot_data/samples.webp")
    draw(made.paths.data / "plot_data/strip.webp")


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
    draw(paths.data / "plot_audit/duplicates.webp")
    draw(paths.data / "plot_audit/doubtful.webp")


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


def write_training(made, model, arm, run, seed):
    """A training's record, metrics and history."""
    files = made.paths.training(run, seed)
    RunRecord(
        settings=whole(
            RunSettings(
                model=model,
                options={"dropout": 0.5},
                image_size=64,
                training=TrainingSettings(epochs=12),
                augmentation=None if arm == "b" else AugmentationSettings(crop_area=(0.5, 1.0)),
                removed_classes=(made.classes[0],) if arm == "c" else (),
                seed=seed,
            )
        ),
        classes=list(made.classes),
        images={"train": 14, "val": 1, "test": 1},
        parameters=1234567,
        steps=12,
        epochs_run=12,
        best_epoch=9,
        best_val_top1=0.91,
        stopped_early=False,
        resumed=seed,
        train_loss=0.2,
        train_top1=0.95,
        training_seconds=60.0,
        seconds=61.25 + seed,
        peak_memory_mb=1812.5,
        device="cpu",
        precision="bf16",
        threads=2,
        processes=1,
        versions={"python": "3.11.2", "torch": "2.14.1"},
        code_hash="c0de" * 16,
        data_hash="da7a" * 16,
    ).write(files.record)
    RunMetrics(
        temperature=1.4 + seed / 10,
        val=split_metrics(0.9 + 0.01 * seed),
        test=split_metrics(0.9 + 0.01 * seed),
    ).write(files.metrics)
    HISTORY.write(
        (
            HistoryRow(epoch, 1 / epoch, 0.9, 1.1 / epoch, 0.8, 0.001, 5.0, 20.0)
            for epoch in range(1, 13)
        ),
        files.history,
    )


def whole(settings):
    """The settings with every key given, as after resolving: a record holds just what is given."""
    return type(settings).model_validate(settings.model_dump())


def split_metrics(top1: float) -> SplitMetrics:
    """Metrics of one split of three images."""
    averages = {
        f"{name}_{average}": 0.89
        for name in ("precision", "recall", "f1")
        for average in ("macro", "micro", "weighted")
    }
    return SplitMetrics(
        images=3,
        top1=top1,
        top2=0.98,
        top3=0.99,
        ece=0.041,
        nll=0.31,
        brier=0.14,
        scaled=CalibrationScores(ece=0.017, nll=0.28, brier=0.13),
        **averages,
    )


def write_experiment(made, experiment):
    """An experiment's tables, its answer and its figures."""
    files = made.paths.experiment(experiment.name)
    effects = [
        make_effect(made, experiment, arm_run, number)
        for number, arm_run in enumerate(
            each for each in experiment.arm_runs if each.arm != experiment.baseline
        )
    ]
    write_arms(made, experiment)
    tables.EFFECTS.write(effects, files.table("effects"))
    tables.CHECKS.write(
        (tables.CheckRow(e.model, e.arm, e.baseline, 0.003, 0.037, 0.5, 0.25) for e in effects),
        files.table("checks"),
    )
    tables.PAIRS.write(
        (
            tables.PairRow(e.model, e.arm, e.baseline, seed, 9, 2 + seed, 0.0654 + seed / 9)
            for seed in SEEDS
            for e in effects
        ),
        files.table("pairs"),
    )
    tables.CLASS_EFFECTS.write(
        (make_class_effect(e, name, n) for e in effects for n, name in enumerate(made.classes)),
        files.table("class_effects"),
    )
    tables.SOURCES.write([], files.table("sources"))
    tables.PRACTICE.write(
        (
            tables.PracticeRow(
                *(e.model, e.arm, e.baseline, 0.889, 0.41, 1.0, 0.002, 0.0041),
                sentence="It is shown not to be worse." if e.outcome == "none" else "",
            )
            for e in effects
        ),
        files.table("practice"),
    )
    write_endpoints(made, experiment, effects)
    if experiment.corruptions:
        write_corruptions(made, experiment, effects)
    tables.RANKING.write(
        [
            tables.RankRow(MODELS[1], MODELS[1], 0.913, "a", True),
            tables.RankRow(MODELS[0], MODELS[0], 0.9, "a", True),
        ]
        if experiment.name == "models"
        else [],
        files.table("ranking"),
    )
    tables.DIFFERENCES.write(
        (
            tables.DifferenceRow(e.model, e.arm, e.baseline, what, "432", "144", what == "steps")
            for e in effects
            for what in ("steps", "training.epochs")
        ),
        files.table("differences"),
    )
    sentences = [effect.sentence for effect in effects]
    removes = experiment.analysis == "class_removal"
    tables.Answer(
        name=experiment.name,
        title=experiment.title,
        question=experiment.question,
        analysis=experiment.analysis,
        headline=sentences[0] if len(sentences) == 1 else "Of the comparisons, some differ.",
        sentences=sentences,
        threshold=0.01,
        removed={"removed": [made.classes[0]]} if removes else {},
    ).write(files.answer)
    for name in ("arms", "effects", *(["per_class"] if removes else [])):
        draw(files.folder / f"plot_experiment/{name}.svg")
    if experiment.name == "models":
        draw(files.folder / "plot_curves/curves.svg")
        draw(files.folder / "plot_confusion/confusion.svg")


def write_endpoints(made, experiment, effects):
    """The tables of exploratory endpoints: the Brier scores differ, the others do not."""
    files = made.paths.experiment(experiment.name)
    tables.ENDPOINTS.write(
        (
            tables.EndpointRow(
                *(name, e.model, e.arm, e.baseline, 0.0612, 0.0845, -0.0233, -0.0411, -0.0055),
                *(0.0123, 0.0246, 3 * len(effects), 3, 125, 0.031),
                outcome="better" if name == "brier" else "none",
                sentence=f"{e.model} by {name}: -0.023 ({made.classes[-1]}).",
            )
            for name in ("nll", "brier", "aurc")
            for e in effects
        ),
        files.table("endpoints"),
    )
    tables.WORST_CLASSES.write(
        (
            tables.WorstClassRow(
                *(each.model, each.arm, made.classes[0], 12, 0.703, 0.402, 0.951, 0.805),
                *(0.004 + number / 5, 0.016 + number / 4),
            )
            for number, each in enumerate(experiment.arm_runs)
        ),
        files.table("worst_classes"),
    )


def write_corruptions(made, experiment, effects):
    """The tables of corrupted images, and their figure."""
    files = made.paths.experiment(experiment.name)
    ROBUSTNESS.write(
        (
            RobustnessRow(
                *(each.model, each.arm, 125, 14, 5, 3, 0.903, 0.7123 + number / 50, 0.0112),
                -0.1907 + number / 50,
                (0.7, 0.71, 0.72),
            )
            for number, each in enumerate(experiment.arm_runs)
        ),
        files.corruptions("robustness"),
    )
    tables.ENDPOINTS.write(
        (
            tables.EndpointRow(
                *("corrupted", e.model, e.arm, e.baseline, 0.7323, 0.7123, 0.02, -0.011, 0.051),
                *(0.1423, 0.2846, len(effects), 3, 125, 0.061),
                outcome="none",
                sentence=f"No detectable difference: {e.model} ({made.classes[-1]}).",
            )
            for e in effects
        ),
        files.corruptions("effects"),
    )
    draw(files.folder / "plot_corruptions/corruptions.svg")


def write_arms(made, experiment):
    """The tables with a row for each arm."""
    files = made.paths.experiment(experiment.name)
    means = [0.9 + 0.013 * number for number in range(len(experiment.arm_runs))]
    tables.ARMS.write(
        (
            tables.ArmRow(each.model, each.arm, each.run, 125, 3, mean, 0.008, seeds)
            for each, mean in zip(experiment.arm_runs, means, strict=True)
            for seeds in [(mean - 0.008, mean, mean + 0.008)]
        ),
        files.table("arms"),
    )
    tables.METRICS.write(
        (
            tables.MetricRow(each.model, each.arm, each.run, name, 3, mean, sd, (1.0, 1.0, 2.0))
            for each in experiment.arm_runs
            for name, mean, sd in zip(experiment.metrics, (-1.25, 1.25), (0.0, 0.5), strict=False)
        ),
        files.table("metrics"),
    )


def write_claims(made, study):
    """The study's claims: those of primary experiments as the experiments' own verdicts."""
    effects = {
        each.name: tables.EFFECTS.read(made.paths.experiment(each.name).table("effects"))
        for each in study.experiments
    }
    tables.CLAIMS.write(
        (
            tables.ClaimRow(name, row.model, row.arm, row.baseline, 5, 0.04, 0.95, outcome)
            for name, rows in effects.items()
            for row in rows
            for outcome in [row.outcome if name in study.primary else "exploratory"]
        ),
        made.paths.claims,
    )


def make_effect(made, experiment, arm_run, number) -> tables.EffectRow:
    """The effect of one arm; outcomes take turns."""
    return tables.EffectRow(
        model=arm_run.model,
        arm=arm_run.arm,
        baseline=experiment.baseline,
        effect=0.021,
        low=0.004,
        high=0.038,
        p=0.0123,
        p_image=0.0101,
        p_adjusted=0.0246,
        p_equal=0.9,
        p_equal_adjusted=0.95,
        seeds=3,
        images=125,
        detectable=0.02,
        outcome=OUTCOMES[(number + len(experiment.name)) % len(OUTCOMES)],
        sentence=f"{arm_run.model} ({arm_run.arm}) against {experiment.baseline}: +2.1 points "
        f"(95 % interval +0.4 to +3.8, p = 0.025), {number} {made.classes[-1]}.",
    )


def make_class_effect(effect, name, place) -> tables.ClassEffectRow:
    """The effect on one class: falls from class to class."""
    return tables.ClassEffectRow(
        model=effect.model,
        arm=effect.arm,
        baseline=effect.baseline,
        class_=name,
        images=40,
        effect=0.01 * (1 - place),
        low=-0.02,
        high=0.05,
        p=0.01 + place / 9,
        p_adjusted=0.04 + place / 4,
    )


def write_models(paths):
    """The table of the models' metrics: what `write_training` has written, over the seeds."""
    numbers = {
        "val": {"top1": (0.9, 0.91, 0.92), "temperature": (1.4, 1.5, 1.6)},
        "test": {
            "top1": (0.9, 0.91, 0.92),
            **{"top3": (0.99,) * 3, "f1_macro": (0.89,) * 3},
            **{name: (value,) * 3 for name, value in RISKS.items()},
            **{
                f"{scaled}ece_{part}": (value,) * 3
                for scaled in ("", "scaled_")
                for part, value in CALIBRATION_ERROR.items()
            },
            **{"ece": (0.041,) * 3, "nll": (0.31,) * 3, "brier": (0.14,) * 3},
            **{"scaled_ece": (0.017,) * 3, "scaled_nll": (0.28,) * 3, "scaled_brier": (0.13,) * 3},
        },
    }
    tables.MODEL_METRICS.write(
        (
            tables.ModelMetricRow(
                model, split, name, 3, float(np.mean(of)), float(np.std(of, ddof=1)), of
            )
            for model in MODELS
            for split, metrics in numbers.items()
            for name, of in metrics.items()
        ),
        paths.models,
    )


WITHIN = "within our interval"


def write_published(paths):
    """Published figures beside ours, and claims."""
    row, nan, inf = published.PublishedFigureRow, float("nan"), float("inf")
    name = CLASSES[0]

    def told(metric, of_class="", epoch="", arm="", note=""):
        return "others", MODELS[0], metric, of_class, epoch, arm, note

    figures = [
        row(*names, *numbers, 0 if np.isnan(numbers[1]) else 3, outcome)
        for names, numbers, outcome in (
            (told("test"), (0.881, 0.931, 0.012, 0.05, 0.87, 0.99), WITHIN),
            (told("converged", arm="a"), (15, 12.5, 1.5, -2.5, 4, 21), WITHIN),
            (told("converged", arm="b"), (15, inf, nan, inf, nan, nan), "not reached here"),
            (told("precision", name), (0.446, 0.581, 0.021, 0.135, 0.4, 0.7), WITHIN),
            (told("train_loss", epoch="5"), (1.2562, 1.1, 0.1, -0.1562, 0.9, 1.3), WITHIN),
            (told("test", note="another run"), (0.755, *[nan] * 5), "not in this study"),
        )
    ]
    why = "It is -1.2 points (95 % interval -1.9 to -0.5)."
    numbers, nothing = (why, "points", -1.2, -1.9, -0.5, 2), ("No mass.", "", nan, nan, nan, 0)
    claims = [
        published.PublishedClaimRow("others", *rest)
        for rest in (
            ("size matters", "not_tested", "not tested", *nothing),
            ("it <loses>", "difference", "holds here", *numbers),
            ("it wins", "difference", "contradicted here", *numbers),
        )
    ]
    published.PUBLISHED_FIGURES.write(figures, paths.published("figures"))
    published.PUBLISHED_CLAIMS.write(claims, paths.published("claims"))


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


def write_galleries(made, training):
    """Three right and two wrong predictions that are explained."""
    rows = [
        data.GalleryRow(
            row=n,
            path=f"{n}.jpg",
            label=n % 2,
            predicted=0,
            class_=made.classes[n % 2],
            predicted_class=made.classes[0],
            confidence=0.9 - 0.1 * n,
            correct=n % 2 == 0,
            layer="features.stage4",
            rows=2,
            columns=7,
        )
        for n in range(5)
    ]
    data.GALLERY.write(rows, made.paths.gallery(training))
    for name in ("right", "wrong"):
        draw(made.paths.gallery(training).with_name(f"{name}.webp"), table=False)


def write_pictured(made, study):
    """Errors of each model, pictures of each class, a map, and grey sheets."""
    paths, classes = made.paths, made.classes
    tests = [(f"{name}/015.jpg", name) for name in classes]
    errors, images, confusions = [], [], []
    for model in MODELS:
        for n, (path, name) in enumerate(tests[:-1]):
            other = classes[n + 1]
            shares = [0.7123 + 0.01 * seed for seed in SEEDS[: 1 + n % 3]]
            errors += [
                pictures.ErrorRow(model, seed, path, name, other, share)
                for seed, share in zip(SEEDS, shares, strict=False)
            ]
            known = (other, 0.0123, f"{name}/000.jpg", "train", name) if n == 0 else NOTHING_KNOWN
            images.append(
                pictures.ErrorImageRow(
                    *(model, path, name, other, float(np.mean(shares)), len(shares), 3), *known
                )
            )
            confusions.append(
                pictures.ConfusionRow(model, name, other, len(shares), 3, len(shares) / 3)
            )
    pictures.ERRORS.write(errors, paths.pictures("errors"))
    pictures.ERROR_IMAGES.write(images, paths.pictures("error_images"))
    pictures.CONFUSIONS.write(confusions, paths.pictures("confusions"))
    pictures.CLASS_ACCURACY.write(
        (
            pictures.ClassAccuracyRow(model, label, name, 1, 3, 0.6667, 0.5774)
            for model in MODELS
            for label, name in enumerate(classes)
        ),
        paths.pictures("class_accuracy"),
    )
    shown = [
        pictures.ClassPictureRow(label, kind, path, other, *asked)
        for label, name in enumerate(classes)
        for other in [classes[label - 1]]
        for kind, path, asked in (
            ("example", f"{name}/001.jpg", (0, 0)),
            ("missed", f"{name}/015.jpg", (4, 6)),
            ("taken", f"{other}/015.jpg", (2, 6)),
            ("doubtful", f"{name}/002.jpg", (0, 0)),
            ("suggested", f"{other}/002.jpg", (0, 0)),
        )
    ]
    pictures.CLASS_PICTURES.write(shown, paths.pictures("class_pictures"))
    points = [
        pictures.PointRow(path, n / len(tests), 0.25, n, name, "test")
        for n, (path, name) in enumerate(tests)
    ]
    pictures.POINTS.write(points, paths.map("points.csv"))
    pictures.MapRecord(images=48, shown=len(points), perplexity=3.5, seed=0).write(
        paths.map("map.json")
    )
    write_sheets(made, study, shown)
    for run in study.base_runs.values():
        for name in ("curves", "answers", "reliability"):
            draw(paths.of_model(run) / f"plot_model/{name}.svg")


NOTHING_KNOWN = ("", float("nan"), "", "", "")


def write_sheets(made, study, shown):
    """The sheets of small pictures, all grey, and where each picture is."""
    tests = [f"{name}/015.jpg" for name in made.classes]
    wanted = {pictures.errors_sheet(run): tests for run in study.base_runs.values()}
    for label in range(len(made.classes)):
        paths = list(dict.fromkeys(row.path for row in shown if row.label == label))
        wanted[pictures.class_sheet(label)] = paths
    wanted[pictures.CLASSES_SHEET] = [f"{name}/001.jpg" for name in made.classes]
    wanted[pictures.MAP_SHEET] = tests
    grey = np.full((pictures.TILE, pictures.TILE, 3), 127, np.uint8)
    rows = []
    for name, paths in wanted.items():
        mapped = paths[:2] if name.startswith(("errors", "class-")) else []
        kinds = [("image", path) for path in paths] + [("map", path) for path in mapped]
        rows += [pictures.TileRow(name, n, *each) for n, each in enumerate(kinds)]
        save_sheet([grey] * len(kinds), made.paths.sheet(name))
    pictures.TILES.write(rows, made.paths.tiles)


def write_maps(made):
    """One model's maps against masks, on random weights, and on other backgrounds."""
    model, nan = MODELS[0], float("nan")
    methods = ("grad_cam", "grad_cam_plus_plus", "layer_cam", "eigen_cam")
    every = [*methods, "gaussian", "sobel", "random"]
    means = [
        maps.MapRow(model, 0, method, measure, "all", "", 40, 0.31 + 0.07 * n, 0.2, 0.9)
        for n, method in enumerate(every)
        for measure in ("energy", "road")
    ]
    effects = [
        maps.MapEffectRow(model, 0, method, measure, 40, 0.013 - 0.02 * n, -0.1, 0.1, 8, outcome)
        for measure in ("energy", "road")
        for n, (method, outcome) in enumerate(zip(methods, OUTCOMES, strict=True))
    ]
    wrong = [maps.WrongRow(model, 0, m, "energy", 33, 7, -0.08, -0.2, 0.04) for m in methods]
    weights = [
        maps.WeightsRow(model, 0, method, share, "features.x", 40, mean, 0.1, 0.6, outcome)
        for method, outcome in zip(
            methods, ("depends", "hardly", "unclear", "unclear"), strict=True
        )
        for share, mean, outcome in ((0.5, 0.83, ""), (1.0, 0.37, outcome))
    ]
    classes = ("", *made.classes)
    variants = [
        maps.VariantRow(
            *(model, 0, variant, name, 40, 0.9 - 0.1 * n, 0.3, 0.95),
            *((-0.1 * n, -0.2, 0.05) if n else (nan, nan, nan)),
        )
        for n, variant in enumerate(maps.VARIANTS)
        for name in classes
    ]
    betrayed = [
        maps.BetrayedRow(model, 0, name, 40, 0.9, 0.77 if first else 0.1, 0.08, 0.001, 0.003, first)
        for name, first in zip(made.classes, (True, *[False] * 99), strict=False)
    ]
    maps.MAPS.write(means, made.paths.judged_maps("means"))
    maps.MAP_EFFECTS.write(effects, made.paths.judged_maps("effects"))
    maps.WRONG.write(wrong, made.paths.judged_maps("wrong"))
    maps.WEIGHTS.write(weights, made.paths.judged_maps("weights"))
    maps.VARIANT_ACCURACIES.write(variants, made.paths.judged_maps("variants"))
    maps.BETRAYED.write(betrayed, made.paths.judged_maps("betrayed"))
    save_drawn(draw_maps(made.paths), made.paths.results / "explain/plot_maps")


def draw(path, width=6.0, table=True):
    """Some figure, and its table beside it."""
    figure = new_figure(1.0, width)
    figure.subplots().plot([0, 1], [0, 1])
    save_figure(figure, path)
    if table:
        write_whole(path.with_suffix(".csv"), "x,y\n0,0\n1,1\n")


@pytest.fixture(scope="session")
def results(tmp_path_factory) -> Path:
    """A full study with plain names."""
    return make_results(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="session")
def nasty_results(tmp_path_factory) -> Path:
    """A study that is too small, whose classes have names that look like markup."""
    too_small = ["3 seeds are needed, not 1", "5 epochs are needed, not 2"]
    return make_results(tmp_path_factory.mktemp("nasty"), NASTY, too_small)
