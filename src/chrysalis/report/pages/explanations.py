"""Generated Markdown of the page of explanations: are the maps right, and what do they show?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chrysalis.records.data import GalleryRow
from chrysalis.records.maps import (
    BETRAYED,
    MAP_EFFECTS,
    MAPS,
    VARIANT_ACCURACIES,
    VARIANTS,
    WEIGHTS,
    WRONG,
    BetrayedRow,
    MapEffectRow,
    MapRow,
    Measure,
    Variant,
    VariantRow,
    WeightsRow,
    WrongRow,
)
from chrysalis.records.paths import StudyPaths
from chrysalis.report.pages.captions import figure
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import NBSP, NOTHING, interval, number, percent, points
from chrysalis.report.pages.plots import Plot, load_plots
from chrysalis.report.pages.tables import source, table

FEWEST_CELLS = 3  # a side, below which a map says next to nothing of places
METHODS = {
    "grad_cam": "Grad-CAM",
    "grad_cam_plus_plus": "Grad-CAM++",
    "layer_cam": "Layer-CAM",
    "eigen_cam": "Eigen-CAM",
}
CONTROLS = {"gaussian": "*Centred Gaussian*", "sobel": "*Edges*", "random": "*Random*"}
MEASURES: dict[Measure, str] = {
    "energy": "Energy inside",
    "pointing": "Pointing game",
    "iou": "IoU, fixed threshold",
    "iou_best": "IoU, best threshold",
    "deletion": "Deletion",
    "insertion": "Insertion",
    "road": "ROAD",
}
VARIANT_NAMES: dict[Variant, str] = {
    "whole": "As it is",
    "background_grey": "Background grey",
    "background_blurred": "Background blurred",
    "background_replaced": "Background replaced",
    "object_removed": "Object removed",
}
MARKS = {"better": "▲", "worse": "▼", "none": "●", "insufficient": "?"}
DEPENDENCE = {
    "depends": "depends on what was learned",
    "hardly": "**hardly depends on what was learned**",
    "unclear": "not clear",
}


@dataclass(frozen=True)
class MapResults:
    """The tables of the rule judge_maps, and its figures."""

    means: list[MapRow]
    effects: list[MapEffectRow]
    wrong: list[WrongRow]
    weights: list[WeightsRow]
    variants: list[VariantRow]
    betrayed: list[BetrayedRow]
    plots: list[Plot]

    @property
    def models(self) -> list[str]:
        """The explained models, in their order."""
        return list(dict.fromkeys(row.model for row in self.means))


def load_maps(paths: StudyPaths) -> MapResults:
    """Read the tables.

    Raises:
        UserError: one is missing or damaged.
    """
    return MapResults(
        MAPS.read(paths.judged_maps("means")),
        MAP_EFFECTS.read(paths.judged_maps("effects")),
        WRONG.read(paths.judged_maps("wrong")),
        WEIGHTS.read(paths.judged_maps("weights")),
        VARIANT_ACCURACIES.read(paths.judged_maps("variants")),
        BETRAYED.read(paths.judged_maps("betrayed")),
        load_plots(paths, paths.results / "explain"),
    )


def fragments(maps: MapResults, places: StudyPaths) -> dict[str, str]:
    """The parts of the page that are computed, but for the galleries."""
    return {
        "maps_answer.md": _answer(maps, places),
        "maps_right.md": _right(maps, places),
        "maps_weights.md": _weights(maps, places),
        "backgrounds.md": _backgrounds(maps, places),
    }


def _answer(maps: MapResults, places: StudyPaths) -> str:
    lines = [*(_beaten(maps, model) for model in maps.models), _betrayal(maps)]
    files = [places.judged_maps(name) for name in ("effects", "betrayed")]
    return "\n".join(f"- {line}" for line in lines) + "\n\n" + source("judge_maps", *files)


def _beaten(maps: MapResults, model: str) -> str:
    """Which methods beat the centred Gaussian, and by which measures."""
    found = [row for row in maps.effects if row.model == model and row.method in METHODS]
    better = {
        name: [
            MEASURES[row.measure] for row in found if (row.method, row.outcome) == (key, "better")
        ]
        for key, name in METHODS.items()
    }
    listed = [f"{name} ({', '.join(by)})" for name, by in better.items() if by]
    start = f"**{literal(model)}:** "
    if not listed:
        return start + "no map is better than a spot in the middle of the image, by any measure."
    words = "is better" if len(listed) == 1 else "are better"
    return f"{start}{'; '.join(listed)} {words} than a spot in the middle of the image."


def _betrayal(maps: MapResults) -> str:
    """Which classes are recognised by their background."""
    if not maps.variants:
        return "**Background:** not tested, as the images have no masks."
    found = [row for row in maps.betrayed if row.betrayed]
    if not found:
        return "**Background:** no class is recognised by its background alone."
    parts = [
        f"{literal(row.model)} still recognises {percent(row.recall)} of the images of "
        f"{literal(row.class_)} when the object is removed, and takes {percent(row.alarms)} of the "
        "others for it"
        for row in found
    ]
    names = ", ".join(dict.fromkeys(literal(row.class_) for row in found))
    return f"**Background:** it betrays {names}. {'; '.join(parts)}."


def _right(maps: MapResults, places: StudyPaths) -> str:
    made = [figure(plot) for plot in maps.plots if plot.image.stem == "maps"]
    for model in maps.models:
        made.append(f"### {literal(model)}\n\n" + _of_model(maps, model))
    files = [places.judged_maps(name) for name in ("means", "effects")]
    wrong = _wrong(maps)
    return "\n".join([*made, source("judge_maps", *files), wrong, _wrong_source(wrong, places)])


def _of_model(maps: MapResults, model: str) -> str:
    means = {
        (row.method, row.measure): row
        for row in maps.means
        if row.model == model and row.group == "all"
    }
    outcomes = {
        (row.method, row.measure): row.outcome for row in maps.effects if row.model == model
    }
    used = [name for name in MEASURES if ("gaussian", name) in means]
    rows = []
    for method, name in {**METHODS, **CONTROLS}.items():
        cells = []
        for measure in used:
            mark = MARKS.get(outcomes.get((method, measure), ""), "")
            cells.append(f"{percent(means[method, measure].mean)}{NBSP}{mark}".rstrip(NBSP))
        rows.append([name, *cells])
    images = ["Images", *(number(means["gaussian", name].images) for name in used)]
    return table(
        ["Map", *(MEASURES[name] for name in used)], [*rows, images], "l" + len(used) * "r"
    )


def _wrong(maps: MapResults) -> str:
    """Energy inside the object on wrong answers against right ones."""
    rows = [
        [
            literal(row.model),
            METHODS[row.method],
            number(row.wrong),
            number(row.right),
            points(row.effect) if row.wrong else NOTHING,
            interval(row.low, row.high),
        ]
        for row in maps.wrong
        if row.measure == "energy" and row.method in METHODS
    ]
    if not rows:
        return ""
    heads = "Model|Map|Wrong answers|Right answers|Wrong less right (points)|95 % interval"
    return (
        "### Where the answer is wrong\n\n"
        "How much less of a map lies on the object when the answer is wrong. Below zero, a wrong "
        "answer's map lies more on the background.\n\n" + table(heads.split("|"), rows, "llrrrr")
    )


def _wrong_source(text: str, places: StudyPaths) -> str:
    return source("judge_maps", places.judged_maps("wrong")) if text else ""


def _weights(maps: MapResults, places: StudyPaths) -> str:
    stages: dict[tuple[str, str], list[WeightsRow]] = {}
    for row in maps.weights:
        stages.setdefault((row.model, row.method), []).append(row)
    rows = [
        [
            literal(model),
            METHODS[method],
            number(found[0].mean, 2),
            number(found[-1].mean, 2),
            f"{number(found[-1].low, 2)} to {number(found[-1].high, 2)}".replace(" ", NBSP),
            DEPENDENCE[found[-1].outcome],
        ]
        for (model, method), found in stages.items()
    ]
    heads = "Model|Map|Top layers random|All layers random|95 % interval|Verdict"
    return (
        table(heads.split("|"), rows, "llrrrl")
        + "\n"
        + source("judge_maps", places.judged_maps("weights"))
    )


def _backgrounds(maps: MapResults, places: StudyPaths) -> str:
    if not maps.variants:
        return "The images have no masks, so that their backgrounds can't be told from objects.\n"
    rows = [
        [
            literal(row.model),
            VARIANT_NAMES[row.variant],
            percent(row.accuracy),
            interval(row.low, row.high).replace("+", ""),
            points(row.change) if row.variant != "whole" else NOTHING,
            interval(row.change_low, row.change_high),
        ]
        for row in maps.variants
        if not row.class_
    ]
    heads = "Model|Image|Accuracy|95 % interval|Change (points)|95 % interval of the change"
    drawn = "\n".join(figure(plot) for plot in maps.plots if plot.image.stem == "backgrounds")
    return (
        table(heads.split("|"), rows, "llrrrr")
        + "\n"
        + source("judge_maps", places.judged_maps("variants"))
        + f"\n{drawn}\n### Class by class\n\n"
        + "\n".join(_classes(maps, model) for model in maps.models)
        + source("judge_maps", places.judged_maps("variants"), places.judged_maps("betrayed"))
    )


def _classes(maps: MapResults, model: str) -> str:
    found = {
        (row.class_, row.variant): row for row in maps.variants if row.model == model and row.class_
    }
    betrayed = {row.class_: row for row in maps.betrayed if row.model == model}
    rows = [
        [
            literal(name),
            number(row.images),
            *(percent(found[name, variant].accuracy) for variant in VARIANTS),
            percent(row.alarms),
            "**by its background**" if row.betrayed else "",
        ]
        for name, row in betrayed.items()
    ]
    heads = ["Class", "Images", *VARIANT_NAMES.values(), "Others taken for it", "Recognised"]
    return f"**{literal(model)}**\n\n" + table(heads, rows, "lrrrrrrrl")


def grid(shown: Sequence[GalleryRow]) -> str:
    """From which layer the maps are, and of how few cells."""
    if not shown:
        return ""
    rows, columns = shown[0].rows, shown[0].columns
    text = (
        f"The maps come from layer {literal(shown[0].layer)}. They have {rows} by {columns} "
        f"{'cell' if rows * columns == 1 else 'cells'} and are enlarged."
    )
    if min(rows, columns) < FEWEST_CELLS:
        text += (
            " **Maps with so few cells hardly tell places apart. Name another layer in "
            "`cam_layers`.**"
        )
    return text
