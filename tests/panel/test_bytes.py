"""Panels as bytes, pickled out of band, merged from parts, and their size."""

import json
import pickle
import random
import resource
import struct
import sys
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given, settings

import evmarket as em
from tests.panel.panels import (
    KINDS,
    NAMES,
    WIDE,
    assert_same_panel,
    every_kind_of_line,
    panel_of,
    refused,
    row,
    tables,
)

START = struct.Struct("<16sQI")


def again(panel):
    return em.Panel.from_bytes(panel.to_bytes())


def views(panel):
    """The panel under every kind of view."""
    return [
        panel,
        panel.rollup("region"),
        panel.rollup(),
        panel.resample("Q"),
        panel[["cost", "units"]],
        panel.select(maker=["whole", "late"], periods=slice("2022-03", "2023-02")),
        panel.recode("maker", {"whole": "both", "late": "both"}),
        panel.assume(complete_through="2024-03", exit_after=3),
        panel.assign(profit=panel["revenue"] - panel["cost"]).rollup("maker"),
    ]


# ---- there and back ------------------------------------------------------------------


@given(tables(WIDE, months=14))
@settings(max_examples=40)
def test_bytes_bring_the_panel_back(rows):
    panel = panel_of(rows, units={"revenue": "CNY"})
    data = panel.to_bytes()
    back = em.Panel.from_bytes(data)
    assert_same_panel(back, panel)
    assert back["revenue"].unit == "CNY" and back.to_bytes() == data
    assert_same_panel(back.merge(panel), panel.merge(panel))


def test_bytes_keep_the_view():
    for panel in views(panel_of(every_kind_of_line())):
        assert_same_panel(again(panel), panel)
    whole = panel_of(every_kind_of_line())
    assert_same_panel(again(whole.rollup("region")).rollup(), whole.rollup())


def test_kinds_that_are_not_added_come_back():
    columns = {"maker": ["A", "A", "B"], "day": ["2025-01-30", "2025-01-31"] * 2}
    columns = {name: column[:3] for name, column in columns.items()}
    columns |= {"stock": [5, 7, 1], "price": [1.5, 2.5, 3.5]}
    kinds = {"stock": "stock", "price": "rate"}
    panel = em.Panel.from_table(columns, "maker", "day", kinds, freq="M")
    assert_same_panel(again(panel), panel)
    assert again(panel)["stock"].at("2025-01").tolist() == [7.0, 1.0]


def test_panels_without_keys_and_without_rows():
    no_keys = em.Panel.from_arrays({}, ["2024", "2025"], {"units": [1, 2]})
    assert_same_panel(again(no_keys), no_keys)
    none = {"maker": [], "month": np.empty(0, "M8[M]"), "units": np.empty(0)}
    empty = em.Panel.from_table(none, "maker", "month", "units", freq="M")
    assert again(empty).shape == empty.shape == (0, 0)


def test_rows_in_another_order_give_the_same_bytes():
    rows = every_kind_of_line()
    mixed = random.Random(7).sample(rows, len(rows))
    assert panel_of(rows).to_bytes() == panel_of(mixed, workers=1).to_bytes()


def test_any_buffer_of_bytes_is_taken():
    panel = panel_of([row("A", 0, 1)])
    data = bytearray(panel.to_bytes())
    for buffer in (data, memoryview(data), np.frombuffer(data, np.uint8)):
        assert_same_panel(em.Panel.from_bytes(buffer), panel)
    back = em.Panel.from_bytes(data)
    data[:] = bytes(len(data))  # the panel has its own
    assert_same_panel(back, panel)


@pytest.mark.parametrize("wrong", ["text", None, 5, [1, 2]])
def test_what_is_not_bytes_is_refused(wrong):
    with refused(TypeError, "data is", "give bytes"):
        em.Panel.from_bytes(wrong)


# ---- damaged bytes -------------------------------------------------------------------


def rebuilt(data, change):
    """The bytes with another index, whose checksum is right."""
    mark, size, _ = START.unpack_from(data)
    index = change(data[START.size : START.size + size])
    stop, begin = START.size + size, START.size + len(index)
    rest = data[stop + -stop % 8 :]
    head = START.pack(mark, len(index), zlib.crc32(index))
    return head + index + bytes(-begin % 8) + rest


def with_entry(place, part, value):
    """Change one part of one entry of an index."""

    def change(index):
        entries = json.loads(index)
        entries[place][part] = value
        return json.dumps(entries).encode()

    return change


def test_bytes_that_are_cut_or_continue_are_refused():
    data = panel_of(every_kind_of_line()).to_bytes()
    for size in {*range(0, 400, 7), *range(0, len(data), 997), len(data) - 1}:
        with refused(ValueError, f"data is {size} bytes"):
            em.Panel.from_bytes(data[:size])
    with refused(ValueError, "bytes follow"):
        em.Panel.from_bytes(data + bytes(8))
    with refused(ValueError, "not a panel"):
        em.Panel.from_bytes(b"maker,units\n" * 9)


def test_a_changed_byte_is_noticed():
    panel = panel_of([row("A", 0, 1), row("B", 1, 2.5)])
    data = bytearray(panel.to_bytes())
    for place in range(len(data)):
        data[place] ^= 0x41
        try:
            back = em.Panel.from_bytes(bytes(data))
        except ValueError as error:
            assert "\n" not in str(error)
        else:  # a zero between two arrays
            assert_same_panel(back, panel)
        data[place] ^= 0x41


@pytest.mark.parametrize(
    ("part", "value"),
    [
        (0, "other"),
        (0, "1.lo"),
        (0, None),
        (1, "|O"),
        (1, "<f8"),
        (1, "<i2"),
        (1, ["<i8"]),
        (2, [1 << 40]),
        (2, [1 << 47, 1 << 47]),
        (2, [1 << 63]),
        (2, [-1]),
        (2, [True]),
        (2, [1.5]),
        (2, []),
        (2, [1, 1, 1]),
        (2, [0, 1 << 47]),
        (2, "3"),
        (3, 0),
        (3, "0"),
        (3, None),
    ],
)
def test_an_index_that_lies_is_refused(part, value):
    data = panel_of(every_kind_of_line()).to_bytes()
    for place in (0, 3, 4):
        with refused(ValueError, "damaged or not a panel"):
            em.Panel.from_bytes(rebuilt(data, with_entry(place, part, value)))


@pytest.mark.parametrize(
    "index", [b"", b"{}", b"[1]", b"[[]]", b"[" * 50_000, b"\xff", b"[null]", b"1e999"]
)
def test_an_index_of_another_form_is_refused(index):
    data = panel_of([row("A", 0, 1)]).to_bytes()
    with refused(ValueError, "damaged or not a panel"):
        em.Panel.from_bytes(rebuilt(data, lambda _: index))
    mark, _, checksum = START.unpack_from(data)
    with refused(ValueError, "index is too long"):
        em.Panel.from_bytes(START.pack(mark, 1 << 63, checksum) + data[START.size :])


def test_arrays_that_do_not_fit_together_are_refused():
    """Arrays with right checksums, each replaced in turn."""
    from evmarket._panel import packed, storage

    panel = panel_of(every_kind_of_line()).resample("Q")
    state = storage.to_state(panel._data)
    changes = [
        lambda array: array[:0],
        lambda array: np.full_like(array, -1) if array.dtype.kind == "i" else array[1:],
        lambda array: np.full_like(array, np.iinfo(array.dtype).max),
        lambda array: np.concatenate([array, array]),
        lambda array: array[::-1],
    ]
    refusals = 0
    for name in state:
        for change in changes:
            with pytest.MonkeyPatch.context() as patch:
                wrong = state | {name: change(state[name])}
                patch.setattr(packed, "to_state", lambda _, wrong=wrong: wrong)
                data = panel.to_bytes()
            try:
                back = em.Panel.from_bytes(data)
                for measure in back.measures:
                    assert back[measure].values.shape == back.shape
            except (ValueError, OverflowError):
                refusals += 1
    assert refusals > 2 * len(state)


def test_a_file_that_was_compressed_is_not_unpacked(tmp_path):
    """64 MiB of zeros that take 64 KiB: refused before they take memory."""
    path = tmp_path / "panel.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("head.npy", bytes(64 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with refused(ValueError, "compressed"):
        em.Panel.load(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 << 10


# ---- parts ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(100))
def test_parts_in_any_order_give_the_bits_of_the_whole(seed):
    """Rows cut at random into 1 to 50 parts, some of them empty, through bytes."""
    rng = random.Random(seed)
    rows = [
        row(
            rng.choice(["A", "B", "C", None]),
            rng.randrange(26),
            rng.choice([None, 0.1, -0.1, 1e15, 3, 1e-9]),
            rng.choice([None, 0.25, 7]),
            rng.choice([None, 0.3]),
            region=rng.choice("NS"),
        )
        for _ in range(rng.randrange(1, 120))
    ]
    edges = sorted(rng.choices(range(len(rows) + 1), k=rng.randrange(50)))
    cuts = zip([0, *edges], [*edges, len(rows)], strict=True)
    parts = [panel_of(rows[a:b], KINDS).to_bytes() for a, b in cuts]
    rng.shuffle(parts)
    first, *others = map(em.Panel.from_bytes, parts)
    whole = panel_of(rows, KINDS)
    merged = first.merge(*others)
    assert_same_panel(merged, whole)
    assert_same_panel(merged.rollup("maker"), whole.rollup("maker"))
    assert merged.keys == NAMES


# ---- pickle and size -----------------------------------------------------------------


def test_arrays_are_pickled_out_of_band():
    panel = panel_of([row(f"maker {k}", k % 30, k) for k in range(3000)])
    buffers = []
    head = pickle.dumps(panel, 5, buffer_callback=buffers.append)
    assert_same_panel(pickle.loads(head, buffers=buffers), panel)
    assert len(head) < 2000 < sum(buffer.raw().nbytes for buffer in buffers)


def arrays_of(panel):
    """The arrays that lie in the buffers of a pickle."""
    base = panel._data.base
    sums = [vars(level.sums) for level in base.levels]
    named = [each[part] for each in sums for part in ("lo", "hi", "fine", "counts")]
    named += [x for level in base.levels for x in (level.dates, level.nulls)]
    return [x for x in (base.series.codes, *base.layout, *named) if x is not None]


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_arrays_of_a_pickle_are_read_only(protocol):
    panel = panel_of([row(f"maker {k}", k % 30, k) for k in range(300)])
    again = pickle.loads(pickle.dumps(panel, protocol))
    assert not any(array.flags.writeable for array in arrays_of(again))


def test_buffers_that_may_be_written_are_copied():
    panel = panel_of([row(f"maker {k}", k % 30, k) for k in range(300)])
    buffers = []
    head = pickle.dumps(panel, 5, buffer_callback=buffers.append)
    own = [bytearray(buffer.raw()) for buffer in buffers]
    again = pickle.loads(head, buffers=own)
    for buffer in own:
        buffer[:] = bytes(255 for _ in buffer)
    assert_same_panel(again, panel)
    assert not any(array.flags.writeable for array in arrays_of(again))


def test_buffers_that_nobody_may_write_are_not_copied():
    panel = panel_of([row(f"maker {k}", k % 30, k) for k in range(300)])
    buffers = []
    head = pickle.dumps(panel, 5, buffer_callback=buffers.append)
    lying = [np.frombuffer(buffer.raw(), np.uint8) for buffer in buffers]
    for array in arrays_of(pickle.loads(head, buffers=buffers)):
        assert any(np.may_share_memory(array, each) for each in lying)


def test_the_size_of_a_panel_is_that_of_its_arrays():
    panel = panel_of([row(f"maker {k}", k % 30, k, 0.5, 1) for k in range(30_000)])
    base = panel._data.base
    arrays = [base.series.codes, *base.layout]
    for level in base.levels:
        arrays += [level.sums.lo, level.sums.hi, level.sums.fine, level.sums.values]
        if level.sums.counts is not base.layout.rows:
            arrays.append(level.sums.counts)
    known = sum(array.nbytes for array in arrays if array is not None)
    labels = sum(map(sys.getsizeof, base.series.labels[0]))
    assert 1.0 <= sys.getsizeof(panel) / (known + labels) < 1.1
    before = sys.getsizeof(panel)
    panel["units"].growth("1M")
    assert sys.getsizeof(panel.rollup("maker")) > 0
    # What a panel keeps of its own accord counts, and the cells count once.
    assert before <= sys.getsizeof(panel) < 3 * before
