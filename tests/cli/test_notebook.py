"""The tour runs, has the shipped outputs, and the command writes it."""

import json
import os
import re
import subprocess
import sys
import time

import numpy as np
import pytest

from evmarket.__main__ import main

pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
from tests.cli import tour  # after the skips, because it imports optional packages

TEXT = tour.TOUR.read_text(encoding="utf-8")
LONGEST = 60


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """The tour, run again in an empty folder."""
    # The first import builds the font cache; the kernel should not wait for it.
    pytest.importorskip("matplotlib.font_manager")
    folder = tmp_path_factory.mktemp("tour")
    start = time.perf_counter()
    found = tour.executed(tour.read(), folder)
    took = time.perf_counter() - start
    assert took < LONGEST, f"{took:.1f} s"
    assert list(folder.iterdir()) == [], "the tour writes no files"
    return found


def code_cells(notebook):
    return {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}


def shown(cell):
    """The outputs of a cell that are the same everywhere.

    Texts are compared in full, pictures and HTML only by their type.
    """
    found = []
    for output in cell.outputs:
        if output.output_type == "stream":
            found.append((output.name, output.text))
        else:
            data = output.get("data", {})
            text = data.get("text/plain", "")
            # The text of a picture is its size, which depends on fonts; a residual is
            # rounding noise.
            text = "" if "image/png" in data else text
            found.append((sorted(data), re.sub(r"(?m)^  residual .*$", "", text)))
    return found


def test_every_cell_has_the_shipped_output(again):
    now, shipped = code_cells(again), code_cells(tour.read())
    assert list(now) == list(shipped)
    for name, cell in shipped.items():
        if name in ("pandas", "polars"):
            pytest.importorskip(name)
        assert shown(now[name]) == shown(cell), name


def test_no_cell_fails_or_warns(again):
    for notebook in (again, tour.read()):
        for name, cell in code_cells(notebook).items():
            assert cell.execution_count is not None, name
            for output in cell.outputs:
                assert output.output_type != "error", (name, output)
                assert output.get("name") != "stderr", (name, output)


def test_every_code_cell_is_short_and_shows_something():
    for name, cell in code_cells(tour.read()).items():
        assert cell.outputs, name
        assert cell.source.count("\n") < 30, name
    kinds = [cell.cell_type for cell in tour.read().cells]
    assert kinds[0] == "markdown" and kinds.count("code") >= 20


def test_the_file_has_no_traces_of_a_machine_or_a_time():
    notebook = json.loads(TEXT)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"] == tour.METADATA
    for cell in notebook["cells"]:
        assert cell["metadata"] == {}
        assert not any(output.get("metadata") for output in cell.get("outputs", ()))
    plain = re.sub(r'"image/png": "[^"]*"', "", TEXT)
    for pattern in (r"(?<![\w:<])/(home|root|tmp|usr|work|Users|opt)\b", r"[A-Z]:\\\\"):
        assert not re.search(pattern, plain), pattern
    assert not re.search(r"\b0x[0-9a-f]{6,}\b", plain), "an address in memory"
    assert "Traceback" not in plain


def test_the_sections_are_there():
    texts = " ".join(c.source for c in tour.read().cells if c.cell_type == "markdown")
    for word in ("article", "calendar", "gaps", "weekly", "Margins", "bridge"):
        assert word in texts, word
    sources = " ".join(cell.source for cell in code_cells(tour.read()).values())
    for name in ("Figure", "implied_base", "check", "audit", "M-JF", 'trailing("12M")'):
        assert name in sources, name
    for name in ("growth_by", "report", "margin", "margin_bridge", "contributions"):
        assert name in sources, name


# ---- the command ---------------------------------------------------------------------


def test_the_command_writes_the_tour(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["notebook"]) == 0
    assert capsys.readouterr().out == "wrote evmarket-tour.ipynb\n"
    written = tmp_path / "evmarket-tour.ipynb"
    assert written.read_bytes() == tour.TOUR.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == [written.name]


def test_the_command_takes_a_path(tmp_path, capsys):
    path = tmp_path / "游览 tour.ipynb"
    assert main(["notebook", str(path)]) == 0
    assert path.read_bytes() == tour.TOUR.read_bytes()
    assert str(path) in capsys.readouterr().out


def refused(arguments, capsys):
    """The one line on standard error of a command that failed."""
    assert main(["notebook", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.endswith("\n") and err.count("\n") == 1
    assert err.startswith("evmarket: notebook: ")
    return err


def test_an_existing_file_is_kept(tmp_path, capsys):
    path = tmp_path / "mine.ipynb"
    path.write_text("mine", encoding="utf-8")
    assert "exists: --force" in refused([str(path)], capsys)
    assert path.read_text(encoding="utf-8") == "mine"
    assert main(["notebook", str(path), "--force"]) == 0
    assert path.read_bytes() == tour.TOUR.read_bytes()
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_a_broken_link_is_an_existing_file(tmp_path, capsys):
    path = tmp_path / "link.ipynb"
    path.symlink_to(tmp_path / "nowhere")
    assert "exists" in refused([str(path)], capsys)
    assert path.is_symlink()


def test_folders(tmp_path, capsys):
    for force in ([], ["--force"]):
        assert "is a folder" in refused([str(tmp_path), *force], capsys)
    missing = tmp_path / "no such folder" / "tour.ipynb"
    assert "cannot write" in refused([str(missing)], capsys)
    assert not missing.parent.exists()
    assert list(tmp_path.iterdir()) == []


def test_no_partial_file_is_left(tmp_path, capsys, monkeypatch):
    path = tmp_path / "tour.ipynb"
    path.write_text("mine", encoding="utf-8")

    def fails(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fails)
    assert "No space left" in refused([str(path), "--force"], capsys)
    assert path.read_text(encoding="utf-8") == "mine"
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_figures_of_the_tour_are_those_of_the_data():
    """The numbers in the text of the tour, computed here."""
    shown = {n: str(c.outputs) for n, c in code_cells(tour.read()).items()}
    assert f"{139_000 / 1.8:,.1f}" in shown["implied-base"]
    low, high = 138_500 / 1.805, 139_500 / 1.795
    assert f"{low:,.1f}" in shown["implied-base"] and f"{high:,.1f}" in str(shown)
    assert np.isclose(1_809 / 8.149, 222, atol=0.5) and "[222]" in str(shown)
    whole = 235.92 * 0.1697 + 135.36 * 0.1982
    assert f"{whole / (235.92 + 135.36):.2%}" in shown["margin-byd"]


COMPLETION = """
import evmarket as em
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell()
shell.history_manager.enabled = False
panel = em.Panel.from_wide({"maker": ["A"], "2025": [1]}, "maker", "units")
shell.user_ns.update(em=em, panel=panel, units=panel["units"], table=panel.to_table())
for line in ('panel["', 'panel.series["', 'units.series["', 'table["'):
    print(line, *shell.complete("", line, len(line))[1])
"""


def test_the_tab_key_lists_keys_and_measures(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", COMPLETION],
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        'panel[" units',
        'panel.series[" maker',
        'units.series[" maker',
        'table[" maker period units',
    ], done.stderr
