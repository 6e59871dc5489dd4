"""The runs that a study's arms become: their settings, their names, what they share."""

import pytest

from chrysalis.config.run import SOURCES, VARIED
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.records.study import ModelRecord
from chrysalis.study.resolver import DEFAULT_IMAGE_SIZE


def test_the_same_run_asked_for_by_three_experiments_is_one(study):
    found = study()
    base = found.base_runs["mynet"]
    assert base == next(c.run for c in found.experiments[0].arm_runs if c.model == "mynet")
    assert base in found.experiments[1].runs
    assert base in found.experiments[2].runs
    # Two models with and without augmentation, and one with a class removed.
    assert len(found.runs) == 5
    assert all(settings.name == name for name, settings in found.runs.items())


def test_runs_hold_what_their_arm_says(study, arm_runs):
    found = arm_runs(study(), "augmentation")
    assert found["mynet", "off"].augmentation is None
    assert found["mynet", "on"].augmentation == AugmentationSettings()
    assert found["vgg11_small", "on"].options["dropout"] == 0.5
    removal = arm_runs(study(), "removal")
    assert removal["mynet", "removed"].removed_classes == ("square",)
    assert removal["mynet", "full"].removed_classes == ()


def test_an_experiments_own_model_under_base_settings_is_a_plain_run(study, write):
    write(
        "experiments/pair.yaml",
        """
        title: Pair
        question: Which?
        models: [mynet]
        baseline: a
        arms: {a: {}, b: {model: resnet10_tiny}, c: {model: vgg_a, augmentation: none}}
        """,
    )
    found = study(models=["mynet"], experiments=["pair"])
    assert found.plain_runs.keys() == {"mynet", "resnet10_tiny"}
    assert found.runs[found.plain_runs["resnet10_tiny"]].model == "resnet10_tiny"
    assert found.base_runs.keys() == {"mynet"}


def test_settings_of_a_seed(study):
    found = study(seeds=[4, 7])
    run = found.base_runs["mynet"]
    assert found.seeds == [4, 7]
    assert found.settings(run, 7) == found.runs[run].model_copy(update={"seed": 7})
    assert study(seeds=2).seeds == [0, 1]


def test_names_do_not_depend_on_who_asks(study, write, folder):
    before = study().runs
    for name in ("augmentation", "removal"):
        path = folder / f"config/experiments/{name}.yaml"
        path.rename(path.with_stem(f"renamed_{name}"))
    assert study(seeds=5, threshold=0.2).runs == before


def test_changing_an_arm_changes_just_its_run(study, write, arm_runs):
    before = arm_runs(study(), "augmentation")
    write(
        "experiments/augmentation.yaml",
        """
        title: Augmentation
        question: Does it help?
        baseline: "off"
        arms:
          "off": {augmentation: none}
          "on": {training: {weight_decay: 0.1}}
        """,
    )
    after = arm_runs(study(), "augmentation")
    for key in before:
        assert (before[key].name == after[key].name) == (key[1] == "off")


def test_layers_lie_over_one_another(study, write, arm_runs):
    """Defaults, dataset, model file, study, arm: each key says which layer it is set by last."""

    def training(model, arm="over"):
        return arm_runs(study(settings=changes), "layers")[model, arm]

    write(
        "datasets/shapes.yaml",
        """
        title: Shapes
        source: {kind: folder, path: images}
        settings:
          image_size: 48
          training: {epochs: 1, batch_size: 2, learning_rate: 3, weight_decay: 4}
          augmentation: {flip: 0.1, rotation: 1}
        """,
    )
    write(
        "models/vgg11_small.yaml",
        """
        settings:
          options: {dropout: 0.25}
          training: {batch_size: 20, learning_rate: 30, weight_decay: 40}
          augmentation: {rotation: 10}
        """,
    )
    changes = {"training": {"learning_rate": 300, "weight_decay": 400}}
    write(
        "experiments/layers.yaml",
        """
        title: Layers
        question: Which lies on top?
        baseline: base
        arms:
          base: {}
          over: {training: {weight_decay: 4000}, image_size: 64}
        """,
    )
    found = training("vgg11_small")
    assert found.training == TrainingSettings(
        epochs=1, batch_size=20, learning_rate=300, weight_decay=4000
    )
    assert found.augmentation == AugmentationSettings(flip=0.1, rotation=10)
    assert found.image_size == 64
    assert found.options["dropout"] == 0.25
    other = training("mynet", "base")
    assert other.training == TrainingSettings(
        epochs=1, batch_size=2, learning_rate=300, weight_decay=400
    )
    assert other.augmentation == AugmentationSettings(flip=0.1, rotation=1)
    assert other.image_size == 48
    assert other.options == {"activation": "relu"}


def test_without_changes_the_defaults_hold(study):
    found = study().runs[study().base_runs["mynet"]]
    assert found.training == TrainingSettings()
    assert found.augmentation == AugmentationSettings()
    assert found.image_size == DEFAULT_IMAGE_SIZE


@pytest.mark.parametrize(
    ("dataset", "arm", "flip"),
    [
        ("none", "{}", None),
        ("none", "{augmentation: {flip: 0.3}}", None),
        ("none", "{augmentation: standard}", 0.5),
        ("{flip: 0.2}", "{augmentation: none}", None),
        ("{flip: 0.2}", "{augmentation: standard}", 0.2),
        ("{flip: 0.2}", "{augmentation: {rotation: 3}}", 0.2),
        ("{flip: 0.2}", "{augmentation: {flip: 0}}", 0.0),
    ],
)
def test_augmentation_none_changes_and_standard(study, write, dataset, arm, flip, arm_runs):
    write(
        "datasets/shapes.yaml",
        f"""
        title: Shapes
        source: {{kind: folder, path: images}}
        settings: {{augmentation: {dataset}}}
        """,
    )
    write(
        "experiments/layers.yaml",
        f"""
        title: Layers
        question: What is left?
        baseline: base
        arms: {{base: {{training: {{epochs: 1}}}}, over: {arm}}}
        """,
    )
    found = arm_runs(study(experiments=["layers"]), "layers")["mynet", "over"].augmentation
    assert found == (None if flip is None else found.model_copy(update={"flip": flip}))
    assert (found is None) == (flip is None)


def test_any_architecture_of_timm_can_be_studied(study):
    found = study(models=["timm/resnet10t"], experiments=[])
    (run,) = found.runs.values()
    assert (run.model, run.options) == ("timm/resnet10t", {"pretrained": False})
    assert run.name.startswith("timm_resnet10t-")
    assert found.record().models == [ModelRecord(name="timm/resnet10t", title="resnet10t (timm)")]


def test_an_arm_may_name_its_model(study, write, arm_runs):
    write(
        "experiments/pair.yaml",
        """
        title: Pair
        question: Which?
        baseline: small
        arms:
          small: {model: mynet}
          large: {model: resnet18_small, options: {dropout: 0}}
        """,
    )
    found = arm_runs(study(experiments=["pair"]), "pair")
    assert list(found) == [("mynet", "small"), ("resnet18_small", "large")]
    assert found["resnet18_small", "large"].options["dropout"] == 0


def test_steps_are_counted_without_an_arms_own_share(study, write):
    write(
        "experiments/fewer.yaml",
        """
        title: Fewer
        question: How many?
        models: [mynet]
        metrics: [train_images]
        baseline: all
        arms:
          all: {}
          half: {train_share: 0.5}
        """,
    )
    for given, share in (({}, 1.0), ({"settings": {"train_share": 0.8}}, 0.8)):
        found = study(experiments=["fewer"], models=["mynet"], **given)
        runs = [found.runs[each.run] for each in found.experiments[0].arm_runs]
        assert [run.train_share for run in runs] == [share, 0.5]
        assert [run.epoch_share for run in runs] == [share, share]


def test_an_arm_for_each_source_of_variance(study, write):
    write(
        "experiments/variance.yaml",
        """
        title: Variance
        question: Why?
        analysis: variance
        models: first
        arms: each_source
        """,
    )
    found = study(experiments=["variance"], models=["mynet"])
    (experiment,) = found.experiments
    by_arm = {each.arm: found.runs[each.run].varied for each in experiment.arm_runs}
    assert by_arm == {"all": SOURCES} | {source: (source,) for source in SOURCES}
    assert experiment.baseline == "all"
    # Each seed needs a split of its own in two of them.
    assert found.resplit_sizes == found.packed_sizes
    assert found.runs[found.base_runs["mynet"]].varied == VARIED


def test_what_experiments_build_on_is_noted_once(study, write):
    write(
        "experiments/built.yaml",
        """
        title: Built
        question: How small?
        models: [vgg11_small]
        baseline: full
        arms:
          full: {export: fp32}
          int8: {export: int8}
          longer: {export: fp32, train_on: true, training: {epochs: 2}}
          pruned: {export: fp32, baseline: longer, prune: 0.5, training: {epochs: 2}}
          taught: {export: fp32, model: mynet, teacher: vgg11_small}
        """,
    )
    found = study(experiments=["built"], models=["mynet"])
    (experiment,) = found.experiments
    by_arm = {arm_run.arm: arm_run for arm_run in experiment.arm_runs}
    full = by_arm["full"].run
    assert by_arm["int8"].run == full
    assert [by_arm[arm].stage for arm in ("full", "int8")] == ["export/fp32", "export/int8"]
    longer, pruned, taught = (found.runs[by_arm[arm].run] for arm in ("longer", "pruned", "taught"))
    assert (longer.start, longer.prune, longer.training.epochs) == (full, 0, 2)
    assert (pruned.start, pruned.prune, pruned.training.epochs) == (full, 0.5, 2)
    assert (taught.model, taught.teacher) == ("mynet", full)
    # The study's own base run of mynet is another than the taught one.
    assert set(found.runs) == {
        full,
        longer.name,
        pruned.name,
        taught.name,
        found.base_runs["mynet"],
    }


PAIR = """
    title: Pair
    question: Which?
    baseline: one
    arms: {{one: {}, two: {}}}
    """


def test_arms_written_alike_are_refused(write, message):
    write("experiments/pair.yaml", PAIR.format("{augmentation: none}", "{augmentation: none}"))
    assert message(experiments=["pair"]) == (
        "config/experiments/pair.yaml: the arms 'one' and 'two' are the same; change or remove one"
    )


def test_arms_that_come_to_the_same_are_not_asked(write, study):
    write("experiments/pair.yaml", PAIR.format("{augmentation: none}", "{}"))
    found = study(experiments=["pair", "removal"], settings={"augmentation": "none"})
    assert [experiment.name for experiment in found.experiments] == ["removal"]
    assert found.skipped["pair"][1] == (
        "its arms 'one' and 'two' are the same training of mynet under the settings of this study"
    )


RECIPE = """
    title: Recipe
    question: Does it matter?
    models: [mynet]
    baseline: a
    arms:
      a: {}
      b: {%s}
"""


def test_how_weights_start_and_inputs_are_normalised_is_a_setting(study, write):
    write("experiments/recipe.yaml", RECIPE % "initialisation: he_uniform, input_statistics: half")
    found = study(experiments=["recipe"], settings={"validate_on": "test"})
    plain, changed = (found.run(each.run) for each in found.experiments[0].arm_runs)
    assert (plain.initialisation, plain.input_statistics, plain.validate_on) == (
        *("model", "dataset", "test"),
    )
    assert (changed.initialisation, changed.input_statistics) == ("he_uniform", "half")


def test_test_may_not_choose_classes_or_settings(write, message):
    write(
        "experiments/recipe.yaml",
        RECIPE % "remove_classes: {worst: 1}, validate_on: test" + "    analysis: class_removal\n",
    )
    assert "it would choose settings by test" in message(experiments=["recipe"])


def test_pretrained_weights_are_not_drawn_anew(write, message):
    write(
        "experiments/recipe.yaml",
        RECIPE.replace("mynet", "timm/resnet10t")
        % "options: {pretrained: true}, initialisation: he_normal",
    )
    assert "initialisation would undo the pretrained weights" in message(experiments=["recipe"])
