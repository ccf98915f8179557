"""Import and export of Arrow, checked against the values and other libraries."""

import datetime as dt
import decimal
import gc
import sys
import threading

import numpy as np
import pytest

from evmarket import _core
from evmarket._inputs import tables as _tables
from tests.inputs.tables import Given, lists_of, read

# ---- import --------------------------------------------------------------------------

DAY = dt.date(2025, 3, 31)
TIME = dt.datetime(2025, 3, 31, 12, 30)
SECONDS = 1743424200


def sample(pa):
    """Columns of every supported type, each with its values as a list."""
    long = "a text of more than twelve bytes, 中文"
    text = ["a", None, "", long]
    whole = [1, None, -2, 3]
    counts = [1, None, 2, 3]
    number = [1.5, None, -2.25, 0.0]
    money = [None if x is None else decimal.Decimal(str(x)) for x in number]
    cents = [None if x is None else (int(x * 100), 2) for x in number]
    days = [DAY, None, DAY, dt.date(1969, 12, 31)]
    numbered = [20178, None, 20178, -1]
    times = [TIME, None, TIME, TIME]
    columns = {
        "null": (pa.nulls(4), [None] * 4),
        "bool": (pa.array([True, None, False, True]), [True, None, False, True]),
        "float32": (pa.array(number, pa.float32()), number),
        "float64": (pa.array(number, pa.float64()), number),
        "decimal": (pa.array(money, pa.decimal128(20, 2)), cents),
        "date32": (pa.array(days), numbered),
        "date64": (
            pa.array(days, pa.date64()),
            [None if x is None else x * 86_400_000 for x in numbered],
        ),
        "utf8": (pa.array(text), text),
        "large": (pa.array(text, pa.large_string()), text),
        "view": (pa.array(text, pa.string_view()), text),
        "dictionary": (pa.array(text).dictionary_encode(), text),
    }
    for bits in (8, 16, 32, 64):
        columns[f"int{bits}"] = (pa.array(whole, f"int{bits}"), whole)
        columns[f"uint{bits}"] = (pa.array(counts, f"uint{bits}"), counts)
        index = pa.array([1, None, 0, 1], f"int{bits}")
        coded = pa.DictionaryArray.from_arrays(index, pa.array(["x", long]))
        columns[f"coded{bits}"] = (coded, [long, None, "x", long])
        index = pa.array([1, 2, 0, 1], f"uint{bits}")
        coded = pa.DictionaryArray.from_arrays(index, pa.array([None, "x", "y"]))
        columns[f"ucoded{bits}"] = (coded, ["x", "y", None, "x"])
    for power, unit in enumerate(("s", "ms", "us", "ns")):
        stamp = [SECONDS * 1000**power if t else None for t in times]
        columns[unit] = (pa.array(times, pa.timestamp(unit)), stamp)
        columns["z" + unit] = (pa.array(times, pa.timestamp(unit, "UTC")), stamp)
    return columns


@pytest.fixture(scope="module")
def columns_of_all_types():
    return sample(pytest.importorskip("pyarrow"))


def test_every_type_of_pyarrow(columns_of_all_types):
    pa = pytest.importorskip("pyarrow")
    table = pa.table({k: column for k, (column, _) in columns_of_all_types.items()})
    names = table.column_names
    expected = [values for _, values in columns_of_all_types.values()]
    for source in (table, table.to_reader(), table.to_batches()[0], [table]):
        assert lists_of(source, names) == expected
    # A few columns, in another order, one of them twice.
    assert lists_of(table, ["utf8", "bool", "utf8"]) == [
        columns_of_all_types[k][1] for k in ("utf8", "bool", "utf8")
    ]
    # The columns of a dict may be Arrow arrays, whole or chunked.
    assert lists_of({k: table[k] for k in names}, names) == expected
    arrays = {k: column for k, (column, _) in columns_of_all_types.items()}
    assert lists_of(arrays, names) == expected


def test_every_slice_of_pyarrow(columns_of_all_types):
    pa = pytest.importorskip("pyarrow")
    several = {
        k: pa.concat_arrays([column] * 5)
        for k, (column, _) in columns_of_all_types.items()
    }
    table = pa.table(several)
    for start in (0, 1, 3, 7, 8, 9, 15, 19, 20):
        for length in (0, 1, 2, 9, 20):
            expected = [
                (values * 5)[start : start + length]
                for _, values in columns_of_all_types.values()
            ]
            part = table.slice(start, length)
            assert lists_of(part, table.column_names) == expected
            for batch in part.to_batches():
                assert lists_of(batch.slice(1), table.column_names) == [
                    values[1:] for values in expected
                ]


def test_a_struct_with_nulls_and_an_offset():
    pa = pytest.importorskip("pyarrow")
    rows = [None if i % 4 == 1 else {"n": None if i % 3 == 0 else i} for i in range(30)]
    array = pa.array(rows, pa.struct({"n": pa.int64()}))
    for start in range(0, 30, 7):
        expected = [None if row is None else row["n"] for row in rows[start:]]
        assert lists_of(array[start:], ["n"]) == [expected]


def test_each_batch_has_a_dictionary():
    pa = pytest.importorskip("pyarrow")
    parts = [["x", None, "y"], ["z", "x"], []]
    coded = [([0, None, 1], ["x", "y"]), ([0, 1], ["z", "x"]), ([], [])]
    batches = []
    for codes, words in coded:
        codes, words = pa.array(codes, pa.int8()), pa.array(words, pa.large_string())
        column = pa.DictionaryArray.from_arrays(codes, words)
        batches.append(pa.record_batch({"k": column}))
    reader = pa.RecordBatchReader.from_batches(batches[0].schema, batches)
    assert lists_of(reader, ["k"]) == [[k for part in parts for k in part]]


def test_fields():
    pa = pytest.importorskip("pyarrow")
    table = pa.table(
        {
            "k": pa.array(["x"]).dictionary_encode(),
            "t": pa.array([TIME], pa.timestamp("ms", "UTC")),
            "d": pa.array([decimal.Decimal("1.5")]),
        }
    )
    fields = read(table, ["k", "t", "d"])[1]
    assert [(f.name, f.type, f.zoned, f.freq) for f in fields] == [
        ("k", "utf8", False, None),
        ("t", "timestamp[ms]", True, None),
        ("d", "decimal128", False, None),
    ]
    assert [f.kind for f in fields] == ["text", "zoned times", "numbers"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("float16", "float16: cast it to float32"),
        ("binary", "binary: decode"),
        ("time32[s]", "time of day"),
        ("duration[s]", "duration"),
        ("list<int64>", "nested"),
        ("struct<a: int64>", "nested"),
        ("decimal256", "decimal256: cast it to decimal128"),
        ("run_end", "run-end encoded"),
    ],
)
def test_types_that_are_refused(kind, words):
    pa = pytest.importorskip("pyarrow")
    types = {
        "float16": pa.float16(),
        "binary": pa.binary(),
        "time32[s]": pa.time32("s"),
        "duration[s]": pa.duration("s"),
        "list<int64>": pa.list_(pa.int64()),
        "struct<a: int64>": pa.struct({"a": pa.int64()}),
        "decimal256": pa.decimal256(50, 2),
        "run_end": pa.run_end_encoded(pa.int32(), pa.int64()),
    }
    table = pa.table({"good": [1], "bad": pa.array([None], types[kind])})
    with pytest.raises(TypeError, match=f"column 'bad' is .*{words}"):
        _tables.batches(table, ["good", "bad"])
    assert lists_of(table, ["good"]) == [[1]]  # unused columns may have any type


def test_time_zones():
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"t": pa.array([TIME], pa.timestamp("us", "Asia/Shanghai"))})
    with pytest.raises(
        ValueError, match=r"column 't' has the time zone 'Asia/Shanghai'"
    ):
        _tables.batches(table, ["t"])


def test_extensions():
    pa = pytest.importorskip("pyarrow")
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"p": pd.period_range("2025-01", periods=3, freq="Q-MAR")})
    table = pa.Table.from_pandas(frame)
    lists, (field,) = read(table, ["p"])
    assert lists == [[period.ordinal for period in frame.p]]
    assert (field.freq, field.kind) == ("Q-MAR", "periods of 'Q-MAR'")
    assert read(frame, ["p"]) == (lists, (field,))  # as pandas exports it
    other = pa.table({"u": pa.array([b"0" * 16], pa.uuid())})
    with pytest.raises(TypeError, match=r"binary|'arrow\.uuid'"):
        _tables.batches(other, ["u"])
    field = pa.field("j", pa.string(), metadata={"ARROW:extension:name": "my.own"})
    table = pa.Table.from_arrays([pa.array(["x"])], schema=pa.schema([field]))
    with pytest.raises(TypeError, match=r"extension type 'my\.own'"):
        _tables.batches(table, ["j"])


def test_polars():
    pl = pytest.importorskip("polars")
    long = "a text of more than twelve bytes, 中文"
    frame = pl.DataFrame(
        {
            "s": ["a", None, long],
            "n": [1, None, 3],
            "c": pl.Series(["x", None, "y"], dtype=pl.Categorical),
            "d": [DAY, None, DAY],
            "m": pl.Series(["1.25", None, "-3"]).str.to_decimal(scale=2),
        }
    )
    expected = [
        ["a", None, long],
        [1, None, 3],
        ["x", None, "y"],
        [20178, None, 20178],
        [(125, 2), None, (-300, 2)],
    ]
    several = pl.concat([frame, frame[1:]], rechunk=False)
    assert lists_of(frame, frame.columns) == expected
    assert lists_of(several, frame.columns) == [x + x[1:] for x in expected]
    assert lists_of({k: several[k] for k in frame.columns}, frame.columns) == [
        x + x[1:] for x in expected
    ]
    odd = frame.with_columns(o=pl.Series([object()] * 3, dtype=pl.Object))
    assert lists_of(odd, ["n"]) == [expected[1]]  # unused columns are not read
    with pytest.raises(TypeError, match=r"call its collect\(\)"):
        _tables.batches(frame.lazy(), ["n"])
    with pytest.raises(KeyError, match="no column 'nn'; near it: n"):
        _tables.batches(frame, ["nn"])


def test_duckdb():
    duckdb = pytest.importorskip("duckdb")
    relation = duckdb.sql(
        "select i, 'maker ' || (i % 7) as maker, i * 1.25 as value, "
        "date '2025-01-01' + i::int as day from range(5000) t(i)"
    )
    i, maker, value, day = lists_of(relation, ["i", "maker", "value", "day"])
    assert i == list(range(5000))
    assert maker == [f"maker {k % 7}" for k in i]
    assert value == [(125 * k, 2) for k in i]
    assert day == [20089 + k for k in i]


def test_a_duckdb_error_after_some_rows():
    duckdb = pytest.importorskip("duckdb")
    relation = duckdb.sql(
        "select case when i = 400000 then error('row refused') else i end as i "
        "from range(500000) t(i)"
    )
    with pytest.raises(ValueError, match="row refused"):
        lists_of(relation, ["i"])


def test_a_stream_is_read_batch_by_batch():
    pa = pytest.importorskip("pyarrow")
    rows = 100_000
    made = []

    def batches():
        for k in range(50):
            made.append(k)
            yield pa.record_batch({"n": np.full(rows, k)})

    reader = pa.RecordBatchReader.from_batches(pa.schema({"n": pa.int64()}), batches())
    before = pa.total_allocated_bytes()
    total = 0
    for k, batch in enumerate(_tables.batches(reader, ["n"])):
        assert len(made) <= k + 2
        assert pa.total_allocated_bytes() - before < 4 * rows * 8
        total += batch.rows
    assert total == 50 * rows


def test_a_python_error_after_some_batches():
    pa = pytest.importorskip("pyarrow")

    def batches():
        yield pa.record_batch({"n": [1, 2]})
        raise RuntimeError("the network went away")

    reader = pa.RecordBatchReader.from_batches(pa.schema({"n": pa.int64()}), batches())
    stream = _tables.batches(reader, ["n"])
    assert next(stream).rows == 2
    with pytest.raises(ValueError, match="the network went away"):
        next(stream)
    with pytest.raises(StopIteration):  # the stream has ended
        next(stream)


def test_threads_share_the_batches_of_one_table():
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"n": np.arange(20_000)})
    reader = pa.RecordBatchReader.from_batches(
        table.schema, iter(table.to_batches(max_chunksize=100))
    )
    stream = _tables.batches(reader, ["n"])
    seen = []

    def work():
        for batch in stream:
            seen.append((batch.first_row, _core.batch_lists(batch.capsule)[0]))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 200
    assert [n for _, part in sorted(seen) for n in part] == list(range(20_000))
    assert all(part[0] == first for first, part in seen)


# ---- export --------------------------------------------------------------------------


def test_export_and_import():
    columns = {
        "maker": (np.array([1, 0, -1, 1], np.int32), ["x", "中文"], np.arange(4) != 2),
        "label": ["a", None, "", "a text of more than twelve bytes"],
        "period": np.arange(660, 664),
        "day": np.array(["2025-03-31", "NaT", "1969-12-31", "1970-01-01"], "M8[D]"),
        "time": np.array(["2025-03-31T12:30:00", "NaT"] * 2, "M8[s]"),
        "units": (np.arange(4), np.array([True, False, True, True])),
        "value": (np.array([0.5, 1.5, np.nan, 2.5]), np.array([True] * 3 + [False])),
        "status": np.array([0, 7, 21, 3], np.uint8),
        "flag": np.array([True, False, False, True]),
        "nothing": ("null", [None] * 4),
    }
    expected = [
        ["中文", "x", None, "中文"],
        ["a", None, "", "a text of more than twelve bytes"],
        [660, 661, 662, 663],
        [20178, None, -1, 0],
        [SECONDS, None] * 2,
        [0, None, 2, 3],
        [0.5, 1.5, pytest.approx(np.nan, nan_ok=True), None],
        [0, 7, 21, 3],
        [True, False, False, True],
        [None] * 4,
    ]

    lists, fields = read(exported(columns, {"period": "M"}), list(columns))
    assert lists == expected
    assert [f.freq for f in fields] == [None] * 2 + ["M"] + [None] * 7

    pa = pytest.importorskip("pyarrow")
    table = pa.RecordBatchReader.from_stream(
        exported(columns, {"period": "M"})
    ).read_all()
    table.validate(full=True)
    assert table.column_names == list(columns)
    assert table["maker"].to_pylist() == expected[0]
    assert table["day"].to_pylist() == [
        DAY,
        None,
        dt.date(1969, 12, 31),
        dt.date(1970, 1, 1),
    ]
    assert table["time"].to_pylist() == [TIME, None] * 2
    assert table["value"].null_count == 1
    kept = table["units"]
    del table
    gc.collect()
    assert kept.to_pylist() == [0, None, 2, 3]  # alive without its parent
    again = pa.table({"units": kept})
    assert lists_of(again, ["units"]) == [[0, None, 2, 3]]

    pl = pytest.importorskip("polars")
    del columns["period"]  # an extension type is for pandas
    frame = pl.DataFrame(exported(columns))
    assert frame["maker"].to_list() == expected[0]
    assert frame["status"].to_list() == expected[7]


def exported(columns, freqs=None):
    return Given(_tables.arrow_stream(columns, freqs))


def test_pandas_reads_exported_periods():
    pa = pytest.importorskip("pyarrow")
    pd = pytest.importorskip("pandas")
    pd.arrays.ArrowExtensionArray  # noqa: B018  registers the extension
    from pandas.core.arrays.arrow import extension_types  # noqa: F401

    ordinals = np.array([660, 661, 700])
    for freq in ("M", "Q", "Y-MAR", "D", "W-WED"):
        out = exported({"p": ordinals}, {"p": freq})
        frame = pa.RecordBatchReader.from_stream(out).read_all().to_pandas()
        assert frame.p.dtype == pd.PeriodDtype(freq)
        assert [period.ordinal for period in frame.p] == ordinals.tolist()


def test_export_of_no_rows_and_no_columns():
    pa = pytest.importorskip("pyarrow")
    empty = {"a": np.empty(0), "b": [], "c": (np.empty(0, np.int32), ["x"])}
    table = pa.RecordBatchReader.from_stream(exported(empty)).read_all()
    table.validate(full=True)
    assert (table.num_rows, table.num_columns) == (0, 3)
    assert lists_of(exported(empty), ["a", "b", "c"]) == [[], [], []]
    assert pa.RecordBatchReader.from_stream(exported({})).read_all().num_columns == 0


def test_exports_are_released():
    array = np.arange(1000.0)
    before = sys.getrefcount(array)
    for consumed in (False, True):
        for _ in range(10):
            out = _tables.arrow_stream({"a": array})
            assert sys.getrefcount(array) > before
            if consumed:
                assert len(lists_of(Given(out), ["a"])[0]) == 1000
            del out
            gc.collect()
            assert sys.getrefcount(array) == before
