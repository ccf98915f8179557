"""Tables of other libraries that a panel is built from."""

import numpy as np
import pytest

import evmarket as em

COLUMNS = {"m": ["A", "A", "B"], "p": ["2024", "2025", "2025"], "u": [1, 2, 3]}


@pytest.fixture(scope="module")
def parquet(tmp_path_factory):
    pyarrow = pytest.importorskip("pyarrow")
    path = str(tmp_path_factory.mktemp("tables") / "t.parquet")
    table = pyarrow.table(COLUMNS | {"other": [1, 2, 3]})
    pytest.importorskip("pyarrow.parquet").write_table(table, path)
    return path


class Delta:
    """What a table of Delta Lake offers."""

    def __init__(self, dataset):
        self.to_pyarrow_dataset = lambda: dataset


class Cursor:
    """What a cursor of ADBC offers, after a query."""

    def __init__(self, table):
        self.fetch_record_batch = table.to_reader


def made(kind, path):
    import pyarrow
    import pyarrow.dataset
    import pyarrow.parquet

    dataset = pyarrow.dataset.dataset(path)
    table = pyarrow.table(COLUMNS)
    if kind == "duckdb":
        duckdb = pytest.importorskip("duckdb")
        return duckdb.connect().execute(f"select * from read_parquet('{path}')")
    if kind in ("index", "levels"):
        pandas = pytest.importorskip("pandas")
        levels = ["m", "p"] if kind == "levels" else "m"
        return pandas.DataFrame(COLUMNS).set_index(levels)
    return {
        "dataset": lambda: dataset,
        "scanner": dataset.scanner,
        "parquet file": lambda: pyarrow.parquet.ParquetFile(path),
        "delta": lambda: Delta(dataset),
        "cursor": lambda: Cursor(table),
        "records": lambda: [
            dict(zip(COLUMNS, row, strict=True))
            for row in zip(*COLUMNS.values(), strict=True)
        ],
        "several": lambda: [dataset],
    }[kind]()


KINDS = (
    *("dataset", "scanner", "parquet file", "delta", "cursor", "duckdb", "records"),
    *("several", "index", "levels"),
)


@pytest.mark.parametrize("kind", KINDS)
def test_tables_of_libraries(kind, parquet):
    panel = em.Panel.from_table(made(kind, parquet), "m", "p", "u")
    np.testing.assert_array_equal(panel["u"].values, [[1, 2], [np.nan, 3]])


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_that_is_not_there_is_named(kind, parquet):
    with pytest.raises(KeyError, match="no column 'units'"):
        em.Panel.from_table(made(kind, parquet), "m", "p", "units")


def test_records_may_lack_a_value():
    records = [{"m": "A", "p": "2024", "u": 1}, {"m": "B", "p": "2024"}]
    panel = em.Panel.from_table(records, "m", "p", "u")
    assert panel["u"].status[1].tolist() == [em.Status.MISSING]


def test_a_connection_without_a_query():
    duckdb = pytest.importorskip("duckdb")
    with pytest.raises((TypeError, ValueError), match="table"):
        em.Panel.from_table(duckdb.connect(), "m", "p", "u")
