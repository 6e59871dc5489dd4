"""Tables come back as they were written, whatever text they hold."""

import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chrysalis.errors import UserError
from chrysalis.records.tables import Table


@dataclass(frozen=True)
class Row:
    """One of each kind."""

    class_: str
    images: int
    effect: float
    right: bool
    values: tuple[float, ...]


TABLE = Table(Row)
LINES = st.characters(exclude_characters="\r\x00", exclude_categories=("Cs",))
ROWS = st.builds(
    Row,
    class_=st.text(LINES),
    images=st.integers(-(2**53), 2**53),
    effect=st.floats(allow_nan=False),
    right=st.booleans(),
    values=st.lists(st.integers(0, 999).map(lambda n: n / 100)).map(tuple),
)


@given(st.lists(ROWS))
def test_rows_come_back_as_they_were_written(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("table") / "folder/table.csv"
    TABLE.write(rows, path)
    assert TABLE.read(path) == rows
    assert TABLE.rows(TABLE.read_frame(path)) == rows


@pytest.mark.parametrize("name", ["NA", "null", "001", "1e5", "true", "", '"', "a,b", " x "])
def test_text_stays_text(tmp_path, name):
    rows = [Row(name, 1, math.nan, True, ())]
    TABLE.write(rows, tmp_path / "table.csv")
    (found,) = TABLE.read(tmp_path / "table.csv")
    assert found.class_ == name
    assert math.isnan(found.effect)
    assert TABLE.read_frame(tmp_path / "table.csv").columns.tolist() == [
        *("class", "images", "effect", "right", "values")
    ]


def test_a_missing_file_column_or_number_is_named(tmp_path):
    path = tmp_path / "table.csv"
    with pytest.raises(UserError, match=r"table\.csv: there is no such file"):
        TABLE.read(path)
    path.write_text("class,images,effect,right\na,1,2,True\n")
    with pytest.raises(UserError, match=r"table\.csv: damaged \(it has no column values"):
        TABLE.read(path)
    path.write_text("class,images,effect,right,values\na,one,2,True,\n")
    with pytest.raises(UserError, match=r"table\.csv: damaged .*one"):
        TABLE.read(path)
    path.write_text("class,images,effect,right,values\na,1,2,True\n")
    with pytest.raises(UserError, match=r"table\.csv: damaged"):
        TABLE.read(path)
    path.write_text("")
    with pytest.raises(UserError, match=r"table\.csv: damaged"):
        TABLE.read(path)


def test_columns_may_be_more_and_stand_in_another_order(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("values,more,class,right,effect,images\n1;2,x,a,1,,3\n")
    (found,) = TABLE.read(path)
    assert (found.class_, found.images, found.right, found.values) == ("a", 3, True, (1.0, 2.0))
    assert math.isnan(found.effect)
