"""Panel files with wrong contents, a few of those that `mutated.py` makes."""

import random
import tracemalloc
import zipfile

import numpy as np
import pytest

import evmarket as em
from evmarket._panel.storage import to_state
from tests.panel import mutated


@pytest.mark.filterwarnings("ignore")
def test_mutated_files_work_or_are_refused(tmp_path):
    loaded = mutated.run(300, 1, tmp_path)
    assert 20 < loaded < 120


def test_every_original_uses_its_own_arrays(tmp_path):
    used = set()
    for panel in mutated.originals():
        state = to_state(panel._data)
        assert mutated.check(state, tmp_path)
        used |= {name.split(".")[-1] for name in state}
    assert used >= {"indptr", "ordinals", "rows", "codes", "head", "lo", "hi", "counts"}
    assert used >= {"fine", "chosen", "dates", "nulls", "repeats"}


@pytest.mark.parametrize(
    ("name", "place", "number"),
    [
        ("indptr", 1, 2**62), ("indptr", 0, 1), ("ordinals", 3, 2**40),
        ("ordinals", -1, 2**39),
        ("rows", 0, -1), ("codes", 0, 99), ("codes", 1, -1),
        ("1.counts", 0, -5), ("1.fine", 0, 2**63),
    ],
)  # fmt: skip
def test_wrong_numbers_are_refused_on_loading(tmp_path, name, place, number):
    for panel in mutated.originals():
        state = {key: np.array(value) for key, value in to_state(panel._data).items()}
        if name in state:
            state[name].reshape(-1)[place] = number
            with pytest.raises(ValueError, match="damaged"):
                mutated.check_loads(state, tmp_path)
            return
    pytest.fail("no original has this array")


def test_negative_rows_are_refused_where_every_measure_has_counts(tmp_path):
    columns = {"maker": ["A", "B"], "month": ["2024-01"] * 2, "price": [1.5, None]}
    panel = em.Panel.from_table(columns, "maker", "month", "price")
    state = to_state(panel._data)
    assert "0.counts" in state and mutated.check(state, tmp_path)
    state["rows"] = np.array([1, -1])
    with pytest.raises(ValueError, match="rows are negative"):
        mutated.check_loads(state, tmp_path)


@pytest.mark.parametrize("number", [2**39, -(2**39), 2.0, True])
def test_periods_beyond_the_calendar_are_refused(tmp_path, number):
    panel = next(iter(mutated.originals())).select(periods=slice("2023-02", None))
    state = to_state(panel._data)
    assert mutated.check(mutated.with_head(state, lambda h: h, "dated", True), tmp_path)
    for part, name in (
        (lambda h: h["rules"], "cutoff"),
        (lambda h: h["view"]["shown"][0], 1),
    ):
        with pytest.raises(ValueError, match="damaged"):
            mutated.check_loads(mutated.with_head(state, part, name, number), tmp_path)


@pytest.mark.parametrize("word", [{}, [], 1.5])
def test_orders_of_what_is_no_label_are_refused(tmp_path, word):
    state = to_state(next(iter(mutated.originals()))._data)
    orders = [["maker", ["A", word]]]
    with pytest.raises(ValueError, match="damaged"):
        mutated.check_loads(
            mutated.with_head(state, lambda h: h["view"], "orders", orders), tmp_path
        )


@pytest.mark.parametrize("names", [[], ["units", "units"], ["x"]])
def test_names_of_no_measures_are_refused(tmp_path, names):
    state = to_state(next(iter(mutated.originals()))._data)
    with pytest.raises(ValueError, match="invalid names"):
        mutated.check_loads(
            mutated.with_head(state, lambda h: h, "names", names), tmp_path
        )


@pytest.mark.parametrize(
    ("part", "name", "freq"),
    [
        (lambda h: h, "freq", "Y"), (lambda h: h["view"], "freq", "W"),
        (lambda h: h["view"]["shown"][0], 0, "Q"),
    ],
)  # fmt: skip
def test_periods_that_are_not_parts_are_refused(tmp_path, part, name, freq):
    panel = next(iter(mutated.originals())).select(periods=slice("2023-02", None))
    state = to_state(panel._data)
    if freq == "Y":
        state = to_state(panel.resample("Q")._data)
    with pytest.raises(ValueError, match=r"damaged|do not add up"):
        mutated.check_loads(mutated.with_head(state, part, name, freq), tmp_path)


@pytest.mark.parametrize(
    "recipe",
    [
        ["read", "nothing"], ["combined", [["read", "units"]], ["*"]],
        ["with_number", [["read", "units"]], [2, "?"]],
        ["with_number", [["read", "units"]], ["x", "*"]],
        ["rename", [["read", "units"]], []],
        ["with_number", [["read", "units"]], [2, "r/"]],
    ],
)  # fmt: skip
def test_recipes_that_form_nothing_are_refused(tmp_path, recipe):
    *_, panel = mutated.originals()
    state = to_state(panel._data)
    state = mutated.with_head(state, lambda h: h["assigned"][0], "recipe", recipe)
    with pytest.raises(ValueError, match="damaged") as caught:
        mutated.check_loads(state, tmp_path)
    assert "\n" not in str(caught.value)


def test_a_compressed_bomb_costs_nothing(tmp_path):
    path = tmp_path / "bomb.npz"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("head.npy", "w", force_zip64=True) as file,
    ):
        for _ in range(256):
            file.write(bytes(1 << 20))
    assert path.stat().st_size < 2_000_000
    mutated.check_loads(to_state(next(mutated.originals())._data), tmp_path)
    tracemalloc.start()  # what loading imports is there
    try:
        with pytest.raises(ValueError, match="it was compressed"):
            em.Panel.load(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1_000_000


def test_entries_that_overlap_are_refused(tmp_path):
    """A list of entries may name one place many times."""
    path = tmp_path / "panel.npz"
    next(mutated.originals()).save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.filelist *= 20
        archive.comment = b"so that the list is written again"
    with pytest.raises(ValueError, match="its sizes are wrong"):
        em.Panel.load(path)


def test_bytes_of_absurd_sizes_cost_nothing():
    *_, panel = mutated.originals()
    made = random.Random(5)
    data = bytearray(panel.to_bytes())
    tracemalloc.start()
    try:
        for _ in range(200):
            data[16:24] = made.randrange(2**64).to_bytes(8, "little")
            with pytest.raises(ValueError, match="index"):
                em.Panel.from_bytes(bytes(data))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1_000_000
