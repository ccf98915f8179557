"""Bad tables and misuse of panels: a clear error or a defined result."""

import datetime

import numpy as np
import pytest

import evmarket as em
from evmarket import Status
from tests.panel.panels import (
    JAN,
    NAMES,
    UNITS,
    Row,
    columns_of,
    every_kind_of_line,
    panel_of,
    refused,
    row,
    series_of,
)

MONTHS = ["2024-01", "2024-02", "2024-03"]


def build(units, period=None, *, maker=None, freq=None, measures=None, **options):
    """Build a panel from a table with one row per value of `units`."""
    period = MONTHS[: len(units)] if period is None else period
    maker = ["A"] * len(units) if maker is None else maker
    return em.Panel.from_table(
        {"maker": maker, "month": period, "units": units},
        keys=["maker"],
        period="month",
        measures=["units"] if measures is None else measures,
        freq=freq,
        **options,
    )


# ---- columns -------------------------------------------------------------------------


def test_errors_of_unknown_columns_name_similar_ones():
    table = {"maker": ["A"], "month": ["2024-01"], "units": [1]}
    options = {"keys": ["maker"], "period": "month", "measures": ["units"]}
    for changed, wrong, similar in [
        ({"measures": ["unit"]}, "unit", "units"),
        ({"keys": ["makers"]}, "makers", "maker"),
        ({"period": "months"}, "months", "month"),
    ]:
        with refused((KeyError, ValueError), wrong, similar):
            em.Panel.from_table(table, **(options | changed))
    panel = em.Panel.from_table(table, **options)
    with refused(KeyError, "unti", "units"):
        panel["unti"]
    with refused((KeyError, ValueError), "makr", "maker"):
        panel.rollup("makr")
    with refused((KeyError, ValueError), "makr", "maker"):
        panel.select(makr="A")
    with refused((KeyError, ValueError), "makr", "maker"):
        panel["units"].share(within=("makr",))


@pytest.mark.parametrize(
    ("units", "words"),
    [
        (["1", "2", "3"], ["units"]),
        ([1, "x", 3], ["units"]),
        (np.array(MONTHS, "datetime64[M]"), ["units"]),
        ([1 + 2j, 1, 1], ["units"]),
        ([[1], [2], [3]], ["units"]),
    ],
)
def test_measures_must_be_numbers(units, words):
    with refused((TypeError, ValueError), *words):
        build(units)


def test_keys_must_be_labels():
    for bad in ([0.5, 1.5, 2.5], [1.0, 2.0, 3.0], [1, "a", 2]):
        with refused((TypeError, ValueError), "maker"):
            build([1, 2, 3], maker=bad)


def test_columns_of_different_lengths():
    with refused(ValueError, "units"):
        em.Panel.from_table(
            {"maker": ["A", "B"], "month": ["2024-01", "2024-02"], "units": [1]},
            keys=["maker"],
            period="month",
            measures=["units"],
        )


@pytest.mark.parametrize(
    "changed",
    [
        {"keys": ["maker", "maker"]},
        {"measures": ["units", "units"]},
        {"measures": {"units": "flows"}},
        {"absent": "none"},
        {"nulls": "zero"},
        {"duplicates": "first"},
        {"duplicates": "add", "measures": {"units": "rate"}},
        {"duplicates": "add", "measures": {"units": "index"}},
        {"year_end": "March"},
        {"year_end": "MAR", "freq": "M-JF"},
        {"exit_after": "1W"},
        {"exit_after": 0},
        {"complete_through": "soon"},
        {"freq": "fortnight"},
        {"units": {"unit": "CNY"}},
        {"workers": 0},
        {"workers": "two"},
    ],
)
def test_arguments(changed):
    table = {"maker": ["A"], "month": ["2024-01"], "units": [1]}
    options = {"keys": ["maker"], "period": "month", "measures": ["units"]}
    em.Panel.from_table(table, **options)
    with refused((ValueError, TypeError, KeyError)):
        em.Panel.from_table(table, **(options | changed))


def test_objects_that_are_not_tables():
    options = {"keys": [], "period": "month", "measures": ["units"]}
    for thing in (3, "table.csv", None, [1, 2], object()):
        with refused((TypeError, ValueError)):
            em.Panel.from_table(thing, **options)


# ---- few rows ------------------------------------------------------------------------


def test_no_rows():
    """The result is an empty panel, or an error about rows."""
    empty = np.array([], "datetime64[M]")
    try:
        panel = build([], empty, maker=np.array([], "U1"))
    except ValueError as error:
        assert "row" in str(error)
        return
    assert len(panel) == 0 and panel["units"].values.shape[0] == 0
    assert panel["units"].growth("1Y").values.shape[0] == 0


def test_one_row():
    panel = build([5])
    assert panel.shape == (1, 1) and panel["units"].values.tolist() == [[5]]
    growth = panel["units"].growth("1Y")
    assert growth.status.tolist() == [[Status.OUTSIDE]]
    assert panel["units"].share().values.tolist() == [[1]]


def test_all_null():
    panel = build([None, None, None])
    units = panel["units"]
    assert np.isnan(units.values).all() and units.values.shape == (1, 3)
    # A row without a value says that it is not reported.
    assert units.status.tolist() == [[Status.MISSING] * 3]
    assert build([None, None, None], nulls="absent").shape[0] == 0
    assert np.isnan(units.growth("1M").values).all()
    assert np.isnan(units.share().values).all()
    assert series_of(panel.rollup()["units"]) == [()]


# ---- numbers -------------------------------------------------------------------------


@pytest.mark.parametrize("big", [2.0**62, -(2.0**62), 1e300])
def test_floats_that_are_too_large(big):
    with refused(OverflowError, "units"):
        build([1.0, big, 2.0])
    assert build([1.0, np.nextafter(2.0**62, 0), 2.0])["units"].values[0, 1] < 2.0**62


@pytest.mark.parametrize("infinity", [np.inf, -np.inf])
def test_infinities(infinity):
    with refused((ValueError, OverflowError), "units", "1"):
        build([1.0, infinity, 2.0])


def test_totals_outside_int64():
    top = 2**63 - 1
    with refused(OverflowError, "units", "A", "2024-01"):
        build([top, 1], ["2024-01", "2024-01"])
    with refused(OverflowError, "units", "A", "2024-01"):
        build([2.0**61] * 4, ["2024-01"] * 4)
    # Checked on the exact total, not on partial sums; also after a roll-up.
    values = [top, 1, -2, -top, -(2**63) + 2, 1]
    assert build(values, ["2024-01"] * 6)["units"].values[0, 0] == -(2.0**63)
    panel = build([top, top], ["2024-01"] * 2, maker=["A", "B"])
    with refused(OverflowError, "units", "2024-01"):
        panel.rollup()["units"].values  # noqa: B018
    with refused(OverflowError, "units", "2024-01"):
        panel.merge(panel)["units"].values  # noqa: B018


def test_unsigned_values_outside_int64():
    fine = np.array([2**63 - 1, 0, 1], np.uint64)
    assert build(fine)["units"].values[0, 0] == float(2**63 - 1)
    with refused(OverflowError, "units"):
        build(np.array([2**63, 0, 1], np.uint64))


# ---- duplicates ----------------------------------------------------------------------


def test_duplicates_can_be_an_error():
    months = ["2024-01", "2024-02", "2024-02"]
    with refused(ValueError, "A", "2024-02"):
        build([1, 2, 2], months, duplicates="error")
    assert build([1, 2, 3], duplicates="error").shape == (1, 3)


@pytest.mark.parametrize("kind", ["stock", "cumulative", "rate"])
def test_two_rows_in_a_cell_of_a_kind_that_does_not_add(kind):
    months = ["2024-01", "2024-02", "2024-02"]
    with refused(ValueError, "units", "A", "2024-02"):
        build([1, 2, 3], months, measures={"units": kind})
    for policy, expected in [("last", 3), ("identical", 2)]:
        units = [1, 2, 2] if policy == "identical" else [1, 2, 3]
        panel = build(units, months, measures={"units": kind}, duplicates=policy)
        assert panel["units"].values.tolist() == [[1, expected]]


# ---- periods -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "freq", "words"),
    [
        (["2024-01", "2024-13", "2024-02"], None, ["1", "2024-13"]),
        (["2024-01", "2024-02-30", "2024-02"], "M", ["1", "2024-02-30"]),
        (["2024-01", None, "2024-02"], None, ["1", "month"]),
        (["2024-01", "", "2024-02"], None, ["1", "month"]),
        ([202401, 202413, 202402], "M", ["1", "202413"]),
        ([202401, 202402, 202403], None, ["freq"]),
        ([2024.5, 2025, 2026], "Y", ["month"]),
        (["October 31 2017"] * 3, "M", ["0", "October 31 2017"]),
        (["2024-01", "2024Q1", "2024-02"], None, ["1", "2024Q1"]),
        (["2024-01", "2024-02", "2024-03"], "Q", ["resample"]),
        (["2024Q1", "2024Q2", "2024Q3"], "M", ["month"]),
        (["2024", "2025", "2026"], "M", ["month"]),
        (np.array(["2024-01-01", "NaT", "2024-01-02"], "datetime64[D]"), "M", ["1"]),
        (np.array(["2024-01-01"] * 3, "datetime64[D]"), None, ["freq"]),
        ([-1, 99_999_999, 3], "M", ["month"]),
        ([True, False, True], "Y", ["month"]),
    ],
)
def test_errors_of_periods_name_row_and_value(period, freq, words):
    with refused((ValueError, TypeError, OverflowError), *words):
        build([1, 2, 3], period, freq=freq)


def test_dates_out_of_range():
    far = np.array([2**62, 0, 1], "datetime64[s]")
    with refused((ValueError, OverflowError), "month"):
        build([1, 2, 3], far, freq="M")


def test_mixed_naive_and_zoned():
    zone = datetime.timezone(datetime.timedelta(hours=8))
    naive = datetime.datetime(2024, 1, 1)
    with refused((ValueError, TypeError), "month"):
        build([1, 2], [naive, naive.replace(tzinfo=zone)], freq="M")
    pandas = pytest.importorskip("pandas")
    shanghai = pandas.Series([pandas.Timestamp("2024-01-01", tz="Asia/Shanghai")] * 2)
    with refused((ValueError, TypeError), "month"):
        build([1, 2], shanghai, freq="M")
    utc = pandas.Series([pandas.Timestamp("2024-01-31 23:00", tz="UTC")])
    assert list(build([1], utc, freq="M").periods) == ["2024-01"]


# ---- meaningless operations ----------------------------------------------------------


def of_kind(kind):
    rows = [row(m, i, 1 + i) for m in "AB" for i in range(15)]
    return panel_of(rows, {"units": kind})


@pytest.mark.parametrize(
    ("kind", "name", "args", "cure"),
    [
        ("stock", "ytd", (), ""),
        ("stock", "trailing", ("12M",), ""),
        ("rate", "share", (), ""),
        ("rate", "ytd", (), ""),
        ("rate", "trailing", ("12M",), ""),
        ("rate", "growth", ("1Y",), "change"),
        ("stock", "from_ytd", (), ""),
    ],
)
def test_kinds_that_do_not_add(kind, name, args, cure):
    with refused(TypeError, "units", cure):
        getattr(of_kind(kind)["units"], name)(*args)


def test_the_error_of_growth_of_a_margin_names_change():
    panel = panel_of(every_kind_of_line())
    for measure in (panel.margin("revenue", "cost"), panel["units"].share()):
        with refused(TypeError, "change"):
            measure.growth("1Y")


def test_rolled_up_rates_cannot_be_read():
    panel = of_kind("rate")
    assert panel["units"].values.shape == (2, 15)
    # No series are merged: there is one per maker.
    assert panel.rollup("maker")["units"].values.shape == (2, 15)
    with refused((TypeError, ValueError), "units"):
        panel.rollup()["units"].values  # noqa: B018
    with refused((TypeError, ValueError), "units"):
        panel.resample("Q")["units"].values  # noqa: B018


def test_lags_that_are_not_a_whole_number_of_periods():
    units = panel_of(every_kind_of_line())["units"]
    for lag in ("1W", "1D", "0Y", 0, "Y", "1.5Y", 1.5, None, True):
        with refused((ValueError, TypeError), "lag"):
            units.growth(lag)
    weekly = em.Panel.from_table(
        {
            "day": np.arange("2024-01-01", "2024-03-01", 7, "datetime64[D]"),
            "n": [1] * 9,
        },
        keys=[],
        period="day",
        measures=["n"],
        freq="W",
    )
    with refused(ValueError, "lag is '1M'", "'W'"):
        weekly["n"].growth("1M")
    with refused(ValueError, "policy", "midpoint"):
        units.growth("1Y", policy="middle")


def test_different_panels_do_not_merge():
    a = panel_of([row("A", 0, 1)], UNITS)
    others = [
        panel_of([row("A", 0, 1)], {"units": "stock"}),
        panel_of([Row(("A",), JAN, {"units": 1})], UNITS, names=("maker",)),
        panel_of([row("A", 0, 1)], {"units": "flow", "cost": "flow"}),
        panel_of([Row(("A", "N"), 40, {"units": 1})], UNITS, freq="Y"),
    ]
    for other in others:
        with refused((ValueError, TypeError)):
            a.merge(other)
    with refused(ValueError, "overlap"):
        a.merge(a, overlap="newest")
    for wrong in (None, 3, columns_of([row("A", 0, 1)], UNITS, NAMES)):
        with refused((TypeError, ValueError)):
            a.merge(wrong)


def test_panels_are_immutable():
    panel = panel_of(every_kind_of_line())
    before = panel["units"].values.copy()
    out = panel["units"].values
    try:
        out[0, 0] = -1
    except ValueError:
        pass
    else:  # the array is a copy
        np.testing.assert_array_equal(panel["units"].values, before)


def test_the_error_of_too_large_arrays_names_to_table():
    """Many series, with a cell at each end of a long calendar."""
    n = 400_000
    days = np.where(np.arange(n) % 2, "1700-01-01", "2200-01-01").astype(
        "datetime64[D]"
    )
    panel = em.Panel.from_table(
        {"id": np.arange(n) // 2, "day": days, "n": np.ones(n, np.int64)},
        keys=["id"],
        period="day",
        measures=["n"],
        freq="D",
    )
    assert len(panel) == n // 2
    with refused(MemoryError, "to_table"):
        panel["n"].values  # noqa: B018
    assert panel.rollup()["n"].at(np.datetime64("2200-01-01")).tolist() == [n / 2]


def test_tables_that_people_bring():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"k": list("ab"), "p": ["2024"] * 2, "u": [1, 2]})
    summed = frame.groupby(["k", "p"])[["u"]].sum()
    panel = em.Panel.from_table(frame, "k", "p", "u")
    for table in (summed, frame.to_dict("records")):
        assert em.Panel.from_table(table, "k", "p", "u").compare(panel).same
    with pytest.raises(TypeError, match="by is None"):
        panel.report("u", by=None)
