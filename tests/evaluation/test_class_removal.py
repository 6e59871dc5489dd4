"""Class removal against the full model and the masked one, worked by hand."""

import numpy as np
import pytest

from tests.evaluation.analysed import AB, ABC, REMOVAL, SEEDS, analyse, analysed, experiment

TRUTH = ["a"] * 30 + ["b"] * 30 + ["c"] * 12


@pytest.fixture
def write_removal(write_run):
    """A full model that takes some of a for c; masked, it knows most of those.

    Of 60 images of a and b, seed s of the full model takes the first 12 + s for c. Of these, the
    second guess is right for all but the first 4. The model trained without c errs on the first 2.
    """

    def write(full="m-full", removed="m-removed", paths=None):
        for seed in SEEDS:
            taken = 12 + seed
            guesses = ["c" if row < taken else name for row, name in enumerate(TRUTH)]
            second = ["b" if row < 4 else name for row, name in enumerate(TRUTH)]
            write_run(full, seed, ABC, TRUTH, guesses, second)
            guesses = ["b" if row < 2 else name for row, name in enumerate(TRUTH[:60])]
            write_run(removed, seed, AB, TRUTH[:60], guesses, paths=paths)

    return write


def test_class_removal_against_the_full_model_and_the_masked_one(write_removal, tmp_path):
    write_removal()
    arms, effects, per_class, answer = analysed(REMOVAL, tmp_path)

    assert arms["arm"].tolist() == ["full", "full, masked", "removed"]
    assert arms["run"].tolist() == ["m-full", "m-full", "m-removed"]
    # Judged on the 60 images of a and b alone.
    assert (arms["images"] == 60).all()
    np.testing.assert_allclose(arms["mean"], [1 - 13 / 60, 1 - 4 / 60, 1 - 2 / 60])

    assert effects["baseline"].tolist() == ["full", "full, masked"]
    np.testing.assert_allclose(effects["effect"], [11 / 60, 2 / 60])
    # Masked and removed models have identical seeds here, so the images decide. Two of them and the
    # pseudo-image of Agresti and Min favour one side: 2 of 8 equally likely sets of signs do.
    assert effects["p"][1] == effects["p_image"][1] == pytest.approx(2 / 8)
    assert effects["sentence"][0].startswith(
        "m trained without c is better than the full m by 18.3 points"
    )
    assert effects["sentence"][1].startswith(
        "No detectable difference between m trained without c and the full m with their logits "
        "masked out"
    )
    classes = per_class[per_class["arm"] == "full, masked"]
    assert classes["class"].tolist() == AB
    np.testing.assert_allclose(classes["mean"], [26 / 30, 1])
    assert answer.removed == {"full": [], "removed": ["c"]}


def test_several_removals_are_told_apart(write_removal, write_run, tmp_path):
    write_removal()
    for seed in SEEDS:
        truth = ["c"] * 12 + ["b"] * 30
        paths = [f"{row}.png" for row in [*range(60, 72), *range(30, 60)]]
        # The pack's order: images of b come before those of c.
        order = [*range(12, 42), *range(12)]
        write_run(
            "m-without_a",
            seed,
            ["b", "c"],
            [truth[i] for i in order],
            [truth[i] for i in order],
            paths=[paths[i] for i in order],
        )
    asked = experiment(
        [("m", "full", "m-full"), ("m", "no_c", "m-removed"), ("m", "no_a", "m-without_a")],
        "full",
        "class_removal",
    )
    arms, effects, _, _ = analysed(asked, tmp_path)
    assert arms["arm"].tolist() == [
        *("full: no_c", "full, masked: no_c", "no_c"),
        *("full: no_a", "full, masked: no_a", "no_a"),
    ]
    assert arms["images"].tolist() == [60] * 3 + [42] * 3
    np.testing.assert_allclose(effects["effect"][2:], [0, 0], atol=1e-12)
    assert effects["outcome"].tolist()[2:] == ["insufficient"] * 2


def test_different_images_are_refused(write_removal, tmp_path):
    write_removal(paths=[f"{row}.jpg" for row in range(60)])
    with pytest.raises(ValueError, match=r"m \(removed\) and m \(full\) were judged on different"):
        analyse(REMOVAL, tmp_path)
