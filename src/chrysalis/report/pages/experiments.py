"""Generated Markdown of an experiment's page."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from chrysalis.records.experiment import PracticeRow
from chrysalis.report.pages.captions import figure, headed_figures, in_order
from chrysalis.report.pages.corruptions import corruptions
from chrysalis.report.pages.dynamics import dynamics, dynamics_headlines
from chrysalis.report.pages.endpoints import endpoints, worst_classes
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import (
    NBSP,
    NOTHING,
    accuracy,
    count,
    interval,
    number,
    p_value,
    points,
)
from chrysalis.report.pages.order import by_comparison, comparison
from chrysalis.report.pages.results import ExperimentResults
from chrysalis.report.pages.sections import (
    class_effects,
    differences,
    label_quality,
    metrics,
    sources,
    sweep,
)
from chrysalis.report.pages.tables import (
    arm_of,
    badge,
    flatten,
    key,
    listed,
    mark,
    sentence,
    source,
    table,
)
from chrysalis.stats.effects import ALPHA

IN_PLACE = ("effects", "arms")  # the figures that answer the question
_SOURCE = re.compile(r"^Rule `(\w+)`: (.*)$", re.M)


def fragments(experiment: ExperimentResults) -> dict[str, str]:
    """The parts of an experiment's page, by file name."""
    others = [plot for plot in experiment.plots if plot.image.stem not in IN_PLACE]
    made = {
        "question.md": f"*{literal(experiment.record.question)}*\n",
        "answer.md": answer(experiment),
        "figure.md": "\n".join(_figure(experiment, name) for name in IN_PLACE),
        "table.md": effects(experiment) + arms(experiment) + sources(experiment),
        "measured.md": compared(experiment) + differences(experiment) + label_quality(experiment),
        "more.md": more(experiment) or ("## More results\n" if others else ""),
        "class_effects.md": class_effects(experiment),
        "figures.md": headed_figures(in_order(others), level=3),
        "limits.md": limits(experiment),
    }
    return made | {"files.md": files(made)}


def more(experiment: ExperimentResults) -> str:
    """All other results under a heading; empty if there are none."""
    parts = [
        metrics(experiment),
        sweep(experiment),
        dynamics(experiment),
        checks(experiment),
        endpoints(experiment),
        worst_classes(experiment),
        corruptions(experiment),
    ]
    return "\n".join(["## More results\n", *filter(None, parts)]) if any(parts) else ""


def answer(experiment: ExperimentResults) -> str:
    """The headline, then the outcome of each comparison in words."""
    shown = experiment.effects
    headline = experiment.answer.headline
    known = {row.sentence for row in experiment.effects} or {headline}
    lines = [] if headline in known and shown else [f"**{sentence(headline)}**", ""]
    more = {
        comparison(row): f" {sentence(row.sentence)}" for row in experiment.practice if row.sentence
    }
    lines += [
        f"- {mark(row.outcome)} {sentence(row.sentence)}{more.get(comparison(row), '')}"
        for row in shown
    ]
    lines += [f"- {sentence(text)}" for text in experiment.answer.sentences if text not in known]
    lines += dynamics_headlines(experiment)
    return "\n".join(lines) + "\n"


def compared(experiment: ExperimentResults) -> str:
    """What each arm changes against the base settings."""
    rows = []
    for name, arm in experiment.record.arms.items():
        changes = flatten(arm.model_dump(mode="json", exclude_unset=True))
        listed = "; ".join(f"{key(k)}: {value}" for k, value in changes.items() if k)
        role = " (baseline)" if name == experiment.record.baseline else ""
        rows.append([literal(name) + role, listed or "none: the base settings"])
    text = table(["Arm", "Changed settings"], rows)
    for name, classes in experiment.answer.removed.items():
        if classes:
            removed = ", ".join(literal(each) for each in classes)
            text += f"\nThe arm *{literal(name)}* leaves out these classes: {removed}.\n"
    return text + "\nYou find all settings of each run in [How this was made](/how.qmd).\n"


def arms(experiment: ExperimentResults) -> str:
    """Accuracy of each arm on the test images."""
    rows = [
        [
            literal(row.model),
            arm_of(row),
            accuracy(row.mean, row.sd, row.seeds),
            ", ".join(number(100 * value, 1) for value in row.values),
            number(row.images),
            f"[{key(row.run)}](/how.qmd#runs)",
        ]
        for row in experiment.arms
    ]
    headings = ["Model", "Arm", "Top-1 accuracy on test", "Each seed (%)", "Test images", "Run"]
    text = table(headings, rows, "llrrrl") + "\n"
    return text + source("compare", experiment.paths.table("arms"))


def effects(experiment: ExperimentResults) -> str:
    """Each effect against the baseline with its interval and test.

    Like what follows from it, it is empty where nothing is compared.
    """
    if not experiment.effects:
        return ""
    practice = {comparison(row): row for row in experiment.practice}
    rows = [
        [
            badge(row.outcome),
            literal(row.model),
            arm_of(row),
            literal(row.baseline),
            points(row.effect),
            interval(row.low, row.high),
            p_value(row.p_adjusted),
            _beats(practice[comparison(row)]),
        ]
        for row in experiment.effects
    ]
    headings = (
        "Verdict|Model|Arm|Baseline|Effect (points)|95 % interval|p (corrected)|Beats baseline"
    )
    text = table(headings.split("|"), rows, "llllrrrr") + "\n"
    limit = (
        "An effect is the accuracy of the arm minus the accuracy of its baseline, in percentage "
        f"points. Effects smaller than {number(100 * experiment.answer.threshold, 1)} points are "
        "of no practical interest in this study. The grey band in the figure marks them. *Beats "
        "baseline* is the probability that one training of the arm is more accurate on these test "
        "images than one training of its baseline, with its 95 % interval. Ties count half.\n\n"
    )
    made = source("compare", *(experiment.paths.table(name) for name in ("effects", "practice")))
    return text + made + "\n" + limit


def _beats(row: PracticeRow) -> str:
    """How probable it is that one training beats one of the baseline, with its interval."""
    if math.isnan(row.beats):
        return NOTHING
    low, high = (number(100 * limit) for limit in (row.beats_low, row.beats_high))
    return f"{number(100 * row.beats)}{NBSP}% ({low}{NBSP}to{NBSP}{high})"


def checks(experiment: ExperimentResults) -> str:
    """The same effects by other tests, and how often these say the same."""
    if not experiment.checks:
        return ""
    pairs = by_comparison(experiment.pairs)
    rows = [
        [
            literal(row.model),
            arm_of(row),
            literal(row.baseline),
            interval(row.bootstrap_low, row.bootstrap_high),
            p_value(row.sign_flip_p),
            ", ".join(p_value(pair.p) for pair in pairs[comparison(row)]),
        ]
        for row in experiment.checks
    ]
    headings = "Model|Arm|Baseline|Bootstrap interval|p (sign flips)|p per seed (McNemar)"
    files = [experiment.paths.table(name) for name in ("checks", "pairs")]
    return (
        "### Other tests of these effects\n\n"
        + table(headings.split("|"), rows, "lllrrr")
        + "\n"
        + source("compare", *files)
        + "\n"
        + _agreement(experiment)
    )


def _agreement(experiment: ExperimentResults) -> str:
    pairs, least = experiment.pairs, experiment.checks[0].sign_flip_least_p
    differ = sum(row.p < ALPHA for row in pairs)
    seeds = min(row.seeds for row in experiment.arms)
    text = (
        f"McNemar's exact test finds a difference in {number(differ)} of "
        f"{count(len(pairs), 'pair')} of trainings (p below {ALPHA}, without a correction for the "
        f"number of pairs). With {count(seeds, 'seed')}, the test that flips the signs of the "
        f"seeds cannot give a p below {least:.3g}."
    )
    bounds = [(row.low, row.high) for row in experiment.effects]
    if all(low == low for low, _ in bounds):  # no interval is missing
        checked = [(row.bootstrap_low, row.bootstrap_high) for row in experiment.checks]
        same = sum(a == b for a, b in zip(_clear(bounds), _clear(checked), strict=True))
        text = (
            "The bootstrap interval and the interval above agree on whether they cover zero in "
            f"{number(same)} of {count(len(bounds), 'comparison')}. {text}"
        )
    return text + "\n"


def _clear(bounds: Sequence[tuple[float, float]]) -> list[bool]:
    """Of each interval whether it leaves zero out."""
    return [low > 0 or high < 0 for low, high in bounds]


def _figure(experiment: ExperimentResults, stem: str) -> str:
    return "".join("\n" + figure(plot) for plot in experiment.plots if plot.image.stem == stem)


def limits(experiment: ExperimentResults) -> str:
    """What the results of the experiment don't show."""
    models = list(dict.fromkeys(row.model for row in experiment.arms))
    lines = [
        f"These results are about {listed([literal(model) for model in models])}, trained as "
        "described here, and about images like these test images. Other models and other images "
        "may differ."
    ]
    missed = [
        row.detectable
        for row in experiment.effects
        if row.outcome == "none" and row.detectable == row.detectable
    ]
    if missed:
        lines.append(
            "*No detectable difference* is not *no difference*: even one of "
            f"{number(100 * max(missed), 1)} points would be missed in one of five such studies."
        )
    if any(row.outcome == "insufficient" for row in experiment.effects):
        lines.append("Where there is not enough to tell, nothing is shown in either direction.")
    if experiment.effects:
        lines.append(
            "Verdicts are corrected over the comparisons of this page alone. The "
            "[overview](/index.qmd) states what holds over all comparisons of the study."
        )
        lines.append("Accuracy decides. What the other metrics show is exploratory.")
    made = source("compare", experiment.paths.table("effects"))
    return "\n".join(f"- {line}" for line in lines) + f"\n\n{made}"


def files(made: Mapping[str, str]) -> str:
    """All files that the page's parts name, by the rule that made them."""
    found: dict[str, dict[str, None]] = {}
    for text in made.values():
        for rule, links in _SOURCE.findall(text):
            found.setdefault(rule, {}).update(dict.fromkeys(links.split(", ")))
    rows = [[f"`{rule}`", ", ".join(links)] for rule, links in found.items()]
    return table(["Rule", "Files"], rows)
