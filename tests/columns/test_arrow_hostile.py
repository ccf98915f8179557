"""Invalid Arrow data and failing producers: each case raises a Python exception,
releases every struct once, and reads nothing outside the buffers.

`python -m tests.sanitized` also runs these tests under AddressSanitizer.
"""

import ctypes
import gc
import struct
import tracemalloc

import numpy as np
import pytest

from evmarket import _core
from evmarket._inputs import tables as _tables
from tests.columns.arrow_producer import Producer, metadata
from tests.inputs.tables import Given, lists_of

NUMBERS = struct.pack("4q", 10, 20, 30, 40)
BITS = b"\x0f"


def plain(producer, **more):
    return producer.array(4, [None, NUMBERS], top=False, **more)


def number_schema(producer, format="l", name="n", **more):
    return producer.schema(children=[producer.schema(format, name, top=False, **more)])


def check_released(producer, **expected):
    gc.collect()
    assert (
        producer.released
        == {"schema": 0, "array": 0, "stream": 0, "part": 0} | expected
    )


def test_a_valid_stream_is_released_once():
    producer = Producer()
    arrays = [producer.table(plain(producer)) for _ in range(3)]
    source = producer.stream(number_schema(producer), arrays)
    assert lists_of(source, ["n"]) == [[10, 20, 30, 40] * 3]
    check_released(producer, schema=1, array=3, stream=1)


def test_a_batch_outlives_its_stream():
    producer = Producer()
    source = producer.stream(number_schema(producer), [producer.table(plain(producer))])
    stream = _tables.batches(source, ["n"])
    batch = next(stream)
    del stream, source
    check_released(producer, schema=1, stream=1)
    assert _core.batch_lists(batch.capsule) == [[10, 20, 30, 40]]
    del batch
    check_released(producer, schema=1, array=1, stream=1)


def test_unread_batches_are_released():
    producer = Producer()
    source = producer.stream(number_schema(producer), [producer.table(plain(producer))])
    stream = _tables.batches(source, ["n"])
    del stream
    check_released(producer, schema=1, stream=1)
    source = producer.pair(number_schema(producer), producer.table(plain(producer)))
    stream = _tables.batches(source, ["n"])
    del stream, source
    check_released(producer, schema=2, array=1, stream=1)


def test_an_array_alone():
    producer = Producer()
    source = producer.pair(number_schema(producer), producer.table(plain(producer)))
    assert lists_of(source, ["n"]) == [[10, 20, 30, 40]]
    check_released(producer, schema=1, array=1)
    with pytest.raises(ValueError, match="released already"):  # moved out above
        _tables.batches(source, ["n"])


def test_the_null_count_is_not_trusted():
    for count in (-1, 0, 2):
        producer = Producer()
        column = producer.array(4, [b"\x0a", NUMBERS], top=False, null_count=count)
        source = producer.stream(number_schema(producer), [producer.table(column)])
        assert lists_of(source, ["n"]) == [[None, 20, None, 40]]
        check_released(producer, schema=1, array=1, stream=1)


def text_column(producer, offsets, data=b"abc", **more):
    packed = None if offsets is None else struct.pack(f"{len(offsets)}i", *offsets)
    return producer.array(3, [None, packed, data], top=False, **more)


def view_column(producer, views, blocks=(b"x" * 20,), sizes=None, **more):
    sizes = [len(block) for block in blocks] if sizes is None else sizes
    buffers = [None, b"".join(views), *blocks, struct.pack(f"{len(sizes)}q", *sizes)]
    return producer.array(len(views), buffers, top=False, **more)


def view(size, first=0, block=0, place=0):
    return struct.pack("4i", size, first, block, place)


INVALID_ARRAYS = {
    "released column": ("l", lambda p: plain(p, alive=False), "column 'n' is released"),
    "negative length": (
        "l",
        lambda p: p.array(-1, [None, NUMBERS], top=False),
        "length",
    ),
    "negative offset": ("l", lambda p: plain(p, offset=-8), "offset"),
    "huge length": (
        "l",
        lambda p: p.array(1 << 62, [None, NUMBERS], top=False),
        "length",
    ),
    "too short": (
        "l",
        lambda p: p.array(3, [None, NUMBERS], top=False),
        "shorter than",
    ),
    "null count": ("l", lambda p: plain(p, null_count=5), "more nulls than rows"),
    "no bitmap": ("l", lambda p: plain(p, null_count=1), "no validity bitmap"),
    "no data": ("l", lambda p: p.array(4, [None, None], top=False), "no values"),
    "no buffers": (
        "l",
        lambda p: p.array(4, [], n_buffers=2, top=False),
        "list of buffers",
    ),
    "one buffer": ("l", lambda p: p.array(4, [None], top=False), "number of buffers"),
    "three buffers": ("l", lambda p: p.array(4, [None] * 3, top=False), "of buffers"),
    "children": ("l", lambda p: plain(p, n_children=1), "children"),
    "dictionary": (
        "l",
        lambda p: plain(p, dictionary=plain(p)),
        "its schema has none",
    ),
    "text buffers": ("u", plain, "number of buffers"),
    "descending": ("u", lambda p: text_column(p, [0, 2, 1, 3]), "descend"),
    "negative": ("u", lambda p: text_column(p, [-1, 0, 1, 2]), "negative"),
    "no offsets": ("u", lambda p: text_column(p, None), "no offsets"),
    "no bytes": ("u", lambda p: text_column(p, [0, 1, 2, 3], None), "no bytes"),
    "wide": (
        "U",
        lambda p: p.array(
            3, [None, struct.pack("4q", 0, 1 << 40, 2, 3), b""], top=False
        ),
        "descend",
    ),
    "view outside": (
        "vu",
        lambda p: view_column(p, [view(1), view(20, place=1)]),
        "row 1: its text view points outside",
    ),
    "view block": ("vu", lambda p: view_column(p, [view(20, block=1)]), "row 0"),
    "view size": ("vu", lambda p: view_column(p, [view(-1)]), "row 0"),
    "view place": ("vu", lambda p: view_column(p, [view(13, place=-1)]), "row 0"),
    "block size": ("vu", lambda p: view_column(p, [view(20)], sizes=[-1]), "row 0"),
}


@pytest.mark.parametrize("case", INVALID_ARRAYS, ids=str)
def test_invalid_arrays(case):
    format, make, words = INVALID_ARRAYS[case]
    producer = Producer()
    column = make(producer)
    length = 4 if column.length > 4 or column.length < 0 else max(column.length, 1)
    length = 4 if case == "too short" else length
    table = producer.table(column, length=length)
    source = producer.stream(number_schema(producer, format), [table, table])
    with pytest.raises(ValueError, match=words):
        lists_of(source, ["n"])
    check_released(producer, schema=1, array=1, stream=1)


INVALID_TABLES = {
    "released": ({"alive": False}, None, []),
    "fewer columns": ({"n_children": 0}, "fewer columns", None),
    "negative length": ({"length": -1}, "length", None),
    "negative offset": ({"offset": -1}, "offset", None),
    "many buffers": ({"n_buffers": 3}, "buffers besides", None),
    "child is shorter": ({"length": 5}, "shorter than the table", None),
    "offset outside": ({"length": 4, "offset": 1}, "shorter than the table", None),
}


@pytest.mark.parametrize("top", INVALID_TABLES, ids=str)
def test_invalid_table_structs(top):
    more, words, expected = INVALID_TABLES[top]
    producer = Producer()
    more = {"length": 4, "n_buffers": 1} | more
    length = more.pop("length")
    array = producer.array(length, [None], [plain(producer)], **more)
    source = producer.stream(number_schema(producer), [array])
    if words is None:  # a released array is how a stream ends
        assert lists_of(source, ["n"]) == [expected]
    else:
        with pytest.raises(ValueError, match=words):
            lists_of(source, ["n"])
        check_released(producer, schema=1, array=1, stream=1)


def coded_source(producer, codes, words=("x", "y"), valid=None, **more):
    data = "".join(words).encode()
    ends = np.cumsum([0, *map(len, words)], dtype=np.int32)
    dictionary = producer.array(
        len(words), [None, ends.tobytes(), data], top=False, **more
    )
    column = producer.array(
        len(codes),
        [valid, np.array(codes, np.int8).tobytes()],
        top=False,
        dictionary=dictionary,
    )
    schema = number_schema(
        producer, "c", "k", dictionary=producer.schema("u", "", top=False)
    )
    return producer.stream(schema, [producer.table(column)])


def test_codes_and_dictionaries():
    producer = Producer()
    assert lists_of(coded_source(producer, [1, 0, 1]), ["k"]) == [["y", "x", "y"]]
    under_null = coded_source(producer, [1, 99, 0], valid=b"\x05")
    assert lists_of(under_null, ["k"]) == [["y", None, "x"]]
    check_released(producer, schema=2, array=2, stream=2)
    for codes in ([0, 2], [0, -1]):
        producer = Producer()
        with pytest.raises(ValueError, match="row 1: its code points outside"):
            lists_of(coded_source(producer, codes), ["k"])
        check_released(producer, schema=1, array=1, stream=1)
    producer = Producer()
    with pytest.raises(ValueError, match="dictionary is released"):
        lists_of(coded_source(producer, [0], alive=False), ["k"])
    nested = producer.array(1, [None, b"\0"], top=False)
    with pytest.raises(ValueError, match="coded too"):
        lists_of(coded_source(producer, [0], dictionary=nested), ["k"])


def test_an_array_of_another_schema():
    """A stream has one schema; an array of another type has other buffers."""
    producer = Producer()
    good = producer.table(plain(producer))
    text = producer.table(text_column(producer, [0, 1, 2, 3]), length=3)
    source = producer.stream(number_schema(producer), [good, text])
    stream = _tables.batches(source, ["n"])
    assert next(stream).rows == 4
    with pytest.raises(ValueError, match="number of buffers"):
        next(stream)
    del stream
    check_released(producer, schema=1, array=2, stream=1)


def test_rows_in_errors_count_from_the_first_batch():
    producer = Producer()
    good = producer.table(view_column(producer, [view(1), view(2)]))
    bad = producer.table(view_column(producer, [view(1), view(13, block=9)]))
    source = producer.stream(number_schema(producer, "vu"), [good, bad])
    with pytest.raises(ValueError, match="column 'n', row 3: its text view"):
        lists_of(source, ["n"])


INVALID_SCHEMAS = {
    "released": (lambda p: p.schema(alive=False), "released"),
    "no format": (lambda p: p.schema(None), "released"),
    "no children": (lambda p: p.schema(n_children=2), "no list of its columns"),
    "negative": (lambda p: p.schema(n_children=-1), "no list of its columns"),
    "dead child": (
        lambda p: p.schema(children=[p.schema("l", "n", top=False, alive=False)]),
        "a column that is released",
    ),
    "metadata": (
        lambda p: number_schema(p, metadata=b"\x01\0\0\0\xff\xff\xff\xff"),
        "broken metadata",
    ),
    "period": (
        lambda p: number_schema(
            p, metadata=metadata(ARROW__extension__name="pandas.period")
        ),
        "not int64 with a frequency",
    ),
    "odd period": (
        lambda p: number_schema(
            p,
            metadata=metadata(
                ARROW__extension__name="pandas.period",
                ARROW__extension__metadata='{"freq": "h"}',
            ),
        ),
        "pandas periods of 'h'",
    ),
    "dead words": (
        lambda p: number_schema(p, dictionary=p.schema("u", top=False, alive=False)),
        "dictionary that is released",
    ),
    "float codes": (
        lambda p: number_schema(p, "g", dictionary=p.schema("u", top=False)),
        "needs integer codes",
    ),
}


@pytest.mark.parametrize("case", INVALID_SCHEMAS, ids=str)
def test_invalid_schemas(case):
    make, words = INVALID_SCHEMAS[case]
    producer = Producer()
    schema = make(producer)
    alive = bool(schema.release)
    source = producer.stream(schema, [producer.table(plain(producer))])
    with pytest.raises(ValueError, match=words):
        _tables.batches(source, ["n"])
    check_released(producer, schema=int(alive), stream=1)


def test_errors_of_a_producer():
    producer = Producer()
    schema = number_schema(producer)
    array = producer.table(plain(producer))
    source = producer.stream(schema, [array], error=(5, "disk\nfull"))
    stream = _tables.batches(source, ["n"])
    assert next(stream).rows == 4
    with pytest.raises(ValueError, match="the table's producer failed: disk full"):
        next(stream)
    assert list(stream) == []
    del stream
    check_released(producer, schema=1, array=1, stream=1)
    for code, message, kind, words in (
        (5, None, ValueError, "error 5 and no message"),
        (12, "no room", MemoryError, None),
        (5, "x" * 10_000, ValueError, "xxx"),
        (5, "é" * 300, ValueError, "é"),
    ):
        producer = Producer()
        source = producer.stream(number_schema(producer), [], error=(code, message))
        with pytest.raises(kind, match=words) as caught:
            lists_of(source, ["n"])
        assert len(str(caught.value)) < 500
        del caught, source  # their frames keep the table alive
        check_released(producer, schema=1, stream=1)
    producer = Producer()
    source = producer.stream(None, [], schema_error=(22, "no schema today"))
    with pytest.raises(ValueError, match="no schema today"):
        _tables.batches(source, ["n"])
    check_released(producer, stream=1)


def test_wrong_capsules():
    producer = Producer()
    schema, array = number_schema(producer), producer.table(plain(producer))
    with pytest.raises(TypeError, match="needs a capsule 'arrow_array_stream'"):
        _tables.batches(producer.stream(schema, [array], capsule=b"arrow_array"), ["n"])
    with pytest.raises(TypeError, match="needs a capsule 'arrow_schema'"):
        _tables.batches(
            producer.pair(schema, array, (b"dltensor", b"arrow_array")), ["n"]
        )
    with pytest.raises(TypeError, match="needs a capsule 'arrow_array'"):
        _tables.batches(producer.pair(schema, array, (b"arrow_schema", b"x")), ["n"])

    class Strange:
        def __init__(self, answer):
            self.answer = answer

        def __arrow_c_array__(self):
            return self.answer

    for answer in (None, (), (1, 2, 3), [1, 2]):
        with pytest.raises(TypeError, match="needs two capsules"):
            _tables.batches(Strange(answer), ["n"])
    with pytest.raises(TypeError, match="needs a capsule"):
        _tables.batches(Strange((1, 2)), ["n"])
    with pytest.raises(TypeError, match="needs a capsule"):
        _tables.batches(Given("arrow_array_stream"), ["n"])

    class Failing:
        def __arrow_c_stream__(self, requested_schema=None):
            raise NotImplementedError("this library gives no streams")

    with pytest.raises(ValueError, match="this library gives no streams"):
        _tables.batches(Failing(), ["n"])
    check_released(producer)


def test_a_single_column_is_not_a_table():
    producer = Producer()
    source = producer.stream(producer.schema("l", "n"), [])
    with pytest.raises(TypeError, match="one column without a name"):
        _tables.batches(source, ["n"])
    column = producer.array(4, [None, NUMBERS])
    source = producer.stream(producer.schema("l", ""), [column])
    assert lists_of({"a": source}, ["a"]) == [[10, 20, 30, 40]]
    check_released(producer, schema=2, stream=2, array=1)


def test_misaligned_buffers():
    producer = Producer()
    shifted = ctypes.create_string_buffer(b"\0" + NUMBERS)
    column = producer.array(4, [None, NUMBERS], top=False)
    column.buffers[1] = ctypes.addressof(producer.keep(shifted)) + 1
    source = producer.stream(number_schema(producer), [producer.table(column)])
    assert lists_of(source, ["n"]) == [[10, 20, 30, 40]]


def test_a_stream_that_reads_itself():
    """If get_next reads the same table, that is an error, not a deadlock."""
    pa = pytest.importorskip("pyarrow")
    source = []

    def batches():
        with pytest.raises(ValueError, match="read by another thread"):
            next(source[0])
        yield pa.record_batch({"n": [1]})

    reader = pa.RecordBatchReader.from_batches(pa.schema({"n": pa.int64()}), batches())
    source.append(_core.Batches(reader))
    source[0].choose((0,))
    assert [rows for _, rows in source[0]] == [1]


def test_order_of_calls_of_batches():
    producer = Producer()
    source = producer.stream(number_schema(producer), [producer.table(plain(producer))])
    stream = _core.Batches(source)
    assert stream.names == ["n"] and stream.schema == []
    with pytest.raises(ValueError, match="call choose before"):
        next(stream)
    for places in ([0], 0, None):
        with pytest.raises(TypeError, match="a tuple"):
            stream.choose(places)
    for places in ((1,), (-1,)):
        with pytest.raises(ValueError, match="the table has 1 column"):
            stream.choose(places)
    with pytest.raises(TypeError):
        stream.choose(("n",))
    stream.choose((0, 0))
    with pytest.raises(TypeError, match="once"):
        stream.choose((0,))
    (capsule, rows) = next(stream)
    assert rows == 4 and _core.batch_lists(capsule) == [[10, 20, 30, 40]] * 2
    with pytest.raises(ValueError):
        _core.batch_lists(source)


def test_repeated_reading_does_not_leak():
    """Memory is released after errors and at the end."""
    columns = {"a": ["x", None], "b": np.arange(2)}

    def once():
        out = Given(_tables.arrow_stream(columns))
        assert lists_of(out, ["a", "b"]) == [["x", None], [0, 1]]
        with pytest.raises(KeyError):
            lists_of(Given(_tables.arrow_stream(columns)), ["a", "c"])
        with pytest.raises(ValueError, match="released already"):
            lists_of(out, ["a"])

    for _ in range(20):
        once()
    gc.collect()
    tracemalloc.start()
    for _ in range(20):
        once()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(200):
        once()
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 20_000
