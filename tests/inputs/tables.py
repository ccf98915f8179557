"""Read tables in tests."""

from evmarket import _core
from evmarket._inputs import tables as _tables


def read(table, columns, **options):
    """The columns as lists, and the fields."""
    found = _tables.batches(table, columns, **options)
    lists = [[] for _ in columns]
    row = 0
    for batch in found:
        assert batch.first_row == row
        parts = _core.batch_lists(batch.capsule)
        assert [len(part) for part in parts] == [batch.rows] * len(columns)
        for whole, part in zip(lists, parts, strict=True):
            whole.extend(part)
        row += batch.rows
    return lists, found.fields


def lists_of(table, columns, **options):
    return read(table, columns, **options)[0]


class Given:
    """An object with a stream: a capsule."""

    def __init__(self, capsule):
        self._capsule = capsule

    def __arrow_c_stream__(self, requested_schema=None):
        return self._capsule
