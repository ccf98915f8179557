"""Panels: building, exact sums and derived panels, against the slow model."""

import gc
import random
import re
import weakref
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evmarket as em
from evmarket import Status
from tests.model.measures import part_of
from tests.panel.panels import (
    JAN,
    KINDS,
    NAMES,
    ONCE,
    SMALL,
    UNITS,
    WIDE,
    Row,
    assert_measure,
    assert_same_bits,
    assert_same_panel,
    assert_same_values,
    assert_value,
    both,
    coarser,
    column,
    columns_of,
    completes,
    dense_tables,
    model_of,
    ordinal,
    panel_of,
    refused,
    row,
    series_of,
    splits,
    tables,
)


def one(values, kind="flow", **options):
    """A panel of one series without keys; None is a month without a row."""
    rows = [
        Row((), JAN + i, {"units": v}) for i, v in enumerate(values) if v is not None
    ]
    return panel_of(rows, {"units": kind}, names=(), **options)


# ---- build ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "message"),
    [([], "at least one measure"), (["units", "units"], "each measure once")],
)
def test_a_panel_has_each_measure_once_and_at_least_one(names, message):
    panel = em.Panel.from_wide({"maker": ["A"], "2025": [90]}, "maker", "units")
    with pytest.raises(ValueError, match=message):
        panel[names]


def test_attributes_of_a_panel():
    rows = [
        row("B", 2, 5, 1.5, 1.0),
        row("A", 0, 3, 2.5, 2.0, region="S"),
        row("A", 0, 4, None, 1.0, region="S"),
        row(None, 1, 7, 0.5, 0.25),
    ]
    panel = panel_of(rows, units={"revenue": "CNY", "cost": "CNY"})
    assert tuple(panel.keys) == NAMES and list(panel.measures) == list(KINDS)
    assert panel.shape == (3, 3) and len(panel) == 3
    assert list(panel.periods) == ["2022-01", "2022-02", "2022-03"]
    assert panel.periods == em.Periods("2022-01", "2022-03")
    assert series_of(panel["units"]) == [("A", "S"), ("B", "N"), (None, "N")]
    units = panel["units"]
    assert (units.name, units.kind) == ("units", "flow")
    assert panel["revenue"].unit == "CNY"
    np.testing.assert_array_equal(
        units.values, [[7, np.nan, np.nan], [np.nan, np.nan, 5], [np.nan, 7, np.nan]]
    )
    np.testing.assert_array_equal(np.asarray(units), units.values)
    assert Status.names(units.status).tolist() == [
        ["OK", "MISSING", "MISSING"],
        ["NOT_BEGUN", "NOT_BEGUN", "OK"],
        ["NOT_BEGUN", "OK", "MISSING"],
    ]
    np.testing.assert_array_equal(panel["revenue"].values[0], [2.5, np.nan, np.nan])
    smaller = panel[["units", "revenue"]]
    assert list(smaller.measures) == ["units", "revenue"]
    assert_same_bits(smaller["units"], units)


def test_keys_are_sorted_by_label_integers_by_number_none_last():
    columns = {
        "code": [10, 9, 10, 2],
        "name": ["ä", "Z", None, "z"],
        "year": [2020, 2021, 2020, 2021],
        "n": [1, 2, 3, 4],
    }
    panel = em.Panel.from_table(
        columns, keys=["code", "name"], period="year", measures=["n"], freq="Y"
    )
    assert series_of(panel["n"]) == [(2, "z"), (9, "Z"), (10, "ä"), (10, None)]


def test_from_arrays_and_from_wide_equal_from_table():
    rows = [row("A", 0, 1), row("A", 2, 3), row("B", 1, 5)]
    columns = columns_of(rows, UNITS)
    panel = panel_of(rows, UNITS)
    arrays = em.Panel.from_arrays(
        keys={name: columns[name] for name in NAMES},
        period=columns["period"],
        measures={"units": columns["units"]},
    )
    assert_same_panel(arrays, panel)
    wide = {"2022-01": [1, None], "2022-02": [None, 5], "2022-03": [3, None]}
    headers = em.Panel.from_wide(
        {"maker": ["A", "B"], "region": ["N", "N"]} | wide,
        key="maker",
        measure="units",
        period=None,
        columns=list(wide),
        keys=["region"],
    )
    assert set(headers.keys) == set(NAMES)
    assert_same_bits(headers.rollup("maker")["units"], panel.rollup("maker")["units"])
    down = em.Panel.from_wide(
        {
            "month": columns_of([row("A", i, 0) for i in range(3)], UNITS)["period"],
            "A": [1, np.nan, 3],
            "B": [np.nan, 5, np.nan],
        },
        key="maker",
        measure="units",
        period="month",
    )
    assert tuple(down.keys) == ("maker",)
    np.testing.assert_array_equal(down["units"].values, panel["units"].values)


DATES = [date(1985, 12, 31), date(1986, 12, 31)]


@pytest.mark.parametrize(
    "column",
    [
        DATES,
        [datetime(day.year, 12, 31, 23) for day in DATES],
        np.array(DATES, "M8[D]"),
        np.array(DATES, "M8[ns]"),
        pd.Series(pd.to_datetime(DATES)),
        pd.Series(pd.to_datetime(DATES)).dt.tz_localize("UTC"),
        pd.PeriodIndex(["1985", "1986"], freq="Y"),
        pa.array(DATES),
        pa.array(DATES, pa.date64()),
        [1985, 1986],
        ["1985", "1986"],
    ],
    ids=lambda column: str(getattr(column, "dtype", type(column).__name__)),
)
def test_from_wide_reads_dates_as_from_table_does(column):
    wide = em.Panel.from_wide({"d": column, "A": [10, 11]}, "k", "n", "d", freq="Y")
    table = {"k": ["A", "A"], "d": column, "n": [10, 11]}
    assert_same_panel(wide, em.Panel.from_table(table, "k", "d", "n", freq="Y"))
    assert wide.periods.first == "1985"


def test_from_wide_reads_decimals_exactly():
    cells = {"2024": [Decimal("1.5"), None], "2025": [Decimal("3.01"), Decimal(2)]}
    for convert in (list, np.array, pd.Series, pa.array):
        wide = {"k": ["A", "B"]} | {head: convert(x) for head, x in cells.items()}
        panel = em.Panel.from_wide(wide, "k", "n")
        assert panel["n"].exact().tolist() == [
            [Fraction(3, 2), Fraction(301, 100)],
            [None, 2],
        ]
        assert panel["n"].status.tolist() == [[0, 0], [Status.NOT_BEGUN, 0]]
    money = [Decimal("0.1")] * 10 + [None, Decimal("NaN")]
    table = {"p": ["2024"] * 12, "n": money}
    panel = em.Panel.from_table(table, [], "p", "n")
    assert panel["n"].exact().tolist() == [[1]]


def test_an_empty_cell_of_a_wide_table_is_no_row():
    wide = {"k": ["A", "B"], "2023": [np.nan, 1], "2024": [5, None], "2025": [6, 3]}
    panel = em.Panel.from_wide(wide, "k", "n")
    assert panel["n"].status[0, 0] == Status.NOT_BEGUN
    assert panel["n"].growth("1Y").at("2024", status=True)[1][0] == Status.ENTERED
    assert panel.coverage()["rows"].tolist() == [2, 2]
    assert panel.coverage()["nulls"].tolist() == [0, 0]


def test_a_pair_of_columns_is_a_period():
    columns = {"y": [2024, 2024], "m": [1, 3], "n": [1, 2]}
    panel = em.Panel.from_table(
        columns, keys=[], period=("y", "m"), measures=["n"], freq="M"
    )
    assert list(panel.periods) == ["2024-01", "2024-02", "2024-03"]
    quarters = em.Panel.from_table(
        columns, keys=[], period=("y", "m"), measures=["n"], freq="Q"
    )
    assert list(quarters.periods) == ["2024Q1", "2024Q2", "2024Q3"]
    refused = {
        None: "'m' does not say whether it holds months or quarters: give freq='M'",
        "Y": "resample('Y')",
    }
    for freq, words in refused.items():
        with pytest.raises(ValueError, match=re.escape(words)):
            em.Panel.from_table(columns, [], ("y", "m"), "n", freq=freq)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("month", "2024-02"), ("MON", "2024-02"), ("sales_month2", "2024-02"),
        ("月份", "2024-02"), ("quarter", "2024Q2"), ("Fiscal Qtr.", "2024Q2"),
        ("季度", "2024Q2"),
    ],
)  # fmt: skip
def test_the_second_column_of_a_pair_states_months_or_quarters(name, first):
    pandas = pytest.importorskip("pandas")
    table = {"year": [2024, 2024], name: [2, 3], "n": [1, 2]}
    by_name = em.Panel.from_table(table, [], ("year", name), "n")
    assert by_name.periods.first == first
    frame = pandas.DataFrame(table)
    pair = (frame["year"], frame[name])
    assert em.Panel.from_arrays({}, pair, {"n": [1, 2]}).periods == by_name.periods
    grown = em.growth_by(frame["n"], [0, 0], pair, lag="1Q" if "Q" in first else "1M")
    np.testing.assert_array_equal(grown, [np.nan, 1])
    other, cure = ("M", "coarser") if "Q" in first else ("Q", "resample('Q')")
    for build in (
        lambda: em.Panel.from_table(table, [], ("year", name), "n", freq=other),
        lambda: em.Panel.from_arrays({}, pair, {"n": [1, 2]}, freq=other),
        lambda: em.Rows([0, 0], pair, other),
    ):
        with pytest.raises(ValueError, match=re.escape(cure)):
            build()


def test_a_pair_of_arrays_without_names_holds_months_by_default():
    pair = ([2024, 2024], [2, 3])
    panel = em.Panel.from_arrays({}, pair, {"n": [1, 2]})
    assert panel.periods.first == "2024-02"
    quarters = em.Panel.from_arrays({}, pair, {"n": [1, 2]}, freq="Q")
    assert quarters.periods.first == "2024Q2"
    pandas = pytest.importorskip("pandas")
    named = tuple(pandas.Series(column, name="x") for column in pair)
    with pytest.raises(ValueError, match="'x' does not say"):
        em.growth_by([1, 2], [0, 0], named)
    with pytest.raises(ValueError, match="x' does not say"):
        em.Panel.from_arrays({}, named, {"n": [1, 2]})


@pytest.mark.parametrize("name", ["monthly", "m", "quarterly", "month quarter", "q"])
def test_a_pair_under_another_name_needs_freq(name):
    table = {"year": [2024, 2024], name: [2, 3], "n": [1, 2]}
    with pytest.raises(ValueError, match=rf"'{name}' does not say .* give freq="):
        em.Panel.from_table(table, [], ("year", name), "n")
    assert em.Panel.from_table(table, [], ("year", name), "n", freq="Q").shape == (1, 2)


@given(tables(SMALL), completes(), st.sampled_from(["missing", "zero"]))
def test_levels_equal_the_reference(rows, complete, absent):
    if absent == "zero" and complete is None:
        complete = max(r.period for r in rows)
    panel, slow = both(rows, complete=complete, absent=absent)
    for name in KINDS:
        assert_measure(panel[name], slow[name])


@given(dense_tables(SMALL), completes(), st.integers(1, 14))
def test_exit_needs_a_full_run_up_to_the_last_complete_period(rows, complete, run):
    panel, slow = both(rows, complete=complete, exit_after=run)
    assert_measure(panel["units"], slow["units"])


@given(tables(SMALL, months=4), st.sampled_from(["add", "identical", "last"]))
def test_duplicates(rows, policy):
    kinds = {(r.key, r.period, *map(r.values.get, KINDS)) for r in rows}
    cells = {(r.key, r.period) for r in rows}
    if policy == "identical" and len(kinds) > len(cells):  # some rows differ
        with refused(ValueError, "identical", "rows"):
            panel_of(rows, duplicates=policy)
        with pytest.raises(ValueError, match="identical"):
            model_of(rows, duplicates=policy)
        return
    panel, slow = both(rows, duplicates=policy)
    for name in KINDS:
        assert_measure(panel[name], slow[name])


def test_text_of_january_and_february_in_one_is_the_whole_period():
    def built(months, **options):
        units = list(range(1, len(months) + 1))
        return em.Panel.from_table(
            {"month": months, "units": units}, [], "month", "units", **options
        )

    months = ["2024年1-2月", "2024年3月", "2025年1-2月"]
    panel = built(months)
    assert panel.periods.freq == "M-JF"
    assert panel["units"].at("2025年1-2月") == panel["units"].at("2025-02") == [3]
    assert panel["units"].status[0, -1] == Status.OK
    assert panel["units"].growth("1Y").at("2025-02") == [2]
    late = built(["2023年12月", *months], freq="M-JF")
    assert late["units"].status[0, [0, 1, -1]].tolist() == [Status.OK] * 3
    wide = {"maker": ["A"], "2024年1-2月": [5], "2024年3月": [7]}
    wide = em.Panel.from_wide(wide, "maker", "units")
    assert wide["units"].values.tolist() == [[5, 7]]
    with pytest.raises(ValueError, match="row 3: '2026年1月' is January alone"):
        built([*months, "2026年1月"])
    with pytest.raises(ValueError, match=r"row 1: .* give freq='M-JF'"):
        built(["2023年12月", "2024年1-2月"])


@pytest.mark.parametrize("freq", ["Y", "H", "Q", "M", "M-JF"])
def test_every_frequency(freq):
    start = ordinal(freq, 2004)
    rows = [
        Row(("A", "N"), start + 7 * i % 23, {"units": i, "revenue": i / 8, "cost": 1})
        for i in range(20)
    ]
    # At M-JF a period is named by its month: February for January and February.
    panel, slow = both(rows, freq=freq)
    assert_measure(panel["units"], slow["units"])
    expected = slow["units"].growth("1Y")
    assert_measure(panel["units"].growth("1Y"), expected, 2)


def test_january_alone_is_an_incomplete_joint_period():
    columns = {"month": ["2024-01", "2024-02", "2025-01"], "units": [10, 20, 40]}
    panel = em.Panel.from_table(
        columns, keys=[], period="month", measures=["units"], freq="M-JF"
    )
    units = panel["units"]
    labels = list(units.periods)
    assert (labels[0], labels[-1], len(labels)) == ("2024-02", "2025-02", 12)
    assert units.values[0, 0] == 30 and units.status[0, 0] == Status.OK
    # A flow's number stands beside its mark; a window over it has none.
    assert units.values[0, -1] == 40 and units.status[0, -1] == Status.INCOMPLETE
    growth = units.growth("1Y")
    assert growth.values[0, -1] == 1 / 3
    assert growth.status[0, -1] == Status.INCOMPLETE
    total = units.ytd()
    assert np.isnan(total.values[0, -1]) and total.status[0, -1] == Status.INCOMPLETE


# ---- exactness -----------------------------------------------------------------------


def test_sums_that_float_addition_gets_wrong():
    def total(values):
        rows = [Row((), JAN, {"units": value}) for value in values]
        return float(panel_of(rows, UNITS, names=())["units"].values[0, 0])

    assert total([1e16, 1.0, -1e16]) == 1.0
    assert total([0.1] * 10_000) == 1000.0
    assert total([2.0**61, 2.0**-126, -(2.0**61)]) == 2.0**-126
    assert total([2.0**-127] * 4) == 0.0
    assert total([-(2.0**-126) - 2.0**-130, 2.0**-126]) == 0.0
    big = 2**62
    assert total([big, big - 1, -big, 3]) == float(big + 2)
    assert total([2**63 - 1, 1, -1]) == float(2**63 - 1)
    assert total([-(2**63)]) == -(2.0**63)


def test_exact_returns_fractions():
    rows = [Row((), JAN, {"units": v}) for v in (0.1, 0.2)]
    rows.append(Row((), JAN + 2, {"units": 2.0**60 + 512}))
    exact = np.asarray(panel_of(rows, UNITS, names=())["units"].exact(), dtype=object)
    assert exact.shape == (1, 3)
    assert exact[0, 0] == Fraction(0.1) + Fraction(0.2)
    assert exact[0, 1] is None
    assert exact[0, 2] == 2**60 + 512


@given(tables(WIDE, months=6), st.integers(1, 8), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_same_bits_for_any_order_and_workers(rows, workers, chance):
    panel, slow = both(rows)
    shuffled = rows[:]
    chance.shuffle(shuffled)
    again = panel_of(shuffled, workers=workers)
    assert_same_panel(again, panel)
    for name in KINDS:
        assert_measure(panel[name], slow[name])


@given(
    tables(WIDE, months=6),
    st.lists(st.integers(0, 99), max_size=5),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60)
def test_the_same_bits_for_any_split_and_order_of_merges(rows, cuts, chance):
    panel = panel_of(rows)
    pieces = splits(rows, cuts)
    columns = [columns_of(piece, KINDS) for piece in pieces]
    options = {"keys": list(NAMES), "period": "period", "measures": KINDS}
    streamed = em.Panel.from_table(iter(columns), **options)
    assert_same_panel(streamed, panel)
    parts = [em.Panel.from_table(table, **options) for table in columns]
    while len(parts) > 1:  # merge random pairs until one panel is left
        chance.shuffle(parts)
        parts.append(parts.pop().merge(parts.pop()))
    assert_same_panel(parts[0], panel)


def test_many_rows_on_many_workers_equal_fractions():
    chance = random.Random(7)
    rows = [
        Row(
            (f"m{chance.randrange(40)}", chance.randrange(9)),
            JAN + chance.randrange(48),
            {
                "units": chance.randrange(-(10**15), 10**15),
                "revenue": chance.uniform(-1, 1) * 10.0 ** chance.randrange(-9, 15),
                "cost": None if chance.random() < 0.1 else chance.random(),
            },
        )
        for _ in range(30_000)
    ]
    slow = model_of(rows)
    panels = [panel_of(rows, workers=workers) for workers in (1, 2, 8)]
    for panel in panels[1:]:
        assert_same_panel(panel, panels[0])
    for name in KINDS:
        assert_measure(panels[0][name], slow[name])


# ---- panels from panels --------------------------------------------------------------


@given(tables(WIDE, months=14), st.sampled_from([(), ("maker",), ("region",), NAMES]))
@settings(max_examples=60)
def test_rollup_equals_a_panel_built_with_those_keys(rows, keep):
    panel, slow = both(rows)
    rolled = panel.rollup(*keep)
    part = part_of(NAMES, keep)
    coarse_rows = [r._replace(key=part(r.key)) for r in rows]
    direct = panel_of(coarse_rows, names=keep)
    coarse = slow.rollup(*keep)
    for name in KINDS:
        assert_same_values(rolled[name], direct[name])
        assert_measure(rolled[name], coarse[name])
        counts = coarse[name].counts().values()
        for place, what in enumerate(("members", "living")):
            expected = [pair[place] for pair in counts]
            assert getattr(rolled[name], what).ravel().tolist() == expected


@given(tables(WIDE, months=14))
@settings(max_examples=40)
def test_recode_equals_a_panel_built_with_the_new_labels(rows):
    panel, slow = both(rows)
    present = {r.key[0] for r in rows}
    labels = {old: new for old, new in [("B", "A"), ("A", "C")] if old in present}
    coded = panel.recode("maker", labels)
    renamed = [r._replace(key=(labels.get(r.key[0], r.key[0]), r.key[1])) for r in rows]
    assert_same_panel(coded, panel_of(renamed))
    assert_measure(coded["cost"], slow.recode("maker", labels)["cost"])


@given(tables(WIDE, months=14), completes(14))
@settings(max_examples=40)
def test_select_keeps_the_calendar(rows, complete):
    panel, slow = both(rows, complete=complete)
    if not any(r.key[0] == "A" for r in rows):
        return
    assert_measure(panel.select(maker="A")["cost"], slow.select(maker="A")["cost"])
    listed = slow.select(maker=["A"])["cost"]
    assert_measure(panel.select(maker=["A"])["cost"], listed)
    assert_measure(panel.select({"maker": ["A"]})["cost"], listed)
    assert_measure(panel["cost"].select(maker=["A"]), listed)
    if any(r.key[0] != "A" for r in rows):
        others = slow.exclude(maker="A")["cost"]
        assert_measure(panel.exclude(maker="A")["cost"], others)


def test_selected_periods_keep_earlier_periods_as_bases():
    panel = one(list(range(1, 31)))
    cut = panel.select(periods=slice("2023", "2023-06"))
    assert list(cut.periods) == list(panel.periods)[12:18]
    whole, part = panel["units"], cut["units"]
    np.testing.assert_array_equal(part.values, whole.values[:, 12:18])
    for name, args in [("growth", ("1Y",)), ("trailing", ("12M",)), ("ytd", ())]:
        of_part, of_whole = (getattr(m, name)(*args) for m in (part, whole))
        np.testing.assert_array_equal(of_part.values, of_whole.values[:, 12:18])
        np.testing.assert_array_equal(of_part.status, of_whole.status[:, 12:18])
    single = panel.select(periods="2023-02")
    assert list(single.periods) == ["2023-02"]
    assert panel.select(periods=slice("2024", None)).periods.first == "2024-01"
    # Periods only cut what is shown: A, which comes back, has not exited.
    rows = [row("A", 0, 1), row("B", 0, 1), row("B", 12, 1), row("A", 20, 1)]
    early = panel_of(rows, UNITS).select(periods=slice(None, "2023-01"))
    assert early["units"].status[0, -1] == Status.MISSING
    assert panel_of(rows, UNITS)["units"].status[0, 12] == Status.MISSING
    # As of a month is `complete_through`: there it has.
    then = panel_of(rows, UNITS, complete_through="2023-01")
    assert then["units"].status[0, 12] == Status.EXITED


def test_merge_of_overlapping_cells():
    first = [row("A", 0, 1), row("A", 1, 2)]
    second = [row("A", 1, 10), row("B", 2, 20)]
    a, b = (panel_of(rows, UNITS) for rows in (first, second))
    for overlap in ("add", "replace"):
        slow = model_of(first, UNITS).merge(model_of(second, UNITS), overlap=overlap)
        merged = a.merge(b, overlap=overlap)
        assert_measure(merged["units"], slow["units"])
    with pytest.raises(ValueError, match="2022-02"):
        a.merge(b, overlap="error")
    assert_same_panel(
        a.merge(panel_of(second[1:], UNITS), overlap="error"),
        panel_of(first + second[1:], UNITS),
    )


@given(dense_tables(SMALL), completes(), st.sampled_from(["Q", "H", "Y"]))
@settings(max_examples=60)
def test_resample_of_a_flow(rows, complete, freq):
    panel, slow = both(rows, complete=complete)
    expected = slow.resample(freq)["units"]
    coarse = panel.resample(freq)
    assert_measure(coarse["units"], expected)
    assert_measure(coarse["units"].growth("1Y"), expected.growth("1Y"), 2)


@given(tables(SMALL, {"units": "flow"}, months=18, unique=True), st.booleans())
@settings(max_examples=60)
def test_resample_of_a_stock_takes_the_last_period(rows, cumulative):
    kind = "cumulative" if cumulative else "stock"
    rows += [row("A", 0, 1, region="Z"), row("A", 17, 1, region="Z")]
    panel, slow = both(rows, {"units": kind})
    expected = slow.resample("Q")["units"]
    assert_measure(panel.resample("Q")["units"], expected)


@given(tables(WIDE, UNITS, months=24))
@settings(max_examples=40)
def test_resample_equals_the_panel_built_directly(rows):
    # Every month of every series has a row, so every quarter is complete.
    keys = {r.key for r in rows}
    rows += [Row(key, JAN + i, {"units": 0.5}) for key in keys for i in range(24)]
    fine = panel_of(rows, UNITS)
    for freq, per_year in [("Q", 4), ("H", 2), ("Y", 1)]:
        coarse = [r._replace(period=coarser(r.period, "M", freq)) for r in rows]
        direct = panel_of(coarse, UNITS, freq=freq)
        assert direct.shape == (len(keys), 2 * per_year)
        assert_same_panel(fine.resample(freq), direct)
        assert_same_bits(
            fine.rollup().resample(freq)["units"], direct.rollup()["units"]
        )
    joint = fine.resample("M-JF")["units"]
    assert_measure(joint, model_of(rows, UNITS).resample("M-JF")["units"])
    assert_same_bits(fine.resample("Q").resample("Y")["units"], direct["units"])


LOOKS = {
    "values": lambda p: p["u"].values,
    "growth": lambda p: p["u"].growth(),
    "matched": lambda p: p["u"].growth(matched=True),
    "ytd": lambda p: p["u"].ytd().growth(),
    "share": lambda p: p["u"].share().values,
    "margin": lambda p: p.margin("r", "c").values,
    "sum": lambda p: (p["r"] + p["c"]).values,
    "rollup": lambda p: p.rollup()["u"].values,
    "resample": lambda p: p.resample("Y")["u"].values,
    "report": lambda p: p.report("u", by="m"),
    "contributions": lambda p: p.contributions("u").groups,
    "bridge": lambda p: p.margin_bridge("r", "c", "u"),
    "table": lambda p: p.to_table(),
    "html": lambda p: p._repr_html_(),
}


@pytest.mark.parametrize("look", LOOKS)
def test_a_panel_ends_with_its_last_user(look):
    # In a circle of references its cells would stay until the collector runs.
    gc.collect()
    gc.disable()
    try:
        columns = {"u": [1, 2], "r": [3, 4], "c": [1, 1]}
        panel = em.Panel.from_arrays({"m": ["a", "b"]}, ["2024-01", "2025-01"], columns)
        cells, seen = weakref.ref(panel._data), LOOKS[look](panel)
        assert cells() is not None
        del panel, seen
        assert cells() is None
    finally:
        gc.enable()


def test_a_rollup_takes_keys_or_one_list_of_them():
    keys = {"m": ["A", "B"], "r": ["x", "y"]}
    panel = em.Panel.from_arrays(keys, ["2024"] * 2, {"u": [1, 2]})
    for one, other in [(["r"], "r"), (("m", "r"), "m")]:
        assert panel.rollup(one)["u"].values.tolist() == [[1.0], [2.0]]
        assert panel.rollup(other)["u"].values.tolist() == [[1.0], [2.0]]
    assert panel.rollup([])["u"].values.tolist() == [[3.0]]


def test_a_rollup_with_an_incomplete_member_is_incomplete():
    rows = [row("A", i, 1) for i in range(6) if i != 4]
    rows += [row("B", i, 1) for i in range(6)]
    panel = panel_of(rows, UNITS)
    total = panel.resample("Q").rollup()["units"]
    assert total.values.tolist() == [[6, 5]]
    assert total.status.tolist() == [[Status.OK, Status.INCOMPLETE]]
    assert_same_bits(panel.rollup().resample("Q")["units"], total)
    units = panel.rollup()["units"]
    assert units.values.tolist() == [[2, 2, 2, 2, 1, 2]]
    assert units.status[0].tolist() == [0, 0, 0, 0, Status.INCOMPLETE, 0]
    assert units.members.tolist() == [[2, 2, 2, 2, 1, 2]]
    assert units.living.tolist() == [[2] * 6]


# ---- export --------------------------------------------------------------------------


@given(tables(SMALL, months=14))
@settings(max_examples=40)
def test_the_long_form_contains_the_occupied_cells(rows):
    panel, slow = both(rows)
    table = panel.to_table()
    months = [str(item)[:7] for item in column(table, "period", "month")]
    got = {
        cell[:3]: cell[3:]
        for cell in zip(
            *(column(table, name) for name in NAMES),
            months,
            *(column(table, name) for name in KINDS),
            strict=True,
        )
    }
    expected = {}
    for name in KINDS:
        for (key, month), (total, _) in slow[name].results().items():
            if total is not None:
                expected.setdefault((*key, month), {})[name] = total
    # A cell whose rows are all null may have a line without a value.
    for where, values in got.items():
        for name, value in zip(KINDS, values, strict=True):
            exact = expected.get(where, {}).get(name)
            assert_value(float("nan") if value is None else value, exact, ONCE, name)
    assert set(expected) <= set(got)


def test_export_to_frames_and_arrow():
    rows = [row("A", 0, 1, 0.5, 0.25), row("B", 2, 3, None, 1.0)]
    panel = panel_of(rows)
    pandas = pytest.importorskip("pandas")
    frame = panel.to_pandas().reset_index()
    assert isinstance(frame, pandas.DataFrame) and len(frame) == 2
    assert frame["units"].tolist() == [1, 3]
    wide = panel["units"].to_pandas(layout="wide")
    np.testing.assert_array_equal(wide.to_numpy(float), panel["units"].values)
    polars = pytest.importorskip("polars")
    out = panel.to_polars()
    assert isinstance(out, polars.DataFrame) and out.height == 2
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(panel)
    assert table.num_rows == 2 and table["units"].to_pylist() == [1, 3]
    options = {"keys": list(NAMES), "measures": KINDS, "freq": "M"}
    period = next(name for name in table.column_names if name not in (*NAMES, *KINDS))
    assert_same_panel(em.Panel.from_table(table, period=period, **options), panel)


def test_a_hole_makes_a_rollup_of_quarters_incomplete():
    # One series enters within the quarter, and counts as 0 before; the other has a
    # hole in it: their sum is a number beside INCOMPLETE.
    rows = [row("A", i, 1) for i in range(4, 12)]
    rows += [row("B", i, 2) for i in range(12) if i != 4]
    quarters = panel_of(rows, UNITS).resample("Q")
    assert quarters["units"].at("2022Q2", status=True)[1].tolist() == [
        Status.OK,
        Status.INCOMPLETE,
    ]
    values, status = quarters.rollup()["units"].at("2022Q2", status=True)
    assert values.tolist() == [6.0] and status.tolist() == [Status.INCOMPLETE]
    assert quarters.rollup()["units"].at("2022Q3").tolist() == [9.0]
