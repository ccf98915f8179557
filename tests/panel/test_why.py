"""What `why` tells of single cells, by hand, and `holes`."""

import html5lib
import numpy as np
import pytest

import evmarket as em
from tests.panel.panels import refused

ROWS = [
    ("A", "EV", "2024-01", 10, 8),
    ("A", "EV", "2024-01", 5, 1),
    ("A", "EV", "2024-02", 30, 20),
    ("A", "EV", "2024-04", 12, 9),
    ("A", "ICE", "2024-01", 20, 10),
    ("A", "ICE", "2024-02", None, 3),
    ("B", "EV", "2024-02", 7, 7),
    ("B", "EV", "2024-04", 9, None),
    ("C", "EV", "2024-01", 4, 2),
]


def panel_of(**options):
    maker, fuel, month, units, cost = zip(*ROWS, strict=True)
    table = {"maker": maker, "fuel": fuel, "month": month, "units": units, "cost": cost}
    options = {"duplicates": "add", "exit_after": 3, **options}
    return em.Panel.from_table(
        table, ["maker", "fuel"], "month", ["units", "cost"], **options
    )


def told(why):
    """The lines below the first."""
    return [line.strip() for line in str(why).splitlines()[1:]]


def test_a_number_tells_its_rows():
    why = panel_of().why("units", "2024-01", maker="A", fuel="EV")
    assert str(why).splitlines()[0] == "units, maker=A, fuel=EV, 2024-01: 15"
    assert told(why) == ["OK: the number stands", "2 rows, added up."]


@pytest.mark.parametrize(
    ("labels", "period", "status", "sentence"),
    [
        (("A", "ICE"), "2024-02", "MISSING", "1 row without a value."),
        (
            ("A", "EV"),
            "2024-03",
            "MISSING",
            "No row: the last before is of 2024-02, the next of 2024-04.",
        ),
        (
            ("A", "ICE"),
            "2024-04",
            "MISSING",
            "No row: the last before is of 2024-02, and none after; exit_after is 3.",
        ),
        (("B", "EV"), "2024-01", "NOT_BEGUN", "No row yet: the first is of 2024-02."),
        (
            ("C", "EV"),
            "2024-03",
            "EXITED",
            "Exited: the last row is of 2024-01, 3 periods before the last complete "
            "one (2024-04); exit_after is 3.",
        ),
    ],
)
def test_a_hole_tells_the_rows_around_it(labels, period, status, sentence):
    why = panel_of().why("units", period, maker=labels[0], fuel=labels[1])
    assert why.status.name == status and np.isnan(why.value)
    assert why.notes == (sentence,)


def test_what_lies_after_complete_through():
    panel = panel_of(complete_through="2024-03")
    why = panel.why("units", "2024-04", maker="A", fuel="EV")
    late = "2024-04 lies after the last complete period, 2024-03 (complete_through)."
    assert why.value == 12 and why.status.name == "PARTIAL"
    assert why.notes == (late, "1 row.")


def test_an_assumed_zero():
    why = panel_of(absent="zero").why("units", "2024-03", maker="A", fuel="EV")
    assert why.value == 0
    assert why.notes == ('No row: none sold (absent="zero").',)


def test_a_roll_up_names_the_members_that_lack():
    why = panel_of().rollup().why("units", "2024-02")
    assert told(why) == [
        "INCOMPLETE: 1 of 3 lack 2024-02: A ICE.",
        "the sum of its members = 30 + 7",
        "maker=A, fuel=EV: 30  1 row.",
        "maker=B, fuel=EV: 7  1 row.",
        "lacks: maker=A, fuel=ICE: no number (MISSING)  1 row without a value.",
    ]


def test_at_most_eight_names():
    makers = [f"m{k:02}" for k in range(11)]
    keys = {"maker": [*makers, "z", "z"]}
    months = ["2024-01"] * 12 + ["2024-02"]
    panel = em.Panel.from_arrays(keys, months, {"units": list(range(13))})
    why = panel.rollup()["units"].why("2024-02")
    first = ", ".join(makers[:8])
    assert why.notes == (f"11 of 12 lack 2024-02: {first} and 3 more.",)
    many = panel.rollup()["units"].why("2024-01")
    assert [each.value for each in many.inputs] == [11, 10, 9, 8, 7, 6, 5, 4, 6]
    assert many.inputs[-1].name == "4 more members"


def test_growth_tells_both_periods():
    why = panel_of()["units"].growth(1).why("2024-02", maker="A", fuel="EV")
    assert told(why) == [
        "OK: the number stands",
        "(current - base) / base = (30 - 15) / 15",
        "current: units: 30  1 row.",
        "base: units, 2024-01: 15  2 rows, added up.",
    ]


def test_growth_without_a_base():
    why = panel_of()["units"].growth(1).why("2024-01", maker="A", fuel="EV")
    assert why.status.name == "OUTSIDE"
    assert told(why)[1:] == [
        "(current - base) / base, but base has no number",
        "current: units: 15  2 rows, added up.",
        "base: units, 2023-12: no number (OUTSIDE)  The calendar runs from 2024-01 to "
        "2024-04.",
    ]


def test_matched_growth_counts_the_series():
    growth = panel_of()["units"].growth(1, matched=True)
    why = growth.why("2024-02")
    assert why.notes == (
        "1 of 4 series: those with a value in both 2024-02 and 2024-01.",
    )
    assert why.formula == "(current - base) / base = (30 - 15) / 15"


def test_margin_of_different_rows():
    why = panel_of().rollup("maker").margin("units", "cost").why("2024-04", maker="B")
    assert why.formula == "(revenue - cost) / revenue, but cost has no number"
    why = panel_of().rollup("maker").margin("units", "cost").why("2024-02", maker="A")
    assert why.status.name == "UNPAIRED"
    assert why.notes == ("They add up different numbers of rows: units 1, cost 2.",)


def test_a_window_and_a_quarter_tell_their_periods():
    year = panel_of()["units"].ytd().why("2024-04", maker="A", fuel="EV")
    assert year.status.name == "INCOMPLETE" and np.isnan(year.value)
    assert told(year)[:2] == [
        "INCOMPLETE: 1 of 4 periods lack: 2024-03.",
        "the sum of its periods",
    ]
    assert [each.period for each in year.inputs] == [
        "2024-01",
        "2024-02",
        "2024-03",
        "2024-04",
    ]
    quarter = panel_of().resample("Q").why("units", "2024Q1", maker="C", fuel="EV")
    assert quarter.value == 4
    assert quarter.notes == (
        "2 of 3 periods lie before entry or after exit and count as 0.",
    )
    trailing = panel_of()["units"].trailing(3).why("2024-02", maker="A", fuel="EV")
    assert trailing.notes[0] == (
        "It begins with 2023-12, before the calendar, which begins with 2024-01."
    )


def test_share_rank_and_index():
    makers = panel_of().rollup("maker")["units"]
    share = makers.share().why("2024-01", maker="C")
    assert share.formula == "part / total = 4 / 39"
    rank = makers.rank().why("2024-01", maker="C")
    assert rank.formula == "1 + the number of larger ones = 1 + 1"
    index = makers.index("2024-01").why("2024-02", maker="A")
    assert index.formula == "100 * current / base = 100 * 30 / 35"
    times = (makers * 2).why("2024-01", maker="C")
    assert times.formula == "value * number = 4 * 2"
    assert times.notes == ("The number is given by the caller.",)


def test_half_of_a_statistical_month():
    table = {"maker": ["A", "A"], "month": ["2025-02", "2025-03"], "units": [5, 7]}
    panel = em.Panel.from_table(table, "maker", "month", ["units"], freq="M-JF")
    why = panel.why("units", "2025-02", maker="A")
    assert why.notes == ("1 row.", "Of January and February only February has a value.")


def test_selected_and_renamed_measures():
    growth = panel_of()["units"].growth(1)
    part = growth.select(maker="A").rename("pace").why("2024-02", fuel="EV")
    assert part.name == "pace"
    assert part.formula == "(current - base) / base = (30 - 15) / 15"


def test_the_labels_must_leave_one_series():
    panel = panel_of()
    units = panel["units"]
    with refused(KeyError, "near it: maker"):
        units.why("2024-01", makers="A")
    with refused(KeyError, "is not a label"):
        units.why("2024-01", maker="Q")
    with refused(KeyError, "no series has maker=B, fuel=ICE"):
        units.why("2024-01", maker="B", fuel="ICE")
    with refused(ValueError, "2 series have maker=A: give one label of fuel too"):
        units.why("2024-01", maker="A")
    with refused(TypeError, "give one label"):
        units.why("2024-01", maker=["A"])
    with refused(KeyError, "the calendar runs from"):
        units.why("2030-01", maker="C")
    assert units.why("2024-01-31", maker="C").period == "2024-01"


def test_html_with_hostile_labels_is_inert():
    bad = "<script>alert(1)</script>"
    keys = {"<b>key": [bad, "B"]}
    panel = em.Panel.from_arrays(keys, ["2024-01"] * 2, {"<i>units": [1, 2]})
    page = panel.rollup().why("<i>units", "2024-01")._repr_html_()
    tree = html5lib.HTMLParser(strict=False).parse(page)
    names = {
        element.tag.rpartition("}")[2]
        for element in tree.iter()
        if isinstance(element.tag, str)
    }
    assert not names & {"script", "b", "i"}
    assert "\x1b" not in str(panel.rollup().why("<i>units", "2024-01"))


def test_holes_are_all_missing_cells():
    panel = panel_of()
    table = panel.holes()
    rows = list(zip(*(table[name].tolist() for name in table.columns), strict=True))
    assert rows[0] == (
        *("A", "EV", "2024-03", "units", 30, "2024-02", 12, "2024-04", False),
    )
    wanted = []
    for name in panel.measures:
        measure = panel[name]
        for series, column in zip(
            *np.nonzero(measure.status == em.Status.MISSING), strict=True
        ):
            labels = [words[series] for words in measure.series.values()]
            wanted.append((*labels, measure.periods[int(column)], name))
    assert sorted(row[:4] for row in rows) == sorted(wanted)
    nulls = [row[:4] for row in rows if row[-1]]
    assert nulls == [("A", "ICE", "2024-02", "units"), ("B", "EV", "2024-04", "cost")]


def test_holes_of_views():
    panel = panel_of()
    assert len(panel.select(periods="2024-01").holes()) == 0
    shown = panel.select(maker="A", fuel="EV", periods="2024-03").holes()
    assert shown["before_period"].tolist() == ["2024-02", "2024-02"]
    assert panel.rollup().holes()["period"].tolist() == ["2024-03", "2024-03"]
    assert len(panel.resample("Y").holes()) == 0
