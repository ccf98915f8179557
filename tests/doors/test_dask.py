"""Panels built by Dask: the bits of one process, and errors that name file and row."""

import itertools
import os
import random
import signal
import subprocess
import sys

import numpy as np
import pytest

import evmarket as em
from tests.panel.panels import assert_same_bits, assert_same_panel, refused

pytest.importorskip("distributed")
pd = pytest.importorskip("pandas")
dd = pytest.importorskip("dask.dataframe")
import dask  # noqa: E402
import distributed  # noqa: E402

import evmarket.dask  # noqa: E402

KEYS = ["maker", "region"]
KINDS = {"units": "flow", "revenue": "flow"}
FILES = 100


def columns(seed=5, rows=4000):
    rng = random.Random(seed)
    months = [f"{year}-{month:02}" for year in (2023, 2024) for month in range(1, 13)]
    return {
        "maker": [rng.choice(["A", "B", "C", "比亚迪", "E"]) for _ in range(rows)],
        "region": [rng.choice(["N", "S", "W"]) for _ in range(rows)],
        "month": [rng.choice(months) for _ in range(rows)],
        "units": [rng.randrange(1000) for _ in range(rows)],
        "revenue": [rng.choice([0.1, 1e15, -1e15, 0.3, 1e-9]) for _ in range(rows)],
    }


TABLE = columns()


@pytest.fixture(scope="module")
def whole():
    return em.Panel.from_table(TABLE, KEYS, "month", KINDS, freq="M")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The table in 100 files of different lengths; one has only a header."""
    path = tmp_path_factory.mktemp("files")
    frame = pd.DataFrame(TABLE)
    cuts = sorted(random.Random(1).sample(range(len(frame)), FILES - 2))
    cuts = [0, *cuts[:5], cuts[4], *cuts[5:], len(frame)]
    for k in range(FILES):
        part = frame.iloc[cuts[k] : cuts[k + 1]]
        part.to_csv(path / f"part-{k:02}.csv", index=False, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def client():
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    with (
        dask.config.set({"distributed.worker.daemon": True}),
        distributed.LocalCluster(**options, dashboard_address=None) as cluster,
        distributed.Client(cluster) as opened,
    ):
        yield opened


def built(table, **options):
    return evmarket.dask.panel(table, KEYS, "month", KINDS, freq="M", **options)


def local(delayed):
    return delayed.compute(scheduler="sync")


# ---- two processes -------------------------------------------------------------------


@pytest.mark.parametrize("split_every", [2, 8, 50])
def test_two_processes_give_the_bits_of_one(client, folder, whole, split_every):
    panel = built(str(folder / "*.csv"), split_every=split_every).compute()
    assert_same_panel(panel, whole)
    assert panel.to_bytes() == whole.to_bytes()


def test_a_worker_that_is_killed_changes_nothing(client, folder, whole):
    future = client.compute(built(str(folder / "*.csv")))
    worker = next(iter(client.run(os.getpid).values()))
    os.kill(worker, signal.SIGKILL)
    assert future.result(timeout=120).to_bytes() == whole.to_bytes()


def test_dask_sees_the_size_of_a_panel(whole):
    from dask.sizeof import sizeof

    assert sizeof(whole) > whole._data.base.levels[0].sums.lo.nbytes


def test_a_file_that_does_not_parse_is_named_with_its_row(client, folder, tmp_path):
    good = sorted(map(str, folder.glob("*.csv")))
    bad = tmp_path / "bad.csv"
    head = "maker,region,month,units,revenue\n"

    def compute():
        client.compute(built([*good, bad])).result(timeout=60)

    bad.write_text(f"{head}A,N,2024-01,1,1\nA,N,soon,1,1\n")
    with refused(ValueError, str(bad), "row 1", "soon"):
        compute()
    bad.write_text(f"{head}A,N,2024-01,many,1\n")
    with refused(ValueError, str(bad), "row 0", "many"):
        compute()
    bad.write_text("maker,region,month,cars,revenue\nA,N,2024-01,1,1\n")
    with refused(KeyError, str(bad), "units"):
        compute()
    bad.unlink()
    with refused(ValueError, str(bad)):
        compute()
    assert not any(client.processing().values())


# ---- frames, rules, kinds ------------------------------------------------------------


def test_a_frame_gives_the_bits_of_one_process(whole):
    frame = dd.from_pandas(pd.DataFrame(TABLE), npartitions=7)
    panel = local(built(frame))
    assert_same_panel(panel, whole)
    with refused(KeyError, "no column 'unit'"):
        evmarket.dask.panel(frame, KEYS, "month", "unit", freq="M")


def test_a_partition_that_cannot_be_read_is_named():
    table = {name: list(column) for name, column in TABLE.items()}
    table["month"][2000] = "soon"
    frame = dd.from_pandas(pd.DataFrame(table), npartitions=4)
    with refused(ValueError, "partition 2: ", "row 0", "soon"):
        local(built(frame))


@pytest.mark.parametrize(
    "rules",
    [
        {"absent": "zero", "complete_through": "2024-06", "exit_after": 2},
        {"exit_after": "1Y", "nulls": "absent", "year_end": "MAR"},
        {"units": {"revenue": "CNY"}, "duplicates": "add"},
    ],
)
def test_rules_are_those_of_the_whole(folder, rules):
    wanted = em.Panel.from_table(TABLE, KEYS, "month", KINDS, freq="M", **rules)
    panel = local(built(str(folder / "*.csv"), **rules))
    assert panel.to_bytes() == wanted.to_bytes()
    assert_same_bits(panel["units"].growth("1Y"), wanted["units"].growth("1Y"))


def test_of_several_dates_the_last_one_counts():
    days = [f"2024-01-{day:02}" for day in (3, 31, 17, 5)]
    table = {"maker": list("AAAB"), "day": days, "stock": [5, 7, 6, 1]}
    frame = dd.from_pandas(pd.DataFrame(table), npartitions=4)
    task = evmarket.dask.panel(frame, "maker", "day", {"stock": "stock"}, freq="M")
    assert local(task)["stock"].at("2024-01").tolist() == [7.0, 1.0]
    twice = table | {"day": ["2024-01-31"] * 4}
    frame = dd.from_pandas(pd.DataFrame(twice), npartitions=4)
    task = evmarket.dask.panel(frame, "maker", "day", {"stock": "stock"}, freq="M")
    with refused(ValueError, "'A'", "2024-01", "a stock is not added"):
        local(task)


def test_the_last_row_is_that_of_the_last_date():
    table = pd.DataFrame(
        {
            "maker": list("AAABAB"),
            "day": [
                f"2024-{d}"
                for d in ["01-05", "01-31", "01-31", "01-02", "01-17", "02-02"]
            ],
            "stock": [3, 7, 8, 1, 6, 2],
        }
    )
    rules = {"freq": "M", "duplicates": "last"}
    for kind, cuts in (("stock", (3, 4)), ("flow", (5,))):
        whole = em.Panel.from_table(table, "maker", "day", {"stock": kind}, **rules)
        bounds = [0, *cuts, len(table)]
        parts = [table.iloc[a:b] for a, b in itertools.pairwise(bounds)]
        frame = dd.from_delayed([dask.delayed(part) for part in parts], meta=table)
        task = evmarket.dask.panel(frame, "maker", "day", {"stock": kind}, **rules)
        assert_same_bits(local(task)["stock"], whole["stock"])
    # Two parts with one date, and two that add to one month.
    frame = dd.from_delayed(
        [dask.delayed(table.iloc[:2]), dask.delayed(table.iloc[2:])], meta=table
    )
    for kind in ("stock", "flow"):
        task = evmarket.dask.panel(frame, "maker", "day", {"stock": kind}, **rules)
        with refused(ValueError, "'A'", "2024-01", "duplicates is 'last'", "no order"):
            local(task)


def test_only_rows_that_meet_are_worded_for_parts():
    def part(unit, label="a: b"):
        return em.Panel.from_arrays(
            {"maker": [label]}, ["2024-01"], {"stock": [1]}, duplicates="last",
            kinds={"stock": "stock"}, units={"stock": unit},
        )  # fmt: skip

    with refused(ValueError, "other has", "'CNY'", "'USD'") as caught:
        evmarket.dask._merged_by_rule([part("CNY"), part("USD")])
    assert "no order" not in str(caught.value)
    with refused(ValueError, "'a: b'", "at 2024-01: duplicates is 'last'", "no order"):
        evmarket.dask._merged_by_rule([part("CNY"), part("CNY")])


def test_a_folder_stands_for_its_files(folder, whole, tmp_path):
    assert local(built(str(folder))).to_bytes() == whole.to_bytes()
    (tmp_path / "_SUCCESS").write_text("")
    (tmp_path / ".hidden").write_text("")
    with refused(ValueError, "no file matches", str(tmp_path)):
        built(str(tmp_path))


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"workers": 2}, TypeError, ["workers is not an option here"]),
        ({"progress": True}, TypeError, ["progress is not an option here"]),
        ({"frob": 1}, TypeError, ["frob is not an option"]),
        ({"absent": "none"}, ValueError, ["absent is 'none'"]),
        ({"complete_through": "soon"}, ValueError, ["complete_through"]),
        ({"units": {"x": "CNY"}}, KeyError, ["units: 'x'"]),
        ({"split_every": 1}, ValueError, ["split_every is 1"]),
        ({"partitions": 0}, ValueError, ["partitions"]),
        ({"by": "makers"}, KeyError, ["by is 'makers'", "maker"]),
    ],
)
def test_bad_arguments_are_refused_before_anything_runs(folder, options, error, words):
    with refused(error, *words):
        built(str(folder / "*.csv"), **options)


def test_bad_tables_are_refused(folder):
    for table, words in (
        (str(folder / "*.parquet"), ["no file matches"]),
        ([], ["an empty list"]),
    ):
        with refused(ValueError, *words):
            built(table)
    with refused(ValueError, "freq is None"):
        evmarket.dask.panel(str(folder / "*"), KEYS, "month", KINDS, freq=None)


# ---- a bag ---------------------------------------------------------------------------


@pytest.mark.parametrize("partitions", [1, 3, 8])
def test_a_bag_holds_each_series_once_with_the_growth_of_the_whole(
    folder, whole, partitions
):
    bag = built(str(folder / "*.csv"), by="maker", partitions=partitions)
    panels = bag.compute(scheduler="sync")
    assert len(panels) == partitions
    seen = [maker for panel in panels for maker in set(panel.series["maker"])]
    assert sorted(seen) == sorted(set(TABLE["maker"]))
    for panel in panels:
        assert panel.periods == whole.periods
        for maker in set(panel.series["maker"]):
            one, all_of = panel.select(maker=maker), whole.select(maker=maker)
            assert_same_panel(one, all_of)
            growth = all_of["units"].growth("1Y")
            assert_same_bits(one["units"].growth("1Y"), growth)


def test_a_gathered_bag_is_the_panel(folder, whole):
    bag = built(str(folder / "*.csv"), by="maker", complete_through="2024-06")
    wanted = whole.assume(complete_through="2024-06")
    units = evmarket.dask.gather(bag, "units")
    assert_same_panel(local(units), wanted[["units"]])
    assert_same_bits(local(units["units"].growth("1Y")), wanted["units"].growth("1Y"))
    report = local(units.report("units", by="maker", top=3))
    expected = wanted.report("units", by="maker", top=3)
    for name in expected.columns:
        np.testing.assert_array_equal(report[name], expected[name])
    both = evmarket.dask.gather(bag, ["revenue", "units"])
    ratio = local(both.ratio("revenue", "units"))
    assert_same_bits(ratio, wanted.ratio("revenue", "units"))
    with refused(KeyError, "'unit'", "units"):
        local(evmarket.dask.gather(bag, "unit"))


def test_without_dask_the_door_says_what_to_install():
    script = "import sys; sys.modules['dask'] = None\nimport evmarket.dask"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True)
    assert done.returncode == 1
    assert b'pip install "evmarket[dask]"' in done.stderr
