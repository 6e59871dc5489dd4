"""Generated Markdown of the models' page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from chrysalis.evaluation.summary import COVERAGES, best_by_validation
from chrysalis.records.training import CalibrationScores, SplitMetrics
from chrysalis.report.pages.addresses import model_link
from chrysalis.report.pages.captions import headed_figures, in_order
from chrysalis.report.pages.confused import most_frequent
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import NBSP, NOTHING, count, number, percent
from chrysalis.report.pages.results import (
    MODELS_EXPERIMENT,
    PLACES,
    StudyResults,
    TrainingResults,
)
from chrysalis.report.pages.tables import listed, source, table

# Heading, and the metric on test; None where there are too few classes.
TEST_METRICS: tuple[tuple[str, Callable[[SplitMetrics], float | None]], ...] = (
    ("Test top-1", lambda test: test.top1),
    ("Test top-3", lambda test: test.top3),
    ("Test F1, macro", lambda test: test.f1_macro),
    ("Test ECE", lambda test: test.ece),
)
# Parts of the experiment on the models, which are empty where there is none.
_PARTS = ("question.md", "figure.md", "table.md", "more.md", "figures.md", "limits.md", "files.md")
_Score = Callable[[CalibrationScores], float]
CALIBRATION: tuple[tuple[str, _Score, Callable[[float], str]], ...] = (
    ("NLL", lambda scores: scores.nll, lambda value: number(value, 3)),
    ("Brier score", lambda scores: scores.brier, lambda value: number(value, 3)),
)


def fragments(results: StudyResults) -> dict[str, str]:
    """The parts of the models' page that do not depend on there being an experiment on models."""
    made = {
        "models_table.md": models_table(results),
        "models_metrics.md": models_metrics(results),
        "models_calibration.md": models_calibration(results),
        "models_calibration_error.md": models_calibration_error(results),
        "models_selective.md": models_selective(results),
        "models_ranking.md": models_ranking(results),
        "models_figures.md": headed_figures(in_order(results.models_plots)),
        "models_confused.md": most_frequent(results.pictured.confusions[best_model(results)[0]]),
    }
    if results.experiment(MODELS_EXPERIMENT) is None:
        skipped = {each.name: each.reason for each in results.record.skipped_experiments}
        why = f": {literal(skipped[MODELS_EXPERIMENT])}" if MODELS_EXPERIMENT in skipped else ""
        text = f"This study does not compare models{why}.\n"
        made |= {f"{MODELS_EXPERIMENT}/{name}": text for name in ("answer.md",)}
        made |= {f"{MODELS_EXPERIMENT}/{name}": "" for name in _PARTS}
    return made


def models_ranking(results: StudyResults) -> str:
    """Which models are not shown to be worse than any other, and which differ."""
    experiment = results.experiment(MODELS_EXPERIMENT)
    if experiment is None or not experiment.ranking:
        return "This study is too small to rank its models, or compares none.\n"
    best = [literal(row.model) for row in experiment.ranking if row.not_shown_worse]
    rows = [
        [literal(row.model), percent(row.mean), row.letters or NOTHING]
        for row in experiment.ranking
    ]
    start = f"**No other model is shown to be better than {listed(best, 'or')}.** " if best else ""
    return (
        f"{start}All pairs of models are compared here, not only each with the first. Two models "
        "that share a letter are not shown to differ, after the correction for all pairs.\n\n"
        + table(["Model", "Top-1 accuracy on test", "Group"], rows, "lrl")
        + "\n"
        + source("compare", experiment.paths.table("ranking"))
    )


def models_table(results: StudyResults) -> str:
    """Each model's architecture, parameters, and the side of its input."""
    rows, files = [], []
    for model in results.record.models:
        training = results.base_trainings(model.name)[0]
        files.append(training.paths.record)
        rows.append(
            [
                model_link(model.name),
                literal(model.title),
                number(training.record.parameters),
                number(training.record.settings.image_size),
            ]
        )
    headings = ["Model", "Architecture", "Parameters", "Input side (px)"]
    return table(headings, rows, "llrr") + "\n" + source("train", *files)


def models_metrics(results: StudyResults) -> str:
    """More metrics of each model under the base settings, and which is best on val."""
    rows = []
    for model in results.record.models:
        trainings = results.base_trainings(model.name)
        values = [percent(_val_top1(trainings))]
        for _, metric in TEST_METRICS:
            found = [metric(training.metrics.test) for training in trainings]
            known = [value for value in found if value is not None]
            values.append(percent(_mean(known)) if known else NOTHING)
        rows.append([literal(model.name), *values])
    headings = ["Model", "Val top-1", *(heading for heading, _ in TEST_METRICS)]
    best, trainings = best_model(results)
    text = (
        f"The best model on val is {literal(best)}. Its accuracy is "
        f"{percent(_val_top1(trainings))} on val and "
        f"{percent(_mean(training.metrics.test.top1 for training in trainings))} on test, the mean "
        f"over {count(len(trainings), 'seed')}. Test results played no part in the choice.\n"
    )
    made = source("summarise", PLACES.models)
    return text + "\n" + table(headings, rows, "lrrrrr") + "\n" + made


def models_calibration(results: StudyResults) -> str:
    """Calibration of each model on test, as trained and scaled by the temperature fitted on val."""
    rows = []
    for model in results.record.models:
        metrics = [training.metrics for training in results.base_trainings(model.name)]
        shown = [
            text(_mean(map(score, scores)))
            for _, score, text in CALIBRATION
            for scores in ([each.test for each in metrics], [each.test.scaled for each in metrics])
        ]
        temperature = _mean(each.temperature for each in metrics)
        rows.append([literal(model.name), *shown, number(temperature, 2)])
    headings = [head for name, *_ in CALIBRATION for head in (name, f"{name}, scaled")]
    return (
        table(["Model", *headings, "Temperature"], rows, "lrrrrr")
        + "\n"
        + source("summarise", PLACES.models)
    )


def models_calibration_error(results: StudyResults) -> str:
    """The ECE of each model on test, what a perfect network would score, and the debiased ECE."""
    found = {(row.model, row.metric): row for row in results.models if row.split == "test"}
    rows, beyond = [], []
    for name in (model.name for model in results.record.models):
        for prefix, logits in (("", "as trained"), ("scaled_", "scaled")):
            shown = [
                percent(found[name, f"{prefix}ece{part}"].mean)
                for part in ("", "_perfect", "_debiased")
            ]
            # A limit of 0 is cut off there, so a mean with others would be too high.
            lows = found[name, f"{prefix}ece_low"]
            low = lows.mean if min(lows.values) > 0 else 0.0
            limits = NBSP.join([percent(low), "to", percent(found[name, f"{prefix}ece_high"].mean)])
            rows.append([literal(name), logits, *shown, limits])
            beyond += [f"{literal(name)} ({logits})"] if low > 0 else []
    headings = ["Model", "Logits", "ECE", "ECE if perfect", "Debiased ECE", "95 % interval"]
    conclusion = (
        f"Chance alone does not explain the ECE of {listed(beyond, 'or')}."
        if beyond
        else "Chance alone can explain the ECE of every model."
    )
    return (
        table(headings, rows, "llrrrr")
        + "\n"
        + source("summarise", PLACES.models)
        + f"\n{conclusion} The intervals are not corrected for their number.\n"
    )


def models_selective(results: StudyResults) -> str:
    """How few errors each model makes on test if only its surest answers count."""
    found = {(row.model, row.metric): row.mean for row in results.models if row.split == "test"}
    names = [f"risk_{100 * coverage:.0f}" for coverage in COVERAGES]
    rows = [
        [
            literal(model.name),
            *(percent(found[model.name, name]) for name in reversed(names)),
            f"{number(100 * found[model.name, 'aurc'], 2)}{NBSP}%",
        ]
        for model in results.record.models
    ]
    at = [f"Error at {100 * coverage:.0f}{NBSP}% coverage" for coverage in reversed(COVERAGES)]
    return table(["Model", *at, "AURC"], rows, "lrrrr") + "\n" + source("summarise", PLACES.models)


def best_model(results: StudyResults) -> tuple[str, list[TrainingResults]]:
    """The model with the highest mean accuracy on val, the first of equals, and its trainings."""
    trainings = {model.name: results.base_trainings(model.name) for model in results.record.models}
    best = best_by_validation(
        {name: [training.metrics for training in each] for name, each in trainings.items()}
    )
    return best, trainings[best]


def _val_top1(trainings: list[TrainingResults]) -> float:
    return _mean(training.metrics.val.top1 for training in trainings)


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))
