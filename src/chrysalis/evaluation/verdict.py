"""Verdict sentences: the wording follows from the numbers and from nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass

from chrysalis.stats.effects import Effect
from chrysalis.stats.minimums import ENOUGH_SEEDS, ENOUGH_TEST_IMAGES
from chrysalis.stats.verdict import OUTCOMES, Outcome, outcome

MOST_SEEDS = 100  # beyond this, more seeds are no advice
COUNTED = {
    "better": "better",
    "worse": "worse",
    "equal": "equal within the threshold",
    "none": "without a detectable difference",
    "insufficient": "with too few seeds or images",
}


@dataclass(frozen=True)
class Scale:
    """How sentences write differences of a score: times `factor`, with so many digits and a unit.

    `name` says of what, where that is not accuracy.
    """

    name: str = ""
    unit: str = "points"
    factor: float = 100
    digits: int = 1
    lower_is_better: bool = False

    def size(self, value: float) -> str:
        """A difference with its unit."""
        return f"{self.number(value)} {self.unit}".rstrip()

    def number(self, value: float) -> str:
        """A difference without its unit; tiny ones with one digit more."""
        scaled = self.factor * value
        digits = self.digits + (0 < abs(scaled) < 10**-self.digits)
        return f"{scaled:.{digits}f}"

    def signed(self, value: float) -> str:
        """As `number`, with a sign."""
        text = self.number(abs(value))
        return text if float(text) == 0 else ("+" if value > 0 else "-") + text


ACCURACY = Scale()


@dataclass(frozen=True)
class Judged:
    """One comparison of several, judged.

    p values are corrected over the `comparisons`; `threshold` is the least effect of practical
    interest, `detectable` the one that a study like this finds with a probability of 80 %, both
    in the effect's unit. `more_seeds` halve the interval: None if no number does, 0 if that is not
    known. `p_equal_alone` is that of equality before the correction.
    """

    effect: Effect
    p_different: float
    p_equal: float
    comparisons: int
    threshold: float
    detectable: float
    more_seeds: int | None = 0
    p_equal_alone: float = math.nan
    scale: Scale = ACCURACY

    @property
    def outcome(self) -> Outcome:
        """What may be said of it."""
        found = outcome(self.effect, self.p_different, self.p_equal)
        turned: dict[Outcome, Outcome] = {"better": "worse", "worse": "better"}
        return turned.get(found, found) if self.scale.lower_is_better else found


def sentence(subject: str, other: str, judged: Judged) -> str:
    """One comparison in words."""
    effect, scale = judged.effect, judged.scale
    if judged.outcome == "insufficient":
        return _insufficient(subject, other, judged)
    p = judged.p_equal if judged.outcome == "equal" else judged.p_different
    numbers = (
        f"95 % interval {scale.signed(effect.low)} to {scale.signed(effect.high)}, "
        f"{p_text(p, judged.comparisons)}, {effect.seeds} seeds each, {effect.images:,} test images"
    )
    difference = f"{scale.signed(effect.effect)} {scale.unit}".rstrip()
    if judged.outcome == "none":
        return (
            f"No detectable difference{_in(scale)} between {subject} and {other}: {difference} "
            f"({numbers}).{_alone(judged)} A study like this one finds a difference of "
            f"{scale.size(judged.detectable)} with 80 % probability.{_advice(judged.more_seeds)}"
        )
    if judged.outcome == "equal":
        return (
            f"{subject} and {other} are equal within {scale.size(judged.threshold)}: "
            f"{difference} ({numbers})."
        )
    text = f"{subject} is {judged.outcome} than {other}{_in(scale)} by "
    text += f"{scale.size(abs(effect.effect))} ({numbers})."
    if judged.p_equal < 0.05:
        text += f" The difference is shown to be less than {scale.size(judged.threshold)}."
    elif abs(effect.effect) < judged.threshold:
        text += f" That is less than the threshold of {scale.size(judged.threshold)}."
    return text


def not_worse(subject: str, p: float, judged: Judged) -> str:
    """That an arm of which no difference was detected is not worse by the threshold or more."""
    return (
        f"{subject} is shown not to be worse by more than {judged.scale.size(judged.threshold)} "
        f"({p_text(p, judged.comparisons)})."
    )


def _in(scale: Scale) -> str:
    return f" in {scale.name}" if scale.name else ""


def _insufficient(subject: str, other: str, judged: Judged) -> str:
    effect, scale = judged.effect, judged.scale
    if effect.seeds < ENOUGH_SEEDS:
        lack = (
            f"seeds to tell {subject} from {other}{_in(scale)}: at least {ENOUGH_SEEDS} are "
            f"needed, and there {'is' if effect.seeds == 1 else 'are'} {effect.seeds}"
        )
    else:
        lack = (
            f"test images to tell {subject} from {other}{_in(scale)}: at least "
            f"{ENOUGH_TEST_IMAGES} are needed"
        )
    difference = f"{scale.signed(effect.effect)} {scale.unit}".rstrip()
    return (
        f"Not enough {lack}. The difference seen is {difference} on {effect.images:,} test images."
    )


def _alone(judged: Judged) -> str:
    """That only the number of comparisons makes a difference unclear, if so."""
    effect = judged.effect
    if effect.low <= 0 <= effect.high:
        return ""
    return f" By itself it would be clear, but not as one of {judged.comparisons} comparisons."


def _advice(more_seeds: int | None) -> str:
    """What would make the interval half as wide; empty if that is not known."""
    if more_seeds == 0:
        return ""
    if more_seeds is None or more_seeds > MOST_SEEDS:
        return " More seeds alone would not halve the interval: it takes more test images."
    return f" About {more_seeds} more seed{'s' * (more_seeds > 1)} would halve the interval."


def headline(sentences: list[str], outcomes: list[Outcome]) -> str:
    """An experiment's answer in one sentence, from the outcomes of its comparisons."""
    if not outcomes or len(sentences) == 1:
        return sentences[0]
    if all(o == "insufficient" for o in outcomes):
        return f"Not enough to tell: none of the {len(outcomes)} comparisons can be judged."
    counts = [f"{outcomes.count(kind)} {COUNTED[kind]}" for kind in OUTCOMES if kind in outcomes]
    return f"Of {len(outcomes)} comparisons: {', '.join(counts)}."


def p_text(p: float, comparisons: int) -> str:
    """A p value in words, saying so if it was adjusted for several comparisons."""
    value = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    return value if comparisons == 1 else f"{value} corrected for {comparisons} comparisons"
