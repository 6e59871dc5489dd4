"""Generated Markdown of the overview: what the study as a whole may claim."""

from __future__ import annotations

from chrysalis.evaluation.verdict import headline
from chrysalis.records.experiment import ClaimRow, EffectRow
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import count, interval, points
from chrysalis.report.pages.results import ExperimentResults, StudyResults
from chrysalis.report.pages.tables import badge, sentence
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.verdict import Outcome

FEW = 3  # up to so many comparisons of an experiment are all listed
DECIDED = ("better", "worse", "equal")


def answer(experiment: ExperimentResults, claims: list[ClaimRow]) -> str:
    """An experiment's comparisons as the study states them.

    Of more than `FEW` comparisons only those that its own page or the study decides are listed.
    """
    own = {(c.model, c.arm, c.baseline): c for c in claims if c.experiment == experiment.name}
    pairs = [(row, own[row.model, row.arm, row.baseline]) for row in experiment.effects]
    if not pairs:
        return f"{sentence(experiment.answer.headline)}\n"
    lines = []
    if len(pairs) > 1 and all(claim.outcome != "exploratory" for _, claim in pairs):
        outcomes: list[Outcome] = [
            claim.outcome for _, claim in pairs if claim.outcome != "exploratory"
        ]
        lines += [f"**{sentence(headline([row.sentence for row, _ in pairs], outcomes))}**", ""]
    if len(pairs) > FEW:
        pairs = [pair for pair in pairs if pair[0].outcome in DECIDED]
    lines += [_line(row, claim) for row, claim in pairs]
    return "\n".join(lines) + "\n"


def _line(row: EffectRow, claim: ClaimRow) -> str:
    """A verdict that holds for the study, or what is clear in its own experiment only."""
    if claim.outcome == row.outcome:
        return f"- {badge(row.outcome)} {sentence(row.sentence)}"
    names = f"{literal(row.model)}, {literal(row.arm)} against {literal(row.baseline)}"
    numbers = f"{points(row.effect)} points ({interval(row.low, row.high)})"
    why = (
        "This experiment is not one of the study's primary ones."
        if claim.outcome == "exploratory"
        else f"Clear within the experiment, but not as one of all {claim.comparisons} comparisons."
    )
    return f"- {badge('exploratory')} {names}: {numbers}. {why}"


def error_rate(results: StudyResults) -> str:
    """How sure the statements above are, taken together."""
    comparisons = results.claims[0].comparisons if results.claims else 0
    if not comparisons:
        return "This study makes no primary comparisons.\n\n"
    decided = sum(claim.outcome in DECIDED for claim in results.claims)
    return (
        f"The study makes {count(comparisons, 'primary comparison')}, of which it decides "
        f"{decided:,}. The chance that any of these verdicts is false is at most "
        f"{100 * ALPHA:.0f}\u00a0%. The pages of the experiments correct for the comparisons of "
        "that experiment alone.\n\n"
    )
