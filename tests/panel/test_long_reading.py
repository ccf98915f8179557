"""Reading that takes long: progress, and Ctrl-C."""

import sys

import numpy as np
import pytest

import evmarket as em
from evmarket._panel import ingest

ROWS = 50_000


def table(rows=ROWS):
    k = np.arange(rows)
    return {"maker": k % 7, "month": 202401 + k % 12, "units": k % 1000}


def build(source, **options):
    return em.Panel.from_table(source, "maker", "month", "units", freq="M", **options)


@pytest.fixture
def short_calls(monkeypatch):
    monkeypatch.setattr(ingest, "_MOST_ROWS", 1000)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_calls_of_any_length_add_the_same_rows(workers, monkeypatch):
    whole = build(table())
    for most in (1, 999, 1 << 20):
        monkeypatch.setattr(ingest, "_MOST_ROWS", most)
        few = table(2000 if most == 1 else ROWS)
        assert build(few, workers=workers).to_bytes() == build(few).to_bytes()
    assert build(table(), workers=workers).to_bytes() == whole.to_bytes()


def test_errors_name_the_row_in_the_whole_table(short_calls):
    columns = table()
    columns["month"] = columns["month"].copy()
    columns["month"][31_234] = 202413
    with pytest.raises(ValueError, match="row 31234"):
        build(columns)
    with pytest.raises(ValueError, match=r"rows 0 and 84 are both"):
        build(table(), duplicates="error")


@pytest.mark.parametrize("at", [0, 3])
def test_after_ctrl_c_nothing_more_is_read(at, short_calls, monkeypatch):
    calls, add = [], ingest._add

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) > at:
            raise KeyboardInterrupt
        add(*arguments)

    drawn = []

    def tables():
        for k in range(10):
            drawn.append(k)
            yield table()

    monkeypatch.setattr(ingest, "_add", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build(tables(), workers=2)
    # The calls of one step at most, and not the next table.
    assert len(calls) <= at + 2
    assert drawn == [0]
    monkeypatch.undo()
    assert build(table())["units"].values.sum() == (np.arange(ROWS) % 1000).sum()


class Terminal:
    """A text stream that says it is a terminal."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return True


def terminal_for(monkeypatch):
    """Stands for the terminal; called in tests, because pytest resets sys.stderr."""
    pytest.importorskip("tqdm")
    made = Terminal()
    monkeypatch.setattr(sys, "stderr", made)
    return made


def test_progress_counts_rows_and_tells_the_rate(monkeypatch):
    terminal = terminal_for(monkeypatch)
    build([table(), table()], progress=True)
    assert "100k rows" in terminal.text.replace("100k/", "100k ")
    assert "rows/s" in terminal.text


def test_progress_knows_the_rows_of_tables_and_of_parquet(monkeypatch, tmp_path):
    terminal = terminal_for(monkeypatch)
    pa = pytest.importorskip("pyarrow")
    dataset = pytest.importorskip("pyarrow.dataset")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = pa.table(table())
    parquet.write_table(rows, tmp_path / "rows.parquet")
    build(rows, progress=True)
    assert "50.0k/50.0k" in terminal.text
    terminal.text = ""
    build(dataset.dataset(tmp_path), progress=True)
    assert "100%" in terminal.text
    assert "50.0k/50.0k" in terminal.text


def test_progress_in_a_notebook(monkeypatch):
    terminal = terminal_for(monkeypatch)
    monkeypatch.setattr(Terminal, "isatty", lambda _: False)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    build(table(), progress=True)
    assert terminal.text == ""
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    build(table(), progress=True)
    assert "rows/s" in terminal.text


def test_an_error_ends_the_bar(monkeypatch):
    terminal = terminal_for(monkeypatch)
    columns = table()
    columns["month"][40_000] = 5
    with pytest.raises(ValueError, match="row 90000"):
        build([table(), columns], progress=True)
    assert terminal.text.endswith("\n")


def test_no_bar_is_shown_unasked(monkeypatch):
    terminal = terminal_for(monkeypatch)
    build(table())
    assert terminal.text == ""
