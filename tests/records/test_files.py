"""Records on disk: whole, typed, and named where they are not."""

import math

import pytest

from chrysalis.errors import UserError
from chrysalis.records.files import Hashes, Record, write_whole
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
    assert "Give the same command again, and the file is made anew" in str(error.value)
    assert not path.exists()
    assert path.with_name("record.json.damaged").read_text() == text


@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b[:3] + b"X" + b[4:]])
def test_a_file_that_is_not_what_was_written_is_set_aside(tmp_path, change):
    path = tmp_path / "weights"
    path.write_bytes(b"0123456789")
    known = Hashes.of([path]).files["weights"]
    known.check(path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(UserError, match=r"weights: damaged"):
        known.check(path)
    assert [found.name for found in tmp_path.iterdir()] == ["weights.damaged"]
    with pytest.raises(UserError, match=r"weights: there is no such file"):
        known.check(path)


def test_a_failed_write_leaves_the_old_content(tmp_path, monkeypatch):
    path = tmp_path / "record.json"
    write_whole(path, "old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
