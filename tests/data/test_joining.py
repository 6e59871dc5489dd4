"""Files of parts become one, or the part that is damaged is set aside."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chrysalis.data.joining import join_arrays, join_tables
from chrysalis.errors import UserError
from chrysalis.records.tables import read_parquet


@given(cuts=st.lists(st.integers(0, 9), max_size=5))
def test_arrays_and_tables_are_put_behind_one_another(tmp_path_factory, cuts):
    folder = tmp_path_factory.mktemp("parts")
    whole = np.arange(18).reshape(9, 2)
    table = pd.DataFrame({"name": [f'a, "{row}"' for row in range(9)], "value": whole[:, 0] / 7})
    edges = [0, *sorted(cuts), 9]
    arrays, tables = [], []
    for number, (first, last) in enumerate(pairwise(edges)):
        arrays.append(folder / f"{number}.npy")
        np.save(arrays[-1], whole[first:last])
        tables.append(folder / f"{number}.csv")
        table[first:last].to_csv(tables[-1], index=False)
    joined = np.empty_like(whole)
    join_arrays(arrays, joined)
    np.testing.assert_array_equal(joined, whole)
    join_tables(tables, folder / "whole.csv")
    assert (folder / "whole.csv").read_text() == table.to_csv(index=False)


@pytest.mark.parametrize("rows", [1, 3])
def test_rows_that_are_missing_or_too_many_are_refused(tmp_path, rows):
    first, last = tmp_path / "1.npy", tmp_path / "2.npy"
    np.save(first, np.zeros((2, 5)))
    np.save(last, np.zeros((rows, 5)))
    with pytest.raises(UserError, match=r"2\.npy: damaged .*Give the same command again"):
        join_arrays([first, last], np.empty((4, 5)))
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["1.npy", "2.npy.damaged"]


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"other"])
def test_a_damaged_part_is_set_aside(tmp_path, content):
    for name in ("1.npy", "1.parquet"):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=r"1\.npy: damaged"):
        join_arrays([tmp_path / "1.npy"], np.empty((1, 1)))
    with pytest.raises(UserError, match=r"1\.parquet: damaged"):
        read_parquet(tmp_path / "1.parquet")
    assert not (tmp_path / "1.npy").exists()
    assert not (tmp_path / "1.parquet").exists()


def test_a_part_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match="there is no such file"):
        join_tables([tmp_path / "1.csv"], tmp_path / "whole.csv")
    assert list(tmp_path.iterdir()) == []
