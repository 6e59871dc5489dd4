"""What the overview may state, and how often it is wrong where nothing differs."""

import numpy as np
from scipy import special

from chrysalis.evaluation.overview import claims
from chrysalis.records.experiment import EFFECTS, EffectRow
from chrysalis.records.paths import StudyPaths
from chrysalis.stats.compare import compare
from chrysalis.stats.families import differences_and_equalities
from tests.runs import experiment_record, study_record


def row(arm, p, p_equal=0.9, effect=0.05, outcome="better", seeds=3):
    return EffectRow(
        *("m", arm, "base", effect, 0.01, 0.09),
        *(p, p / 2, p_equal, p, p_equal, seeds, 125, 0.1, outcome, f"S {arm}."),
    )


def write(tmp_path, primary=None, **tables):
    paths = StudyPaths(tmp_path)
    for name, rows in tables.items():
        EFFECTS.write(rows, paths.experiment(name).table("effects"))
    records = [experiment_record([("m", "base", "m-1")], name=name) for name in tables]
    return study_record(experiments=records, primary=primary or list(tables)), paths


def test_all_comparisons_of_a_study_are_one_family(tmp_path):
    study, paths = write(
        tmp_path,
        one=[row("a", 0.02), row("b", 0.0001, effect=-0.05, outcome="worse")],
        two=[row("c", 0.9, p_equal=0.001, outcome="equal")],
    )
    found = claims(study, paths)
    assert [(claim.experiment, claim.arm) for claim in found] == [
        *(("one", "a"), ("one", "b"), ("two", "c"))
    ]
    # By itself a is clear; of three comparisons it is not: 3 x 0.02.
    assert [claim.outcome for claim in found] == ["none", "worse", "equal"]
    assert [round(claim.p_study, 4) for claim in found] == [0.06, 0.0003, 1]
    assert {claim.comparisons for claim in found} == {3}


def test_what_is_not_primary_is_exploratory_and_costs_nothing(tmp_path):
    study, paths = write(
        tmp_path, primary=["one"], one=[row("a", 0.02)], two=[row("c", 0.0001), row("d", 0.5)]
    )
    found = claims(study, paths)
    assert [claim.outcome for claim in found] == ["better", "exploratory", "exploratory"]
    assert found[0].p_study == 0.02


def test_a_study_too_small_claims_nothing(tmp_path):
    study, paths = write(tmp_path, one=[row("a", np.nan, np.nan, outcome="insufficient", seeds=1)])
    assert [claim.outcome for claim in claims(study, paths)] == ["insufficient"]


def test_studies_in_which_nothing_differs_seldom_state_a_difference():
    """Seven experiments that share a baseline and images: at most 5 % of studies err."""
    rng = np.random.default_rng(20260102)
    studies, arms, seeds, images = 1500, 8, 3, 125
    logit = (
        2
        + rng.normal(0, 0.2, (studies, arms, seeds, 1))
        + rng.normal(0, 2, (studies, 1, 1, images))
        + rng.normal(0, 0.5, (studies, arms, 1, images))
    )
    answers = rng.random(logit.shape) < special.expit(logit)
    ps = np.stack([compare(answers[:, k], answers[:, 0]).p for k in range(1, arms)], axis=1)
    alone = (ps < 0.05).any(1).mean()
    nothing = [np.nan] * (arms - 1)
    false = np.mean(
        [min(differences_and_equalities(of_study, nothing)[0]) < 0.05 for of_study in ps]
    )
    assert alone > 0.08
    assert false <= 0.05
