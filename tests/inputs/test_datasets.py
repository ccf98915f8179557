"""Datasets and folders of Parquet: what is read, and what is not."""

import numpy as np
import pytest

import evmarket as em

pa = pytest.importorskip("pyarrow")
ds = pytest.importorskip("pyarrow.dataset")
pq = pytest.importorskip("pyarrow.parquet")

MONTHS = ["2024-01", "2024-02", "2024-03", "2024-04"]


def sales(months=MONTHS, units=np.int64):
    return pa.table(
        {
            "maker": [m for _ in months for m in ("A", "B")],
            "month": [month for month in months for _ in "AB"],
            "units": np.arange(1, 2 * len(months) + 1, dtype=units),
            "note": [f"note {k}" for k in range(2 * len(months))],
        }
    )


def damage(path, wanted):
    """Overwrite the columns of a file that wanted(row group, name) does not choose."""
    metadata = pq.read_metadata(path)
    content = bytearray(path.read_bytes())
    for group in range(metadata.num_row_groups):
        for k in range(metadata.num_columns):
            column = metadata.row_group(group).column(k)
            if not wanted(group, column.path_in_schema):
                start = column.dictionary_page_offset or column.data_page_offset
                stop = start + column.total_compressed_size
                content[start:stop] = b"\xff" * (stop - start)
    path.write_bytes(content)


def build(table):
    return em.Panel.from_table(table, "maker", "month", "units")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "sales.parquet"
    pq.write_table(sales(), path, row_group_size=2)
    return path


def test_only_the_wanted_columns_are_read(file):
    damage(file, lambda group, name: name != "note")
    for table in (ds.dataset(file), ds.dataset(file).filter(ds.field("units") > 0)):
        assert build(table)["units"].at("2024-04").tolist() == [7, 8]
    with pytest.raises((OSError, ValueError)):  # the damage is seen where it is read
        em.Panel.from_table(ds.dataset(file), "note", "month", "units")


def test_a_filter_skips_row_groups(file):
    damage(file, lambda group, name: group >= 2)
    late = ds.dataset(file).filter(ds.field("month") >= "2024-03")
    assert build(late)["units"].values.tolist() == [[5, 7], [6, 8]]
    with pytest.raises((OSError, ValueError)):
        build(ds.dataset(file))


def test_names_of_folders_are_columns(tmp_path):
    for year in ("2023", "2024"):
        folder = tmp_path / f"year={year}"
        folder.mkdir()
        table = pa.table({"maker": ["A", "B"], "units": [int(year), 1]})
        pq.write_table(table, folder / "part.parquet")
    dataset = ds.dataset(tmp_path, partitioning="hive")
    panel = em.Panel.from_table(dataset, "maker", "year", "units", freq="Y")
    assert panel["units"].values.tolist() == [[2023, 2024], [1, 1]]


def test_files_need_not_have_the_types_of_the_first(tmp_path):
    pq.write_table(sales(MONTHS[:2]), tmp_path / "a.parquet")
    pq.write_table(sales(MONTHS[2:], np.int16), tmp_path / "b.parquet")
    pq.write_table(sales(["2024-05"]).drop(["units"]), tmp_path / "c.parquet")
    panel = build(ds.dataset(tmp_path))
    assert panel["units"].at("2024-04").tolist() == [3, 4]
    assert np.isnan(panel["units"].at("2024-05")).all()


def test_a_dataset_without_rows(tmp_path):
    pq.write_table(sales().slice(0, 0), tmp_path / "empty.parquet")
    dataset = ds.dataset(tmp_path)
    panel = em.Panel.from_table(dataset, "maker", "month", "units", freq="M")
    assert panel["units"].values.shape == (0, 0)
    two = em.Panel.from_table([dataset, sales()], "maker", "month", "units", freq="M")
    assert two["units"].values.shape == (2, 4)


def test_many_files_equal_one_table(tmp_path):
    rng = np.random.default_rng(7)
    rows = 30_000
    table = pa.table(
        {
            "maker": [f"maker {k}" for k in rng.integers(0, 40, rows)],
            "month": [MONTHS[k] for k in rng.integers(0, 4, rows)],
            "units": rng.normal(size=rows),
        }
    )
    for k in range(7):
        part = table.slice(k * 4000, 4000 if k < 6 else None)
        pq.write_table(part, tmp_path / f"{k}.parquet", row_group_size=1000)
    one, many = build(table), build(ds.dataset(tmp_path))
    assert one.to_bytes() == many.to_bytes()
