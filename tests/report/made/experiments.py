"""The experiments of a made-up study: tables, answers, figures."""

from chrysalis.records import experiment as tables
from chrysalis.records.corruptions import ROBUSTNESS, RobustnessRow
from tests.report.made.drawing import draw
from tests.report.made.study import OUTCOMES


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
            for seed in made.seeds
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
            tables.RankRow(made.models[1], made.models[1], 0.913, "a", True),
            tables.RankRow(made.models[0], made.models[0], 0.9, "a", True),
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
