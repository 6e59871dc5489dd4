"""A study's own changes: of experiments' arms, of its scale, of its name."""

import pytest

from chrysalis.config.run import RunSettings
from chrysalis.study.changed import reductions


def test_a_study_changes_arms_and_adds_some(study, arm_runs):
    arms = {
        "off": {"training": {"learning_rate": 0.5}},
        "colour": {"augmentation": {"hue": 0.1}},
    }
    found = study(experiments=["augmentation"], arms={"augmentation": arms})
    runs = arm_runs(found, "augmentation")
    assert runs["mynet", "off"].training.learning_rate == 0.5
    assert runs["mynet", "off"].augmentation is None  # as the experiment's file says
    assert runs["mynet", "on"].training.learning_rate == 0.001
    assert runs["mynet", "colour"].augmentation.hue == 0.1
    assert study(experiments=["augmentation"]).experiments[0].arms.keys() == {"off", "on"}


@pytest.mark.parametrize(
    ("arms", "text"),
    [
        ({"augmentatio": {"a": {}}}, "arms: unknown experiment 'augmentatio'; "),
        ({"models": {"a": {}}}, "takes its arms from `arms: models`"),
        (
            {"augmentation": {"on": {"remove_classes": ["circle"]}}},
            "`analysis: class_removal`",
        ),
        ({"augmentation": {"on": {"trainin": {}}}}, "unknown key"),
    ],
)
def test_faults_in_a_studys_arms(message, arms, text):
    assert text in message(arms=arms)


def test_a_study_has_a_name_a_title_and_results_of_its_own(study):
    plain, named = study(), study(name="mine", title="Mine", assumed=["no rate is known"])
    assert (plain.name, plain.record().title) == ("shapes", "Shapes")
    assert (named.name, named.record().title) == ("mine", "Mine")
    assert named.record().assumed == ["no rate is known"]
    assert named.runs.keys() == plain.runs.keys()


def test_a_reduced_study_says_by_what(study):
    less = {"train_share": 0.1, "training": {"epochs": 3}, "augmentation": "none"}
    full = study(reduced=less, settings={"training": {"epochs": 9}})
    small = study(reduced=less, settings={"training": {"epochs": 9}}, scale="reduced")
    assert full.name == "shapes"
    assert full.record().reduced == {}
    assert small.name == "shapes_reduced"
    assert small.record().reduced["train_share"] == ("1.0", "0.1")
    assert small.record().reduced["training.epochs"] == ("9", "3")
    assert all(run.train_share == 0.1 for run in small.runs.values())
    assert {run.training.epochs for run in full.runs.values()} == {9}


def test_reduced_needs_to_know_by_what(message):
    assert "fill in `reduced`" in message(scale="reduced")


def test_reductions_name_just_what_differs():
    full = RunSettings(model="m", image_size=32)
    assert reductions(full, full) == {}
    assert reductions(full, full.model_copy(update={"image_size": 16})) == {
        "image_size": ("32", "16")
    }


def test_a_study_names_its_published_figures(study, write, message):
    write("published/theirs.yaml", "title: T\nsource: S\ndifferences: [d]\n")
    assert study(published=["theirs"]).record().published.keys() == {"theirs"}
    assert study(published=[]).record().published == {}
    assert message(published=["their"]).startswith("published: unknown 'their'")
