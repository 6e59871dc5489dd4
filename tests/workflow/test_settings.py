"""What Snakemake writes for its jobs when it plans."""

import hashlib
import json
import os

import pytest

from chrysalis.config.run import RunSettings
from chrysalis.errors import UserError
from chrysalis.records.paths import StudyPaths
from chrysalis.workflow import settings
from chrysalis.workflow.arguments import Job, read_settings


@pytest.fixture
def paths(tmp_path):
    return StudyPaths(tmp_path / "results/a b")


def times(paths):
    return {path: path.stat().st_mtime_ns for path in paths.results.rglob("*.json")}


def test_jobs_read_what_the_study_holds(study, paths):
    found = study(seeds=2)
    plan = settings.write(found, {"seeds": 2}, paths, alone=True)
    for name, run in (found.runs | found.more_runs).items():
        assert "seed" not in json.loads(paths.settings(name).read_text())
        assert read_settings(paths.settings(name)) == run
        assert Job(paths, name, 7).settings() == found.settings(name, 7)
    assert json.loads(plan.config.read_text()) == {"seeds": 2}
    told = json.loads(plan.study.read_text())
    assert told["base_runs"] == found.base_runs
    assert list(told["base_runs"]) == list(found.base_runs)
    names = {experiment.name for experiment in (*found.experiments, *found.on_request)}
    assert {path.stem for path in (plan.folder / "experiments").iterdir()} == names
    for name in names:
        assert json.loads(plan.experiment(name).read_text())["name"] == name


def test_what_is_right_already_is_not_written_again(study, paths):
    first = settings.write(study(), {}, paths, alone=True)
    before = times(paths)
    assert settings.write(study(), {}, paths, alone=True) == first
    assert times(paths) == before
    first.study.write_text("{}")
    run = next(iter(study().runs))
    paths.settings(run).write_bytes(b"\xff{")
    settings.write(study(), {}, paths, alone=True)
    assert json.loads(first.study.read_text())["seeds"]
    assert read_settings(paths.settings(run)) == study().runs[run]


def test_another_plan_changes_nothing_under_a_study_that_runs(study, paths):
    running = settings.write(study(seeds=2), {"seeds": 2}, paths, alone=True)
    before = times(paths)
    other = settings.write(study(seeds=3), {"seeds": 3}, paths, alone=False)
    assert other != running
    assert {path: time for path, time in times(paths).items() if path in before} == before
    settings.write(study(seeds=3), {"seeds": 3}, paths, alone=True)
    assert other.study.is_file()
    assert not running.folder.exists()


def test_the_list_of_code_changes_with_the_code_alone(tmp_path):
    base, listed = tmp_path / "checkout", tmp_path / "results/code/train.txt"
    (base / "src").mkdir(parents=True)
    files = [base / "scripts.py", base / "src/a.py"]
    for file in files:
        file.write_text(file.name)
    assert settings.write_code(files, base, listed) == listed
    lines = [line.split("  ") for line in listed.read_text().splitlines()]
    assert [name for _, name in lines] == ["scripts.py", "src/a.py"]
    assert lines[1][0] == hashlib.sha256(b"a.py").hexdigest()
    before = listed.stat().st_mtime_ns
    os.utime(files[0])
    settings._sha256.cache_clear()
    settings.write_code(files, base, listed)
    assert listed.stat().st_mtime_ns == before
    files[0].write_text("edited")
    settings._sha256.cache_clear()
    settings.write_code(files, base, listed)
    assert listed.stat().st_mtime_ns != before


def test_damaged_or_missing_settings_are_a_clear_error(tmp_path):
    path = tmp_path / "run.json"
    with pytest.raises(UserError, match=r"run\.json: there is no such file"):
        read_settings(path)
    path.write_text('{"model": "mynet"')
    with pytest.raises(UserError, match=r"run\.json: damaged; run snakemake again"):
        read_settings(path)
    path.write_text(RunSettings(model="mynet", image_size=16).to_json())
    assert read_settings(path).model == "mynet"
