"""A chapter's tables: its arms, their effects against the baseline, and accuracy by class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from chrysalis.evaluation import verdict
from chrysalis.evaluation.compare import Effect, compare, holm
from chrysalis.evaluation.predictions import Predictions, read


@dataclass(frozen=True, eq=False)
class Condition:
    """One row of a chapter's table: the predictions of each seed, all on the same images."""

    model: str
    arm: str
    run: str
    seeds: list[Predictions]

    @property
    def correct(self) -> np.ndarray:
        """Correctness (seeds, images), boolean."""
        return np.stack([predictions.correct for predictions in self.seeds])

    @property
    def label(self) -> str:
        """How sentences call it."""
        return f"{self.model} ({self.arm})" if self.arm != self.model else self.model


@dataclass
class Tables:
    """Conditions to tabulate, and which of them are compared (subject, baseline, in words)."""

    conditions: list[Condition] = field(default_factory=list)
    comparisons: list[tuple[Condition, Condition, str, str]] = field(default_factory=list)

    def add(self, *conditions: Condition) -> None:
        """Tabulate conditions."""
        self.conditions += conditions


def accuracy(conditions: list[Condition], baseline: str, across_models: bool) -> Tables:
    """Each arm against the baseline arm of the same model, or of the one model it names."""
    tables = Tables()
    tables.add(*conditions)
    for condition in (c for c in conditions if c.arm != baseline):
        for base in (c for c in conditions if c.arm == baseline):
            if across_models or base.model == condition.model:
                tables.comparisons.append((condition, base, condition.label, base.label))
    return tables


def class_removal(conditions: list[Condition], baseline: str, across_models: bool) -> Tables:
    """Each removal against the full model, and against the full model with masked logits.

    All three are judged on the test images of the remaining classes. The masked model may not
    answer a removed class, so it shows how much of a gain comes from the easier problem alone.
    """
    tables = Tables()
    removals = {c.arm for c in conditions if c.arm != baseline}
    for removed in (c for c in conditions if c.arm != baseline):
        full = next(c for c in conditions if c.arm == baseline and c.model == removed.model)
        kept = removed.seeds[0].classes
        suffix = f": {removed.arm}" if len(removals) > 1 else ""
        plain = Condition(
            full.model,
            f"{baseline}{suffix}",
            full.run,
            [seed.only_images_of(kept) for seed in full.seeds],
        )
        masked = Condition(
            full.model,
            f"{baseline}, masked{suffix}",
            full.run,
            [seed.keep(kept) for seed in full.seeds],
        )
        tables.add(plain, masked, removed)
        gone = sorted(set(full.seeds[0].classes) - set(kept))
        subject = f"{removed.model} trained without {_listed(gone)}"
        for base, words in (
            (plain, f"the full {full.model}"),
            (masked, f"the full {full.model} with their logits masked out"),
        ):
            tables.comparisons.append((removed, base, subject, words))
    return tables


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


ANALYSES: dict[str, Callable[[list[Condition], str, bool], Tables]] = {
    "accuracy": accuracy,
    "class_removal": class_removal,
}


def load_conditions(chapter: dict[str, Any], runs: Path, seeds: list[int]) -> list[Condition]:
    """Test predictions of every cell of a chapter from the folder of runs."""
    return [
        Condition(
            cell["model"],
            cell["arm"],
            cell["run"],
            [read(runs / cell["run"] / f"seed{seed}" / "train", "test") for seed in seeds],
        )
        for cell in chapter["cells"]
    ]


def effects_table(tables: Tables, threshold: float) -> pd.DataFrame:
    """A row for each comparison, with its verdict; effects are fractions."""
    effects: list[Effect] = []
    for condition, base, *_ in tables.comparisons:
        same = zip(condition.seeds, base.seeds, strict=True)
        if not all(np.array_equal(a.paths, b.paths) for a, b in same):
            raise ValueError(f"{condition.label} and {base.label} were judged on different images")
        effects.append(compare(condition.correct, base.correct))
    adjusted = holm([effect.p for effect in effects])
    rows = []
    for (condition, base, subject, other), effect, p in zip(
        tables.comparisons, effects, adjusted, strict=True
    ):
        rows.append(
            {
                "model": condition.model,
                "arm": condition.arm,
                "baseline": base.arm,
                "effect": effect.difference,
                "low": effect.low,
                "high": effect.high,
                "p": effect.p,
                "p_holm": p,
                "seeds": effect.seeds,
                "images": effect.images,
                "smallest_detectable": effect.smallest_detectable,
                "outcome": verdict.outcome(effect, p),
                "sentence": verdict.sentence(subject, other, effect, p, len(effects), threshold),
            }
        )
    return pd.DataFrame(rows)


def arms_table(tables: Tables) -> pd.DataFrame:
    """A row for each condition: mean and sd (n - 1) of test top-1 over seeds, as fractions."""
    rows = []
    for condition in tables.conditions:
        values = condition.correct.mean(1)
        rows.append(
            {
                "model": condition.model,
                "arm": condition.arm,
                "run": condition.run,
                "images": condition.correct.shape[1],
                "seeds": len(values),
                "mean": values.mean(),
                "sd": values.std(ddof=1) if len(values) > 1 else np.nan,
                "values": ";".join(f"{value:.6f}" for value in values),
            }
        )
    return pd.DataFrame(rows)


def per_class_table(tables: Tables) -> pd.DataFrame:
    """A row for each condition and class that has test images: accuracy, mean and sd over seeds."""
    rows = []
    for condition in tables.conditions:
        first = condition.seeds[0]
        for label in np.unique(first.labels):
            values = condition.correct[:, first.labels == label].mean(1)
            rows.append(
                {
                    "model": condition.model,
                    "arm": condition.arm,
                    "class": first.classes[label],
                    "support": int((first.labels == label).sum()),
                    "mean": values.mean(),
                    "sd": values.std(ddof=1) if len(values) > 1 else np.nan,
                }
            )
    return pd.DataFrame(rows)


def analyse(
    chapter: dict[str, Any], runs: Path, seeds: list[int], threshold: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """The tables of arms, effects and classes, and the chapter's answer in words.

    `chapter` is as `Study.describe` gives it; `runs` the folder of runs.
    """
    conditions = load_conditions(chapter, runs, seeds)
    across_models = any("model" in arm for arm in chapter["arms"].values())
    tables = ANALYSES[chapter["analysis"]](conditions, chapter["baseline"], across_models)
    effects = effects_table(tables, threshold)
    sentences = effects["sentence"].tolist()
    answer = {
        "name": chapter["name"],
        "title": chapter["title"],
        "question": chapter["question"],
        "analysis": chapter["analysis"],
        "headline": verdict.headline(sentences, effects["outcome"].tolist()),
        "sentences": sentences,
        "threshold": threshold,
        "removed": chapter["removed"],
    }
    return arms_table(tables), effects, per_class_table(tables), answer
