"""An experiment's tables: its arms, their effects against the baseline, and accuracy by class."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from chrysalis.evaluation import verdict
from chrysalis.evaluation.arms import ANALYSES, Condition, Tables, load_conditions
from chrysalis.evaluation.metrics import metrics_table
from chrysalis.stats import checks
from chrysalis.stats.compare import Effect, compare, compare_resampled, holm


def effects_table(tables: Tables, threshold: float) -> pd.DataFrame:
    """A row for each comparison, with its verdict; effects are fractions."""
    effects: list[Effect] = []
    for condition, base, *_ in tables.comparisons:
        same = zip(condition.seeds, base.seeds, strict=True)
        if not all(np.array_equal(a.paths, b.paths) for a, b in same):
            raise ValueError(f"{condition.label} and {base.label} were judged on different images")
        effects.append(_effect(condition, base, condition.correct, base.correct))
    adjusted = holm([effect.p for effect in effects])
    rows = []
    for (condition, base, subject, other), effect, p in zip(
        tables.comparisons, effects, adjusted, strict=True
    ):
        rows.append(
            {
                **_compared(condition, base),
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
            values = _only(condition.of_class(label), condition.correct).mean(1)
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


def checks_table(tables: Tables) -> pd.DataFrame:
    """A row for each comparison: bootstrap interval, sign-flip p, and the least p possible."""
    rows = []
    for condition, base, *_ in tables.comparisons:
        arm, baseline = condition.correct, base.correct
        bootstrap = checks.bootstrap if condition.same_images else checks.bootstrap_resampled
        low, high = bootstrap(arm, baseline)
        rows.append(
            {
                **_compared(condition, base),
                "bootstrap_low": low,
                "bootstrap_high": high,
                "sign_flip_p": checks.sign_flip(arm, baseline),
                "sign_flip_least_p": checks.least_sign_flip_p(len(arm)),
            }
        )
    return pd.DataFrame(rows)


def pairs_table(tables: Tables, seeds: list[int]) -> pd.DataFrame:
    """A row for each comparison and seed: McNemar's test of that seed's two trainings."""
    rows = [
        {**_compared(condition, base), "seed": seed, **asdict(pair)}
        for condition, base, *_ in tables.comparisons
        for seed, pair in zip(seeds, checks.pairs(condition.correct, base.correct), strict=True)
    ]
    return pd.DataFrame(rows)


def class_effects_table(tables: Tables) -> pd.DataFrame:
    """A row for each comparison and class with test images: what the class gains, as a fraction.

    Interval and p as of a whole comparison, on the images of the class alone; p_holm is corrected
    over the classes of the comparison.
    """
    parts = []
    for condition, base, *_ in tables.comparisons:
        # A full model's labels count the removed classes too; the arm's own do not.
        first = condition.seeds[0]
        arm, baseline = condition.correct, base.correct
        rows = []
        for label in np.unique(first.labels):
            here = condition.of_class(label)
            effect = _effect(condition, base, _only(here, arm), _only(here, baseline))
            rows.append(
                {
                    **_compared(condition, base),
                    "class": first.classes[label],
                    "images": effect.images,
                    "effect": effect.difference,
                    "low": effect.low,
                    "high": effect.high,
                    "p": effect.p,
                }
            )
        part = pd.DataFrame(rows)
        parts.append(part.assign(p_holm=holm(part["p"].tolist())))
    return pd.concat(parts, ignore_index=True)


def _effect(condition: Condition, base: Condition, arm: np.ndarray, baseline: np.ndarray) -> Effect:
    """Compare correctness (seeds, images) of the two on all of their images or on some."""
    if condition.same_images:
        return compare(arm, baseline)
    train_images = min(condition.train_images, base.train_images)
    # Splits are made class by class: a class has the same share of the training images.
    share = arm.shape[1] / len(condition.seeds[0].labels)
    return compare_resampled(arm, baseline, train_images * share)


def _only(rows: np.ndarray, correct: np.ndarray) -> np.ndarray:
    """Correctness (seeds, images) where `rows`, of that shape, is true: as often in each seed."""
    return np.stack([of_seed[here] for of_seed, here in zip(correct, rows, strict=True)])


def _compared(condition: Condition, base: Condition) -> dict[str, str]:
    return {"model": condition.model, "arm": condition.arm, "baseline": base.arm}


def removed_classes(conditions: list[Condition]) -> dict[str, list[str]]:
    """The classes that each arm does without and another has, sorted by name.

    Where an arm's models do without different ones, each is told by its label.
    """
    known = {name for condition in conditions for name in condition.classes}
    by_arm: dict[str, dict[str, list[str]]] = {}
    for condition in conditions:
        gone = sorted(known - set(condition.classes))
        by_arm.setdefault(condition.arm, {})[condition.label] = gone
    told: dict[str, list[str]] = {}
    for arm, by_label in by_arm.items():
        first, *others = by_label.values()
        told |= {arm: first} if all(other == first for other in others) else by_label
    return told


def analyse(
    experiment: dict[str, Any], runs: Path, seeds: list[int], threshold: float
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables by name (arms, effects, checks, ..), and the answer in words.

    `experiment` is as `Study.describe` gives it; `runs` the folder of runs.
    """
    conditions = load_conditions(experiment, runs, seeds)
    across_models = any("model" in arm for arm in experiment["arms"].values())
    compared = ANALYSES[experiment["analysis"]](conditions, experiment["baseline"], across_models)
    effects = effects_table(compared, threshold)
    sentences = effects["sentence"].tolist()
    answer = {
        "name": experiment["name"],
        "title": experiment["title"],
        "question": experiment["question"],
        "analysis": experiment["analysis"],
        "headline": verdict.headline(sentences, effects["outcome"].tolist()),
        "sentences": sentences,
        "threshold": threshold,
        "removed": removed_classes(conditions),
    }
    tables = {
        "arms": arms_table(compared),
        "effects": effects,
        "checks": checks_table(compared),
        "pairs": pairs_table(compared, seeds),
        "per_class": per_class_table(compared),
        "class_effects": class_effects_table(compared),
        "metrics": metrics_table(experiment, runs, seeds),
    }
    return tables, answer
