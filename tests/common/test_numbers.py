"""Numbers as text."""

import math

import pytest

import evmarket as em
from evmarket._common.html import numbers
from evmarket._common.numbers import (
    column,
    decimals,
    finite,
    number,
    percent,
    points,
    signed,
)
from evmarket._figures.show import show
from evmarket._market.lines import Cell, cell_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.5, "1,234.5"),
        (0.25, "0.25"),
        (0, "0"),
        (-0.0, "0"),
        (139_000, "139,000"),
        (-139_000.0, "-139,000"),
        (2 / 3, "0.6667"),
        (77_222.22, "77,222"),
        (12.300004, "12.3"),
        (1e-20, "1e-20"),
        (1.5e15, "1.5e+15"),
        (10**16, "10,000,000,000,000,000"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
    ],
)
def test_one_number(value, text):
    assert number(value) == text


def test_more_digits_only_where_six_are_not_exact():
    assert number(77_222.22, 6) == "77,222.2"
    assert number(2 / 3, 6) == "0.666667"
    assert number(0.25, 6) == "0.25"


@pytest.mark.parametrize("value", [1234.5, 0.25])
def test_all_writers_print_the_same_number(value):
    text = number(value)
    assert numbers([value]) == [text]
    assert show(value, "number") == text
    assert cell_text(Cell(value, "vehicles")) == text
    panel = em.Panel.from_arrays({"maker": ["A"]}, ["2024-01"], {"units": [value]})
    assert repr(panel.to_table()).split()[-1] == text


def test_signs_and_percent():
    assert [signed(x) for x in (1.5, 0, -1.5)] == ["+1.5", "0", "-1.5"]
    assert [percent(x) for x in (0.5, 0.07, -0.1234567)] == ["50%", "7%", "-12.35%"]
    assert [points(x) for x in (0.012, 0, 1e-15, -0.5)] == [
        "+1.2 pp",
        "0 pp",
        "0 pp",
        "-50 pp",
    ]


def test_plain_numbers_of_a_column_share_their_decimals():
    assert column([1234.5, 0.25, 3]) == ["1,234.50", "0.25", "3"]
    assert column([0.5, 2.5, 1], ["rate", "", ""]) == ["+50.00%", "2.5", "1"]
    assert column([math.nan, 1e-9, 1e6]) == ["", "1e-09", "1,000,000"]
    assert decimals([]) == decimals([0.0, math.nan, math.inf]) == 0


def test_data_formats_have_full_precision():
    assert [finite(x) for x in (0.1, math.nan, -math.inf)] == [0.1, None, None]
    assert finite(math.nan, "") == ""
