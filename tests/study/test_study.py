"""From configuration to experiments and runs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chrysalis.config.run import VARIED
from chrysalis.models import registry
from chrysalis.records.study import StudyRecord
from chrysalis.study.study import resolve

REPOSITORY = Path(__file__).parents[2]


def test_the_experiments_their_arms_and_their_runs(study):
    found = study()
    assert [experiment.name for experiment in found.experiments] == [
        "models",
        "augmentation",
        "removal",
    ]
    models, augmentation, removal = found.experiments
    assert models.baseline == "mynet"
    assert list(models.arms) == ["mynet", "vgg11_small"]
    assert [(c.model, c.arm) for c in models.arm_runs] == [
        ("mynet", "mynet"),
        ("vgg11_small", "vgg11_small"),
    ]
    assert augmentation.baseline == "off"
    assert [(c.model, c.arm) for c in augmentation.arm_runs] == [
        *(("mynet", "off"), ("vgg11_small", "off"), ("mynet", "on"), ("vgg11_small", "on")),
    ]
    assert [(c.model, c.arm) for c in removal.arm_runs] == [("mynet", "full"), ("mynet", "removed")]
    assert {arm_run.stage for arm_run in removal.arm_runs} == {"train"}


def test_every_model_is_studied_unless_some_are_named(study):
    assert study(models=None).models == tuple(registry.specs())


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"models": ["mynett"]}, "models: unknown model 'mynett'; allowed: "),
        ({"cam_layers": {"vgg": "x"}}, "cam_layers: unknown model 'vgg'"),
        ({"models": ["timm/resnet10"]}, "models: timm 1"),
        ({"experiments": ["model"]}, "experiments: unknown experiment 'model'; allowed: augment"),
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
        ({"seed": 3}, "seed: unknown key; allowed: arms, assumed, audit, cam_layers, "),
        ({"seeds": 0}, "seeds: found 0; at least one seed is needed"),
    ],
)
def test_what_is_wrong_is_said_before_anything_runs(changes, text, message):
    assert text in message(**changes)


def test_faults_in_a_experiment_name_its_file(write, message):
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
    found = message()
    assert found.startswith("config/experiments/bad.yaml: b: options: model 'mynet' has no option")
    write("experiments/bad.yaml", "title: Bad\nquestion: What?\nbaseline: a\narms: {a: {}}")
    assert message().startswith("config/experiments/bad.yaml: arms: ")
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
    assert message() == (
        "config/experiments/bad.yaml: b: removing ['circle', 'square'] leaves fewer than two "
        "classes"
    )


def test_a_file_for_no_model(write, message):
    write("models/vgg11.yaml", "settings: {image_size: 64}")
    found = message()
    assert found.startswith("config/models: unknown model 'vgg11'")
    assert found.endswith("did you mean 'vgg11_small'?")


def test_a_dataset_of_one_class_is_refused(folder, write, images, message):
    images("lonely", root="alone")
    write("datasets/shapes.yaml", "title: S\nsource: {kind: folder, path: alone}")
    assert "only one class found ('lonely')" in message()


def test_a_study_too_small_to_conclude_from_says_so(study):
    training = {"training": {"epochs": 4}}
    assert study(seeds=2, settings=training).record().too_small == [
        "3 seeds are needed, not 2",
        "5 epochs are needed, not 4",
    ]
    assert study(seeds=3, settings={"training": {"epochs": 5}}).record().too_small == []


def test_an_experiment_too_small_to_conclude_from_is_named(study, write):
    write(
        "experiments/short.yaml",
        """
        title: Short
        question: Is it enough?
        baseline: long
        arms:
          long: {}
          short: {training: {epochs: 4, warmup_epochs: 0}}
        """,
    )
    record = study(experiments=["models", "short"]).record()
    small = {experiment.name: experiment.too_small for experiment in record.experiments}
    assert small == {"models": [], "short": ["5 epochs are needed, not 4"]}
    assert record.too_small == small["short"]


def test_the_record_holds_the_study_and_is_read_as_it_was_written(study, tmp_path):
    made = study(seeds=[5, 6, 7])
    made.record().write(tmp_path / "study.json")
    assert StudyRecord.read(tmp_path / "study.json") == made.record()
    found = json.loads((tmp_path / "study.json").read_text())
    assert found["name"] == "shapes"
    assert found["dataset"]["kind"] == "folder"
    assert found["seeds"] == [5, 6, 7]
    assert found["threshold"] == 0.01
    assert [experiment["name"] for experiment in found["experiments"]] == [
        *("models", "augmentation", "removal")
    ]
    augmentation = found["experiments"][1]
    assert augmentation["arms"] == {"off": {"augmentation": "none"}, "on": {}}
    assert augmentation["arm_runs"][0]["run"] in found["runs"]
    assert found["runs"] == list(made.runs)
    assert found["explained"] == [f"{run}/seed5" for run in made.base_runs.values()]


def test_a_split_for_each_seed_changes_nothing_else_of_a_run(study):
    plain, varied = study(), study(vary_split=True)
    assert (plain.record().vary_split, varied.record().vary_split) == (False, True)
    assert [run.model_copy(update={"varied": VARIED}) for run in varied.runs.values()] == list(
        plain.runs.values()
    )
    assert (plain.resplit_sizes, varied.resplit_sizes) == ([], varied.packed_sizes)


@pytest.mark.parametrize("seeds", [1, [4]])
def test_a_split_for_each_seed_needs_two_seeds(seeds, message):
    assert "vary_split needs at least two seeds" in message(vary_split=True, seeds=seeds)


def test_whether_splits_vary_is_yes_or_no(message):
    assert "vary_split" in message(vary_split="each")


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
    assert "removal" in {experiment.name for experiment in found.experiments}


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
          tuned: {from_sweep: true}
        """,
    )
    assert "search" not in study().skipped
    assert "search" in study(vary_split=True).skipped


def test_the_shipped_study_resolves(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    found = resolve({"dataset": "digits", "seeds": 3, "models": ["mynet", "resnet18_small"]})
    assert list(found.skipped) == ["pretrained"]  # 8 px digits are no photographs
    assert found.record().too_small == []


def test_resolving_a_study_imports_no_pytorch():
    code = """
import sys
from chrysalis.study.study import resolve
resolve({"dataset": "digits"})
slow = {"torch", "pandas", "matplotlib", "sklearn", "scipy", "statsmodels", "cv2"}
print(sorted(slow & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_what_a_study_asks_depends_on_no_hash_seed():
    code = """
import json
from chrysalis.study.study import resolve
models = ["mynet", "resnet18_small", "vgg11_small"]
study = resolve({"dataset": "digits", "models": models, "experiments": "all"})
print(study.record().model_dump_json())
print(json.dumps({name: run.to_json() for name, run in {**study.runs, **study.more_runs}.items()}))
print([experiment.name for experiment in study.on_request], list(study.refused.items()))
"""
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(REPOSITORY / "src")},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(4)
    }
    assert len(found) == 1
