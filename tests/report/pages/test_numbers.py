"""How numbers and tables are written."""

import html
import re

import numpy as np
import pytest

from chrysalis.records.dynamics import (
    DynamicsRow,
)
from chrysalis.report.pages import (
    numbers,
    tables,
)
from chrysalis.report.pages.order import by_model


def test_numbers_of_a_sentence_stay_with_their_units_and_have_a_real_minus():
    text = "1.0 points (95 % interval -1.0 to +2.2, p = 0.370, p < 0.001) for class a-1 -2 x-3.5"
    assert html.unescape(re.sub("<.*?>", "", tables.sentence(text))) == (
        "1.0 points (95\xa0% interval −1.0 to +2.2, p\xa0=\xa00.370, p\xa0<\xa00.001) "  # noqa: RUF001
        "for class a-1 -2 x-3.5"
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (numbers.accuracy(0.94149, 0.0084, 3), "94.1 % (sd 0.8, n 3)"),
        (numbers.accuracy(1.0, np.nan, 1), "100.0 % (n 1)"),
        (numbers.number(1797), "1,797"),
        (numbers.number(-1234.56, 1), "−1,234.6"),  # noqa: RUF001
        (numbers.number(-0.04, 1), "0.0"),
        (numbers.signed(2.5, 1), "+2.5"),
        (numbers.signed(-2.5, 1), "−2.5"),  # noqa: RUF001
        (numbers.signed(0.0, 2), "0.00"),
        (numbers.significant(12345.6), "12,300"),
        (numbers.significant(0.0073449), "0.00734"),
        (numbers.significant(-1.5), "−1.5"),  # noqa: RUF001
        (numbers.significant(np.nan), "–"),  # noqa: RUF001
        (numbers.percent(np.nan), "–"),  # noqa: RUF001
        (numbers.points(-0.0123), "−1.2"),  # noqa: RUF001
        (numbers.points(0.0123), "+1.2"),
        (numbers.points(0.00001), "0.0"),
        (numbers.points(np.nan), "–"),  # noqa: RUF001
        (numbers.interval(-0.003, 0.0271), "−0.3 to +2.7"),  # noqa: RUF001
        (numbers.interval(np.nan, np.nan), "–"),  # noqa: RUF001
        (numbers.p_value(0.0004), "&lt; 0.001"),
        (numbers.p_value(0.0426), "0.043"),
        (numbers.duration(59.94), "59.9 s"),
        (numbers.duration(90), "1.5 min"),
        (numbers.duration(5400), "1.5 h"),
        (numbers.count(1, "seed"), "1 seed"),
        (numbers.count(12345, "class", "classes"), "12,345 classes"),
    ],
)
def test_numbers_are_written_plainly(written, expected):
    assert written.replace("\u00a0", " ") == expected


def test_tables_take_widths_from_what_is_shown_and_drop_empty_columns():
    text = tables.table(
        ["Name", "Nothing", "n"],
        [['<span class="data">&#42;&#42;&#42;&#42;&#42;&#42;</span>', numbers.NOTHING, "1"]],
        right="llr",
    )
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert lines[0] == "| Name | n |"
    assert lines[1] == "| ------ | --: |"


def test_settings_are_flattened():
    flat = tables.flatten({"a": {"b": [1, 2]}, "c": None, "d": [], "e": True})
    assert {name: re.sub("<.*?>", "", value) for name, value in flat.items()} == {
        "a.b": "1, 2",
        "c": "none",
        "d": "none",
        "e": "true",
    }


def test_rows_of_a_model_stand_together_in_the_order_of_their_first():
    rows = [
        DynamicsRow(model, arm, "dead", 0, 0.0, 0.0, ()) for arm in "xy" for model in ("b", "a")
    ]
    assert [(row.model, row.arm) for row in by_model(rows)] == [
        ("b", "x"),
        ("b", "y"),
        ("a", "x"),
        ("a", "y"),
    ]
