"""The JSON schema, and the files of config/ that refer to it."""

import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from chrysalis.config.changes import AugmentationChanges, TrainingChanges
from chrysalis.config.load import load
from chrysalis.config.schema import FILES, json_schema
from chrysalis.config.settings import AugmentationSettings, TrainingSettings

CONFIG = Path(__file__).parents[2] / "config"
KINDS = {"datasets": "dataset", "models": "model", "experiments": "experiment", "config": "config"}
KINDS["published"] = "published"
KINDS["studies"] = "config"
SHIPPED = sorted(CONFIG.rglob("*.yaml"))


def schema_of(kind):
    whole = json_schema()
    return Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": whole["$defs"]})


def name_of(path):
    return path.relative_to(CONFIG).as_posix()


def test_the_file_is_in_step_with_the_code():
    assert json.loads((CONFIG / "schema.json").read_text()) == json_schema(), "run `make format`"


def test_it_is_a_schema():
    of_schemas = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    whole = json_schema()
    assert [error.message for error in of_schemas.iter_errors(whole)] == []
    whole["$defs"]["config"]["type"] = "objekt"
    assert len(list(of_schemas.iter_errors(whole))) == 1


@pytest.mark.parametrize("path", SHIPPED, ids=name_of)
def test_shipped_files_name_their_part_of_the_schema(path):
    line = path.read_text().splitlines()[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)#/\$defs/(\w+)", line)
    assert found, line
    assert (path.parent / found[1]).resolve() == (CONFIG / "schema.json").resolve()
    assert found[2] in json_schema()["$defs"]
    assert found[2] == KINDS[path.parent.name]


@pytest.mark.parametrize("path", SHIPPED, ids=name_of)
def test_shipped_files_load_and_follow_the_schema(path):
    kind = KINDS[path.parent.name]
    load(path, FILES[kind])
    errors = [error.message for error in schema_of(kind).iter_errors(yaml.safe_load(path.open()))]
    assert errors == []


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("config", {"dataset": "x", "sedes": 3}),
        ("config", {"dataset": "x", "settings": {"training": {"epochs": 0}}}),
        ("config", {"dataset": "x", "models": []}),
        ("dataset", {"title": "x", "source": {"kind": "zip"}}),
        ("dataset", {"source": {"kind": "digits"}}),
        ("experiment", {"title": "x", "question": "?", "arms": {"a": {"trainin": 1}, "b": {}}}),
        ("experiment", {"title": "x", "question": "?", "arms": {"only": {}}}),
    ],
)
def test_an_editor_sees_faults(kind, content):
    assert not schema_of(kind).is_valid(content)


@pytest.mark.parametrize(
    ("changes", "settings"),
    [(TrainingChanges, TrainingSettings), (AugmentationChanges, AugmentationSettings)],
)
def test_changes_have_the_keys_of_the_settings_and_change_nothing_by_themselves(changes, settings):
    assert list(changes.model_fields) == list(settings.model_fields)
    assert changes().model_dump(exclude_none=True) == {}
    for name, info in settings.model_fields.items():
        assert changes.model_fields[name].description == info.description
