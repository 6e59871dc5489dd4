"""`chrysalis new` makes a folder in which the workflow runs, and touches nothing of the user's."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from chrysalis.command import studyfolder
from chrysalis.command.app import app
from chrysalis.config.schema import StudyConfig
from chrysalis.errors import UserError
from chrysalis.models import registry
from chrysalis.study.study import resolve


def call(*words):
    return CliRunner().invoke(app, ["new", *map(str, words)])


@pytest.fixture
def photographs(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "photographs" / name).mkdir(parents=True)
        (tmp_path / "photographs" / name / "1.png").write_bytes(b"")
    return tmp_path / "photographs"


def test_a_new_folder_resolves_to_a_study_with_a_pretrained_network(
    tmp_path, photographs, monkeypatch
):
    done = call(tmp_path / "mine", photographs)
    assert done.exit_code == 0, done.output
    monkeypatch.chdir(tmp_path / "mine")
    study = resolve(yaml.safe_load(Path("config/config.yaml").read_text()))
    assert study.dataset.classes() == ["cat", "dog"]
    assert study.name == "photographs"
    assert {run.model for run in study.runs.values()} >= {"resnet18_small", "mynet"}
    assert any(run.options.get("pretrained") for run in study.runs.values())
    for name in studyfolder.LINKED:
        assert (tmp_path / "mine" / name).resolve() == studyfolder.CLONE / name
        assert (tmp_path / "mine" / name).exists()


def test_a_model_of_ones_own_is_known_there(tmp_path, photographs, monkeypatch):
    call(tmp_path / "mine", photographs)
    monkeypatch.chdir(tmp_path / "mine")
    text = (tmp_path / "mine/models/README.md").read_text()
    code = text.split("```python\n")[1].split("```")[0]
    (tmp_path / "mine/models/mine.py").write_text(code)
    assert registry.spec("mine").file == (tmp_path / "mine/models/mine.py").resolve()
    network = registry.create("mine", 5, 32, width=8)
    assert network[-1].out_features == 5
    assert network[0].out_channels == 8
    (tmp_path / "mine/models/again.py").write_text(code)
    registry._specs_in.cache_clear()
    with pytest.raises(UserError, match="two models are registered as 'mine'"):
        registry.specs()


def test_without_photographs_there_is_a_place_for_them(tmp_path):
    done = call(tmp_path / "mine")
    assert "put a folder of images for each class into photos/" in done.output
    assert list((tmp_path / "mine/photos").iterdir()) == []
    config = yaml.safe_load((tmp_path / "mine/config/config.yaml").read_text())
    assert StudyConfig.model_validate(config).dataset == "photos"


def test_given_again_it_mends_links_and_nothing_else(tmp_path):
    call(tmp_path / "mine")
    config = tmp_path / "mine/config/config.yaml"
    config.write_text("dataset: photos\nseeds: 7\n")
    link = tmp_path / "mine/scripts"
    link.unlink()
    link.symlink_to(tmp_path / "where the clone was")
    assert call(tmp_path / "mine").exit_code == 0
    assert link.resolve() == studyfolder.CLONE / "scripts"
    assert config.read_text() == "dataset: photos\nseeds: 7\n"


def test_what_is_there_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    done = call(tmp_path / "mine")
    assert isinstance(done.exception, UserError)
    assert "not an empty folder" in str(done.exception)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]
    missing = call(tmp_path / "other", tmp_path / "nowhere").exception
    assert "there are no such photographs" in str(missing)
    assert not (tmp_path / "other").exists()
    assert "the clone itself" in str(call(studyfolder.CLONE).exception)


def test_run_needs_a_study_folder_and_settings_with_values(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["run"])
    assert "no study folder" in str(done.exception)
    (tmp_path / "Snakefile").touch()
    done = CliRunner().invoke(app, ["plan", "seeds"])
    assert "'seeds': settings are given as key=value" in str(done.exception)
