"""Damage is found before anything is planned, and mended without repeating what is finished."""

import logging
import os
import sys
from types import SimpleNamespace

import pytest

from chrysalis.errors import UserError
from chrysalis.records.files import Hashes
from chrysalis.records.paths import StudyPaths
from chrysalis.workflow import locks, mending

# Stands for Snakemake: makes the files that it is asked for.
MAKE = (
    "import pathlib, sys; [pathlib.Path(name).write_text('as before') for name in sys.argv[1:]];"
    "pathlib.Path('asked').write_text(' '.join(sys.argv[1:]))"
)


@pytest.fixture
def paths(tmp_path, monkeypatch):
    """A study's tables, pack, one training, and site; each file holds `as before`."""
    monkeypatch.chdir(tmp_path)
    paths = StudyPaths(tmp_path / "results")
    training = paths.training("mynet-1", 0)
    records = {
        paths.images.with_name("hashes.json"): [paths.images],
        paths.split.with_name("hashes.json"): [paths.split],
        paths.packed(16).with_suffix(".json"): [paths.packed(16), paths.index(16)],
        training.record: [training.weights],
        paths.site.with_name("hashes.json"): [paths.site],
    }
    for record, files in records.items():
        for path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("as before")
        Hashes.of(files).write(record)
    return paths


@pytest.fixture
def mend(paths, tmp_path):
    """Mend the study; returns the names that Snakemake was asked for."""
    dataset = SimpleNamespace(is_fetched=True, root=tmp_path)
    study = SimpleNamespace(dataset=dataset, packed_sizes=[16], runs={"mynet-1": None}, seeds=[0])

    def run(dry=False, code=MAKE):
        mending.mend(study, paths, [sys.executable, "-c", code], dry)
        asked = tmp_path / "asked"
        return asked.read_text().split() if asked.exists() else []

    return run


def damage(path):
    path.write_text("as  after")


def test_what_is_whole_is_left_alone(paths, mend, tmp_path, caplog):
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    for path in tmp_path.rglob("*.csv"):
        os.utime(path, ns=(0, before[path]))
    assert mend() == []
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert caplog.messages == []


@pytest.mark.parametrize("which", ["images", "split"])
def test_damaged_tables_are_made_again_and_no_copy_is_left(paths, mend, which):
    path = getattr(paths, which)
    damage(path)
    assert mend() == [str(path)]
    assert path.read_text() == "as before"
    assert not list(path.parent.glob("*.damaged"))
    assert mending.wrong_files(path.with_name("hashes.json")) == []


def test_a_gone_or_damaged_pack_is_made_again(paths, mend):
    damage(paths.packed(16))
    paths.index(16).unlink()
    assert mend() == [str(paths.packed(16)), str(paths.index(16))]


def test_a_damaged_record_of_hashes_is_made_again(paths, mend):
    record = paths.packed(16).with_suffix(".json")
    record.write_text("{")
    assert mend() == [str(record)]


def test_a_damaged_file_of_a_training_is_set_aside_for_the_study_to_make(paths, mend):
    weights = paths.training("mynet-1", 0).weights
    damage(weights)
    assert mend() == []
    assert not weights.exists()
    assert weights.with_name("model.safetensors.damaged").read_text() == "as  after"


def test_a_damaged_page_has_the_site_built_again(paths, mend):
    damage(paths.site)
    assert mend() == []
    assert not paths.site.exists()


def test_a_dry_run_tells_and_changes_nothing(paths, mend, caplog):
    damage(paths.packed(16))
    damage(paths.training("mynet-1", 0).weights)
    with caplog.at_level(logging.WARNING):
        assert mend(dry=True) == []
    assert [message.split(":")[0] for message in caplog.messages] == ["Damaged", "Damaged"]
    assert paths.packed(16).read_text() == "as  after"


def test_what_cannot_be_made_again_stops_before_anything_is_planned(paths, mend):
    damage(paths.packed(16))
    with pytest.raises(UserError, match="could not be made again"):
        mend(code="import sys; sys.exit(1)")
    assert paths.packed(16).with_name("16px.npy.damaged").read_text() == "as  after"
    assert mend() == [str(paths.packed(16))]  # the next run tries again


def test_the_call_inside_does_not_wait_for_the_lock(tmp_path, monkeypatch):
    monkeypatch.setenv(locks.INSIDE, "1")
    with locks.held(tmp_path / ".snakemake") as alone:
        assert alone is False
    assert not (tmp_path / ".snakemake").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-n"], True),
        (["--cores", "1", "-np"], True),
        (["--dry-run"], True),
        (["--cores", "1", "--config", "dataset=n", "--nolock"], False),
        (["-c4"], False),
    ],
)
def test_dry_runs_are_known_by_their_arguments(arguments, expected):
    assert mending.plans_only(arguments) is expected
