"""Generated Markdown of the overview: what the study asks, and what it as a whole may claim."""

from __future__ import annotations

from urllib.parse import quote

from chrysalis.evaluation.verdict import headline
from chrysalis.records.experiment import ClaimRow, EffectRow
from chrysalis.report.pages import choice, distrust
from chrysalis.report.pages.captions import caption, figure
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import count, interval, points
from chrysalis.report.pages.plots import Plot
from chrysalis.report.pages.results import (
    MODELS_EXPERIMENT,
    PLACES,
    ExperimentResults,
    StudyResults,
)
from chrysalis.report.pages.tables import address, behind, mark, sentence, source
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.verdict import Outcome

FEW = 3  # up to so many comparisons of an experiment are all listed
MOST = 4  # questions and results that are spelled out
DECIDED = ("better", "worse", "equal")
PHRASES = {"better": "is better than", "worse": "is worse than", "equal": "is as good as"}


def fragments(results: StudyResults) -> dict[str, str]:
    """The parts of the page that are its own, by file name."""
    plots = results.overview_plots
    return {
        "strip.md": _strip(plots["strip"]) if "strip" in plots else "",
        "question.md": question(results),
        "conclusion.md": conclusion(results) + "\n" + verdicts(results),
        "claims.md": figure(plots["claims"]) if "claims" in plots else "",
        "choice.md": choice.models(results),
        "distrust.md": distrust.reasons(results),
    }


def _strip(plot: Plot) -> str:
    """Pictures without words, which lead to the page of the data."""
    image = f'![]({address(plot.image)}){{fig-alt="{caption("strip").alt}"}}'
    return f"::: {{.strip}}\n\n[{image}](data.qmd)\n\n:::\n"


def page_of(experiment: ExperimentResults) -> str:
    """A link to an experiment's page."""
    return f"[{literal(experiment.record.title)}]({quote(experiment.page)})"


def question(results: StudyResults) -> str:
    """What the study asks."""
    asked = [literal(each.record.question) for each in results.experiments]
    return f"*{' '.join(asked[:MOST])}*\n" if asked else ""


def conclusion(results: StudyResults) -> str:
    """The answer: the model to take, how sure that is, and what else is clear."""
    sentences = [choice.take(results), choice.how_sure(results), _what_else(results)]
    return "\n\n".join(filter(None, sentences)) + "\n"


def _what_else(results: StudyResults) -> str:
    """What the study decides beside the models; a sentence also where it decides nothing."""
    others = [each for each in results.experiments if each.name != MODELS_EXPERIMENT]
    found = [
        f"{page_of(experiment)}: *{literal(claim.arm)}* {PHRASES[claim.outcome]} "
        f"*{literal(claim.baseline)}*{_with(experiment, claim)}"
        for experiment in others
        for claim in results.claims
        if claim.experiment == experiment.name and claim.outcome in PHRASES
    ]
    if not others:
        return ""
    if not found:
        return "The other questions of this study stay open."
    more = f", and {count(len(found) - MOST, 'more result')}" if len(found) > MOST else ""
    return f"What else is clear: {'; '.join(found[:MOST])}{more}. All else stays open."


def _with(experiment: ExperimentResults, claim: ClaimRow) -> str:
    """The model of a comparison, where the experiment has several."""
    several = len({row.model for row in experiment.effects}) > 1
    return f" (with {literal(claim.model)})" if several and claim.model != claim.arm else ""


def verdicts(results: StudyResults) -> str:
    """The numbers behind the answer, experiment by experiment, shown on demand."""
    answers = [
        f"**{page_of(experiment)}**\n\n{answer(experiment, results.claims)}"
        for experiment in results.experiments
    ]
    tables = [experiment.paths.table("effects") for experiment in results.experiments]
    tables += [each.paths.table("sources") for each in results.experiments if each.sources]
    files = source("summarise", PLACES.claims, PLACES.models) + source("compare", *tables)
    text = "\n".join([*answers, error_rate(results), files])
    return behind("The numbers behind this answer", text)


def answer(experiment: ExperimentResults, claims: list[ClaimRow]) -> str:
    """An experiment's comparisons as the study states them.

    Of more than `FEW` comparisons only those that its own page or the study decides are listed.
    """
    own = {(c.model, c.arm, c.baseline): c for c in claims if c.experiment == experiment.name}
    pairs = [(row, own[row.model, row.arm, row.baseline]) for row in experiment.effects]
    if not pairs:
        return f"{sentence(experiment.answer.headline)}\n"
    lines = []
    if len(pairs) > FEW and all(claim.outcome != "exploratory" for _, claim in pairs):
        outcomes: list[Outcome] = [
            claim.outcome for _, claim in pairs if claim.outcome != "exploratory"
        ]
        lines += [sentence(headline([row.sentence for row, _ in pairs], outcomes)), ""]
    if len(pairs) > FEW:
        pairs = [pair for pair in pairs if pair[0].outcome in DECIDED]
    lines += [_line(row, claim) for row, claim in pairs]
    return "\n".join(lines) + "\n"


def _line(row: EffectRow, claim: ClaimRow) -> str:
    """A verdict that holds for the study, or what is clear in its own experiment only."""
    if claim.outcome == row.outcome:
        return f"- {mark(row.outcome)} {sentence(row.sentence)}"
    names = f"{literal(row.model)}, {literal(row.arm)} against {literal(row.baseline)}"
    numbers = f"{points(row.effect)} points ({interval(row.low, row.high)})"
    return f"- {mark('exploratory')} {names}: {numbers}"


def error_rate(results: StudyResults) -> str:
    """How sure the statements above are, taken together, and what the marks mean."""
    comparisons = results.claims[0].comparisons if results.claims else 0
    if not comparisons:
        return "This study makes no primary comparisons.\n"
    decided = sum(claim.outcome in DECIDED for claim in results.claims)
    lines = (
        f"The study makes {count(comparisons, 'primary comparison')}, of which it decides "
        f"{decided:,}. The chance that any of these verdicts is false is at most "
        f"{100 * ALPHA:.0f}\u00a0%. {mark('exploratory')} stands before a result that is clear "
        "within its own experiment, but not as one of all these comparisons, or whose experiment "
        "is not a primary one."
    )
    return f"{lines}\n"
