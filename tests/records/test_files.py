"""Records on disk: whole, typed, and named where they are not."""

import math

import pytest

from chrysalis.errors import UserError
from chrysalis.records.files import Record, write_whole
from tests.runs import run_record


class Small(Record):
    """A record."""

    name: str
    value: float
    extra: int = 3


def test_a_record_comes_back_as_it_was_written(tmp_path):
    path = tmp_path / "new/record.json"
    record = run_record(best_val_top1=1 / 3)
    record.write(path)
    assert type(record).read(path) == record
    assert list(path.parent.iterdir()) == [path]


def test_defaults_and_what_is_not_finite_are_written(tmp_path):
    path = tmp_path / "record.json"
    Small(name="a", value=math.inf).write(path)
    assert '"extra": 3' in path.read_text()
    assert Small.read(path) == Small(name="a", value=math.inf)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "Invalid JSON"),
        ('{"name": "a"', "Invalid JSON"),
        ('{"name": "a"}', "value: Field required"),
        ('{"name": "a", "value": 1, "more": 2}', "more: Extra inputs"),
    ],
)
def test_damage_is_named_with_what_to_do(tmp_path, text, named):
    path = tmp_path / "record.json"
    path.write_text(text)
    with pytest.raises(UserError) as error:
        Small.read(path)
    assert str(error.value).startswith(f"{path}: damaged ({named}")
    assert "remove it and run snakemake again" in str(error.value)


def test_a_failed_write_leaves_the_old_content(tmp_path, monkeypatch):
    path = tmp_path / "record.json"
    write_whole(path, "old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, "new")
    assert path.read_text() == "old"
