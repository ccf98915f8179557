"""Tables and columns of pandas, polars, pyarrow and duckdb; error messages."""

import datetime

import numpy as np
import pytest

import evmarket as em
from evmarket import Status
from tests.arrays.functions import FUNCTIONS

NAN = float("nan")

# Two keys, one of integers that begins with missing values; a null, a gap, an exit and
# an entry.
TABLE = {
    "maker": ["比亚迪", "比亚迪", "比亚迪", "XPeng", "XPeng", None, "XPeng"],
    "grade": [None, None, None, 1, 1, 2, 1],
    "month": [datetime.date(2024, m, 1) for m in (1, 2, 4, 1, 2, 3, 5)],
    "units": [10, 20, 30, 40, None, 2**53, 60],
    "price": [1.5, None, 0.1, 2.5, 1e9, -0.25, 7.0],
}
MEASURES = {"units": "flow", "price": "stock"}


def pandas_frame(backend=None):
    pd = pytest.importorskip("pandas")
    if backend == "pyarrow":
        pytest.importorskip("pyarrow")
    frame = pd.DataFrame(TABLE, index=range(3, 10))
    for name in ("grade", "units"):
        frame[name] = pd.array(TABLE[name], dtype="Int64")
    frame["month"] = pd.to_datetime(frame["month"])
    return frame.convert_dtypes(dtype_backend=backend) if backend else frame


def polars_frame():
    return pytest.importorskip("polars").DataFrame(TABLE)


def arrow_table():
    return pytest.importorskip("pyarrow").table(TABLE)


def duckdb_relation():
    duckdb, table = pytest.importorskip("duckdb"), arrow_table()
    return duckdb.from_arrow(table)


def two_arrow_batches():
    pa, table = pytest.importorskip("pyarrow"), arrow_table()
    return pa.concat_tables([table.slice(0, 2), table.slice(2)])


SOURCES = {
    "pandas": pandas_frame,
    "pandas nullable": lambda: pandas_frame("numpy_nullable"),
    "pandas on pyarrow": lambda: pandas_frame("pyarrow"),
    "polars": polars_frame,
    "pyarrow": arrow_table,
    "pyarrow in batches": two_arrow_batches,
    "duckdb": duckdb_relation,
}


def arrow_of(panel):
    return pytest.importorskip("pyarrow").table(panel)


def duckdb_of(panel):
    duckdb = pytest.importorskip("duckdb")
    con = duckdb.connect()
    con.register("cells", arrow_of(panel))
    return con.sql("select * from cells order by units")


EXPORTS = {
    "to_pandas": lambda panel: (pytest.importorskip("pandas"), panel.to_pandas())[1],
    "to_polars": lambda panel: (pytest.importorskip("polars"), panel.to_polars())[1],
    "to_table": lambda panel: panel.to_table(),
    "a dict": lambda panel: dict(panel.to_table()),
    "the stream": lambda panel: panel,
    "pyarrow from the stream": arrow_of,
    "polars from the stream": lambda p: pytest.importorskip("polars").DataFrame(p),
    "duckdb from the stream": duckdb_of,
}


def panel_of(table, period="month"):
    return em.Panel.from_table(
        table,
        ["maker", "grade"],
        period,
        MEASURES,
        freq="M",
        units={"price": "CNY"},
        complete_through="2024-04",
    )


def assert_equal_panels(a, b):
    assert a.keys == b.keys and a.measures == b.measures
    assert list(a.periods) == list(b.periods)
    for key in a.keys:
        assert a.series[key].tolist() == b.series[key].tolist()
    for name in a.measures:
        one, two = a[name], b[name]
        assert (one.kind, one.unit) == (two.kind, two.unit)
        np.testing.assert_array_equal(one.values, two.values)
        np.testing.assert_array_equal(one.status, two.status)
        np.testing.assert_array_equal(one.members, two.members)
        assert one.exact().tolist() == two.exact().tolist()
    # Counts per series: rows, nulls, duplicates, first, last, gaps.
    for name, column in a.coverage().to_dict().items():
        assert column.tolist() == b.coverage()[name].tolist(), name


@pytest.mark.parametrize("source", SOURCES)
def test_every_library_gives_the_same_panel(source):
    dates = np.array(TABLE["month"], "datetime64[D]")
    expected = panel_of({**TABLE, "month": dates})
    assert_equal_panels(panel_of(SOURCES[source]()), expected)


@pytest.mark.parametrize("export", EXPORTS)
@pytest.mark.parametrize("source", SOURCES)
def test_round_trips(source, export):
    panel = panel_of(SOURCES[source]())
    assert set(Status.names(panel["units"].status).ravel()) >= {"PARTIAL", "MISSING"}
    assert_equal_panels(panel_of(EXPORTS[export](panel), "period"), panel)


def test_round_trips_of_measures():
    panel = panel_of(arrow_table())
    pa, pl = pytest.importorskip("pyarrow"), pytest.importorskip("polars")
    yoy = panel["units"].growth("1M")
    tables = yoy.to_table(), yoy.to_polars(), yoy.to_pandas(status=True)
    for table in (*tables, pa.table(yoy.to_table()), pl.DataFrame(yoy.to_table())):
        columns = [list(table[name]) for name in ("maker", "period", "status")]
        assert [str(c)[:7] for c in columns[1]] == list(yoy.to_table()["period"])
        assert [int(c) for c in columns[2]] == yoy.to_table()["status"].tolist()
    wide = panel.rollup("maker")["units"].to_pandas("wide")
    again = em.Panel.from_wide(wide.reset_index(), "maker", "units")
    np.testing.assert_array_equal(
        again["units"].values, panel.rollup("maker")["units"].values
    )


def test_a_second_key_that_begins_with_missing_values():
    pl = pytest.importorskip("polars")
    panel = em.Panel.from_arrays(
        {"maker": ["A", "A", "B"], "grade": [None, None, 1]},
        ["2024-01", "2024-02", "2024-01"],
        {"units": [1, 2, 3]},
    )
    out = panel.to_polars()
    assert out["grade"].to_list() == [None, None, 1]
    assert out.schema["grade"] == pl.Int64


def test_facts_come_from_any_table():
    facts = em.datasets.load("guangzhou")
    expected = em.audit(facts).counts
    pandas_facts = (pytest.importorskip("pandas"), facts.to_pandas())[1]
    pl, pa = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    table = pa.Table.from_pandas(pandas_facts)
    for given in (pandas_facts, pl.DataFrame(pandas_facts), table):
        assert em.audit(given).counts == expected


X = np.array([3.0, 5, NAN, 8, 9, 12, 4, 7, 6, 10, 11, 13])
ONE = np.where(np.isnan(X), 2.0, X)
ROWS = np.arange(12)
MAKERS = np.array(list("AAAAAABBBBBB"))
MONTHS = np.array([202401 + k for k in range(6)] * 2)


def rows(a):
    return em.Rows(a(MAKERS), a(MONTHS), freq="M")


# Every function of columns, with `a` applied to each array. Functions of arrays, growth
# to rank, are in tests/arrays/functions.py.
CALLS = {
    "base_effect": lambda a: vars(em.base_effect(a(X), 2)),
    "contributions": lambda a: em.contributions(a(ONE), a(ONE + 1)).arrays(),
    "mix_rate": lambda a: em.mix_rate(a(X), a(X / 20), a(X), a(X / 19)).arrays(),
    "price_volume": lambda a: em.price_volume(
        a(X), a(X), a(X + 1), a(X), items=True
    ).arrays(),
    "price_volume_mix": lambda a: em.price_volume_mix(
        a(X), a(X), a(X + 1), a(X)
    ).arrays(),
    "margin_bridge": lambda a: em.margin_bridge(
        a(ONE), a(ONE / 2), a(ONE), a(ONE + 1), a(ONE / 3), a(ONE)
    ).arrays(),
    "shift_share": lambda a: em.shift_share([a(ONE), a(ONE + 1)], [a(ONE), a(ONE)]),
    "lmdi": lambda a: em.lmdi([a(ONE), a(ONE + 1)], [a(ONE), a(ONE)]),
    "price_index": lambda a: em.price_index(a(X), a(X), a(X + 1), a(X)).arrays(),
    "quantity_index": lambda a: em.quantity_index(a(X), a(X), a(X), a(X + 1)).arrays(),
    "index_contributions": lambda a: em.index_contributions(
        a(ONE), a(ONE), a(ONE + 1), a(ONE)
    ).arrays(),
    "implied_base": lambda a: em.implied_base((a(X), a(X + 1)), (a(X / 9), a(X / 8))),
    "implied_growth": lambda a: em.implied_growth(a(X), a(X + 1)),
    "implied_current": lambda a: em.implied_current(a(X), a(X / 50)),
    "implied_increment": lambda a: em.implied_increment(a(X), a(X / 50)),
    "implied_ratio": lambda a: em.implied_ratio(a(X), a(X)),
    "implied_ratio_growth": lambda a: em.implied_ratio_growth(a(X), a(X / 9)),
    "implied_share": lambda a: em.implied_share(a(X), a(X + 1)),
    "implied_remainder": lambda a: em.implied_remainder(a(X * 10), a(X), a(X)),
    "implied_total": lambda a: em.implied_total([a(X), a(X)], [a(X / 9), a(X / 8)]),
    "implied_period_growth": lambda a: em.implied_period_growth(
        a(X * 10), a(X / 50), a(X), a(X / 40)
    ),
    "required_pace": lambda a: em.required_pace(a(X * 10), a(X), a(ONE)),
    "required_outgrowth": lambda a: em.required_outgrowth(a(X / 50), a(X / 40), a(ONE)),
    "share_path": lambda a: em.share_path(a(X / 50), a(X / 40), 3),
    "run_rate": lambda a: (
        em.run_rate(a(X), 6, 12),
        em.run_rate(10, 6, 12, last_year=a(ONE)),
    ),
    "growth_by": lambda a: em.growth_by(
        a(X), [a(MAKERS), a(ROWS // 6)], a(MONTHS), freq="M", lag="1M"
    ),
    "Rows": lambda a: (
        rows(a).growth(a(X), "1M", return_status=True),
        rows(a).trailing(a(X), 2),
        rows(a).ytd(a(X)),
    ),
    "Panel.from_arrays": lambda a: em.Panel.from_arrays(
        {"maker": a(MAKERS)}, a(MONTHS), {"units": a(X)}, freq="M"
    ).to_table(),
    "Status.names": lambda a: Status.names(a(ROWS)),
}
# Text comes from any column too.
TEXTS = np.array(["13.9万", "+80%", "nearly 130,000", "8-9 billion yuan"] * 3)
CALLS["figures"] = lambda a: em.figures(a(TEXTS))
NO_COLUMNS = {"build_info", "check", "clear_cache", "audit", "extract", "set_workers"}
NO_COLUMNS |= {"read_table"}


def test_no_function_is_forgotten():
    functions = {n for n in em.__all__ if type(getattr(em, n)).__name__ == "function"}
    tested = {f.label.split()[0] for f in FUNCTIONS} | set(CALLS) | NO_COLUMNS
    assert functions <= tested, functions - tested


def listed(values):
    return [None if item != item else item for item in values.tolist()]


def pandas_column(dtype=None):
    pd = pytest.importorskip("pandas")
    whole = {"O": "string", "U": "string", "i": "Int64", "f": "Float64"}

    def column(values):
        items = pd.Series(listed(values), index=range(5, 5 + len(values)))
        if dtype == "nullable":
            kind = whole[values.dtype.kind]
            whole_numbers = kind == "Float64" and not (values % 1 > 0).any()
            return items.astype("Int64" if whole_numbers else kind)
        if dtype == "pyarrow":
            pytest.importorskip("pyarrow")
            return items.convert_dtypes(dtype_backend="pyarrow")
        if dtype == "frame":
            return pd.DataFrame({"other": 1, "x": items})["x"]
        if dtype == "chunks":
            return pd.concat([items.iloc[:5], items.iloc[5:]])
        return items if dtype is None else items.astype(dtype)

    return column


def polars_column(values):
    return pytest.importorskip("polars").Series(listed(values))


def polars_chunks(values):
    pl = pytest.importorskip("polars")
    dtype = pl.Series(listed(values)).dtype
    parts = [pl.Series(listed(v), dtype=dtype) for v in (values[:5], values[5:])]
    return pl.concat(parts, rechunk=False)


def arrow_column(values):
    return pytest.importorskip("pyarrow").array(listed(values))


def arrow_chunks(values):
    pa = pytest.importorskip("pyarrow")
    kind = arrow_column(values).type
    return pa.chunked_array([listed(values[:5]), listed(values[5:])], type=kind)


COLUMNS = {
    "pandas": lambda: pandas_column(),
    "pandas nullable": lambda: pandas_column("nullable"),
    "pandas on pyarrow": lambda: pandas_column("pyarrow"),
    "pandas objects": lambda: pandas_column(object),
    "pandas frame": lambda: pandas_column("frame"),
    "pandas after concat": lambda: pandas_column("chunks"),
    "polars": lambda: polars_column,
    "polars in chunks": lambda: polars_chunks,
    "pyarrow": lambda: arrow_column,
    "pyarrow in chunks": lambda: arrow_chunks,
}


def flat(result):
    """Any result as a list of arrays."""
    if isinstance(result, (tuple, list)):
        return [array for item in result for array in flat(item)]
    if hasattr(result, "arrays"):
        result = result.arrays()
    if hasattr(result, "keys"):
        return [np.asarray(result[name]) for name in result]
    return [np.asarray(result)]


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("name", CALLS)
def test_functions_take_columns_of_every_library(name, kind):
    column = COLUMNS[kind]()
    if name == "Status.names" and kind == "pandas objects":
        with pytest.raises(TypeError, match="integers"):  # codes cannot be objects
            CALLS[name](column)
        return
    expected, got = flat(CALLS[name](lambda x: x)), flat(CALLS[name](column))
    assert len(got) == len(expected)
    for one, two in zip(got, expected, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.label.replace(" ", "-"))
def test_array_functions_take_columns_of_every_library(f, kind):
    column = COLUMNS[kind]()
    arrays = f.sample((12,), whole=True, holes=True)
    expected = f(*arrays, return_status=True)
    got = f(*map(column, arrays), return_status=True)
    for one, two in zip(got, expected, strict=True):
        np.testing.assert_array_equal(one, two)


def test_an_expression_holds_no_data():
    pl = pytest.importorskip("polars")
    with pytest.raises(TypeError, match="x is a polars Expr, which holds no data"):
        em.growth(pl.col("units"))


def test_frames_of_two_dimensions():
    pd = pytest.importorskip("pandas")
    pl = pytest.importorskip("polars")
    pa = pytest.importorskip("pyarrow")
    table = {"a": [1.0, 2, 4], "b": [4.0, 2, 4]}
    plain = np.column_stack([table["a"], table["b"]])
    for frame in (pd.DataFrame(table), pl.DataFrame(table), pa.table(table)):
        np.testing.assert_array_equal(
            em.growth(frame, axis=0), em.growth(plain, axis=0)
        )
        np.testing.assert_array_equal(
            em.contributions(frame, frame, axis=0).parts,
            em.contributions(plain, plain, axis=0).parts,
        )
        np.testing.assert_array_equal(
            em.shift_share(frame, frame).national, em.shift_share(plain, plain).national
        )


def test_groups_are_any_columns():
    pa = pytest.importorskip("pyarrow")
    pl = pytest.importorskip("polars")
    units, months = [1, 2, 4, 8], ["2024-01", "2024-02"] * 2
    makers = pa.chunked_array([["A"], ["A", "B", "B"]])
    expected = [NAN, 1, NAN, 1]
    for by in (
        makers,
        makers.dictionary_encode(),
        [makers, pa.array([1, 1, 2, 2])],
        pa.table({"maker": makers, "columns": [1, 1, 2, 2]}),
        pa.record_batch({"maker": makers.combine_chunks()}),
        pl.DataFrame({"maker": makers, "n": [1, 1, 2, 2]}),
        pl.Series(["A", "A", "B", "B"], dtype=pl.Categorical),
    ):
        got = em.growth_by(units, by, months, lag=1)
        np.testing.assert_array_equal(got, expected)


def wrong_calls():
    """Wrong calls of functions and methods; some names contain line breaks."""
    nasty = "two\nlines"
    panel = em.Panel.from_arrays(
        {"maker": ["A", nasty]}, ["2024-01"] * 2, {"units": [1, 2], nasty: [3, 4]}
    )
    units = panel["units"]
    pd = pytest.importorskip("pandas")
    pl = pytest.importorskip("polars")
    pa = pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"maker": ["A", nasty], "n": [1, 2]})
    lazy = pl.LazyFrame({"n": [1, 2]})
    return [
        lambda: em.growth([nasty, 1]),
        lambda: em.growth(frame),
        lambda: em.growth(frame, axis=0),
        lambda: em.growth(frame["maker"]),
        lambda: em.growth(lazy, axis=0),
        lambda: em.growth(pl.Series([nasty])),
        lambda: em.growth(pa.array([nasty])),
        lambda: em.growth(pa.array([[1], [2]])),
        lambda: em.growth([[1, 2], [3]]),
        lambda: em.growth([1, 2], policy=nasty),
        lambda: em.margin([1, 2], [1, 2, 3]),
        lambda: em.share(np.ones((2, 2)), axis=nasty),
        lambda: em.contributions([1, 2], [1, 2, 3]),
        lambda: em.price_volume([1], [1], [1], [1], method=nasty),
        lambda: em.lmdi([1, 2], [1, 2]),
        lambda: em.Figure(nasty),
        lambda: em.Figure("13.9万\n"),
        lambda: em.figures(["13.9万", nasty]),
        lambda: em.figures(lazy),
        lambda: em.implied_base("13.9万", nasty),
        lambda: em.implied_base("13.9万", "13.9万"),
        lambda: em.implied_base([1, 2, 3], [1, 2]),
        lambda: em.required_pace(nasty, 1, 2),
        lambda: em.share_path(1.5, 0.5, 3),
        lambda: em.growth_by([1, 2], lazy, [1, 2]),
        lambda: em.growth_by([1, 2], ["A", "A"], [nasty, "2024-01"]),
        lambda: em.growth_by([1, 2], [nasty, nasty], ["2024-01", "2024-01"]),
        lambda: em.Rows(frame, ["2024-01", nasty]),
        lambda: em.Panel.from_table(lazy, "n", "n", "n"),
        lambda: em.Panel.from_table(frame, nasty, "maker", "n"),
        lambda: em.Panel.from_table(frame, "n", "maker", []),
        lambda: em.Panel.from_table(frame, [], "maker", "n", freq="M"),
        lambda: em.Panel.from_table(pa.table(frame), [], "maker", "n", freq="M"),
        lambda: em.Panel.from_table(frame, "maker", "n", "n"),
        lambda: em.Panel.from_table(frame, "n", "maker", {"n": nasty}),
        lambda: em.Panel.from_table(nasty, "n", "maker", "n"),
        lambda: em.Panel.load(nasty),
        lambda: panel[nasty + "?"],
        lambda: panel.rollup(nasty),
        lambda: panel[nasty].growth().exact(),
        lambda: panel[nasty].share().growth(),
        lambda: panel[nasty].share().trailing(),
        lambda: panel.resample(nasty),
        lambda: panel.resample("W"),
        lambda: panel.select(maker=nasty + "?"),
        lambda: panel.select(periods=nasty),
        lambda: panel.merge(panel, overlap="error"),
        lambda: panel.merge(panel[[nasty]]),
        lambda: panel.margin("units", nasty + "?"),
        lambda: panel.ratio("units", nasty, kind=nasty),
        lambda: panel.report("units", nasty + "?"),
        lambda: panel.compare(nasty),
        lambda: panel.contributions(nasty + "?"),
        lambda: panel.margin_bridge("units", nasty, nasty + "?"),
        lambda: units.growth(nasty),
        lambda: units.at(nasty),
        lambda: units.at("2030-01"),
        lambda: units.share(within=nasty),
        lambda: units.top(nasty),
        lambda: units.index(nasty),
        lambda: units.to_pandas(layout=nasty),
        lambda: units.share().growth().growth(),
        lambda: units.share() + units,
        lambda: panel.to_table()[nasty + "?"],
        lambda: em.Periods.of(nasty, 0, 1),
        lambda: em.audit(nasty),
        lambda: em.audit({nasty: [1]}),
        lambda: em.check(level="1", base="2", growth=nasty),
        lambda: em.datasets.load(nasty),
        lambda: em.datasets.load("xpeng-monthly")[nasty],
        lambda: em.set_workers(nasty),
    ]


def test_messages_are_one_line():
    calls = wrong_calls()
    for number, call in enumerate(calls):
        with pytest.raises((TypeError, ValueError, KeyError, OSError)) as caught:
            print(number, call())  # names the call if it raises no error
        message = str(caught.value)
        assert message and "\n" not in message, (number, message)
        assert len(message) < 500, (number, message)
        if not isinstance(caught.value, OSError):
            assert caught.value.args == (caught.value.args[0],), number
            assert "\n" not in str(caught.value.args[0]), (number, message)
