"""Classes that runs leave out: how they are named, and their order."""

import pytest


def test_each_class_is_left_out_in_turn(study, write):
    write(
        "experiments/sweep.yaml",
        """
        title: Sweep
        question: Which class disturbs?
        analysis: class_removal
        models: first
        arms: each_class
        """,
    )
    found = study(experiments=["sweep"])
    (sweep,) = found.experiments
    classes = found.dataset.classes()
    assert sweep.baseline == "full"
    assert list(sweep.arms) == ["full", *(f"without {name}" for name in classes)]
    removed = {arm_run.arm: found.runs[arm_run.run].removed_classes for arm_run in sweep.arm_runs}
    assert removed == {"full": ()} | {f"without {name}": (name,) for name in classes}
    assert len(found.runs) == len(classes) + 2  # the other model's base run as well


def test_classes_can_be_named_by_their_label(study, arm_runs, message):
    classes = sorted(study().dataset.classes())
    found = study(experiments=["removal"], remove_classes=[1])
    assert arm_runs(found, "removal")["mynet", "removed"].removed_classes == (classes[1],)
    text = message(experiments=["removal"], remove_classes=[len(classes)])
    assert f"unknown class to remove '{len(classes)}'" in text


def test_the_studys_classes_to_remove_win_over_the_datasets(study, arm_runs):
    found = arm_runs(study(remove_classes=["triangle"]), "removal")
    assert found["mynet", "removed"].removed_classes == ("triangle",)


def test_classes_named_by_numbers(study, images, write, arm_runs):
    images("7", "8", "9", root="numbers")
    write("datasets/shapes.yaml", "title: N\nsource: {kind: folder, path: numbers}")
    found = arm_runs(study(remove_classes=[8]), "removal")
    assert found["mynet", "removed"].removed_classes == ("8",)


def test_removed_classes_have_one_order(study, images):
    images("hexagon")
    runs = [
        study(remove_classes=names).runs
        for names in (["square", "circle"], ["circle", "square", "circle"])
    ]
    assert runs[0] == runs[1]


@pytest.mark.parametrize(("name", "found"), [("001", "001"), (0, "001"), ("caf\u00e9", "café")])
def test_classes_are_named_by_text_or_label(images, study, arm_runs, name, found):
    images("001", "002", "cafe\u0301")
    runs = arm_runs(study(remove_classes=[name]), "removal")
    assert runs["mynet", "removed"].removed_classes == (found,)


def test_a_number_without_its_zeros_is_no_label(images, message):
    images("001", "002")
    assert "for the class '001' put its name in quotes" in message(remove_classes=[1])
