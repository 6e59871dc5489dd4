"""Generated Markdown for the hand-written pages: pure functions of the results.

No number of the report is typed: each comes from a results file through a function of this package,
and stands near a link to that file.
"""

from __future__ import annotations

from collections.abc import Callable

from chrysalis.config.run import RunSettings
from chrysalis.report.pages import (
    audit,
    class_pages,
    dataset,
    error_page,
    experiments,
    explanations,
    map_page,
    model_card,
    models,
    overview,
    provenance,
    published,
    truth,
)
from chrysalis.report.pages.addresses import slug
from chrysalis.report.pages.captions import figure, headed_figures, in_order
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import accuracy, count, duration, number
from chrysalis.report.pages.overview import page_of
from chrysalis.report.pages.results import PLACES, ExperimentResults, Gallery, StudyResults
from chrysalis.report.pages.tables import arm_of, behind, key, source, table


def all_fragments(results: StudyResults, renderer: str) -> dict[str, str]:
    """Every fragment by its file's name below _fragments/."""
    made = {
        "banner.md": banner(results),
        "small_experiments.md": small_experiments(results),
        "key_table.md": key_table(results),
        "studied.md": studied(results),
        "data_figures.md": "\n".join(figure(plot) for plot in in_order(results.data_plots)),
        "explanations.md": galleries(results),
        **explanations.fragments(results.maps, PLACES),
        "renderer.md": f"These pages were rendered by {literal(renderer)}.\n",
        **({"published.md": published.fragment(results)} if results.record.published else {}),
        **overview.fragments(results),
        "probe.md": audit.probe(results),
        **({"truth.md": truth.fragment(results)} if results.truth_scores else {}),
        **dataset.fragments(results),
        **audit.fragments(results),
        **provenance.fragments(results),
        **models.fragments(results),
        **class_pages.fragments(results),
        "classes.md": class_pages.all_classes(results),
        "map.md": map_page.image_map(results),
    }
    for model in (each.name for each in results.record.models):
        for name, text in model_card.fragments(results, model).items():
            made[f"model_pages/{slug(model)}/{name}"] = text
        made[f"model_pages/{slug(model)}/errors.md"] = error_page.errors(results, model)
    for experiment in results.experiments:
        for name, text in experiments.fragments(experiment).items():
            made[f"{experiment.name}/{name}"] = text
        made[f"{experiment.name}/banner.md"] = banner(results, experiment)
    return made


def banner(results: StudyResults, experiment: ExperimentResults | None = None) -> str:
    """What every page must say of the study: too small, reduced, chosen by test, and so on."""
    warnings = too_small(results, experiment) + reduced(results) + chosen_by_test(results)
    return warnings + flipped(results) + varied(results)


def flipped(results: StudyResults) -> str:
    """A note if some predictions average over an image and its mirror image; empty if none do."""
    which = _runs(results, lambda settings: settings.training.test_time_flip)
    if not which:
        return ""
    return (
        '::: {.callout-note title="Test-time flip"}\n'
        f"{which} average each prediction over an image and its mirror image.\n:::\n"
    )


def reduced(results: StudyResults) -> str:
    """A warning that the study is smaller than its source's; empty if it is not."""
    if not results.record.reduced:
        return ""
    changes = "; ".join(
        f"{key(name)} is {literal(here)} in place of {literal(full)}"
        for name, (full, here) in results.record.reduced.items()
    )
    return (
        '::: {.callout-warning title="Reduced study"}\n'
        f"This study is a reduced one: {changes}. Its figures are not those of the full study.\n"
        ":::\n"
    )


def chosen_by_test(results: StudyResults) -> str:
    """A warning if some runs have no val split; empty if none do."""
    which = _runs(results, lambda settings: settings.validate_on == "test")
    if not which:
        return ""
    return (
        '::: {.callout-warning title="Chosen by test"}\n'
        f"{which} have no val split: their epochs are chosen by the test images, and all other "
        "images train. So their figures on test are too good, and those on val are the same "
        "figures.\n:::\n"
    )


def _runs(results: StudyResults, has: Callable[[RunSettings], bool]) -> str:
    """The runs whose settings have something, in words; empty if none do."""
    found = {training.run: has(training.record.settings) for training in results.trainings}
    names = [run for run, is_so in found.items() if is_so]
    if not names:
        return ""
    return "All runs" if len(names) == len(found) else f"The runs {', '.join(map(key, names))}"


def varied(results: StudyResults) -> str:
    """A note if each seed has its own split; empty if all have the same."""
    if not results.record.vary_split:
        return ""
    return (
        '::: {.callout-note title="A split for each seed"}\n'
        "Each seed has its own split into train, val and test. Seed by seed, arms are compared on "
        "the same images. Intervals and p values come from the corrected resampled t-test of "
        "Nadeau and Bengio.\n:::\n"
    )


def too_small(results: StudyResults, experiment: ExperimentResults | None = None) -> str:
    """A warning that the study or this experiment is too small to conclude from, if so."""
    whole = all(other.record.too_small for other in results.experiments)
    own = experiment.record.too_small if experiment else []
    reasons = results.record.too_small if whole else own
    what = "study" if whole else "experiment"
    text = f"This {what} is too small to conclude from: {literal('; '.join(reasons))}."
    return _warning(text) if reasons else ""


def small_experiments(results: StudyResults) -> str:
    """A warning that names the experiments that are too small, if just some are."""
    small = [experiment for experiment in results.experiments if experiment.record.too_small]
    if len(small) in (0, len(results.experiments)):
        return ""
    links = ", ".join(map(page_of, small))
    reasons = literal("; ".join(results.record.too_small))
    return _warning(f"These experiments are too small to conclude from: {links} ({reasons}).")


def _warning(text: str) -> str:
    return (
        '::: {.callout-warning title="Too small to conclude from"}\n'
        f"{text} The numbers show that the whole workflow runs. They support no conclusion.\n:::\n"
    )


def key_table(results: StudyResults) -> str:
    """Test accuracy under every arm of every experiment."""
    rows = [
        [
            page_of(experiment),
            literal(row.model),
            arm_of(row),
            accuracy(row.mean, row.sd, row.seeds),
            number(row.images),
        ]
        for experiment in results.experiments
        for row in experiment.arms
    ]
    headings = ["Experiment", "Model", "Arm", "Top-1 accuracy on test", "Test images"]
    files = [experiment.paths.table("arms") for experiment in results.experiments]
    meaning = (
        "Each accuracy is the mean over the seeds. Their standard deviation (sd) and number (n) "
        "follow in brackets.\n"
    )
    text = "\n".join([table(headings, rows, "lllrr"), source("compare", *files), meaning])
    return behind("All accuracies in one table", text)


def studied(results: StudyResults) -> str:
    """The dataset, the models, the seeds and the experiments, with links to the pages."""
    study = results.record
    titles = ", ".join(literal(model.title) for model in study.models)
    lines = [
        f"**Images:** [{literal(study.dataset.title)}](data.qmd), "
        f"{count(sum(each.all for each in results.classes), 'image')} of "
        f"{count(len(results.classes), 'class', 'classes')}. See them "
        "[in pictures](classes.qmd) or on a [map](map.qmd).",
        f"**Models:** {titles}. See [Models](models.qmd).",
        f"**Trainings:** {count(len(study.runs), 'run')} with "
        f"{count(len(study.seeds), 'seed')} each. They took {duration(results.seconds)} in all. "
        "See [How this was made](how.qmd).",
    ]
    lines += [
        f"**Skipped:** {literal(skipped.title)}, because {literal(skipped.reason)}."
        for skipped in study.skipped_experiments
    ]
    return "\n".join(f"- {line}" for line in lines) + "\n"


def galleries(results: StudyResults) -> str:
    """The Grad-CAM galleries of each explained training."""
    if not results.galleries:
        return "This study explains no training.\n"
    return "\n".join(part for gallery in results.galleries for part in _explained(gallery))


def _explained(gallery: Gallery) -> list[str]:
    training = gallery.training
    right = sum(row.correct for row in gallery.shown)
    text = (
        f"## {literal(training.record.settings.model)}\n\n"
        f"The model of run {literal(training.run)}, trained with seed {training.seed}. You see "
        f"{count(right, 'right prediction')} and "
        f"{count(len(gallery.shown) - right, 'wrong prediction')}. "
        f"{explanations.grid(gallery.shown)}\n"
    )
    return [text, headed_figures(in_order(gallery.plots), level=3)]
