"""The slow model against cases worked out by hand, in the rows of these tests."""

from fractions import Fraction

import pytest

from tests import reference as ref
from tests.cells.test_measure import annualized, formed
from tests.panel.panels import Row, coarser, differences, label, model_of, ordinal

OK, NAN = "OK", None
JAN = ordinal("M", 2024)


def line(values, first=JAN, kind="flow", **options):
    """A model of one series; None is a month without a row."""
    rows = [
        Row(("A",), first + i, {"units": value})
        for i, value in enumerate(values)
        if value is not None
    ]
    # A second series spans the calendar, so the first may be absent at its ends.
    rows += [Row(("Z",), first + i, {"units": 1}) for i in range(len(values))]
    return model_of(rows, {"units": kind}, names=("maker",), **options)


def units(values, *args, **options):
    return line(values, *args, **options)["units"]


def cells(measure, key=("A",)):
    return [pair for (name, _), pair in measure.results().items() if name == key]


def names(measure):
    return [status for _, status in cells(measure)]


def values(measure):
    return [value for value, _ in cells(measure)]


def test_ordinals_and_labels():
    assert ordinal("M", 1970, 1) == 0 and ordinal("M", 2025, 12) == 671
    assert ordinal("Q", 2025, 12) == 223 and ordinal("H", 2025, 7) == 111
    assert label("Q", 223) == "2025Q4" and label("H", 111) == "2025H2"
    assert label("M", 671) == "2025-12" and label("Y", 55) == "2025"
    joint = ordinal("M-JF", 2025, 1)
    assert joint == ordinal("M-JF", 2025, 2) == 605
    assert label("M-JF", joint) == "2025-02"
    assert label("M-JF", joint + 1) == "2025-03"
    assert coarser(671, "M", "Q") == 223 and coarser(223, "Q", "Y") == 55
    assert coarser(ordinal("M", 2025, 1), "M", "M-JF") == joint


def test_level_statuses():
    assert names(units([None, 1, None, 2, None])) == [
        "NOT_BEGUN", "OK", "MISSING", "OK", "MISSING",
    ]  # fmt: skip
    ended = units([1] + [None] * 12)
    assert names(ended) == ["OK"] + ["EXITED"] * 12
    assert names(units([1] + [None] * 11)) == ["OK"] + ["MISSING"] * 11
    assert names(units([1, None, None], exit_after=2))[1:] == ["EXITED"] * 2
    # The run must reach the last complete period, and what comes later is partial.
    partial = units([1, None, None, 5], complete=JAN + 2, exit_after=2)
    assert names(partial) == ["OK", "EXITED", "EXITED", "PARTIAL"]
    assert values(partial)[3] == 5


def test_growth_is_joined_on_the_calendar():
    assert cells(units([100, None, 120, 150]).growth(1)) == [
        (NAN, "OUTSIDE"),
        (NAN, "MISSING"),
        (NAN, "GAP"),
        (Fraction(1, 4), OK),
    ]
    entered = units([None, 4, 5])
    assert cells(entered.growth(1)) == [
        (NAN, "NOT_BEGUN"),
        (NAN, "ENTERED"),
        (Fraction(1, 4), OK),
    ]
    assert cells(entered.growth(1, "midpoint"))[1] == (2, "ENTERED")
    left = units([4, -5, None, None], exit_after=2)
    assert cells(left.growth(1, "midpoint"))[2:] == [(2, "EXITED"), (NAN, "EXITED")]
    partial = units([4, 5, 6], complete=JAN + 1).growth(1)
    assert names(partial) == ["OUTSIDE", "OK", "PARTIAL"]
    assert names(units([4, 5, 6]).growth(-1)) == ["OK", "OK", "OUTSIDE"]


def test_other_rates():
    assert values(units([4, 6]).change(1))[1] == 2
    quarterly = annualized(units([100] * 3 + [105]), 3)
    assert float(values(quarterly)[3]) == pytest.approx(0.21550625)
    for logs in (
        formed(units([1, 2]), 1, ref.log_growth_cell),
        units([1, 2]).log_growth(1),
    ):
        assert float(values(logs)[1]) == pytest.approx(0.6931471805599453)
    table = line([2, 4] * 6 + [9])
    assert values(table["units"].index("2024"))[-3:] == [
        Fraction(200, 3),
        Fraction(400, 3),
        300,
    ]
    late = units([None, 4, 9]).index("2024-01")
    assert names(late) == ["NOT_BEGUN", "GAP", "GAP"]


def test_windows():
    """What lies before entry counts as 0 in a window, and the cell is OK."""
    late = units([None, 1, 2, 4])
    assert cells(late.trailing(3)) == [
        (NAN, "NOT_BEGUN"),
        (NAN, "INCOMPLETE"),
        (3, OK),
        (7, OK),
    ]
    assert cells(late.ytd()) == [(NAN, "NOT_BEGUN"), (1, OK), (3, OK), (7, OK)]
    holed = units([1, None, 2])
    assert names(holed.ytd()) == ["OK", "INCOMPLETE", "INCOMPLETE"]
    begins_in_march = units([1, 2], JAN + 2).ytd()
    assert names(begins_in_march) == ["INCOMPLETE", "INCOMPLETE"]
    level = units([3, 5, 9], JAN - 1, "cumulative")
    assert cells(level.from_ytd()) == [(NAN, "OUTSIDE"), (5, OK), (4, OK)]


def test_resample():
    late = [None, 1, 2, 4, None, 5, 6, 7]
    assert cells(line(late).resample("Q")["units"]) == [
        (3, OK),
        (NAN, "INCOMPLETE"),
        (13, "PARTIAL"),  # the set reaches beyond the calendar
    ]
    stock = line(late, kind="stock").resample("Q")["units"]
    assert cells(stock)[:2] == [(2, OK), (5, OK)]
    cut = line([1, 2, 4, 5], complete=JAN + 3).resample("Q")["units"]
    assert names(cut) == ["OK", "PARTIAL"]


def test_sums_duplicates_and_zero():
    rows = [
        Row(("A",), JAN, {"units": 0.1}),
        Row(("A",), JAN, {"units": 0.1}),
        Row(("A",), JAN + 1, {"units": None}),
        Row(("B",), JAN + 2, {"units": 3}),
    ]

    def model(**options):
        return model_of(rows, {"units": "flow"}, names=("maker",), **options)

    assert values(model()["units"])[0] == 2 * Fraction(0.1)
    assert model()["units"].grid.lines[("A",)][JAN].count == 2
    once = model(duplicates="identical")["units"]
    assert (values(once)[0], once.grid.lines[("A",)][JAN].count) == (Fraction(0.1), 1)
    assert values(model(duplicates="last")["units"])[0] == Fraction(0.1)
    # No row means none sold, after entry: not before it, nor where a row has no value.
    zero = model(absent="zero", complete=JAN + 2)["units"]
    assert cells(zero) == [(2 * Fraction(0.1), OK), (NAN, "MISSING"), (0, OK)]
    assert cells(zero, ("B",)) == [(NAN, "NOT_BEGUN"), (NAN, "NOT_BEGUN"), (3, OK)]
    assert model().coverage()[("A",)] == {
        "rows": 3, "nulls": 1, "duplicates": 1, "first": "2024-01", "last": "2024-01",
        "gaps": 0, "entered": False, "exited": False,
    }  # fmt: skip


def test_structure_and_quotients():
    rows = [
        Row(("A", "N"), JAN, {"r": 10, "c": 8}),
        Row(("A", "S"), JAN, {"r": 30, "c": None}),
        Row(("B", "N"), JAN, {"r": 60, "c": 30}),
        Row(("A", "S"), JAN + 1, {"r": 5, "c": 1}),
    ]
    table = model_of(rows, {"r": "flow", "c": "flow"})
    keys = table.series
    share = table["r"].share()
    assert [cells(share, key)[0][0] for key in keys] == [
        Fraction(1, 10), Fraction(3, 10), Fraction(6, 10),
    ]  # fmt: skip
    # A/N lives in the second month and has no value: the total carries its mark.
    inside = table["r"].share(("maker",))
    assert cells(inside, ("A", "S")) == [(Fraction(3, 4), OK), (1, "INCOMPLETE")]
    rank = table["r"].rank()
    assert [cells(rank, key)[0][0] for key in keys] == [3, 2, 1]
    margins = table.margin("r", "c")
    assert cells(margins, ("B", "N")) == [(Fraction(1, 2), OK), (None, "MISSING")]
    by_maker = table.rollup("maker").margin("r", "c")
    assert cells(by_maker) == [(None, "UNPAIRED"), (Fraction(4, 5), "INCOMPLETE")]
    assert cells(table["r"].hhi(), ())[0] == (Fraction(46, 100), OK)
    matched = table["r"].growth(1, within=(), matched=True)
    assert cells(matched, ())[0] == (None, "OUTSIDE")
    assert cells(matched, ())[1][0] == Fraction(-5, 6)
    unmatched = table["r"].growth(1, within=("region",), matched=True)
    assert cells(unmatched, ("N",))[1] == (None, "MISSING")


def test_tables_from_tables():
    rows = [
        Row(("A", None), JAN, {"u": 1}),
        Row(("B", "S"), JAN, {"u": 2}),
        Row(("B", "N"), JAN + 1, {"u": 3}),
    ]
    table = model_of(rows, {"u": "flow"})
    assert table.series == [("A", None), ("B", "N"), ("B", "S")]
    total = table.rollup()["u"]
    assert cells(total, ()) == [(3, OK), (3, "INCOMPLETE")]
    # (members, living): B in the north has not begun in January.
    assert list(total.counts().values()) == [(2, 2), (1, 3)]
    assert table.recode("maker", {"B": "A"}).series == [
        ("A", "N"), ("A", "S"), ("A", None),
    ]  # fmt: skip
    only = table.select(maker="B")
    assert only.series == [("N",), ("S",)] and only.periods == ["2024-01", "2024-02"]
    twice = table.merge(table)["u"]
    assert cells(twice, ("B", "S"))[0] == (4, OK)
    later = model_of([Row(("A", None), JAN, {"u": 5})], {"u": "flow"})
    replaced = table.merge(later, overlap="replace")["u"]
    assert cells(replaced, ("A", None))[0] == (5, OK)
    changed, same = differences(table["u"], replaced)
    assert changed == {(("A", None), "2024-01", "revised", 1, 5)} and same == 2
