"""Parquet files and datasets as streams: the wanted columns, few rows in memory."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from .._common.workers import read_ahead

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BATCH = 1 << 17
"""How many rows are read at a time."""

_BUFFER = 1 << 16
"""Bytes read at a time of each column; without it whole columns of a row group are."""


def file_batches(
    source: Any, columns: Sequence[str], metadata: Any = None
) -> Iterator[Any]:
    """The batches of a file, at least one. Texts stay the codes that they are in it.

    Parameters
    ----------
    source : path or file object
    columns : sequence of str
        Names of its columns.
    metadata : pyarrow.parquet.FileMetaData, optional
        What the end of the file says, if it has been read.
    """
    from pyarrow.parquet import ParquetFile, read_metadata

    found = read_metadata(source) if metadata is None else metadata
    schema = found.schema.to_arrow_schema()
    coded = [name for name in columns if str(schema.field(name).type) == "string"]
    with ParquetFile(
        source,
        metadata=found,
        read_dictionary=coded,
        buffer_size=_BUFFER,
        pre_buffer=False,
    ) as file:
        if not found.num_rows:
            yield file.schema_arrow.empty_table().select(columns)
        yield from file.iter_batches(columns=columns, batch_size=BATCH)


def dataset_batches(dataset: Any, columns: Sequence[str]) -> Any:
    """The rows of a dataset of pyarrow, or of a library with a scanner like it.

    The scanner of a dataset holds some whole row groups. Where files can be read by
    themselves, they are.
    """
    module = sys.modules.get("pyarrow.dataset")
    if module is None or not isinstance(dataset, module.Dataset):
        return dataset.scanner(columns=columns).to_reader()
    options: dict[str, Any] = {"batch_readahead": 2, "fragment_readahead": 1}
    # A filter is for the scanner, which skips row groups by it.
    plain = getattr(dataset, "_scan_options", None) == {}
    kind = getattr(getattr(dataset, "format", None), "default_extname", None)
    if kind != "parquet":
        return dataset.scanner(columns=columns, **options).to_reader()
    options["fragment_scan_options"] = module.ParquetFragmentScanOptions(
        use_buffered_stream=True, pre_buffer=False
    )
    if not plain:
        return dataset.scanner(columns=columns, **options).to_reader()
    return read_ahead(_fragments(dataset, columns, options))


def _fragments(
    dataset: Any, columns: Sequence[str], options: dict[str, Any]
) -> Iterator[Any]:
    """The batches of the files of a dataset, at least one."""
    wanted = [dataset.schema.field(name) for name in columns]
    rows = 0
    for fragment in dataset.get_fragments():
        rows += fragment.count_rows()
        # Other columns come from the names of folders, or have another type here.
        if all(field in fragment.physical_schema for field in wanted):
            with fragment.open() as source:
                yield from file_batches(source, columns, fragment.metadata)
        else:
            yield from fragment.to_batches(
                schema=dataset.schema, columns=columns, **options
            )
    if not rows:
        yield dataset.schema.empty_table().select(columns)
