"""A warning where rows that repeat another row exactly were added."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .. import _core
from .._common import workers
from .._common.warning import EvmarketWarning
from .._inputs.files import Files
from .._inputs.tables import names_of
from .source import read_batches

if TYPE_CHECKING:
    from .._inputs.tables import Batch
    from .options import Columns, Options

MOST_ROWS = 1_000_000
"""Rows that are looked at: the first ones of the table."""

MOST_IN_FILES = 1 << 17
"""The same of files, which take longer to read again."""

_UNREADABLE = (TypeError, ValueError, OverflowError, KeyError)


def warn_of_repeats(
    table: Any, columns: Columns, freq: str | None, options: Options
) -> None:
    """Warn if some of the first rows are equal in every column of the table.

    Rows of equal series, period and measures are known to be there. Whether their dates
    and other columns are equal, too, takes reading the table once more. A stream that
    can be read only once gives no warning, nor does a table with a column that cannot
    be read.

    Parameters
    ----------
    freq : str or None
        The frequency to read the periods at; None for ordinals.
    """
    names = _names(table)
    if names is None:
        return
    others = [name for name in names if name not in columns.every]
    try:
        # A file is read once, with all columns; of other tables the panel's come first.
        more = others if isinstance(table, Files) else []
        found = repeats_among(table, columns, more, freq, options)
        if found[0] and others != more:
            found = repeats_among(table, columns, others, freq, options)
    except _UNREADABLE:
        return
    count, first, second = found
    if count:
        rows = "row repeats" if count == 1 else "rows repeat"
        them = "it was" if count == 1 else "they were"
        warnings.warn(
            f"at least {count:,} {rows} another row exactly (first: rows {first} and "
            f"{second}): {them} added; duplicates='identical' drops repeats, "
            "duplicates='add' says that they are meant",
            EvmarketWarning,
            stacklevel=5,
        )


def _names(table: Any) -> list[Any] | None:
    """The names of the columns of a table that can be read again, else None."""
    if isinstance(table, Files):
        return table.names
    if isinstance(table, (list, tuple)) and table:
        table = table[0]
    if hasattr(table, "__len__") or hasattr(table, "num_rows"):
        return names_of(table)
    return None


def repeats_among(
    table: Any,
    columns: Columns,
    others: list[Any],
    freq: str | None,
    options: Options,
) -> tuple[int, int, int]:
    """How many of the first rows repeat another one, and the first two such rows."""
    names = [*columns.every, *others]
    if isinstance(table, Files) and others:
        table = table.with_others(others)
    keys, when, _ = columns.places(())
    reader = read_batches(
        table, names, len(keys), len(when), options.date_format, options.asked
    )
    # Dates of one period differ: the periods are values of a row, too.
    places = range(len(keys), len(reader.fields))
    texts = tuple(place for place in places if "utf8" in reader.fields[place].type)
    values = tuple(place for place in places if place not in texts)

    def accumulator() -> Any:
        return _core.Partial(
            tuple(str(place) for place in (*keys, *texts)),
            tuple(str(place) for place in values),
            find_repeats=MOST_ROWS,
            only_repeats=True,
        )

    def add(rows: Any, batch: Batch, start: int, stop: int) -> None:
        columns = (*keys, *texts), when, values
        first = batch.first_row
        rows.add(
            batch.capsule, *columns, freq=freq, first_row=first, start=start, stop=stop
        )

    parts = [accumulator()]
    most = MOST_IN_FILES if isinstance(table, Files) else MOST_ROWS
    for batch in reader:
        left = most - batch.first_row
        if left <= 0:
            break
        cuts = workers.rows_cut(min(batch.rows, left), workers.workers())
        parts += [accumulator() for _ in cuts[len(parts) :]]
        workers.run(
            add, [(part, batch, *cut) for part, cut in zip(parts, cuts, strict=False)]
        )
    whole, *others = parts
    found: tuple[int, int, int] = whole.repeats(tuple(others))
    return found
