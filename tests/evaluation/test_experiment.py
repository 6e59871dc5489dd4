"""An experiment's tables and answer, from hand-made run folders."""

import numpy as np
import pytest

from chrysalis.stats import checks
from chrysalis.stats.compare import compare, compare_resampled
from chrysalis.stats.families import holm
from tests.evaluation.analysed import AB, ABC, REMOVAL, SEEDS, analyse, analysed, experiment
from tests.runs import run_record

IMAGES = 60


@pytest.fixture
def write_errors(write_run):
    """Runs of 60 images, by turns of classes a and b; each seed errs on the first so many."""

    def write(run, errors):
        truth = [AB[row % 2] for row in range(IMAGES)]
        for seed, count in enumerate(errors):
            guesses = [AB[(row + (row < count)) % 2] for row in range(IMAGES)]
            write_run(run, seed, AB, truth, guesses)

    return write


def correct(errors):
    return np.array([[row >= count for row in range(IMAGES)] for count in errors])


def test_arms_against_the_baseline_of_the_same_model(write_errors, tmp_path):
    errors = {
        **{"m-off": (30, 31, 32), "m-on": (6, 5, 7)},
        **{"n-off": (9, 12, 15), "n-on": (12, 15, 9)},
    }
    for run, counts in errors.items():
        write_errors(run, counts)
    asked = experiment(
        [("m", "off", "m-off"), ("n", "off", "n-off"), ("m", "on", "m-on"), ("n", "on", "n-on")],
        "off",
    )
    arms, effects, per_class, answer = analysed(asked, tmp_path)

    assert arms[["model", "arm", "run"]].to_numpy().tolist() == [
        *(["m", "off", "m-off"], ["n", "off", "n-off"]),
        *(["m", "on", "m-on"], ["n", "on", "n-on"]),
    ]
    np.testing.assert_allclose(arms["mean"], [29 / 60, 48 / 60, 54 / 60, 48 / 60])
    np.testing.assert_allclose(arms["sd"], [1 / 60, 3 / 60, 1 / 60, 3 / 60])
    assert arms["values"][0] == pytest.approx((30 / 60, 29 / 60, 28 / 60))
    assert (arms["images"] == 60).all()
    assert (arms["seeds"] == 3).all()

    assert effects[["model", "arm", "baseline"]].to_numpy().tolist() == [
        ["m", "on", "off"],
        ["n", "on", "off"],
    ]
    expected = [
        compare(correct(errors[f"{m}-on"]), correct(errors[f"{m}-off"])) for m in ("m", "n")
    ]
    np.testing.assert_allclose(effects["effect"], [25 / 60, 0], atol=1e-12)
    np.testing.assert_allclose(effects["low"], [e.low for e in expected])
    np.testing.assert_allclose(effects["high"], [e.high for e in expected])
    np.testing.assert_allclose(effects["p"], [e.p for e in expected])
    np.testing.assert_allclose(effects["p_adjusted"], holm([e.p for e in expected]))
    assert effects["outcome"].tolist() == ["better", "none"]
    assert effects["sentence"][0].startswith("m (on) is better than m (off) by 41.7 points")
    assert effects["sentence"][1].startswith("No detectable difference between n (on) and n (off)")

    # The seeds of m (off) err on 30, 31 and 32 images, by turns of a and b: on 47 of a, 46 of b.
    first = per_class[(per_class["model"] == "m") & (per_class["arm"] == "off")]
    assert first["class"].tolist() == AB
    assert first["support"].tolist() == [30, 30]
    np.testing.assert_allclose(first["mean"], [43 / 90, 44 / 90])
    assert answer.headline == ("Of 2 comparisons: 1 better, 1 without a detectable difference.")
    assert answer.sentences == effects["sentence"].tolist()
    assert (answer.analysis, answer.threshold) == ("accuracy", 0.01)


def test_an_arm_may_have_a_baseline_of_its_own(write_errors, tmp_path):
    errors = {"full": (9, 12, 15), "longer": (6, 5, 7), "pruned": (30, 31, 32)}
    for arm, counts in errors.items():
        write_errors(f"m-{arm}", counts)
    asked = experiment(
        [("m", arm, f"m-{arm}") for arm in errors],
        "full",
        arms={"full": {}, "longer": {}, "pruned": {"baseline": "longer"}},
    )
    _, effects, _, answer = analysed(asked, tmp_path)
    assert effects[["arm", "baseline"]].to_numpy().tolist() == [
        ["longer", "full"],
        ["pruned", "longer"],
    ]
    np.testing.assert_allclose(effects["effect"], [6 / 60, -25 / 60])
    assert "m (pruned) is worse than m (longer) by 41.7 points" in answer.sentences[1]


def test_class_effects_are_the_comparison_on_each_class_alone(write_errors, tmp_path):
    errors = {"m-off": (30, 31, 32), "m-on": (6, 5, 7)}
    for run, counts in errors.items():
        write_errors(run, counts)
    asked = experiment([("m", "off", "m-off"), ("m", "on", "m-on")], "off")
    tables, _ = analyse(asked, tmp_path)
    by_class = tables["class_effects"].set_index("class")
    on, off = correct(errors["m-on"]), correct(errors["m-off"])
    expected = [compare(on[:, start::2], off[:, start::2]) for start in (0, 1)]
    for name, effect in zip(AB, expected, strict=True):
        found = by_class.loc[name]
        assert found["images"] == 30
        assert found["effect"] == pytest.approx(effect.effect)
        assert (found["low"], found["high"]) == pytest.approx((effect.low, effect.high))
    np.testing.assert_allclose(by_class["p_adjusted"], holm([effect.p for effect in expected]))


def test_a_class_that_all_trainings_get_right_has_the_interval_of_its_images(
    write_errors, tmp_path
):
    write_errors("m-off", (0, 0, 0))
    write_errors("m-on", (0, 0, 0))
    asked = experiment([("m", "off", "m-off"), ("m", "on", "m-on")], "off")
    tables, _ = analyse(asked, tmp_path)
    expected = compare(*np.ones((2, 3, 30), bool))
    assert expected.low < 0 < expected.high
    assert tables["class_effects"]["low"].tolist() == pytest.approx([expected.low] * 2)
    assert tables["class_effects"]["high"].tolist() == pytest.approx([expected.high] * 2)
    assert (tables["class_effects"]["effect"] == 0).all()


def test_other_tests_of_the_same_comparison(write_errors, tmp_path):
    errors = {"m-off": (30, 31, 32), "m-on": (6, 5, 7)}
    for run, counts in errors.items():
        write_errors(run, counts)
    asked = experiment([("m", "off", "m-off"), ("m", "on", "m-on")], "off")
    tables, _ = analyse(asked, tmp_path)
    (row,) = tables["checks"].to_dict("records")
    assert (row["model"], row["arm"], row["baseline"]) == ("m", "on", "off")
    on, off = correct(errors["m-on"]), correct(errors["m-off"])
    assert (row["bootstrap_low"], row["bootstrap_high"]) == checks.bootstrap(on, off)
    assert row["sign_flip_p"] == row["sign_flip_least_p"] == 0.25
    pairs = tables["pairs"]
    assert pairs["seed"].tolist() == SEEDS
    assert pairs["arm_only"].tolist() == [24, 26, 25]
    assert pairs["baseline_only"].tolist() == [0, 0, 0]
    np.testing.assert_allclose(pairs["p"], [2.0**-23, 2.0**-25, 2.0**-24])


def test_models_against_one_model(write_errors, tmp_path):
    for run, counts in {"m-1": (6, 6, 6), "n-1": (20, 21, 22), "o-1": (3, 6, 9)}.items():
        write_errors(run, counts)
    arm_runs = [(name, name, f"{name}-1") for name in "mno"]
    asked = experiment(arm_runs, "m", arms={name: {"model": name} for name in "mno"})
    _, effects, _, _ = analysed(asked, tmp_path)
    assert effects[["model", "arm", "baseline"]].to_numpy().tolist() == [
        ["n", "n", "m"],
        ["o", "o", "m"],
    ]
    np.testing.assert_allclose(effects["effect"], [-15 / 60, 0], atol=1e-12)
    assert effects["sentence"][0].startswith("n is worse than m by 25.0 points")


def test_baselines_are_not_compared_with_each_other(write_errors, tmp_path):
    for run in ("m-1", "n-1", "o-1"):
        write_errors(run, (5, 6, 7))
    asked = experiment(
        [("m", "base", "m-1"), ("n", "base", "n-1"), ("o", "other", "o-1")],
        "base",
        arms={"base": {}, "other": {"model": "o"}},
    )
    _, effects, _, _ = analysed(asked, tmp_path)
    assert effects[["model", "arm"]].to_numpy().tolist() == [["o", "other"], ["o", "other"]]
    assert "o (other) and n (base)" in effects["sentence"][1]


def test_one_seed_is_not_enough(write_errors, tmp_path):
    write_errors("m-off", (30,))
    write_errors("m-on", (6,))
    asked = experiment([("m", "off", "m-off"), ("m", "on", "m-on")], "off")
    arms, effects, _, answer = analysed(asked, tmp_path, [0])
    assert arms["sd"].isna().all()
    assert effects["outcome"].tolist() == ["insufficient"]
    assert effects["effect"][0] == pytest.approx(24 / 60)
    assert effects[["low", "high", "p", "p_adjusted"]].isna().all(axis=None)
    assert answer.headline.startswith("Not enough seeds to tell m (on) from m (off)")


@pytest.fixture
def write_varied(write_run):
    """Runs whose seed s has images of its own: 40 of class a and 20 of b, in an order of its own.

    A seed errs on the first so many of each class.
    """

    def write(run, errors, classes=AB, train=240):
        for seed, counts in enumerate(errors):
            truth = ["a"] * 40 + ["b"] * 20
            guesses = [
                AB[1 - AB.index(name)] if row < count else name
                for name, count, size in zip(AB, counts, (40, 20), strict=True)
                for row in range(size)
            ]
            order = np.random.default_rng(seed).permutation(60)
            folder = write_run(
                run,
                seed,
                classes,
                [truth[row] for row in order],
                [guesses[row] for row in order],
                paths=[f"seed{seed}/{row}.png" for row in order],
            )
            images = {"train": train, "val": 60, "test": 60}
            run_record(classes=classes, images=images).write(folder / "run.json")

    return write


def of_class(size, errors):
    return np.array([[row >= count for row in range(size)] for count in errors])


def both_classes(errors):
    of_a, of_b = zip(*errors, strict=True)
    return np.hstack([of_class(40, of_a), of_class(20, of_b)])


def test_where_seeds_have_images_of_their_own(write_varied, tmp_path):
    """Each seed by its own labels, and by the corrected test with the fewer training images."""
    off, on = [(14, 8), (12, 6), (16, 10)], [(6, 1), (7, 4), (5, 3)]
    write_varied("m-off", off)
    write_varied("m-on", on, train=120)
    asked = experiment([("m", "off", "m-off"), ("m", "on", "m-on")], "off")
    tables, _ = analyse(asked, tmp_path)

    arms = [both_classes(errors) for errors in (on, off)]
    (row,) = tables["effects"].to_dict("records")
    expected = compare_resampled(*arms, 120)
    for name in ("low", "high", "p"):
        assert row[name] == pytest.approx(getattr(expected, name))
    assert row["effect"] == pytest.approx(40 / 180)
    assert (row["seeds"], row["images"]) == (3, 60)

    by_class = tables["per_class"].set_index(["arm", "class"])
    assert by_class["support"].tolist() == [40, 20] * 2
    assert by_class.loc[("off", "a"), "mean"] == pytest.approx(1 - 14 / 40)
    assert by_class.loc[("off", "b"), "mean"] == pytest.approx(1 - 8 / 20)
    assert by_class.loc[("off", "b"), "sd"] == pytest.approx(2 / 20)

    # A class has its share of the 120 training images too: 80 and 40.
    by_class = tables["class_effects"].set_index("class")
    for name, place, size in (("a", 0, 40), ("b", 1, 20)):
        pair = [of_class(size, [e[place] for e in errors]) for errors in (on, off)]
        effect = compare_resampled(*pair, 2 * size)
        found = by_class.loc[name]
        assert found["images"] == size
        assert found["effect"] == pytest.approx(effect.effect)
        assert (found["low"], found["high"]) == pytest.approx((effect.low, effect.high))
        assert found["p"] == pytest.approx(effect.p)

    (row,) = tables["checks"].to_dict("records")
    assert (row["bootstrap_low"], row["bootstrap_high"]) == pytest.approx(
        checks.bootstrap_resampled(*arms)
    )
    assert row["sign_flip_p"] == 0.25
    assert tables["pairs"]["arm_only"].tolist() == [15, 7, 18]


def test_class_removal_where_seeds_have_images_of_their_own(write_varied, tmp_path):
    full, removed = [(9, 4), (8, 3), (9, 2)], [(2, 1), (3, 1), (2, 2)]
    write_varied("m-full", full, classes=ABC, train=280)
    write_varied("m-removed", removed, train=240)
    tables, answer = analyse(REMOVAL, tmp_path)
    effects = tables["effects"]
    assert effects["baseline"].tolist() == ["full", "full, masked"]
    arms = [both_classes(errors) for errors in (removed, full)]
    expected = compare_resampled(*arms, 240)
    np.testing.assert_allclose(effects["effect"], [expected.effect] * 2)
    np.testing.assert_allclose(effects["p"], [expected.p] * 2)
    assert tables["per_class"]["support"].tolist() == [40, 20] * 3
    assert answer.removed == {"full": [], "removed": ["c"]}


def test_arms_of_a_seed_must_share_its_images(write_varied, tmp_path):
    write_varied("m-off", [(9, 4), (8, 3), (9, 2)])
    for seed in SEEDS:
        # The images of another seed.
        folder = tmp_path / f"runs/m-off/seed{(seed + 1) % 3}/train"
        other = tmp_path / f"runs/m-on/seed{seed}/train"
        other.mkdir(parents=True)
        for name in ("run.json", "predictions.parquet"):
            (other / name).write_bytes((folder / name).read_bytes())
    asked = experiment([("m", "off", "m-off"), ("m", "on", "m-on")], "off")
    with pytest.raises(ValueError, match="were judged on different images"):
        analyse(asked, tmp_path)
