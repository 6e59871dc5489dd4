"""Published figures and claims beside what a study measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from chrysalis.config.published import SHARES
from chrysalis.evaluation.metrics import METRICS, Training
from chrysalis.evaluation.summary import read_metrics
from chrysalis.stats.minimums import ENOUGH_SEEDS

FIGURE_KEYS = ("model", "metric", "of_class", "arm", "note")
NEAR = 1.5  # a ratio within this factor of the claimed one is about the same

HOLDS, CONTRADICTED = "holds here", "contradicted here"
NOT_SEEN, NOTHING_AGAINST = "not seen here", "nothing here against it"
UNDECIDED, NOT_ASKED = "not enough runs to tell", "not asked in this study"


class Measured:
    """A study's tables, read where a published figure or claim needs them."""

    def __init__(self, study: dict[str, Any], results: Path) -> None:
        """`study` is as `Study.describe` gives it; `results` the folder of its results."""
        self.asked = {experiment["name"] for experiment in study["experiments"]}
        self.study, self.results = study, results

    def table(self, experiment: str, name: str) -> pd.DataFrame:
        """An experiment's table; empty if the study does not ask the experiment."""
        if experiment not in self.asked:
            return pd.DataFrame(columns=["model", "arm", "baseline", "metric", "run"])
        path = self.results / "experiments" / experiment / "compare" / f"{name}.csv"
        return pd.read_csv(path, dtype={"model": str, "arm": str, "baseline": str})

    def run(self, figure: dict[str, Any]) -> str | None:
        """The run that stands for a published figure, if the study has it."""
        if figure["experiment"] is None:
            return self.study["plain_runs"].get(figure["model"])
        arms = self.table(figure["experiment"], "arms")
        found = arms[(arms["model"] == figure["model"]) & (arms["arm"] == figure["arm"])]
        return found["run"].iloc[0] if len(found) else None

    def values(self, figure: dict[str, Any]) -> pd.Series:
        """Our value of a published figure, of each seed; empty if the study has no such run."""
        run = self.run(figure)
        if run is None:
            return pd.Series(dtype=float)
        if figure["metric"] == "dead":
            return self._dead(figure)
        places = [self.results / "runs" / run / f"seed{seed}" for seed in self.study["seeds"]]
        return pd.Series([_value(place, figure) for place in places], dtype=float).dropna()

    def _dead(self, figure: dict[str, Any]) -> pd.Series:
        """The share of dead units, which is known of one training."""
        folder = self.results / "experiments" / figure["experiment"] / "plot_dynamics"
        if not folder.exists():
            return pd.Series(dtype=float)
        table = pd.read_csv(folder / "summary.csv", dtype={"model": str, "arm": str})
        found = (table["model"] == figure["model"]) & (table["arm"] == figure["arm"])
        return table["dead"][found]


def _value(place: Path, figure: dict[str, Any]) -> float:
    """Of one training, whose folder is `place`; NaN if it has no such class or so few classes."""
    metric, metrics = figure["metric"], read_metrics(place)
    if metric == "top5":
        return metrics["test"].get("top5", np.nan)
    if figure["of_class"] is not None:
        table = pd.read_csv(place / "evaluate/per_class.csv", dtype={"class": str})
        own = (table["split"] == "test") & (table["class"] == figure["of_class"])
        return table["accuracy"][own].mean()
    if metric in SHARES:
        return metrics[metric]["top1"]
    return METRICS[metric].of(Training(place, "train"))


def figures_table(published: dict[str, Any], measured: Measured) -> pd.DataFrame:
    """A row for each published figure: model, metric, of_class, arm, note, published, and ours.

    Ours are mean, sd, seeds and the difference from the published one, empty where the study has
    no such run. Numbers are fractions, or in the unit of the metric.
    """
    rows = []
    for figure in published["figures"]:
        values = measured.values(figure)
        rows.append(
            {
                **{key: figure[key] or "" for key in FIGURE_KEYS},
                "published": figure["value"],
                "mean": values.mean(),
                "sd": values.std(ddof=1),
                "difference": values.mean() - figure["value"],
                "seeds": len(values),
            }
        )
    return pd.DataFrame(rows)


def claims_table(published: dict[str, Any], measured: Measured) -> pd.DataFrame:
    """A row for each claim: claim, outcome, and the sentence or the ratio that it rests on."""
    judge = {True: _by_metric, False: _by_accuracy}
    rows = [
        {"claim": claim["claim"], **judge[claim["expected"] is None](claim, measured)}
        for claim in published["claims"]
    ]
    return pd.DataFrame(rows, columns=["claim", "outcome", "basis"])


def _by_accuracy(claim: dict[str, Any], measured: Measured) -> dict[str, str]:
    effects = _of_claim(measured.table(claim["experiment"], "effects"), claim, claim["arm"])
    effects = effects[effects["baseline"] == claim["baseline"]]
    if effects.empty:
        return {"outcome": NOT_ASKED, "basis": ""}
    found = effects.iloc[0]
    if found["outcome"] == "insufficient":
        outcome = UNDECIDED
    elif found["outcome"] == claim["expected"]:
        outcome = NOTHING_AGAINST if claim["expected"] == "none" else HOLDS
    else:
        outcome = NOT_SEEN if found["outcome"] == "none" else CONTRADICTED
    return {"outcome": outcome, "basis": found["sentence"]}


def _by_metric(claim: dict[str, Any], measured: Measured) -> dict[str, str]:
    """Judged by the ratio of the means, and by whether the seeds of the two lie apart."""
    table = measured.table(claim["experiment"], "metrics")
    table = table[table["metric"] == claim["metric"]]
    rows = [_of_claim(table, claim, name) for name in (claim["arm"], claim["baseline"])]
    if any(part.empty for part in rows):
        return {"outcome": NOT_ASKED, "basis": ""}
    arm, base = (sorted(map(float, part["values"].iloc[0].split(";"))) for part in rows)
    ratio = (sum(arm) / len(arm)) / (sum(base) / len(base))
    basis = (
        f"{claim['metric']}: {claim['arm']} by {claim['baseline']} is {ratio:.2f}, the claim "
        f"being {claim['ratio']:.2f} ({len(arm)} seeds each)"
    )
    fewer = claim["ratio"] < 1
    agrees = arm[-1] < base[0] if fewer else arm[0] > base[-1]
    opposes = arm[0] > base[-1] if fewer else arm[-1] < base[0]
    if len(arm) < ENOUGH_SEEDS:
        outcome = UNDECIDED
    elif opposes:
        outcome = CONTRADICTED
    else:
        near = 1 / NEAR <= ratio / claim["ratio"] <= NEAR
        outcome = HOLDS if agrees and near else NOT_SEEN
    return {"outcome": outcome, "basis": basis}


def _of_claim(table: pd.DataFrame, claim: dict[str, Any], arm: str) -> pd.DataFrame:
    """The rows of an arm, which may itself be a model, or is that of the claim's model."""
    rows = table[table["arm"] == arm]
    named = rows[rows["model"].isin([claim["model"], arm])]
    return rows if claim["model"] is None else named
