"""Measures read off traced trainings by hand, and the verdicts on their comparison."""

import math
from typing import get_args

import numpy as np
import pytest
from scipy import stats

from chrysalis.config.claims import DynamicsClaim
from chrysalis.config.metrics import DynamicsMeasure
from chrysalis.config.published import Published
from chrysalis.evaluation.claims import claims_table
from chrysalis.evaluation.dynamics import analyse_dynamics, contrasts
from chrysalis.evaluation.dynamics_words import headline
from chrysalis.evaluation.measured import Measured
from chrysalis.evaluation.traces import COMPARED, MEASURES, Traced, band
from chrysalis.records.dynamics import (
    DIVERGED,
    DYNAMICS_EFFECTS,
    EPOCHS,
    LAYERS,
    STEPS,
    Divergence,
    EpochRow,
    LayerRow,
    StepRow,
    TraceRecord,
)
from chrysalis.records.paths import StudyPaths, TrainingPaths
from chrysalis.records.study import ArmRun, ExperimentRecord
from tests.runs import study_record

SEEDS = [0, 1, 2]


def write(folder, scale=1.0, dead=0.25, losses=(3.0, 2.0, 1.0, 1.0), diverged=None):
    """A trace whose measures by ratio are multiples of `scale`; looked at on steps 0, 2."""
    rows = [
        StepRow(step, 1 + step // 2, 0.1, loss, *([math.nan] * 11))
        if step % 2
        else StepRow(
            *(step, 1 + step // 2, 0.1, loss, 0.5, 2.0),
            *(1.0, 1.0 + scale * (1 + step), 0.1, scale * 2, scale * 3),
            *(scale * 4, scale * 5, scale * 6, 0.1, 0.3),
        )
        for step, loss in enumerate(losses)
    ]
    STEPS.write(rows, folder / "dynamics/steps.csv")
    EPOCHS.write(
        [EpochRow(n, 1.0, scale * 7 * n, scale * 8 * n) for n in (1, 2)],
        folder / "dynamics/epochs.csv",
    )
    LAYERS.write(
        [
            LayerRow(2, "a", 0.0, 1.0, dead),
            LayerRow(2, "b", 0.0, 1.0, dead + 0.5),
            LayerRow(1, "a", 0.0, 1.0, 0.99),
            LayerRow(2, "w", ratio=0.1),
        ],
        folder / "dynamics/layers.csv",
    )
    TraceRecord(steps=len(losses), epochs=2, diverged=diverged).write(
        folder / "dynamics/trace.json"
    )
    return Traced(TrainingPaths(folder))


def experiment(cells, baseline):
    return ExperimentRecord(
        name="asked",
        title="Asked",
        question="?",
        analysis="accuracy",
        metrics=[],
        against=[],
        dynamics=True,
        baseline=baseline,
        arms={},
        arm_runs=[ArmRun(model=m, arm=a, run=f"{m}_{a}-00000000") for m, a in cells],
        sweep=None,
        swept_runs=[],
        ranked_by=[],
        too_small=[],
    )


FOUR = experiment([(m, a) for m in ("plain", "norm") for a in ("slow", "fast")], "slow")


@pytest.fixture
def study(tmp_path):
    """norm has half the measures of plain; the arm fast twice those of slow; seeds differ a bit."""
    paths = StudyPaths(tmp_path)
    for each in FOUR.arm_runs:
        for seed in SEEDS:
            write(
                paths.training(each.run, seed).folder,
                scale=(0.5 if each.model == "norm" else 1.0)
                * (2.0 if each.arm == "fast" else 1.0)
                * 1.05**seed,
                dead=0.25 if each.model == "plain" else 0.1 + 0.01 * seed,
                losses=(4.0, 3.0, 2.0, 1.0)
                if each.arm == "slow"
                else (
                    4.0,
                    3.0,
                    2.0,
                    1.2 + 0.01 * seed if each.model == "norm" else 2 + 0.01 * seed,
                ),
            )
    return paths


def by_measure(found):
    return {row.measure: row for row in found.effects}


def test_the_measures_of_one_training_by_hand(tmp_path):
    traced = write(tmp_path)
    found = {name: measure.of(traced) for name, measure in MEASURES.items()}
    assert found == pytest.approx(
        {
            "loss_variation": 2.0,  # the median of 1 and 3
            "gradient_change": 2.0,
            "smoothness": 3.0,
            "difference_farthest": 4.0,
            "difference_mean": 5.0,
            "predictiveness": 6.0,
            "lipschitz": 16.0,  # those of the last epoch
            "dead": 0.5,
            "vanishing": 0.1,
            "exploding": 0.3,
            "input_gradient": 14.0,
        }
    )


def test_the_band_is_the_mean_distance_of_the_arms(tmp_path):
    arms = {
        "a": write(tmp_path / "a", losses=(4.0, 3.0, 2.0, 1.0)),
        "b": write(tmp_path / "b", losses=(4.0, 3.5, 3.0, 1.0)),
        "c": write(tmp_path / "c", losses=(4.0, 3.2, 1.5, 1.0)),
    }
    assert band(arms) == pytest.approx((0 + 0.5 + 1.5 + 0) / 4)
    assert math.isnan(band({"a": arms["a"]}))


def test_several_models_are_compared_over_the_arms(study):
    found = by_measure(analyse_dynamics(FOUR, study, SEEDS))
    assert list(found) == list(COMPARED)
    row = found["smoothness"]
    assert (row.subject, row.baseline, row.arms) == ("norm", "plain", "slow, fast")
    assert row.effect == pytest.approx(0.5)
    assert row.base_mean == pytest.approx(3 * math.sqrt(2) * 1.05)
    logs = np.log(1.05) * np.arange(3)
    reach = stats.t.isf(0.025, 4) * np.std(logs, ddof=1) * math.sqrt(2 / 3)
    assert (row.low, row.high) == pytest.approx((0.5 * math.exp(-reach), 0.5 * math.exp(reach)))
    expected = stats.ttest_ind(logs + math.log(0.5), logs).pvalue
    assert row.p == pytest.approx(expected)
    assert row.outcome == "lower"
    assert found["dead"].scale == "difference"
    assert found["dead"].effect == pytest.approx(0.11 - 0.25)
    assert found["vanishing"].outcome == "none"
    assert found["band"].effect < 1


def test_p_is_corrected_over_all_measures(study):
    rows = analyse_dynamics(FOUR, study, SEEDS).effects
    least = min(row.p for row in rows)
    assert min(row.p_adjusted for row in rows) == pytest.approx(len(rows) * least)
    assert all(row.p_adjusted >= row.p for row in rows)
    for row in rows:
        assert (row.outcome in ("lower", "higher")) == (row.p_adjusted < 0.05)
        assert (row.outcome == "lower") <= (row.effect < (1 if row.scale == "ratio" else 0))


def test_the_sentence_says_what_the_row_holds(study):
    row = by_measure(analyse_dynamics(FOUR, study, SEEDS))["smoothness"]
    assert row.sentence.startswith(
        "Effective beta-smoothness: lower for norm than for plain (0.5 times, 95 % interval "
    )
    assert "corrected for 12 comparisons, 3 seeds each" in row.sentence


def test_with_too_few_seeds_nothing_is_claimed(study):
    for seeds in ([0], [0, 1]):
        found = analyse_dynamics(FOUR, study, seeds)
        assert {row.outcome for row in found.effects} == {"insufficient"}
        assert all("not enough seeds to tell" in row.sentence for row in found.effects)
        assert "Not enough seeds to tell" in headline(found.effects)
    assert "there is 1" in analyse_dynamics(FOUR, study, [0]).effects[0].sentence


def test_an_arm_that_diverged_is_told_and_left_out_on_both_sides(study):
    gone = Divergence(step=3, epoch=2, what="the training loss")
    write(study.training("plain_fast-00000000", 1).folder, diverged=gone)
    found = analyse_dynamics(FOUR, study, SEEDS)
    (row,) = found.diverged
    assert (row.model, row.arm, row.seed, row.step, row.epoch) == ("plain", "fast", 1, 3, 2)
    rows = by_measure(found)
    assert rows["smoothness"].arms == "slow"
    assert rows["smoothness"].effect == pytest.approx(0.5)
    assert rows["band"].outcome == "insufficient"
    assert "can't be compared" in rows["band"].sentence
    write(study.training("norm_slow-00000000", 0).folder, diverged=gone)
    rest = analyse_dynamics(FOUR, study, SEEDS)
    assert {row.outcome for row in rest.effects} == {"insufficient"}
    assert headline(rest.effects).startswith("How norm trains can't be compared with plain: ")
    assert len(rest.diverged) == 2


def test_a_training_that_diverged_at_once_has_empty_tables(study, tmp_path):
    folder = study.training("plain_fast-00000000", 0).folder
    record = TraceRecord(
        steps=0, epochs=0, diverged=Divergence(step=0, epoch=1, what="the training loss")
    )
    for table, name in ((STEPS, "steps"), (EPOCHS, "epochs"), (LAYERS, "layers")):
        table.write([], folder / f"dynamics/{name}.csv")
    record.write(folder / "dynamics/trace.json")
    found = analyse_dynamics(FOUR, study, SEEDS)
    assert {row.seeds for row in found.summary if row.model == "plain" and row.arm == "fast"} == {2}
    found.write(study.experiment("asked"))
    assert len(DIVERGED.read(study.experiment("asked").dynamics("diverged"))) == 1
    read = DYNAMICS_EFFECTS.read(study.experiment("asked").dynamics("effects"))
    assert [row.sentence for row in read] == [row.sentence for row in found.effects]


def test_measures_that_never_vary_are_not_judged(study):
    for each in FOUR.arm_runs:
        for seed in SEEDS:
            dead = 0.25 if each.model == "plain" else 0.0
            write(study.training(each.run, seed).folder, dead=dead)
    row = by_measure(analyse_dynamics(FOUR, study, SEEDS))["dead"]
    assert row.outcome == "none" and math.isnan(row.p)
    assert "chance can't be judged" in row.sentence


def test_without_several_models_arms_are_compared_with_the_baseline_arm():
    one = experiment([("m", arm) for arm in ("slow", "fast", "faster")], "slow")
    assert [(c.subject, c.baseline) for c in contrasts(one)] == [
        ("m (fast)", "m (slow)"),
        ("m (faster)", "m (slow)"),
    ]
    own = experiment([("a", "a"), ("b", "b")], "a")
    assert contrasts(own)[0].pairs == ((("b", "b"), ("a", "a")),)
    uneven = experiment([("a", "x"), ("b", "x"), ("b", "y"), ("a", "z")], "x")
    assert [c.pairs for c in contrasts(uneven)] == [((("b", "x"), ("a", "x")),)]
    rows = [c.pairs for c in contrasts(FOUR)]
    assert rows == [((("norm", "slow"), ("plain", "slow")), (("norm", "fast"), ("plain", "fast")))]


def claimed(**changes):
    usual = {"claim": "It is smoother.", "experiment": "asked", "model": "norm"}
    usual |= {"baseline": "plain", "measures": ["lipschitz", "dead"], "direction": "lower"}
    return DynamicsClaim(kind="dynamics", **usual | changes)


def judged(study, *claims):
    """The rows of these claims."""
    measured = Measured(study_record(experiments=[FOUR], seeds=SEEDS), study)
    published = Published(title="T", source="S", differences=["none"], claims=list(claims))
    return claims_table("others", published, measured)


def test_claims_are_judged_by_the_measures(study):
    found = judged(study, claimed(), claimed(direction="higher"), claimed(measures=["vanishing"]))
    assert [row.outcome for row in found] == ["holds here", "contradicted here", "not shown"]
    assert found[0].reason.startswith("2 of 2 comparisons agree.")
    assert {row.comparisons for row in found} == {5}


def test_a_claims_interval_allows_for_all_comparisons(study):
    row = judged(study, *[claimed(measures=["lipschitz"])] * 4)[0]
    effect = by_measure(analyse_dynamics(FOUR, study, SEEDS))["lipschitz"]
    assert row.estimate == pytest.approx(effect.effect)
    assert row.low < effect.low < effect.high < row.high


def test_a_claim_on_models_that_are_not_compared_is_not_tested(study):
    (row,) = judged(study, claimed(model="absent"))
    assert row.outcome == "not tested"
    assert "does not compare absent with plain" in row.reason


def test_every_measure_has_a_name_in_the_configuration():
    assert list(get_args(DynamicsMeasure)) == list(COMPARED)
