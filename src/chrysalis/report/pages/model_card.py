"""Generated Markdown of the page of a model: a model card (Mitchell et al., FAT* 2019)."""

from __future__ import annotations

from chrysalis.evaluation.metrics import standard_deviation
from chrysalis.report.pages.addresses import ClassLinks, errors_page
from chrysalis.report.pages.captions import figure
from chrysalis.report.pages.confused import confusions
from chrysalis.report.pages.error_page import shown_errors
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.loading import loading
from chrysalis.report.pages.numbers import (
    accuracy,
    count,
    duration,
    number,
    percent,
)
from chrysalis.report.pages.results import PLACES, StudyResults
from chrysalis.report.pages.tables import flatten, key, source, table
from chrysalis.report.pages.tiles import grid, raw

STRIP = 6  # errors in pictures
WORST = 5  # classes, and pairs of classes, that are listed
SETTINGS = (
    *("epochs", "batch_size", "optimizer", "learning_rate", "schedule", "warmup_epochs"),
    *("weight_decay", "loss", "patience", "precision"),
)


def fragments(results: StudyResults, model: str) -> dict[str, str]:
    """The parts of the page, by file name."""
    return {
        "summary.md": summary(results, model),
        "data.md": data(results, model),
        "settings.md": settings(results, model),
        "curves.md": plot(results, model, "curves"),
        "mistakes.md": mistakes(results, model),
        "calibration.md": calibration(results, model),
        "explanations.md": explanations(results, model),
        "loading.md": loading(results, model),
    }


def summary(results: StudyResults, model: str) -> str:
    """What the model is, and how well it does."""
    trainings = results.base_trainings(model)
    first = trainings[0].record
    title = next(each.title for each in results.record.models if each.name == model)
    rows = [
        ["Architecture", literal(title)],
        ["Accuracy on test", _over_seeds([each.metrics.test.top1 for each in trainings])],
        ["Accuracy on val", _over_seeds([each.metrics.val.top1 for each in trainings])],
        ["Parameters", number(first.parameters)],
        ["Side of the input (px)", number(first.settings.image_size)],
        ["Classes", number(len(first.classes))],
        ["Trainings, a seed each", number(len(trainings))],
        ["Longest training", duration(max(each.record.seconds for each in trainings))],
    ]
    wrong = results.pictured.errors[model]
    made = source("train", *(each.paths.record for each in trainings)) + source(
        "summarise", PLACES.models
    )
    errors = (
        f"The trainings of this model give {count(wrong, 'wrong answer')} on test. "
        f"**[See all its errors in pictures](/{errors_page(model)})**, to filter and to sort.\n\n"
    )
    listed = source("pictures", PLACES.pictures("errors"), PLACES.pictures("error_images"))
    strip = _strip(results, model)
    return table(["This model", ""], rows) + "\n" + made + "\n" + errors + strip + listed


def _strip(results: StudyResults, model: str) -> str:
    """The first of its errors in pictures; empty if it makes none."""
    rows, sheet = shown_errors(results, model)
    links = ClassLinks(results)
    cards = [
        (
            sheet.image(row.path, f"Image of {row.class_}, taken for {row.predicted}: {row.path}"),
            f"{links.html(row.class_)}<br>taken for {links.html(row.predicted)}",
        )
        for row in rows[:STRIP]
    ]
    if not cards:
        return ""
    return raw(grid(cards)) + "\n" + source("sheets", sheet.path, PLACES.tiles)


def data(results: StudyResults, model: str) -> str:
    """What it was trained on."""
    training = results.base_trainings(model)[0]
    images = training.record.images
    text = (
        f"It learned from {count(images['train'], 'image')} of "
        f"[{literal(results.record.dataset.title)}](/data.qmd). "
        f"{count(images['val'], 'other image')} decided which weights were kept, and "
        f"{number(images['test'])} judged it.\n\n"
    )
    return text + source("train", training.paths.record)


def settings(results: StudyResults, model: str) -> str:
    """The settings that matter most; the rest is on the page on how this was made."""
    training = results.base_trainings(model)[0]
    own = training.record.settings
    shown = flatten(own.training.model_dump(mode="json", include=set(SETTINGS)))
    rows = [[key(name), shown[name]] for name in SETTINGS]
    changes = (
        "Training images are changed at random, as the settings of `augmentation` say."
        if own.augmentation
        else "Training images are used as they are, without augmentation."
    )
    rest = "[How this was made](/how.qmd#settings) has all settings.\n\n"
    made = source("train", training.paths.record)
    return table(["Setting", "Value"], rows) + f"\n{changes} {rest}" + made


def plot(results: StudyResults, model: str, name: str) -> str:
    """One of the model's figures."""
    plots = results.pictured.plots[model]
    return "".join(figure(each) for each in plots if each.image.stem == name)


def mistakes(results: StudyResults, model: str) -> str:
    """The classes that it recognises worst, and what it takes for what, with the matrix."""
    links = ClassLinks(results)
    known = [row for row in results.pictured.accuracy[model] if row.mean == row.mean]
    worst = sorted(known, key=lambda row: row.mean)[:WORST]
    rows = [
        [links.markdown(row.class_), accuracy(row.mean, row.sd, row.seeds), number(row.images)]
        for row in worst
    ]
    text = table(["Class", "Recognised", "Test images"], rows, "lrr") + "\n"
    text += source("pictures", PLACES.pictures("class_accuracy"))
    pairs = results.pictured.confusions[model][:WORST]
    if pairs:
        text += "\nThese mistakes are the most frequent, over all seeds:\n\n"
        text += confusions(pairs, links.markdown)
    return text + "\n" + plot(results, model, "answers")


def calibration(results: StudyResults, model: str) -> str:
    """How far its confidence can be trusted."""
    found = {
        row.metric: row.mean for row in results.models if row.model == model and row.split == "test"
    }
    rows = [
        [words, percent(found[f"{prefix}ece"]), percent(found[f"{prefix}ece_debiased"])]
        for words, prefix in (("As trained", ""), ("Scaled by a temperature", "scaled_"))
    ]
    text = table(["Logits", "ECE", "Debiased ECE"], rows, "lrr") + "\n"
    return text + source("summarise", PLACES.models) + "\n" + plot(results, model, "reliability")


def explanations(results: StudyResults, model: str) -> str:
    """The maps of confused classes and of its wrong predictions, if it is explained."""
    own = [training.name for training in results.base_trainings(model)]
    galleries = [each for each in results.galleries if each.training.name in own]
    if not galleries:
        return "This study explains no training of this model.\n"
    shown = ("confused", "wrong")
    plots = [plot for each in galleries for plot in each.plots if plot.image.stem in shown]
    more = "[Explanations](/explanations.qmd) has right predictions too, and more.\n\n"
    return more + "\n".join(map(figure, plots))


def _over_seeds(values: list[float]) -> str:
    mean = sum(values) / len(values)
    spread = standard_deviation(values) if len(values) > 1 else float("nan")
    return accuracy(mean, spread, len(values))
