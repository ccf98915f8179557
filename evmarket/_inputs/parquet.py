"""Parquet files and datasets as streams: the wanted columns, few rows in memory."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from .._common.workers import read_ahead, workers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BATCH = 1 << 17
"""How many rows are read at a time."""

_BUFFER = 1 << 16
"""Bytes read at a time of each column; without it whole columns of a row group are."""


def file_batches(source: Any, columns: Sequence[str], metadata: Any) -> Iterator[Any]:
    """The batches of a file, at least one. Texts stay the codes that they are in it.

    Parameters
    ----------
    source : path or file object
    columns : sequence of str
        Names of its columns.
    metadata : pyarrow.parquet.FileMetaData
        What the end of the file says.
    """
    from pyarrow.parquet import ParquetFile

    schema = metadata.schema.to_arrow_schema()
    coded = [name for name in columns if str(schema.field(name).type) == "string"]
    with ParquetFile(
        source,
        metadata=metadata,
        read_dictionary=coded,
        buffer_size=_BUFFER,
        pre_buffer=False,
    ) as file:
        if not metadata.num_rows:
            yield file.schema_arrow.empty_table().select(columns)
        yield from file.iter_batches(
            columns=columns, batch_size=BATCH, use_threads=workers() > 1
        )


def is_parquet_dataset(table: Any) -> bool:
    """Whether a table is a dataset of pyarrow of whole Parquet files."""
    kind = getattr(getattr(table, "format", None), "default_extname", None)
    # With a filter, the scanner is to skip row groups.
    return _is_dataset(table) and kind == "parquet" and table._scan_options == {}


def _is_dataset(table: Any) -> bool:
    module = sys.modules.get("pyarrow.dataset")
    return module is not None and isinstance(table, module.Dataset)


def dataset_batches(dataset: Any, columns: Sequence[str]) -> Any:
    """The rows of a dataset of pyarrow, or of a library with a scanner like it.

    The scanner of a dataset holds some whole row groups. Where files can be read by
    themselves, they are.
    """
    if is_parquet_dataset(dataset):
        return read_ahead(_fragments(dataset, columns))
    ahead = {"batch_readahead": 2, "fragment_readahead": 1}
    options = ahead if _is_dataset(dataset) else {}
    return dataset.scanner(columns=columns, **options).to_reader()


def _fragments(dataset: Any, columns: Sequence[str]) -> Iterator[Any]:
    """The batches of the files of a dataset, at least one."""
    wanted = [dataset.schema.field(name) for name in columns]
    for fragment in dataset.get_fragments():
        # Other columns come from the names of folders, or have another type here.
        if all(field in fragment.physical_schema for field in wanted):
            with fragment.open() as source:
                yield from file_batches(source, columns, fragment.metadata)
        else:
            yield from fragment.to_batches(
                schema=dataset.schema, columns=columns, batch_readahead=2
            )
    # A dataset may have no files, and a file no batches.
    yield dataset.schema.empty_table().select(columns)
