"""Faults in YAML files: the message names file, key, what was found, and what is allowed."""

import re
from pathlib import Path

import pytest

from chrysalis.config.experiment import Experiment
from chrysalis.config.load import RENAMED, load, read_yaml, validate
from chrysalis.config.published import Published
from chrysalis.config.schema import Dataset, StudyConfig
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.errors import UserError, suggest

DATASET = {"title": "Shapes", "source": {"kind": "digits"}}
EXPERIMENT = {"title": "T", "question": "Q?", "baseline": "a", "arms": {"a": {}, "b": {}}}
STUDY = {"dataset": "shapes"}
PUBLISHED = {"title": "T", "source": "S", "differences": ["D"]}


def message(content, model):
    with pytest.raises(UserError) as error:
        validate(content, model, "file.yaml")
    return str(error.value)


def test_an_unknown_key_is_named_with_the_nearest_and_all_that_are_allowed():
    found = message({**DATASET, "settings": {"training": {"epoch": 3}}}, Dataset)
    assert found == (
        "file.yaml: settings.training.epoch: unknown key; allowed: "
        f"{', '.join(sorted(TrainingSettings.model_fields))}; did you mean 'epochs'?"
    )


def test_a_far_off_key_is_not_guessed_at():
    found = message({**DATASET, "colour": 1}, Dataset)
    assert found.endswith("settings, skip_experiments, source, split, title, url")


@pytest.mark.parametrize("key", ["folder", "archive", "int"])
def test_an_unknown_key_may_be_a_word_of_pydantics(key):
    assert message({**DATASET, key: 1}, Dataset).startswith(f"file.yaml: {key}: unknown key;")


def test_a_fault_inside_a_union_is_named_once():
    arms = {"a": {"augmentation": {"flipp": 1}}, "b": {}}
    found = message({**EXPERIMENT, "arms": arms}, Experiment)
    assert found == (
        "file.yaml: arms.a.augmentation.flipp: unknown key; allowed: "
        f"{', '.join(sorted(AugmentationSettings.model_fields))}; did you mean 'flip'?"
    )


def test_all_faults_are_named_at_once():
    settings = {"image_size": 4, "training": {"epochs": "many"}}
    lines = message({"titel": "x", "source": {"kind": "digits"}, "settings": settings}, Dataset)
    assert [line.split(": ")[1] for line in lines.splitlines()] == [
        *("title", "settings.image_size", "settings.training.epochs", "titel")
    ]


@pytest.mark.parametrize(
    ("content", "model", "parts"),
    [
        ({"source": {"kind": "digits"}}, Dataset, ["title: this key is needed and missing"]),
        ({**DATASET, "title": 3}, Dataset, ["title: found 3; input should be a valid string"]),
        (
            {**DATASET, "source": {"kind": "zip"}},
            Dataset,
            ["source: found {'kind': 'zip'}", "'archive', 'table', 'folder'"],
        ),
        (
            {**DATASET, "source": {"kind": "archive", "files": []}},
            Dataset,
            ["source.files: found []", "at least 1 item"],
        ),
        (
            {**DATASET, "split": {"fractions": [0.8, 0.1, 0.2]}},
            Dataset,
            ["split.fractions: found [0.8, 0.1, 0.2]", "must add up to 1, found 1.1"],
        ),
        (
            {**DATASET, "split": {"fractions": [1.0, 0.0, 0.0]}},
            Dataset,
            ["split.fractions.1: found 0.0", "greater than 0"],
        ),
        ({**STUDY, "seeds": 0}, StudyConfig, ["seeds: found 0; at least one seed is needed"]),
        ({**STUDY, "seeds": []}, StudyConfig, ["seeds: found []", "at least one"]),
        ({**STUDY, "seeds": [1, 2, 1]}, StudyConfig, ["seeds: found [1, 2, 1]", "each seed once"]),
        ({**STUDY, "seeds": [1, -1]}, StudyConfig, ["seeds.1: found -1", "greater than or equal"]),
        ({**STUDY, "seeds": "abc"}, StudyConfig, ["seeds: found 'abc'", "valid integer"]),
        ({**STUDY, "models": []}, StudyConfig, ["models: found []", "at least 1 item"]),
        ({**STUDY, "models": ["m", "m"]}, StudyConfig, ["models: found ['m', 'm']", "just once"]),
        ({**STUDY, "threshold": 1.0}, StudyConfig, ["threshold: found 1.0", "less than 1"]),
        ({**STUDY, "threshold": float("nan")}, StudyConfig, ["threshold: found nan", "finite"]),
        (
            {**STUDY, "settings": {"augmentation": "off"}},
            StudyConfig,
            ["settings.augmentation: found 'off'", "'none' or 'standard'"],
        ),
        (
            {**STUDY, "settings": {"augmentation": {"crop_area": [0.9, 0.5]}}},
            StudyConfig,
            ["settings.augmentation.crop_area: found [0.9, 0.5]; the least must not be above"],
        ),
        (
            {**STUDY, "settings": {"training": {"precision": "fp16"}}},
            StudyConfig,
            ["settings.training.precision: found 'fp16'", "'auto', 'fp32' or 'bf16'"],
        ),
        (
            {**EXPERIMENT, "baseline": "c"},
            Experiment,
            ["baseline 'c' is not among the arms ['a', 'b']"],
        ),
        (
            {**EXPERIMENT, "arms": {"a": {}}},
            Experiment,
            ["arms: found {'a': {}}", "at least 2 items"],
        ),
        ({**EXPERIMENT, "arms": {"a": {}, "B-2": {}}}, Experiment, ["arms.B-2", "match pattern"]),
        ({**EXPERIMENT, "arms": "models"}, Experiment, ["`arms: models` takes no baseline"]),
        (
            {**EXPERIMENT, "arms": "each_class"},
            Experiment,
            ["`arms: each_class` takes `analysis: class_removal`, no baseline"],
        ),
        (
            {**EXPERIMENT, "metrics": ["gap"], "against": ["parameters"]},
            Experiment,
            ["`against` may name only what `metrics` names"],
        ),
        ({**EXPERIMENT, "metrics": ["speed"]}, Experiment, ["metrics.0: found 'speed'"]),
        (
            {**EXPERIMENT, "analysis": "class_removal"},
            Experiment,
            ["each arm but the baseline of a class_removal experiment removes one"],
        ),
        (
            {
                **EXPERIMENT,
                "analysis": "class_removal",
                "arms": {"a": {"remove_classes": ["x"]}, "b": {"remove_classes": ["x"]}},
            },
            Experiment,
            ["the baseline of a class_removal experiment removes no class"],
        ),
        (
            {
                **EXPERIMENT,
                "analysis": "class_removal",
                "arms": {"a": {}, "b": {"remove_classes": ["x"], "model": "mynet"}},
            },
            Experiment,
            ["the arms of a class_removal experiment name no model"],
        ),
        (
            {**EXPERIMENT, "arms": {"a": {}, "b": {"remove_classes": ["x"]}}},
            Experiment,
            ["arms that remove different classes need `analysis: class_removal`"],
        ),
    ],
)
def test_impossible_values(content, model, parts):
    found = message(content, model)
    assert found.startswith("file.yaml: ")
    for part in parts:
        assert part in found


def test_class_names_that_yaml_reads_as_numbers_are_text(write):
    path = write(
        "datasets/x.yaml", "title: X\nsource: {kind: digits}\nremove_classes: [8, '3', 10]"
    )
    assert load(path, Dataset).remove_classes == ["8", "3", "10"]
    arm = Experiment.model_validate(
        {
            **EXPERIMENT,
            "analysis": "class_removal",
            "arms": {"a": {}, "b": {"remove_classes": [1]}},
        }
    ).arms["b"]
    assert arm.remove_classes == ["1"]
    assert StudyConfig.model_validate({**STUDY, "remove_classes": [8]}).remove_classes == ["8"]


def test_bad_yaml_names_file_and_line(write):
    path = write("config.yaml", "dataset: digits\nseeds: [1, 2\nmodels: x\n")
    with pytest.raises(UserError, match=rf"^{re.escape(str(path))}, line 3: not valid YAML: "):
        read_yaml(path)


def test_a_key_given_twice_names_the_second(write):
    path = write("experiments/x.yaml", "arms:\n  a: {seed: 1}\n  b: {}\n  a: {seed: 2}\n")
    with pytest.raises(UserError) as error:
        read_yaml(path)
    assert str(error.value) == f"{path}, line 4: not valid YAML: the key 'a' is given twice"


def test_a_merged_key_may_be_given_again(write):
    path = write(
        "experiments/x.yaml", "a: &a {x: 1, y: 1}\nb: &b {<<: *a, x: 2}\nc: {<<: *b, x: 3}\n"
    )
    assert read_yaml(path) == {"a": {"x": 1, "y": 1}, "b": {"x": 2, "y": 1}, "c": {"x": 3, "y": 1}}


def test_an_empty_file(write):
    path = write("config.yaml", "# nothing yet\n")
    with pytest.raises(UserError, match=r"config\.yaml: the file is empty"):
        read_yaml(path)


@pytest.mark.parametrize(("text", "kind"), [("- a\n- b\n", "list"), ("words", "str")])
def test_not_a_mapping(write, text, kind):
    path = write("config.yaml", text)
    with pytest.raises(UserError) as error:
        read_yaml(path)
    assert str(error.value) == f"{path}: expected keys and values, found {kind}"


def test_not_text(write):
    path = write("config.yaml", "")
    path.write_bytes(b"title: \xff\xfe")
    with pytest.raises(UserError, match="not valid YAML"):
        read_yaml(path)


def test_no_such_file(tmp_path):
    path = tmp_path / "none.yaml"
    with pytest.raises(UserError) as error:
        load(path, Dataset)
    assert str(error.value) == f"{path}: cannot be read (No such file or directory)"


def test_load_names_the_file(write):
    path = write("datasets/x.yaml", "title: X\nsource: {kind: digits}\nextra: 1")
    with pytest.raises(UserError, match=f"^{re.escape(str(path))}: extra: unknown key"):
        load(Path(path), Dataset)


def test_suggest():
    assert suggest("mynett", ["mynet", "vgg"]) == "allowed: mynet, vgg; did you mean 'mynet'?"
    assert suggest("zzz", ["mynet", "vgg"]) == "allowed: mynet, vgg"


@pytest.mark.parametrize(
    ("content", "model", "old"),
    [
        ({**EXPERIMENT, "measures": ["gap"]}, Experiment, "measures"),
        ({**EXPERIMENT, "arms": {"a": {}, "b": {"tuned": True}}}, Experiment, "arms.b.tuned"),
        (
            PUBLISHED | {"claims": [{"kind": "ratio", "chapter": "c"}]},
            Published,
            "claims.0.chapter",
        ),
        (
            PUBLISHED | {"claims": [{"kind": "ratio", "measure": "gap"}]},
            Published,
            "claims.0.measure",
        ),
    ],
)
def test_a_key_of_an_earlier_version_is_answered_with_its_new_name(content, model, old):
    new = RENAMED[old.rpartition(".")[2]]
    assert f"file.yaml: {old}: this key is now called '{new}'" in message(content, model)


def test_keys_are_text_and_a_bool_is_explained(tmp_path):
    path = tmp_path / "experiment.yaml"
    path.write_text("title: T\nquestion: Q\nbaseline: off\narms: {off: {}, 3: {}, on: {}}\n")
    assert list(read_yaml(path)["arms"]) == ["off", "3", "on"]
    with pytest.raises(UserError, match=r"baseline: found False; .* put it in quotes"):
        load(path, Experiment)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seeds": [10**22]}, "less than 4294967296"),
        ({"seeds": 10**22}, "at most 1000 seeds can be counted; to name one, write [1000"),
        ({"remove_classes": [True]}, "for the word, put it in quotes"),
        ({"remove_classes": [None]}, "valid string"),
    ],
)
def test_values_that_cannot_be_meant(changes, said):
    assert said in message({**STUDY, **changes}, StudyConfig)


def test_a_dataset_may_be_called_by_a_number():
    assert validate({"dataset": 5, "remove_classes": [8]}, StudyConfig, "f").dataset == "5"
