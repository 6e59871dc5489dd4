"""Generated Markdown for the hand-written pages: pure functions of the results.

No number of the report is typed: each comes from a results file through a function here or in
`experiments` and `provenance`, and stands near a link to that file.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import pandas as pd

from chrysalis.report.pages import experiments as experiments
from chrysalis.report.pages import provenance, published
from chrysalis.report.pages.captions import figure, in_order
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.results import Experiment, Plot, Results
from chrysalis.report.pages.tables import accuracy, count, duration, key, source, table

MOST_ROWS = 30  # of a list of images or classes; the linked CSV has them all
SPLITS = ("train", "val", "test")
FEWEST_CELLS = 3  # a side, below which a map says next to nothing of places


def all_fragments(results: Results, renderer: str) -> dict[str, str]:
    """Every fragment by its file's name below _fragments/."""
    made = {
        "banner.md": banner(results),
        "small_experiments.md": small_experiments(results),
        "verdicts.md": verdicts(results),
        "key_table.md": key_table(results),
        "studied.md": studied(results),
        "dataset.md": dataset(results),
        "data_counts.md": data_counts(results),
        "data_figures.md": "\n".join(figure(plot) for plot in in_order(results.data_plots)),
        "inspection.md": inspection(results),
        "left_out.md": left_out(results),
        "explanations.md": explanations(results),
        "renderer.md": f"The pages were rendered by {literal(renderer)}.\n",
        **({"published.md": published.fragment(results)} if results.study["published"] else {}),
        **provenance.fragments(results),
        **experiments.models_fragments(results),
    }
    for experiment in results.experiments:
        for name, text in experiments.fragments(experiment).items():
            made[f"{experiment.name}/{name}"] = text
        made[f"{experiment.name}/banner.md"] = banner(results, experiment)
    return made


def banner(results: Results, experiment: Experiment | None = None) -> str:
    """What every page must say: runs are too small, averaged, on varied splits."""
    return smoke(results, experiment) + flipped(results) + varied(results)


def flipped(results: Results) -> str:
    """A note if some predictions average over an image and its mirror image; empty if none do."""
    runs = {run.name: run.record["settings"]["training"] for run in results.runs}
    names = [name for name, training in runs.items() if training["test_time_flip"]]
    if not names:
        return ""
    which = "All runs" if len(names) == len(runs) else ", ".join(map(key, names))
    return (
        '::: {.callout-note title="Test-time flip"}\n'
        f"{which}: predictions are the mean over each image and its mirror image.\n:::\n"
    )


def varied(results: Results) -> str:
    """A note if each seed has its own split; empty if all have the same."""
    if not results.study["vary_split"]:
        return ""
    return (
        '::: {.callout-note title="A split for each seed"}\n'
        "Each seed has its own split into train, val and test. Arms are compared seed by seed on "
        "the same images; intervals and p values come from the corrected resampled t-test of "
        "Nadeau and Bengio.\n:::\n"
    )


def smoke(results: Results, experiment: Experiment | None = None) -> str:
    """A warning that the study or this experiment is too small to conclude from, if so."""
    whole = all(other.told["smoke"] for other in results.experiments)
    reasons = results.study["smoke"] if whole else experiment.told["smoke"] if experiment else []
    what = "study" if whole else "experiment"
    told = f"This is a smoke-sized {what}: {literal('; '.join(reasons))}."
    return _warning(what, told) if reasons else ""


def small_experiments(results: Results) -> str:
    """A warning that names the smoke-sized experiments, if just some are."""
    small = [experiment for experiment in results.experiments if experiment.told["smoke"]]
    if len(small) in (0, len(results.experiments)):
        return ""
    links = (f"[{literal(c.told['title'])}]({quote(c.page)})" for c in small)
    reasons = literal("; ".join(results.study["smoke"]))
    return _warning("experiments", f"Smoke-sized: {', '.join(links)} ({reasons}).")


def _warning(what: str, told: str) -> str:
    return (
        f'::: {{.callout-warning title="Smoke-sized {what}"}}\n'
        f"{told} That shows that the whole path works; such numbers support no conclusion.\n:::\n"
    )


def verdicts(results: Results) -> str:
    """Each experiment's answer in brief."""
    return "\n".join(
        f"::: {{.verdict}}\n\n[{literal(experiment.told['title'])}]({quote(experiment.page)}) "
        f"{literal(experiment.told['question'])}\n\n"
        f"{experiments.answer(experiment, brief=True)}\n:::\n"
        for experiment in results.experiments
    )


def key_table(results: Results) -> str:
    """Test accuracy under every arm of every experiment."""
    rows = [
        [
            f"[{literal(experiment.told['title'])}]({quote(experiment.page)})",
            literal(row["model"]),
            experiments.arm_of(row),
            accuracy(row["mean"], row["sd"], row["seeds"]),
            f"{row['images']:.0f}",
        ]
        for experiment in results.experiments
        for row in experiment.arms.to_dict("records")
    ]
    headings = ["Experiment", "Model", "Arm", "Top-1 accuracy on test", "Test images"]
    files = [experiment.compared / "arms.csv" for experiment in results.experiments]
    return table(headings, rows, "lllrr") + "\n" + source("compare", *files)


def studied(results: Results) -> str:
    """The dataset, the models, the seeds and the experiments, with links to the pages."""
    study, runs = results.study, results.runs
    models = ", ".join(literal(model["title"]) for model in study["models"])
    seconds = sum(run.record["seconds"] for run in runs)
    lines = [
        f"**Images:** [{literal(study['dataset']['title'])}](data.qmd), "
        f"{count(len(results.split), 'image')} of "
        f"{count(len(results.classes), 'class', 'classes')}.",
        f"**Models:** {models}; see [Models](models.qmd).",
        f"**Trainings:** {count(len(study['runs']), 'run')} with "
        f"{count(len(study['seeds']), 'seed')} each, {duration(seconds)} of training in all; "
        "see [How this was made](how.qmd).",
    ]
    lines += [
        f"**Not asked:** {literal(skipped['title'])}, because {literal(skipped['reason'])}."
        for skipped in study["skipped_experiments"]
    ]
    return "\n".join(f"- {line}" for line in lines) + "\n"


def dataset(results: Results) -> str:
    """What the dataset is and where it comes from."""
    told = results.study["dataset"]
    parts = [f"**{literal(told['title'])}.** {literal(told['description'] or '')}"]
    if told["citation"]:
        parts.append(f"Source: {literal(told['citation'])}")
    if re.match(r"https?://", told["url"] or ""):
        parts.append(f"[{literal(told['url'])}](<{quote(told['url'], safe='/:?&=~+,;@')}>)")
    return "\n\n".join(parts) + "\n"


def data_counts(results: Results) -> str:
    """Images per class and split, and how the split was made."""
    counts = pd.crosstab(results.split["label"], results.split["split"])
    counts = counts.reindex(columns=list(SPLITS), fill_value=0)
    rows = [
        [literal(name), *(str(value) for value in values), str(sum(values))]
        for name, values in zip(results.classes, counts.to_numpy().tolist(), strict=True)
    ]
    totals = [str(total) for total in counts.sum()]
    shown = [*rows[:MOST_ROWS], ["**All classes**", *totals, str(len(results.split))]]
    return "\n".join(
        [
            _how_split(results) + "\n",
            table(["Class", "Train", "Val", "Test", "All"], shown, "lrrrr"),
            _rest(len(rows), "class", "classes"),
            source("split", experiments.SPLIT),
        ]
    )


def _how_split(results: Results) -> str:
    """Where the splits come from, and which of them the table shows if each seed has its own."""
    split, varies = results.study["split"], results.study["vary_split"]
    shares = ", ".join(f"{share:g}" for share in split["fractions"])
    official = results.images["split"].ne("").any()
    if not varies:
        return (
            "The official split of the dataset is used; where it has no validation images, they "
            "are drawn from the training images."
            if official
            else f"The images were split by class into shares of {shares} with seed "
            f"{split['seed']}."
        )
    start = (
        "The official split of the dataset is used; what it lacks is drawn from its training images"
        if official
        else f"The images were split by class into shares of {shares}"
    )
    return (
        f"{start}, for each training seed anew: with seed {split['seed']} plus the training's. The "
        f"table and its file show the split with seed {split['seed']}; under the others each class "
        "has as many images in each part."
    )


def inspection(results: Results) -> str:
    """What opening every file showed: pixel modes, sizes and remarks."""
    images = results.images
    rows = [
        ["Images that can be used", str(len(images))],
        ["Files left out", str(len(results.left_out))],
        ["Images with a mask", str(int(images["mask"].ne("").sum()))],
        ["Width in pixels", _span(images["width"])],
        ["Height in pixels", _span(images["height"])],
    ]
    for what, column in (("Pixel mode", "mode"), ("File format", "format"), ("Remark", "note")):
        found = images.loc[images[column].ne(""), column].value_counts().sort_index()
        rows += [[f"{what}: {literal(name)}", str(n)] for name, n in found.items()]
    return table(["", "Images"], rows, "lr") + "\n" + source("inspect_images", experiments.IMAGES)


def left_out(results: Results) -> str:
    """Each file that was left out, with the reason."""
    if results.left_out.empty:
        return "No file was left out.\n\n" + source("inspect_images", experiments.LEFT_OUT)
    rows = [
        [literal(row["path"]), literal(row["reason"])]
        for row in results.left_out.head(MOST_ROWS).to_dict("records")
    ]
    return "\n".join(
        [
            table(["File", "Reason"], rows),
            _rest(len(results.left_out), "file", "files"),
            source("inspect_images", experiments.LEFT_OUT),
        ]
    )


def explanations(results: Results) -> str:
    """The Grad-CAM galleries of each explained run."""
    if not results.galleries:
        return "No run of this study was explained.\n"
    parts = []
    for name, (shown, plots) in results.galleries.items():
        run = next(run for run in results.runs if name == f"{run.name}/seed{run.seed}")
        right = int(shown["correct"].str.lower().isin(["true", "1"]).sum())
        parts.append(
            f"## {literal(run.record['settings']['model'])}\n\n"
            f"Run {literal(run.name)}, seed {run.seed}: {count(right, 'right answer')} and "
            f"{count(len(shown) - right, 'wrong answer')} are shown. {_grid(shown)}\n"
        )
        parts += [figure(plot) for plot in sorted(plots, key=_right_first)]
    return "\n".join(parts)


def _grid(shown: pd.DataFrame) -> str:
    """From which layer the maps are, and of how few cells."""
    if shown.empty:
        return ""
    first = shown.iloc[0]
    rows, columns = int(first["rows"]), int(first["columns"])
    text = (
        f"The maps are those of layer {literal(first['layer'])}: {rows} by {columns} "
        f"{'cell' if rows * columns == 1 else 'cells'}, enlarged."
    )
    if min(rows, columns) < FEWEST_CELLS:
        text += " **So few cells hardly tell places apart; name another layer in `cam_layers`.**"
    return text


def _right_first(plot: Plot) -> tuple[bool, str]:
    return plot.image.stem != "right", plot.image.stem


def _rest(total: int, one: str, many: str) -> str:
    """A line on the rows beyond those shown; empty if there are none."""
    beyond = total - MOST_ROWS
    return f"And {count(beyond, f'more {one}', f'more {many}')}.\n" if beyond > 0 else ""


def _span(values: pd.Series) -> str:
    low, high = values.min(), values.max()
    return str(low) if low == high else f"{low} to {high}"
