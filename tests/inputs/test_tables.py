"""Tables of every container: batches hold the same values."""

import datetime as dt
import decimal
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evmarket as em
from evmarket import _core
from evmarket._inputs import tables as _tables
from tests.common.test_workers import python
from tests.inputs.tables import lists_of, read

DAY = dt.date(2025, 3, 31)
TIME = dt.datetime(2025, 3, 31, 12, 30)
UTC = dt.UTC
SECONDS = 1743424200


def types_of(table, columns):
    return [field.type for field in read(table, columns)[1]]


# Columns of NumPy

KINDS = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", "<>")
def test_numbers(kind, order):
    dtype = np.dtype(kind).newbyteorder(order)
    whole = np.arange(60).reshape(20, 3).astype(dtype)
    read_only = whole[:, 0].copy()
    read_only.setflags(write=False)
    for array in (whole[:, 1], whole[::-2, 0], read_only, whole[:0, 0]):
        for rows in (1, 7, 8, 1000):
            (values,), (field,) = read({"x": array}, ["x"], rows_per_batch=rows)
            assert values == array.tolist()
            assert field.type == np.dtype(kind).name


def test_arrays_are_not_copied_and_kept_alive():
    array = np.arange(1000.0)
    before = sys.getrefcount(array)
    batches = list(_tables.batches({"x": array}, ["x"], rows_per_batch=300))
    assert [(b.first_row, b.rows) for b in batches] == [
        (0, 300),
        (300, 300),
        (600, 300),
        (900, 100),
    ]
    array[301] = -1.0  # visible in the batch, so not copied
    assert _core.batch_lists(batches[1].capsule)[0][1] == -1.0
    assert sys.getrefcount(array) > before
    del batches
    assert sys.getrefcount(array) == before


def test_half_floats_are_widened():
    assert lists_of({"x": np.array([0.5, np.inf], np.float16)}, ["x"]) == [
        [0.5, np.inf]
    ]


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(3, np.longdouble),
        np.zeros(3, complex),
        np.zeros(3, "S2"),
        np.zeros(3, "V4"),
        np.zeros(3, "m8[s]"),
        np.zeros(3, [("a", "i4")]),
    ],
    ids=lambda array: str(array.dtype),
)
def test_dtypes_that_are_refused(array):
    with pytest.raises(TypeError, match="column 'x' has dtype"):
        _tables.batches({"x": array}, ["x"])


def test_masked_arrays():
    masked = np.ma.array([1, 2, 3], mask=[False, True, False])
    assert lists_of({"x": masked}, ["x"], rows_per_batch=2) == [[1, None, 3]]
    assert lists_of({"x": np.ma.array([1, 2])}, ["x"]) == [[1, 2]]
    text = np.ma.array(["a", "b"], mask=[True, False])
    assert lists_of({"x": text}, ["x"]) == [[None, "b"]]
    objects = np.ma.array(["a", None, "c"], mask=[True, False, False], dtype=object)
    assert lists_of({"x": objects}, ["x"]) == [[None, None, "c"]]


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=30))
def test_text_of_any_width(texts):
    array = np.array(texts, dtype=str)  # NumPy drops NUL characters at the end
    columns = {"u": array, "l": array.tolist(), "o": array.astype(object)}
    assert lists_of(columns, list(columns), rows_per_batch=7) == [array.tolist()] * 3


def test_text_of_other_forms():
    swapped = np.array(["é中😀", ""]).astype(np.dtype("U3").newbyteorder())
    assert lists_of({"x": swapped}, ["x"]) == [["é中😀", ""]]
    assert lists_of({"x": np.array(["ab", "", "c"])[::-1]}, ["x"]) == [["c", "", "ab"]]
    assert lists_of({"x": np.empty(0, "U0")}, ["x"]) == [[]]
    if hasattr(np.dtypes, "StringDType"):
        array = np.array(["é", None, ""], np.dtypes.StringDType(na_object=None))
        assert lists_of({"x": array}, ["x"]) == [["é", None, ""]]
        array = np.array(["é", ""], np.dtypes.StringDType())
        assert lists_of({"x": array}, ["x"]) == [["é", ""]]


@pytest.mark.parametrize(
    "column",
    [["ok", "\ud800"], np.array(["ok", "\ud800"]), np.array(["ok", "\udfff"], object)],
    ids=["list", "U", "objects"],
)
def test_text_that_is_not_unicode(column):
    with pytest.raises(ValueError, match="column 'x', row 1: the text is not Unicode"):
        lists_of({"x": column}, ["x"])
    with pytest.raises(ValueError, match="column 'x', row 1: the text is not Unicode"):
        lists_of({"x": column}, ["x"], rows_per_batch=1)


def test_datetimes():
    for unit, power in (("s", 0), ("ms", 1), ("us", 2), ("ns", 3)):
        times = np.array([TIME, TIME], f"M8[{unit}]")
        (values,), (field,) = read({"t": times}, ["t"])
        assert values == [SECONDS * 1000**power] * 2
        assert field.type == f"timestamp[{unit}]"
    days = np.array(["2025-03-31", "1969-12-31"], "M8[D]")
    assert read({"t": days}, ["t"])[0] == [[20178, -1]]
    assert types_of({"t": days}, ["t"]) == ["date32"]
    assert types_of({"t": days.astype("M8[h]")}, ["t"]) == ["date32"]
    months = np.array(["2025-03"], "M8[M]")
    (values,), (field,) = read({"t": months}, ["t"])
    assert (values, field.freq) == ([662], "M")
    with pytest.raises(ValueError, match="column 't', row 1: no value"):
        _tables.batches({"t": np.array([DAY, "NaT"], "M8[D]")}, ["t"])
    far = np.array([1 << 40], "M8[D]")
    with pytest.raises(ValueError, match="column 't', row 0: the date is outside"):
        lists_of({"t": far}, ["t"])


# Columns of objects


class Float(float):
    pass


@pytest.mark.parametrize("make", [list, tuple, lambda x: np.array(x, object)])
@pytest.mark.parametrize(
    ("objects", "values", "kind"),
    [
        (["a", None, "b", float("nan")], ["a", None, "b", None], "utf8"),
        ([1, None, -(2**63), 2**63 - 1], [1, None, -(2**63), 2**63 - 1], "int64"),
        ([True, None, False], [1, None, 0], "bool"),
        ([np.int8(1), np.bool_(True), np.uint64(7)], [1, 1, 7], "int64"),
        ([1.5, None, 2], [1.5, None, 2.0], "float64"),
        (
            [np.float32(0.5), Float(1.5), float("inf")],
            [0.5, 1.5, float("inf")],
            "float64",
        ),
        ([None, float("nan")], [None, None], "null"),
        ([], [], "null"),
        ([DAY, DAY], [20178, 20178], "date32"),
        ([np.datetime64("2025-03-31")], [20178], "date32"),
        ([TIME], [SECONDS * 10**6], "timestamp[us]"),
        ([TIME.replace(tzinfo=UTC)], [SECONDS * 10**6], "timestamp[us]"),
    ],
)
def test_objects(make, objects, values, kind):
    for rows in (1, 2, 100):
        (found,), (field,) = read({"x": make(objects)}, ["x"], rows_per_batch=rows)
        assert (found, field.type) == (values, kind)


@pytest.mark.parametrize(
    ("objects", "error", "words"),
    [
        (["a", 1], TypeError, "column 'x', row 1: 1 among text"),
        ([1, None, "a"], TypeError, "column 'x', row 2: 'a' among numbers"),
        ([2**63], OverflowError, "column 'x', row 0: an integer beyond int64"),
        (
            [0.5, 2**53 + 1],
            OverflowError,
            r"row 1: an integer beyond 2\*\*53 among floats",
        ),
        ([1, decimal.Decimal(2)], TypeError, r"row 1: Decimal\('2'\).*decimal128"),
        ([b"a"], TypeError, "column 'x', row 0: b'a' is not text"),
        ([1j], TypeError, "row 0: 1j"),
        ([[1]], TypeError, r"row 0: \[1\]"),
        ([dt.timedelta(1)], TypeError, "row 0"),
        ([np.timedelta64(1, "s")], TypeError, "row 0"),
        ([DAY, "a"], TypeError, "row 1: 'a' among dates"),
        ([TIME, TIME.replace(tzinfo=UTC)], ValueError, "with and without a time zone"),
    ],
)
def test_objects_that_are_refused(objects, error, words):
    with pytest.raises(error, match=words):
        lists_of({"x": objects}, ["x"])


def test_rows_in_errors_count_from_the_first_table():
    good, bad = {"x": [1, 2, 3]}, {"x": [1, 2**63]}
    with pytest.raises(OverflowError, match="row 4: "):
        lists_of([good, bad], ["x"])
    with pytest.raises(TypeError, match="row 4: 'a' among numbers"):
        lists_of([good, {"x": [1, "a"]}], ["x"])


# pandas


@pytest.fixture
def frame():
    pd = pytest.importorskip("pandas")
    made = pd.DataFrame(
        {
            "str": ["a", None, "中文"],
            "object": pd.Series(["a", None, "中文"], dtype=object),
            "python": pd.Series(["a", None, "中文"], dtype="string[python]"),
            "category": pd.Categorical(["x", None, "y"]),
            "numbered": pd.Categorical([2020, 2021, 2020]),
            "int": [1, 2, 3],
            "float": [1.5, None, 2.0],
            "Int": pd.array([1, None, 3], "Int32"),
            "UInt": pd.array([1, None, 3], "UInt64"),
            "Float": pd.array([1.5, None, 2.0], "Float64"),
            "boolean": pd.array([True, None, False], "boolean"),
            "day": pd.to_datetime(["2025-03-31"] * 3),
            "zoned": pd.to_datetime(["2025-03-31"] * 3, utc=True),
            "period": pd.period_range("2025-01", periods=3, freq="M"),
        }
    )
    made.index = [5, 5, 7]
    return made


FRAME = {
    "str": ["a", None, "中文"],
    "object": ["a", None, "中文"],
    "python": ["a", None, "中文"],
    "category": ["x", None, "y"],
    "numbered": [2020, 2021, 2020],
    "int": [1, 2, 3],
    "float": [1.5, pytest.approx(np.nan, nan_ok=True), 2.0],
    "Int": [1, None, 3],
    "UInt": [1, None, 3],
    "Float": [1.5, None, 2.0],
    "boolean": [True, None, False],
    "period": [660, 661, 662],
}


def test_pandas(frame):
    for table in (frame, {k: frame[k] for k in frame}, [frame]):
        for rows in (1, 2, 100):
            lists, fields = read(table, list(FRAME), rows_per_batch=rows)
            assert lists == list(FRAME.values())
            assert fields[-1].freq == "M"
    (day, zoned), fields = read(frame, ["day", "zoned"])
    unit = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[fields[0].type[10:-1]]
    assert day == zoned == [20178 * 86400 * unit] * 3
    assert [field.zoned for field in fields] == [False, True]
    part = frame[1:]
    assert lists_of(part, ["str", "category", "Int"]) == [
        FRAME[k][1:] for k in ("str", "category", "Int")
    ]


def test_pandas_arrow_columns(frame):
    pd = pytest.importorskip("pandas")
    pa = pytest.importorskip("pyarrow")
    chunked = pa.chunked_array([["a"], [None, "中文"]])
    frame["arrow"] = pd.arrays.ArrowExtensionArray(chunked)
    frame["dates"] = pd.array([DAY] * 3, pd.ArrowDtype(pa.date32()))
    lists = lists_of(frame, ["arrow", "int", "dates"])
    assert lists == [FRAME["str"], [1, 2, 3], [20178] * 3]
    batches = _tables.batches(frame, ["int", "arrow"])
    assert [b.rows for b in batches] == [1, 2]  # a batch ends where a chunk ends


WITHOUT_PYARROW = """
import sys
for name in ("pyarrow", "polars"):
    sys.modules[name] = None
import numpy as np, pandas as pd
from evmarket import _core
from evmarket._inputs import tables as _tables
frame = pd.DataFrame({
    "s": ["a", None, "b"],
    "o": pd.Series(["a", None, "b"], dtype=object),
    "c": pd.Categorical(["x", None, "y"]),
    "n": pd.array([1, None, 3], "Int64"),
    "p": pd.period_range("2025-01", periods=3, freq="M"),
})
found = _tables.batches(frame, list(frame), rows_per_batch=2)
parts = [_core.batch_lists(batch.capsule) for batch in found]
lists = [sum(column, []) for column in zip(*parts)]
text = ["a", None, "b"]
assert lists == [text, text, ["x", None, "y"], [1, None, 3], [660, 661, 662]], lists
print("done")
"""


def test_pandas_without_pyarrow():
    pytest.importorskip("pandas")
    done = python("-W", "error", "-c", WITHOUT_PYARROW)
    assert done.stdout.strip() == "done", done.stderr


def test_pandas_frames_that_are_refused(frame):
    pd = pytest.importorskip("pandas")
    double = pd.concat([frame, frame], axis=1)
    with pytest.raises(ValueError, match="column 'int' appears 2 times"):
        _tables.batches(double, ["int"])
    frame["span"] = pd.interval_range(0, 3)
    with pytest.raises(TypeError, match="column 'span'"):
        _tables.batches(frame, ["span"])
    frame["moment"] = pd.to_datetime(["2025-03-31"] * 3).tz_localize("Asia/Shanghai")
    with pytest.raises(ValueError, match="column 'moment' has the time zone"):
        _tables.batches(frame, ["moment"])
    with pytest.raises(TypeError, match="table is"):
        _tables.batches(frame["int"], ["int"])


# Tables


def test_datasets_and_structured_arrays():
    months = em.datasets.load("xpeng-monthly")
    lists = lists_of(months, ["month", "value"], rows_per_batch=10)
    assert lists == [months["month"].tolist(), months["value"].tolist()]
    packed = np.array([(1, "x", 0.5), (2, "yy", 1.5)], "i1, U2, f8")
    assert lists_of(packed, ["f1", "f2", "f0"]) == [["x", "yy"], [0.5, 1.5], [1, 2]]
    records = packed.view(np.recarray)
    assert lists_of(records, ["f0"]) == [[1, 2]]


def test_the_tables_of_an_iterable_are_opened_one_by_one():
    opened = []

    def tables():
        for k in range(3):
            opened.append(k)
            yield {"x": [k] * 2, "more": [None] * 2}

    found = _tables.batches(tables(), ["x"])
    assert opened == [0]
    assert [(b.first_row, b.rows) for b in found] == [(0, 2), (2, 2), (4, 2)]
    assert opened == [0, 1, 2]
    assert lists_of([{"x": []}, {"x": [1]}, {"x": []}], ["x"]) == [[1]]


def test_the_tables_of_an_iterable_must_agree():
    with pytest.raises(KeyError, match="no column 'x'"):
        lists_of([{"x": [1]}, {"y": [1]}], ["x"])
    with pytest.raises(
        TypeError, match="of table 1 holds text, in the tables before it"
    ):
        lists_of([{"x": [1]}, {"x": ["a"]}], ["x"])
    with pytest.raises(TypeError, match="of table 2 holds text"):
        lists_of([{"x": [None]}, {"x": [1]}, {"x": ["a"]}], ["x"])
    with pytest.raises(TypeError, match="of table 1 holds zoned times"):
        lists_of([{"x": [TIME]}, {"x": [TIME.replace(tzinfo=UTC)]}], ["x"])
    months = np.array(["2025-03"], "M8[M]")
    with pytest.raises(TypeError, match="holds dates, in the tables before it periods"):
        lists_of([{"x": months}, {"x": months.astype("M8[D]")}], ["x"])
    with pytest.raises(TypeError, match="table 1 is 5"):
        lists_of([{"x": [1]}, 5], ["x"])
    assert lists_of([{"x": [1]}, {"x": [None]}, {"x": [0.5]}], ["x"]) == [
        [1, None, 0.5]
    ]


def test_no_batch_comes_after_an_error():
    found = _tables.batches([{"x": [1]}, {"x": [2**63]}, {"x": [3]}], ["x"])
    assert next(found).rows == 1
    with pytest.raises(OverflowError):
        next(found)
    assert list(found) == []


def test_names_of_tables(frame):
    pa = pytest.importorskip("pyarrow")
    pl = pytest.importorskip("polars")
    duckdb = pytest.importorskip("duckdb")
    table = pa.table({"b": [1], "a": [2]})
    relation = duckdb.sql("select 1 as b, 2 as a")
    for source in (table, table.to_reader(), pl.from_arrow(table), relation):
        assert _tables.names_of(source) == ["b", "a"]
        assert lists_of(source, ["a", "b"]) == [[2], [1]]  # names_of did not read it
    assert _tables.names_of({"x": [1]}) == ["x"]
    assert _tables.names_of(frame) == list(frame.columns)
    assert _tables.names_of([{"x": [1]}]) is None
    assert _tables.names_of(np.zeros(2, "i4, i8")) == ["f0", "f1"]


@pytest.mark.parametrize(
    "table",
    [None, 5, "file.csv", b"x", np.arange(3), [1, 2], ["a"], [[1]], object],
    ids=repr,
)
def test_objects_that_are_not_tables(table):
    with pytest.raises(TypeError, match=r"^table "):
        _tables.batches(table, ["x"])


def test_unknown_and_uneven_columns():
    table = {"maker": ["x"], "model": ["y"], "units": [1], "short": []}
    with pytest.raises(KeyError, match="no column 'marker'; near it: maker"):
        _tables.batches(table, ["marker"])
    with pytest.raises(KeyError, match="there are: maker, model, units, short"):
        _tables.batches(table, ["zzz"])
    with pytest.raises(ValueError, match="column 'short' has 0 rows, 'maker' has 1"):
        _tables.batches(table, ["maker", "short"])
    with pytest.raises(ValueError, match="table is an empty iterable"):
        _tables.batches([], ["x"])
    for value in (5, "text", None, {1: 2}):
        with pytest.raises(TypeError, match=r"column 'x' is .*one value per row"):
            _tables.batches({"x": value}, ["x"])
    with pytest.raises(ValueError, match="column 'x' has 2 dimensions"):
        _tables.batches({"x": np.zeros((2, 2))}, ["x"])


# The checks of the core


@pytest.mark.parametrize(
    ("items", "error", "words"),
    [
        ([5], TypeError, "an array or a list"),
        ([np.zeros((2, 2))], ValueError, "one dimension"),
        ([[1]], TypeError, "row 0: 1 among text"),
        ([("text", 5)], TypeError, "a list or a one-dim"),
        ([("bytes", [])], ValueError, "unknown type of objects"),
        ([(np.arange(3), np.ones(2, bool))], ValueError, "mask differ in length"),
        ([(np.arange(3),)], TypeError, "a column needs"),
        ([(np.zeros(3), ["x"])], TypeError, "needs integer codes and words"),
        (
            [np.arange(3), np.arange(2)],
            ValueError,
            "column 1 has 2 rows, the first",
        ),
        ([np.zeros(2, "M8[M]")], TypeError, "of an unsupported unit"),
        ([(np.zeros(2), np.zeros(2), np.zeros(2))], TypeError, "a column needs"),
    ],
)
def test_items_that_are_not_columns(items, error, words):
    with pytest.raises(error, match=words):
        _core.columns(items)


def test_windows():
    batch = _core.columns([np.arange(10), ["a", None] * 5])
    window = _core.columns([(batch, 0, 3, 6), (batch, 1, 2, 5)])
    del batch
    assert _core.batch_lists(window) == [[3, 4, 5], ["a", None, "a"]]
    again = _core.columns([(window, 1, 1, 3), (window, 0, 0, 2)])
    assert _core.batch_lists(again) == [[None, "a"], [3, 4]]
    for place, start, stop in ((2, 0, 1), (-1, 0, 1), (0, -1, 1), (0, 2, 1), (0, 0, 4)):
        with pytest.raises(ValueError, match="of a batch of 3 rows and 2 columns"):
            _core.columns([(window, place, start, stop)])
    with pytest.raises(TypeError, match="cannot have a mask"):
        _core.columns([((window, 0, 0, 2), np.ones(2, bool))])


def test_a_list_that_changes_while_it_is_read():
    class Emptying(type):
        @property
        def __name__(cls):
            items.clear()
            return "NAType"

    class Sly(metaclass=Emptying):
        pass

    items = ["a", "b", Sly(), "c"]
    with pytest.raises(ValueError, match="changed while it was read"):
        _core.columns([items])
