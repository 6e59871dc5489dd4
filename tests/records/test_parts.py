"""Every image is in one part, and parts begin where blocks do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chrysalis.records.parts import BLOCK, WHOLE, Part, PartPaths, all_parts


@given(st.integers(0, 5000), st.integers(1, 40))
def test_parts_are_the_rows_in_order_and_begin_with_a_block(n, of):
    rows = [list(range(n))[part.rows(n)] for part in all_parts(of)]
    assert [row for part in rows for row in part] == list(range(n))
    assert all(part[0] % BLOCK == 0 for part in rows if part)
    blocks = [-(-len(part) // BLOCK) for part in rows]
    assert max(blocks) - min(blocks) <= 1


def test_the_whole_is_one_part():
    assert WHOLE.rows(100) == slice(0, 100)
    assert all_parts(1) == [WHOLE]
    assert all_parts(0) == []


@given(st.integers(1, 99), st.integers(1, 99))
def test_a_part_is_read_as_it_is_written(number, of):
    assert Part.read(str(Part(number, of))) == Part(number, of)


@pytest.mark.parametrize("text", ["", "3", "3-of", "a-of-b", "1-of-2-of-3"])
def test_anything_else_is_no_part(text):
    with pytest.raises(ValueError):
        Part.read(text)


def test_parts_of_another_number_have_other_files(tmp_path):
    paths = PartPaths(tmp_path)
    one, other = Part(2, 3), Part(2, 4)
    assert paths.inspected(one) != paths.inspected(other)
    assert paths.embedded(one) != paths.embedded(other)
    assert paths.packed(43, one) != paths.packed(43, other) != paths.packed(64, other)
