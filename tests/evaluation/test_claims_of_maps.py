"""Claims on maps, from scores made up to agree and to contradict."""

import numpy as np
import pytest
from scipy import stats

from chrysalis.config.claims import MapsClaim
from chrysalis.evaluation import claims_of_maps
from chrysalis.evaluation.claim_judgement import NotTested, judge
from chrysalis.evaluation.claims_of_maps import maps_comparisons
from chrysalis.evaluation.measured import Measured
from chrysalis.records.maps import MAP_SCORES, MapScoreRow
from chrysalis.records.paths import StudyPaths

NAN = float("nan")


class Study:
    experiments = ()


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """Writes the scores of one model: energies of right answers and of wrong ones."""
    monkeypatch.setattr(claims_of_maps, "explained", lambda study: [("net", 0, "net-1/seed0")])
    paths = StudyPaths(tmp_path)

    def make(right, wrong):
        rows = [
            MapScoreRow(f"{n}", "a", n < len(right), "grad_cam", energy, NAN, NAN, NAN, 0, 0, 0)
            for n, energy in enumerate([*right, *wrong])
        ]
        MAP_SCORES.write(rows, paths.explanations("net-1/seed0") / "check_maps/scores.csv")
        return Measured(Study(), paths)

    return make


def claim(says, **others):
    return MapsClaim(claim="It does.", kind="maps", says=says, **others)


RNG = np.random.default_rng(0)
HIGH, LOW = RNG.normal(0.9, 0.03, 30), RNG.normal(0.5, 0.03, 20)


@pytest.mark.parametrize(
    ("energies", "outcome"), [(HIGH, "holds here"), (LOW, "contradicted here")]
)
def test_maps_on_the_object(measured, energies, outcome):
    (find,) = maps_comparisons(claim("on_object"), measured(energies, []))
    found = find(3)
    assert judge(found, 3).outcome == outcome
    assert found.estimate == pytest.approx(100 * (energies.mean() - 0.75))
    expected = stats.ttest_1samp(energies, 0.75).confidence_interval(1 - 0.05 / 3)
    assert tuple(found.interval) == pytest.approx(tuple(100 * np.array(expected) - 75))


def test_maps_on_the_background_when_wrong(measured):
    (find,) = maps_comparisons(claim("less_when_wrong"), measured(HIGH, LOW))
    found = find(2)
    assert judge(found, 2).outcome == "holds here"
    expected = stats.ttest_ind(LOW, HIGH, equal_var=False).confidence_interval(1 - 0.05 / 2)
    assert tuple(found.interval) == pytest.approx(tuple(100 * np.array(expected)))
    assert "one training, 50 images" in judge(found, 2).reason
    (other,) = maps_comparisons(claim("less_when_wrong"), measured(LOW, HIGH))
    assert judge(other(2), 2).outcome == "contradicted here"


def test_too_few_wrong_answers(measured):
    (find,) = maps_comparisons(claim("less_when_wrong"), measured(HIGH, LOW[:2]))
    judged = judge(find(1), 1)
    assert judged.outcome == "not shown"
    assert "there are 2" in judged.reason


def test_without_masks_it_is_not_tested(measured):
    with pytest.raises(NotTested, match="masks"):
        maps_comparisons(claim("on_object"), measured([NAN, NAN], []))
