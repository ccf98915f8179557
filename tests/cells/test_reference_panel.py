"""The reference implementation of panels against cases worked out by hand."""

from fractions import Fraction

import pytest

from tests.cells import reference_measure as by_hand
from tests.cells import reference_panel as reference
from tests.cells.reference_panel import Row
from tests.reference import Status

OK, NAN = Status.OK, None
JAN = reference.ordinal("M", 2024)


def line(values, first=JAN, complete=None, **options):
    """A panel of one series; None is a month without a row."""
    rows = [
        Row(("A",), first + i, {"units": value})
        for i, value in enumerate(values)
        if value is not None
    ]
    # A second series spans the calendar, so the first may be absent at its ends.
    rows += [Row(("Z",), first + i, {"units": 1}) for i in range(len(values))]
    table = reference.build(
        rows, {"units": "flow"}, names=("maker",), complete=complete, **options
    )
    return reference.levels(table, "units")


def cells(measure):
    return measure.cells[("A",)]


def names(measure):
    return [status.name for _, status in cells(measure)]


def values(measure):
    return [value for value, _ in cells(measure)]


def test_ordinals_and_labels():
    assert (
        reference.ordinal("M", 1970, 1) == 0 and reference.ordinal("M", 2025, 12) == 671
    )
    assert (
        reference.ordinal("Q", 2025, 12) == 223
        and reference.ordinal("H", 2025, 7) == 111
    )
    assert (
        reference.label("Q", 223) == "2025Q4" and reference.label("H", 111) == "2025H2"
    )
    assert reference.label("M", 671) == "2025-12" and reference.label("Y", 55) == "2025"
    joint = reference.ordinal("M-JF", 2025, 1)
    assert joint == reference.ordinal("M-JF", 2025, 2) == 605
    assert reference.label("M-JF", joint) == "2025-02"
    assert reference.label("M-JF", joint + 1) == "2025-03"
    assert (
        reference.coarser(671, "M", "Q") == 223
        and reference.coarser(223, "Q", "Y") == 55
    )
    assert reference.coarser(reference.ordinal("M", 2025, 1), "M", "M-JF") == joint
    assert reference.lag_in("1Y", "M") == 12 and reference.lag_in("-1Q", "M") == -3
    assert reference.lag_in("1Y", "M-JF") == 11 and reference.lag_in(5, "Q") == 5


def test_level_statuses():
    assert names(line([None, 1, None, 2, None])) == [
        "NOT_BEGUN", "OK", "MISSING", "OK", "MISSING",
    ]  # fmt: skip
    ended = line([1] + [None] * 12)
    assert names(ended) == ["OK"] + ["EXITED"] * 12
    assert names(line([1] + [None] * 11)) == ["OK"] + ["MISSING"] * 11
    assert names(line([1, None, None], exit_after=2))[1:] == ["EXITED"] * 2
    # The run must reach the last complete period, and what comes later is partial.
    partial = line([1, None, None, 5], complete=JAN + 2, exit_after=2)
    assert names(partial) == ["OK", "EXITED", "EXITED", "PARTIAL"]
    assert values(partial)[3] == 5


def test_growth_is_joined_on_the_calendar():
    assert cells(by_hand.growth(line([100, None, 120, 150]), 1)) == [
        (NAN, Status.OUTSIDE),
        (NAN, Status.MISSING),
        (NAN, Status.GAP),
        (Fraction(1, 4), OK),
    ]
    entered = line([None, 4, 5])
    assert cells(by_hand.growth(entered, 1)) == [
        (NAN, Status.NOT_BEGUN),
        (NAN, Status.ENTERED),
        (Fraction(1, 4), OK),
    ]
    assert cells(by_hand.growth(entered, 1, "midpoint"))[1] == (2, Status.ENTERED)
    left = line([4, -5, None, None], exit_after=2)
    assert cells(by_hand.growth(left, 1, "midpoint"))[2:] == [
        (2, Status.EXITED),
        (NAN, Status.EXITED),
    ]
    partial = by_hand.growth(line([4, 5, 6], complete=JAN + 1), 1)
    assert names(partial) == ["OUTSIDE", "OK", "PARTIAL"]
    assert names(by_hand.growth(line([4, 5, 6]), -1)) == ["OK", "OK", "OUTSIDE"]


def test_other_rates():
    assert values(by_hand.change(line([4, 6]), 1))[1] == 2
    quarterly = by_hand.annualized_growth(line([100] * 3 + [105]), 3)
    assert float(values(quarterly)[3]) == pytest.approx(0.21550625)
    assert float(values(by_hand.log_growth(line([1, 2]), 1))[1]) == pytest.approx(
        0.6931471805599453
    )
    assert values(by_hand.index(line([2, 4, 9]), [JAN, JAN + 1])) == [
        Fraction(200, 3),
        Fraction(400, 3),
        300,
    ]
    late = by_hand.index(line([None, 4, 9]), [JAN])
    assert names(late) == ["NOT_BEGUN", "GAP", "GAP"]


def test_windows():
    late = line([None, 1, 2, 4])
    assert cells(by_hand.trailing(late, 3)) == [
        (NAN, Status.NOT_BEGUN),
        (NAN, Status.INCOMPLETE),
        (3, Status.ENTERED),
        (7, OK),
    ]
    assert cells(by_hand.ytd(late)) == [
        (NAN, Status.NOT_BEGUN),
        (1, Status.ENTERED),
        (3, Status.ENTERED),
        (7, Status.ENTERED),
    ]
    holed = line([1, None, 2])
    assert names(by_hand.ytd(holed)) == ["OK", "INCOMPLETE", "INCOMPLETE"]
    begins_in_march = by_hand.ytd(line([1, 2], first=JAN + 2))
    assert names(begins_in_march) == ["INCOMPLETE", "INCOMPLETE"]
    level = line([3, 5, 9], first=JAN - 1)
    assert cells(by_hand.from_ytd(level)) == [
        (NAN, Status.OUTSIDE),
        (5, OK),
        (4, OK),
    ]


def test_resample():
    late = line([None, 1, 2, 4, None, 5, 6, 7])
    assert cells(by_hand.resample(late, "Q")) == [
        (3, Status.ENTERED),
        (NAN, Status.INCOMPLETE),
        (NAN, Status.INCOMPLETE),
    ]
    stock = by_hand.resample(late, "Q", "stock")
    assert cells(stock)[:2] == [(2, OK), (5, OK)]
    cut = line([1, 2, 4, 5], complete=JAN + 3)
    assert names(by_hand.resample(cut, "Q")) == ["OK", "PARTIAL"]


def test_sums_duplicates_and_zero():
    rows = [
        Row(("A",), JAN, {"units": 0.1}),
        Row(("A",), JAN, {"units": 0.1}),
        Row(("A",), JAN, {"units": 2.0**-130}),
        Row(("A",), JAN + 1, {"units": None}),
        Row(("B",), JAN + 2, {"units": 3}),
    ]
    kinds = {"units": "flow"}
    added = reference.build(rows, kinds, names=("maker",))
    assert reference.sums(added, "units")[("A",)] == {JAN: (2 * Fraction(0.1), 3)}
    once = reference.build(rows, kinds, names=("maker",), duplicates="identical")
    assert reference.sums(once, "units")[("A",)] == {JAN: (Fraction(0.1), 2)}
    last = reference.build(rows, kinds, names=("maker",), duplicates="last")
    assert reference.sums(last, "units")[("A",)] == {JAN: (0, 1)}
    zero = reference.build(
        rows, kinds, names=("maker",), absent="zero", complete=JAN + 2
    )
    assert reference.sums(zero, "units") == {
        ("A",): {JAN: (2 * Fraction(0.1), 3), JAN + 2: (0, 0)},
        ("B",): {JAN: (0, 0), JAN + 1: (0, 0), JAN + 2: (3, 1)},
    }
    assert reference.coverage(rows, added, "units")[("A",)] == {
        "rows": 4, "nulls": 1, "duplicates": 2, "first": "2024-01", "last": "2024-01",
        "gaps": 0, "entered": False, "exited": False,
    }  # fmt: skip


def test_structure_and_quotients():
    rows = [
        Row(("A", "N"), JAN, {"r": 10, "c": 8}),
        Row(("A", "S"), JAN, {"r": 30, "c": None}),
        Row(("B", "N"), JAN, {"r": 60, "c": 30}),
        Row(("A", "S"), JAN + 1, {"r": 5, "c": 1}),
    ]
    table = reference.build(rows, {"r": "flow", "c": "flow"})
    share = by_hand.share(reference.levels(table, "r"))
    assert [cells[0][0] for cells in share.cells.values()] == [
        Fraction(1, 10), Fraction(3, 10), Fraction(6, 10),
    ]  # fmt: skip
    inside = by_hand.share(reference.levels(table, "r"), ("maker",))
    assert inside.cells[("A", "S")] == [(Fraction(3, 4), OK), (1, OK)]
    rank = by_hand.rank(reference.levels(table, "r"))
    assert [cells[0][0] for cells in rank.cells.values()] == [3, 2, 1]
    margins = by_hand.margin(table, "r", "c")
    assert margins.cells[("B", "N")] == [(Fraction(1, 2), OK), (None, Status.MISSING)]
    by_maker = by_hand.margin(reference.rollup(table, "maker"), "r", "c")
    assert by_maker.cells[("A",)] == [(None, Status.UNPAIRED), (Fraction(4, 5), OK)]
    assert by_hand.hhi(table, "r").cells[()][0] == (Fraction(46, 100), OK)
    matched = by_hand.matched_growth(table, "r", 1, ())
    assert matched.cells[()] == [(None, Status.OUTSIDE), (Fraction(-5, 6), OK)]
    unmatched = by_hand.matched_growth(table, "r", 1, ("region",))
    assert unmatched.cells[("N",)][1] == (None, Status.MISSING)


def test_tables_from_tables():
    rows = [
        Row(("A", None), JAN, {"u": 1}),
        Row(("B", "S"), JAN, {"u": 2}),
        Row(("B", "N"), JAN + 1, {"u": 3}),
    ]
    table = reference.build(rows, {"u": "flow"})
    assert table.series == [("A", None), ("B", "N"), ("B", "S")]
    total = reference.rollup(table)
    assert reference.sums(total, "u") == {(): {JAN: (3, 2), JAN + 1: (3, 1)}}
    assert reference.members(total, table, lambda key: (), "u") == {(): [2, 1]}
    joined = reference.recode(table, "maker", {"B": "A"})
    assert joined.series == [("A", "N"), ("A", "S"), ("A", None)]
    only = reference.select(table, lambda key: key[0] == "B", ("region",))
    assert only.series == [("N",), ("S",)] and (only.first, only.last) == (JAN, JAN + 1)
    twice = reference.merge(table, table)
    assert reference.sums(twice, "u")[("B", "S")] == {JAN: (4, 2)}
    later = reference.build([Row(("A", None), JAN, {"u": 5})], {"u": "flow"})
    assert reference.sums(reference.merge(table, later, "replace"), "u")[
        ("A", None)
    ] == {JAN: (5, 1)}
    changed, same = reference.compare(
        table, reference.merge(table, later, "replace"), "u"
    )
    assert changed == {(("A", None), "2024-01", "revised", 1.0, 5.0)} and same == 2
