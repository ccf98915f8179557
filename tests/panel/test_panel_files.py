"""Panels in files: save and load, pickling, and the command line on tables."""

import copy
import csv
import io
import json
import os
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings

import evmarket as em
from evmarket.__main__ import main
from tests.panel.panels import (
    KINDS,
    NAMES,
    WIDE,
    assert_same_panel,
    columns_of,
    completes,
    every_kind_of_line,
    label,
    panel_of,
    row,
    tables,
)

# ---- save and load -------------------------------------------------------------------


@given(tables(WIDE, months=14), completes(14))
@settings(max_examples=25)
def test_saved_panels_load_unchanged(tmp_path_factory, rows, complete):
    through = None if complete is None else label("M", complete)
    panel = panel_of(
        rows, complete_through=through, exit_after=3, units={"revenue": "CNY"}
    )
    path = tmp_path_factory.mktemp("saved") / "panel.npz"
    panel.save(path)
    loaded = em.Panel.load(path)
    assert_same_panel(loaded, panel)
    assert loaded["revenue"].unit == "CNY" and loaded.periods == panel.periods
    for again in (pickle.loads(pickle.dumps(panel)), copy.deepcopy(loaded)):
        assert_same_panel(again, panel)
        assert_same_panel(again.rollup("maker"), panel.rollup("maker"))
    # The exact cells are saved, so merging stays exact.
    assert_same_panel(loaded.merge(panel), panel.merge(panel))


@given(tables(WIDE, months=26), completes(26))
@settings(max_examples=15)
def test_coarser_panels_keep_the_status_of_empty_cells(
    tmp_path_factory, rows, complete
):
    through = None if complete is None else label("M", complete)
    panel = panel_of(rows, complete_through=through, exit_after=3)
    path = tmp_path_factory.mktemp("saved") / "panel.npz"
    quarters = panel.resample("Q")
    for coarse in (quarters, quarters.resample("Y"), panel.resample("Y")):
        coarse.save(path)
        loaded = em.Panel.load(path)
        assert_same_panel(loaded, coarse)
        whole = slice(None, coarse.periods.last)
        assert_same_panel(loaded.select(periods=whole), coarse.select(periods=whole))


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_panels_and_measures_are_pickled(protocol):
    panel = panel_of(every_kind_of_line())
    rolled = panel.rollup("region")
    for whole in (panel, rolled, panel.resample("Q"), panel[["units"]]):
        assert_same_panel(pickle.loads(pickle.dumps(whole, protocol)), whole)
    for measure in (panel["units"], rolled["units"], panel["units"].growth("1Y")):
        before, codes = measure.values, measure.status
        again = pickle.loads(pickle.dumps(measure, protocol))
        assert again.kind == measure.kind and again.periods == measure.periods
        np.testing.assert_array_equal(again.values, before)
        np.testing.assert_array_equal(again.status, codes)
        np.testing.assert_array_equal(again.members, measure.members)
        assert not again.values.flags.writeable
    again = pickle.loads(pickle.dumps(panel["units"], protocol))
    growth = again.growth("1M", within="region", matched=True)
    expected = panel["units"].growth("1M", within="region", matched=True)
    np.testing.assert_array_equal(growth.values, expected.values)
    np.testing.assert_array_equal(growth.status, expected.status)


def test_loaded_panels_keep_members(tmp_path):
    path = tmp_path / "panel.npz"
    rolled = panel_of(every_kind_of_line()).rollup("region")
    rolled.save(path)
    loaded = em.Panel.load(path)
    assert rolled["units"].members.max() > 1
    for part in (loaded, loaded[["units"]], loaded.select(periods=slice(None))):
        np.testing.assert_array_equal(part["units"].members, rolled["units"].members)


def test_a_saved_panel_is_a_plain_archive_of_arrays(tmp_path):
    path = tmp_path / "panel.npz"
    panel_of([row("A", 0, 1)]).save(str(path))
    with np.load(path, allow_pickle=False) as archive:
        assert archive.files
        for name in archive.files:
            assert archive[name].dtype.kind != "O"


def test_damaged_and_foreign_files_are_refused(tmp_path):
    whole = tmp_path / "panel.npz"
    panel_of(every_kind_of_line()).save(whole)
    data = whole.read_bytes()
    damaged = tmp_path / "damaged.npz"
    for kept in (0, 1, 10, len(data) // 2, len(data) - 1):
        damaged.write_bytes(data[:kept])
        with pytest.raises(ValueError, match="damaged"):
            em.Panel.load(damaged)
    foreign = tmp_path / "foreign.npz"
    np.savez(foreign, x=np.arange(3))
    with pytest.raises(ValueError, match="foreign"):
        em.Panel.load(foreign)
    text = tmp_path / "text.npz"
    text.write_text("maker,units\n")
    with pytest.raises(ValueError, match="text"):
        em.Panel.load(text)


def test_a_changed_byte_never_changes_the_panel(tmp_path):
    whole = tmp_path / "panel.npz"
    panel = panel_of(every_kind_of_line())
    panel.save(whole)
    data = bytearray(whole.read_bytes())
    changed = tmp_path / "changed.npz"
    step = max(len(data) // 150, 1)
    for place in range(0, len(data), step):
        data[place] ^= 0x41
        changed.write_bytes(bytes(data))
        try:
            loaded = em.Panel.load(changed)
        except ValueError:
            pass
        else:  # a byte of a member name or a time, not of the panel
            assert_same_panel(loaded, panel)
        data[place] ^= 0x41


def rewritten(path, out, change):
    """For each array, write the archive with that array changed and valid checksums."""
    with np.load(path, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    for name in list(arrays):
        new = change(name, arrays[name].copy())
        np.savez(out, **(arrays | {name: new}))
        yield name


def test_valid_archives_of_wrong_arrays_do_not_crash(tmp_path):
    whole, out = tmp_path / "panel.npz", tmp_path / "changed.npz"
    panel_of(every_kind_of_line()).resample("Q").save(whole)
    changes = [
        lambda name, array: array[:0] if array.ndim else array,
        lambda name, array: (
            np.full_like(array, -1) if array.dtype.kind == "i" else array
        ),
        lambda name, array: np.concatenate([array, array]) if array.ndim else array,
        lambda name, array: array.astype("U") if array.dtype.kind in "iu" else array,
    ]
    for change in changes:
        for _ in rewritten(whole, out, change):
            try:
                loaded = em.Panel.load(out)
                for name in loaded.measures:
                    assert loaded[name].values.shape == loaded.shape
            except (ValueError, TypeError, KeyError, OverflowError):
                pass
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("note.txt", "not a panel")
    with pytest.raises(ValueError):
        em.Panel.load(out)


def test_missing_file(tmp_path):
    with pytest.raises((OSError, ValueError), match="absent"):
        em.Panel.load(tmp_path / "absent.npz")


# ---- the command line ----------------------------------------------------------------

FLAGS = ["--keys", "maker", "region", "--period", "period"]


@pytest.fixture
def file(tmp_path):
    """A CSV file of `every_kind_of_line`, with months as text."""
    path = tmp_path / "market.csv"
    columns = columns_of(every_kind_of_line(), KINDS)
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        for line in zip(*(list(column) for column in columns.values()), strict=True):
            writer.writerow(["" if item != item else item for item in line])
    return str(path)


def run(capsys, *args):
    status = main([str(arg) for arg in args])
    out, err = capsys.readouterr()
    return status, out, err


def csv_rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def line_of(rows, **wanted):
    """The only row with every wanted word in some column."""
    words = set(wanted.values())
    matches = [line for line in rows if words <= set(line.values())]
    assert len(matches) == 1, matches
    return matches[0]


def floats_in(line):
    out = []
    for item in line.values():
        try:
            out.append(float(item))
        except (TypeError, ValueError):
            continue
    return out


def test_growth_of_a_csv_file(capsys, file):
    options = [*FLAGS, "--measures", "units", "--format", "csv"]
    status, out, err = run(capsys, "growth", file, *options)
    assert (status, err) == (0, "")
    rows = csv_rows(out)
    line = line_of(rows, maker="whole", region="N", period="2023-03")
    assert 12 / 102 in floats_in(line)
    holed = line_of(rows, maker="holed", region="N", period="2023-07")
    assert "GAP" in holed.values()


def test_margin_of_a_csv_file(capsys, file):
    options = [*FLAGS, "--measures", "revenue", "cost", "--format", "csv"]
    status, out, err = run(capsys, "margin", file, *options)
    assert (status, err) == (0, "")
    line = line_of(csv_rows(out), maker="gone", region="N", period="2022-05")
    assert 0.1 in floats_in(line)


def test_coverage_of_a_csv_file(capsys, file):
    options = [*FLAGS, "--measures", "units", "--format", "csv"]
    status, out, err = run(capsys, "coverage", file, *options)
    assert (status, err) == (0, "")
    line = line_of(csv_rows(out), maker="holed", region="N")
    assert float(line["rows"]) == 28 and float(line["gaps"]) == 2


def test_report_of_a_csv_file(capsys, file):
    options = [*FLAGS, "--measures", "units", "--by", "maker"]
    for layout in ("text", "csv", "json"):
        args = [*options, "--top", 2, "--at", "2023-03", "--format", layout]
        status, out, err = run(capsys, "report", file, *args)
        assert (status, err) == (0, "")
        assert "whole" in out and "late" in out
    document = json.loads(out)
    assert document


def test_json_has_no_nan(capsys, file):
    options = [*FLAGS, "--measures", "units", "--format", "json"]
    status, out, _ = run(capsys, "growth", file, *options)

    def refuse(word):
        raise AssertionError(f"JSON contains {word}")

    assert status == 0 and json.loads(out, parse_constant=refuse)
    assert "GAP" in out and "null" in out


def test_rollup_select_and_periods_on_the_command_line(capsys, file):
    options = [*FLAGS, "--measures", "units", "--format", "csv", "--rollup", "region"]
    status, out, _ = run(capsys, "growth", file, *options, "--lag", "1M")
    assert status == 0
    panel = panel_of(every_kind_of_line()).rollup("region")["units"].growth("1M")
    place = list(panel.periods).index("2023-08")
    line = line_of(csv_rows(out), region="N", period="2023-08")
    assert float(panel.values[0, place]) in floats_in(line)
    status, out, _ = run(
        capsys, "growth", file, *FLAGS, "--measures", "units", "--format", "csv",
        "--select", "maker=whole", "--periods", "2023-03",
    )  # fmt: skip
    assert status == 0 and len(csv_rows(out)) == 1


def test_text_and_null_markers_of_csv(capsys, tmp_path):
    path = tmp_path / "marks.csv"
    path.write_text(
        "maker,month,units\nNA,2024-01,1\n,2024-01,2\nA,2024-01,NA\nA,2024-02,NaN\n"
        "A,2024-03,\nA,2024-04,x\n",
        encoding="utf-8",
    )
    flags = ["--keys", "maker", "--period", "month", "--measures", "units"]
    status, out, err = run(capsys, "coverage", path, *flags)
    assert status == 2 and out == "" and "x" in err and "units" in err
    status, out, err = run(
        capsys, "coverage", path, *flags, "--null", "x", "--format", "csv"
    )
    assert (status, err) == (0, "")
    rows = csv_rows(out)
    assert [line["maker"] for line in rows] == ["A", "NA", ""]
    assert float(rows[0]["nulls"]) == 4


def test_bad_usage_and_bad_input(capsys, file, tmp_path):
    flags = [*FLAGS, "--measures", "units"]
    for args in (
        ["growth", str(tmp_path / "absent.csv"), *flags],
        ["growth", file, *FLAGS, "--measures", "unit"],
        ["growth", file, "--period", "period", "--measures", "units", "--frob"],
        ["growth", file, *flags, "--lag", "1W"],
        ["growth", file, *flags, "--complete-through", "soon"],
        ["nothing", file],
        ["growth"],
    ):
        status, out, err = run(capsys, *args)
        assert (status, out) == (2, ""), args
        assert err and "Traceback" not in err
    status, _, err = run(capsys, "growth", file, *FLAGS, "--measures", "unit")
    assert "units" in err  # the similar name


def test_parquet(capsys, file, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = columns_of(every_kind_of_line(), KINDS)
    columns["period"] = columns["period"].astype("datetime64[D]")
    path = tmp_path / "market.parquet"
    parquet.write_table(pyarrow.table(columns), path)
    options = [*FLAGS, "--measures", "units", "--format", "csv", "--freq", "M"]
    assert run(capsys, "growth", path, *options) == run(
        capsys, "growth", file, *options
    )


def test_the_standard_reader_gives_the_same_bits_as_pyarrow(file):
    """The output is the same without pyarrow."""
    script = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from evmarket.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    options = [*FLAGS, "--measures", "revenue", "cost", "--format", "csv"]
    args = ["margin", file, *options]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    outs = [
        subprocess.run(
            [sys.executable, *start, *args],
            capture_output=True,
            env=environment,
            check=True,
        ).stdout
        for start in (["-m", "evmarket"], ["-c", script])
    ]
    assert outs[0] == outs[1] and outs[0]


def test_a_saved_panel_keeps_keys_and_labels(tmp_path):
    path = tmp_path / "panel.npz"
    panel_of([row("比亚迪", 0, 1), row(None, 1, 2)]).save(path)
    loaded = em.Panel.load(path)
    assert tuple(loaded.keys) == NAMES
    assert list(loaded.series["maker"]) == ["比亚迪", None]
