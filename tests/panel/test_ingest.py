"""From rows to the finest cells: duplicates, dates in periods, nulls, joint months."""

from __future__ import annotations

import datetime as dt
import random
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evmarket as em
from evmarket._panel.ingest import ingested
from evmarket._panel.options import Columns, Options
from evmarket._panel.repeats import repeats_among
from tests.model import Model
from tests.model import calendar as cal
from tests.model.cells import base_cells
from tests.model.tables import FIRST, columns_of, contained, ordinals, written
from tests.model.tables import Case as ModelCase
from tests.panel.panels import refused

DAYS = [dt.date(2024, 2, 28), dt.date(2024, 1, 31), dt.date(2024, 1, 15)]
OTHERS = ["stock", "cumulative", "rate", "index"]


def base(period, values, kind="flow", **options):
    """The finest cells of one series of one measure, x."""
    table = {"p": period, "x": values}
    return ingested(table, (), "p", {"x": kind}, Options(**options))[0]


def values(cells, name="x"):
    """{period: value} of a base with one series; None for a cell without a value."""
    [level] = [level for level in cells.levels if level.name == name]
    return {
        em.Periods.of(cells.freq, int(t), 1).first: None if n == 0 else v
        for t, n, v in zip(
            cells.layout.ordinals, level.sums.counts, level.sums.values, strict=True
        )
    }


# ---- every rule against the model ----------------------------------------------------


def random_rows(rng, freq, kinds, dated):
    """Rows of which several may share a date, and several dates a period."""
    rows = []
    for _ in range(rng.randint(1, 12)):
        t = rng.choice(ordinals(freq)[:4])
        day = rng.randint(0, 40) if dated and freq not in "WD" else None
        key = {"m": rng.choice("AB"), "r": rng.choice([1, None])}
        cells = {name: rng.choice([None, 1, 2.5, -3]) for name in kinds}
        rows += [(key, written(freq, t, day), cells)] * rng.choice([1, 1, 1, 2])
    rng.shuffle(rows)
    return rows


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32))
def test_every_rule_equals_the_model(seed):
    rng = random.Random(seed)
    freq = rng.choice([*FIRST, "M", "M-JF"])
    names = rng.choice(["u", "uv", "uvw"])
    kinds = {name: rng.choice(["flow", "flow", *OTHERS]) for name in names}
    options = {"keys": ["m", "r"], "kinds": kinds, "freq": freq}
    options["nulls"] = rng.choice(["reported", "absent"])
    options["duplicates"] = rng.choice([None, "add", "identical", "last", "error"])
    rows = random_rows(rng, freq, kinds, dated=rng.random() < 0.6)
    container = rng.choice(["dict", "pandas", "arrow", "polars"])
    table = contained(columns_of(ModelCase(rows, options), rows), container)
    asked = Options(freq, nulls=options["nulls"], duplicates=options["duplicates"])
    try:
        if asked.duplicates == "add" and {"rate", "index"} & set(kinds.values()):
            raise ValueError  # also where no row has a value
        model = Model(rows, **options)
    except ValueError:
        with pytest.raises(ValueError, match="duplicates"):
            ingested(table, ["m", "r"], "p", kinds, asked)
        return
    cells, _ = ingested(table, ["m", "r"], "p", kinds, asked, warns=False)
    assert_equals(cells, model)


def assert_equals(cells, model):
    if model.reach is None:
        assert cells.high < cells.low
        return
    shift = 1 if cells.freq == "W" else 0  # the model counts weeks from 0
    assert (cells.low - shift, cells.high - shift) == model.reach
    series = [cells.series.name(s) for s in range(cells.series.count)]
    assert series == sorted(
        {row.key for row in model.rows}, key=lambda k: (k[0], k[1] is None)
    )
    at = [
        (series[s], int(t) - shift)
        for s in range(len(series))
        for t in cells.layout.ordinals[slice(*cells.layout.indptr[s : s + 2])]
    ]
    assert set(at) == {(row.key, row.t) for row in model.rows}
    for level in cells.levels:
        expected = base_cells(model.rows, level.name, model.options)
        exact = level.sums.fractions()
        for i, (key, t) in enumerate(at):
            cell = expected.get(key, {}).get(t)
            count = 0 if cell is None else cell.count
            assert level.sums.counts[i] == count
            if count:
                assert exact[i] == cell.value
            else:
                assert np.isnan(level.sums.values[i])
            if level.dates is not None and count:
                said = last_date(model, level.name, key, t)
                assert level.dates[i] == cal.ordinal(cal.frequency("D"), said)
            joint = cells.freq == "M-JF" and t % 11 == 0
            bits = 3 if level.months is None else int(level.months[i])
            months = {1, 2} if not joint else set() if cell is None else cell.months
            if months or level.months is not None:
                assert bits == sum(months)


def last_date(model, name, key, t):
    """The last date that has a value, after the rule for rows of one date."""
    dates = {}
    for row in model.rows:
        if (row.key, row.t) != (key, t) or name not in row.values:
            continue
        value = row.values[name]
        if value is None and model.options.nulls == "absent":
            continue
        last = model.options.duplicates == "last"
        old = None if last else dates.get(row.said)
        dates[row.said] = value if old is None else old
    valued = [said for said, value in dates.items() if value is not None]
    return max(cal.end(said.freq, said.t) for said in valued)


# ---- several dates in one period -----------------------------------------------------


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_kinds_that_are_not_added_take_the_last_date(kind, order):
    cells = base(
        [DAYS[k] for k in order], [(9, 5, 3)[k] for k in order], kind, freq="M"
    )
    assert values(cells) == {"2024-01": 5, "2024-02": 9}
    days = cells.levels[0].dates
    assert days.dtype == np.int32 and days.tolist() == [19753, 19781]
    assert cells.dated and cells.layout.rows.tolist() == [2, 1]


def test_a_last_date_without_a_value_does_not_hide_an_earlier_one():
    cells = base(DAYS, [None, None, 3], "stock", freq="M")
    assert values(cells) == {"2024-01": 3, "2024-02": None}


def test_a_flow_beside_a_stock_adds_its_dates():
    table = {
        "p": ["2024-01-31", "2024-01-15", "2024-02-28"],
        "f": [1, 2, 4],
        "s": [5, 3, 9],
    }
    cells, _ = ingested(table, (), "p", {"f": "flow", "s": "stock"}, Options(freq="Q"))
    assert values(cells, "f") == {"2024Q1": 7} and values(cells, "s") == {"2024Q1": 9}
    assert cells.levels[0].dates is None


def test_several_days_of_a_week():
    days = np.array(["2024-01-01", "2024-01-07", "2024-01-08"], "M8[D]")
    assert list(values(base(days, [1, 2, 3], "stock", freq="W")).values()) == [2, 3]
    assert list(values(base(days, [1, 2, 3], freq="W")).values()) == [3, 3]


def test_times_of_one_day_are_one_date():
    times = np.array(["2024-01-31T08", "2024-01-31T18"], "M8[h]").astype("M8[s]")
    with refused(ValueError, "rows 0 and 1", "2024-01-31", "stock", "duplicates="):
        base(times, [1, 2], "stock", freq="M")
    assert values(base(times, [1, 2], "stock", freq="M", duplicates="last")) == {
        "2024-01": 2
    }


def test_duplicates_of_flows_are_judged_by_date():
    same = ["2024-01-31", "2024-01-31", "2024-01-15"]
    assert values(base(same, [5, 5, 3], freq="M")) == {"2024-01": 13}
    assert values(base(same, [5, 5, 3], freq="M", duplicates="identical")) == {
        "2024-01": 8
    }
    assert values(base(same, [5, 6, 3], freq="M", duplicates="last")) == {"2024-01": 9}


def test_text_that_mixes_dates_and_months_says_how_it_is_read():
    with refused(ValueError, "row 1", "2024-02", "first row"):
        base(["2024-01-31", "2024-02"], [1, 2], "stock", freq="M")


def test_months_at_quarters_stay_an_error():
    for kind in ("flow", "stock"):
        with refused(ValueError, "resample"):
            base(["2024-01", "2024-02"], [1, 2], kind, freq="Q")


# ---- rows of one date ----------------------------------------------------------------


@pytest.mark.parametrize("kind", OTHERS)
def test_only_flows_are_added_by_default(kind):
    assert values(base(["2024", "2024"], [1, 2])) == {"2024": 3}
    with refused(ValueError, "rows 0 and 1", kind, "2024", "duplicates='identical'"):
        base(["2024", "2024"], [1, 2], kind)


@pytest.mark.parametrize("kind", OTHERS)
def test_adding_must_be_asked_for_and_is_never_for_rates(kind):
    if kind in ("rate", "index"):
        with refused(ValueError, "duplicates is 'add'", "x", kind, "'last'"):
            base(["2024", "2024"], [1, 2], kind, duplicates="add")
    else:
        assert values(base(["2024", "2024"], [1, 2], kind, duplicates="add")) == {
            "2024": 3
        }


def test_the_rule_is_that_of_each_measure():
    table = {"p": ["2024", "2024", "2025"], "f": [1, 2, 4], "s": [5, None, 9]}
    kinds = {"f": "flow", "s": "stock"}
    with refused(ValueError, "rows 0 and 1", "s is stock"):
        ingested(table, (), "p", kinds, Options())
    cells, _ = ingested(table, (), "p", kinds, Options(nulls="absent"))
    assert values(cells, "f") == {"2024": 3, "2025": 4}
    assert values(cells, "s") == {"2024": 5, "2025": 9}


def test_identical_names_two_rows_that_differ():
    period = ["2024"] * 4
    with refused(ValueError, "rows 0 and 2", "x is 10 and 11", "2024", "'last'"):
        base(period, [10, 10, 11, 12], duplicates="identical")
    with refused(ValueError, "rows 0 and 1", "x is 10 and null"):
        base(period, [10, None, 10, 10], duplicates="identical")
    cells = base(period, [10, 10, 10, 10], duplicates="identical")
    assert values(cells) == {"2024": 10} and cells.layout.rows.tolist() == [4]


def test_the_last_row_is_kept_also_where_it_is_null():
    assert values(base(["2024"] * 2, [1, None], duplicates="last")) == {"2024": None}
    cells = base(["2024"] * 2, [1, None], duplicates="last", nulls="absent")
    assert values(cells) == {"2024": 1}


def test_an_error_names_the_first_two_rows():
    with refused(ValueError, "rows 1 and 2", "2025", "duplicates is 'error'"):
        base(["2024", "2025", "2025", "2024"], [1, 2, 3, 4], duplicates="error")


# ---- rows without a value ------------------------------------------------------------


def test_absent_rows_have_no_cell_no_series_and_no_period():
    table = {"m": ["A", "B", "A"], "p": ["2023", "2024", "2025"], "x": [1, None, None]}
    cells, rules = ingested(table, "m", "p", "x", Options(nulls="absent"))
    assert rules.nulls == "absent"
    assert cells.series.labels == (("A",),) and cells.layout.rows.tolist() == [1]
    assert (cells.low, cells.high) == (53, 53)
    cells, rules = ingested(table, "m", "p", "x", Options())
    assert rules.nulls == "reported"
    assert cells.series.count == 2 and (cells.low, cells.high) == (53, 55)


def test_many_rows_without_a_value():
    rng = np.random.default_rng(1)
    x = np.where(rng.random(50_000) < 0.3, np.nan, 1.0)
    keys = rng.integers(0, 50, 50_000)
    table = {"k": keys, "p": ["2024"] * 50_000, "x": x}
    for workers in (1, 2):
        options = Options(nulls="absent", workers=workers)
        cells, _ = ingested(table, "k", "p", "x", options, warns=False)
        expected = np.bincount(keys, weights=~np.isnan(x)).astype(int).tolist()
        assert cells.layout.rows.tolist() == expected
        assert cells.levels[0].sums.counts.tolist() == expected


def test_an_empty_cell_of_a_wide_table_is_no_row():
    wide = {"m": ["A", "B"], "2024": [1, None], "2025": [2, 3]}
    panel = em.Panel.from_wide(wide, "m", "x")
    assert em.Status.names(panel["x"].status)[1, 0] == "NOT_BEGUN"


# ---- January and February ------------------------------------------------------------


def test_joint_months_know_which_of_them_have_a_value():
    months = ["2023-01", "2023-02", "2024-01", "2025-02", "2025-03"]
    flow = base(months, [1, 2, 4, 8, 16], freq="M-JF")
    assert list(values(flow).values()) == [3, 4, 8, 16]
    assert flow.levels[0].months.tolist() == [3, 1, 2, 3]
    stock = base(months, [1, 2, 4, 8, 16], "stock", freq="M-JF")
    assert list(values(stock).values()) == [2, None, 8, 16]
    assert stock.levels[0].months.tolist() == [3, 1, 2, 3]
    assert base(months[:2], [1, 2], freq="M-JF").levels[0].months is None


def test_joint_months_out_of_dates():
    days = ["2024-01-10", "2024-01-31", "2024-02-10", "2025-01-31"]
    flow = base(days, [1, 2, 4, 8], freq="M-JF")
    assert list(values(flow).values()) == [7, 8]
    stock = base(days, [1, 2, 4, 8], "stock", freq="M-JF")
    assert list(values(stock).values()) == [4, None]
    assert stock.levels[0].months.tolist() == [3, 1]
    pair = {"year": [2024, 2024], "month": [1, 2], "x": [1, 2]}
    cells, _ = ingested(pair, (), ("year", "month"), "x", Options(freq="M-JF"))
    assert values(cells) == {"2024-02": 3}


# ---- rules ---------------------------------------------------------------------------


def test_rules_of_absence_are_those_of_the_finest_calendar():
    def rules(freq, **options):
        day = [dt.date(2024, 1, 31)]
        return ingested({"p": day, "x": [1]}, (), "p", "x", Options(freq, **options))[1]

    lengths = {"Y": 2, "H": 2, "Q": 4, "M": 12, "M-JF": 11, "W": 52, "D": 365}
    for freq, length in lengths.items():
        assert rules(freq).exit_after == length
        assert rules(freq, exit_after=1).exit_after == 1
    assert rules("M", complete_through="2024").cutoff == 659
    assert rules("M", absent="zero").absent == "zero"
    assert rules("M", year_end="MAR").year_end == 3
    assert rules("D", year_end="JUN").year_end == 6
    assert rules("Q", year_end="DEC").year_end == 12
    with refused(ValueError, "year_end", "'MAR'", "'Q'", "Q-MAR"):
        rules("Q", year_end="MAR")


def test_an_index_is_a_kind():
    panel = em.Panel.from_arrays({}, ["2024"], {"x": [1]}, kinds={"x": "index"})
    assert panel["x"].kind == "index"


def test_zeros_need_no_last_complete_period():
    panel = em.Panel.from_arrays({}, ["2023", "2025"], {"x": [1, 2]}, absent="zero")
    assert panel["x"].values.tolist() == [[1, 0, 2]]


# ---- exact repeats -------------------------------------------------------------------


def table_of(rows=3, **columns):
    return {"m": ["A"] * rows, "p": ["2024"] * rows, "x": [1, 2, 1][:rows], **columns}


def test_exact_repeats_that_are_added_give_one_warning():
    text = r"at least 1 row repeats another row exactly \(first: rows 0 and 2\)"
    for container in ("dict", "pandas", "polars", "arrow"):
        table = made(table_of(), container)
        with pytest.warns(em.EvmarketWarning, match=text) as caught:
            em.Panel.from_table(table, "m", "p", "x")
        assert len(caught) == 1 and caught[0].filename == __file__
        assert "\n" not in str(caught[0].message)


def made(columns, container):
    if container == "pandas":
        return pytest.importorskip("pandas").DataFrame(columns)
    if container == "polars":
        return pytest.importorskip("polars").DataFrame(columns)
    if container == "arrow":
        return pytest.importorskip("pyarrow").table(columns)
    return columns


@pytest.mark.parametrize(
    ("table", "options"),
    [
        (table_of(2), {}),
        (table_of(sale=[7, 8, 9]), {}),
        (table_of(price=[7.5, 8, 9]), {}),
        (table_of(model=["a", "b", "c"]), {}),
        (table_of(day=DAYS), {}),
        (table_of(p=DAYS), {"freq": "Y"}),
        (table_of(p=["2024-01-01", "2024-01-02", "2024-01-03"]), {"freq": "M"}),
        (table_of(), {"duplicates": "add"}),
        (iter([table_of()]), {}),
    ],
)
def test_no_warning_of_other_rows(table, options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        em.Panel.from_table(table, "m", "p", "x", **options)


def test_repeats_are_counted_in_all_columns_and_batches():
    table = table_of(sale=[7, 8, 7], price=[0.5, 1, 0.5])
    with pytest.warns(em.EvmarketWarning, match="at least 7 rows"):
        em.Panel.from_table([table] * 3, "m", "p", "x")
    arrays = ({"m": ["A"] * 3}, ["2024"] * 3, {"x": [1, None, 1]})
    with pytest.warns(em.EvmarketWarning, match="at least 1 row "):
        em.Panel.from_arrays(*arrays)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_repeats_equal_a_plain_count(seed):
    rng = random.Random(seed)
    most = rng.choice([3, 500])
    rows = [
        (
            rng.choice("ABCDEFG"),
            rng.choice(["2023", "2024"]),
            rng.choice([0.1, 1, 2, 1e-12, 0, -1, None]),
            rng.randint(0, most),
        )
        for _ in range(rng.randint(1, 2000))
    ]
    first, pairs = {}, []
    for number, row in enumerate(rows):
        if row in first:
            pairs.append((first[row], number))
        first.setdefault(row, number)
    names = Columns.of("m", "p", ["x", "y"])
    table = dict(zip("mpxy", map(list, zip(*rows, strict=True)), strict=True))
    expected = (len(pairs), *(pairs[0] if pairs else (-1, -1)))
    assert repeats_among(table, names, [], "Y", Options()) == expected
