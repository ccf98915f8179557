"""Slow reference implementation of panels: dicts, loops and exact fractions.

A `Table` holds rows (key, ordinal, values) and a calendar. `levels` returns one measure
as a `Measure`: one list of (value, Status) per series, one cell per period. A value is
None where the package gives NaN, else an exact Fraction. `reference_measure` derives
other measures. Nothing is imported from the package, so that the two share no mistakes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

from tests import reference as ref
from tests.reference import Cell, Number, Status

# ---- calendar: years and months as ordinals since 1970 -------------------------------

MONTHS = {"Y": 12, "H": 6, "Q": 3, "M": 1}
# M-JF: January and February are one period, named by February.
PER_YEAR = {"Y": 1, "H": 2, "Q": 4, "M": 12, "M-JF": 11}


def ordinal(freq: str, year: int, month: int = 1) -> int:
    if freq == "M-JF":
        return (year - 1970) * 11 + max(month - 2, 0)
    return ((year - 1970) * 12 + month - 1) // MONTHS[freq]


def month_of(freq: str, t: int) -> tuple[int, int]:
    """(year, first month) of a period; February for the joint period of M-JF."""
    year, place = divmod(t, PER_YEAR[freq])
    return 1970 + year, place + 2 if freq == "M-JF" else place * MONTHS[freq] + 1


def label(freq: str, t: int) -> str:
    year, month = month_of(freq, t)
    if freq == "Y":
        return f"{year}"
    if freq in "HQ":
        return f"{year}{freq}{(month - 1) // MONTHS[freq] + 1}"
    return f"{year}-{month:02}"


def coarser(t: int, freq: str, to: str) -> int:
    return ordinal(to, *month_of(freq, t))


def lag_in(word: str | int, freq: str) -> int:
    """A lag in periods: `12`, or a word such as "1Y" or "-1Q"."""
    if isinstance(word, int):
        return word
    count, unit = int(word[:-1]), word[-1]
    if freq == "M-JF":
        assert unit == "Y"
        return 11 * count
    months = count * MONTHS[unit]
    assert months % MONTHS[freq] == 0
    return months // MONTHS[freq]


# ---- rows and tables -----------------------------------------------------------------

Key = tuple
Values = dict[str, Number]


class Row(NamedTuple):
    key: Key
    period: int
    values: Values


@dataclasses.dataclass
class Table:
    freq: str
    names: tuple[str, ...]  # of the keys
    measures: dict[str, str]  # kinds by name
    rows: list[Row]
    first: int
    last: int
    complete: int | None = None  # complete_through
    exit_after: int = 12
    absent: str = "missing"

    @property
    def series(self) -> list[Key]:
        return in_order({row.key for row in self.rows})

    @property
    def labels(self) -> list[str]:
        return [label(self.freq, t) for t in range(self.first, self.last + 1)]

    @property
    def last_complete(self) -> int:
        return self.last if self.complete is None else self.complete


def in_order(keys: Iterable[Key]) -> list[Key]:
    """Sort by label, in the order of the keys; None comes last."""
    return sorted(keys, key=lambda key: [(part is None, part or 0) for part in key])


def build(
    rows: list[Row],
    measures: dict[str, str],
    *,
    freq: str = "M",
    names: tuple[str, ...] = ("maker", "region"),
    complete: int | None = None,
    exit_after: int | None = None,
    absent: str = "missing",
    duplicates: str = "add",
) -> Table:
    kept = deduplicated(rows, duplicates)
    last = max(row.period for row in kept)
    return Table(
        freq=freq,
        names=names,
        measures=measures,
        rows=kept,
        first=min(row.period for row in kept),
        # Complete periods after the last row are in the calendar, and empty.
        last=last if complete is None else max(last, complete),
        complete=complete,
        exit_after=PER_YEAR[freq] if exit_after is None else exit_after,
        absent=absent,
    )


def deduplicated(rows: list[Row], duplicates: str) -> list[Row]:
    """Apply the rule `duplicates` to the rows of each series and period."""
    groups: dict[tuple[Key, int], list[Row]] = {}
    for row in rows:
        known = groups.setdefault((row.key, row.period), [])
        if duplicates == "last":
            known[:] = [row]
        elif duplicates == "identical":
            if all(not same_values(row, other) for other in known):
                known.append(row)
        else:
            known.append(row)
    return [row for known in groups.values() for row in known]


def same_values(a: Row, b: Row) -> bool:
    return {k: ref.read(v) for k, v in a.values.items()} == {
        k: ref.read(v) for k, v in b.values.items()
    }


def cut(value: Fraction) -> Fraction:
    """Cut parts below 2**-126 toward zero."""
    scaled = value * 2**126
    return Fraction(int(scaled), 2**126)


def sums(table: Table, name: str) -> dict[Key, dict[int, tuple[Fraction, int]]]:
    """Exact sum and number of rows with a value, for every present cell."""
    out: dict[Key, dict[int, tuple[Fraction, int]]] = {k: {} for k in table.series}
    for key, period, values in table.rows:
        value = ref.read(values[name])
        if value is not None:
            total, count = out[key].get(period, (Fraction(0), 0))
            out[key][period] = total + cut(value), count + 1
    if table.absent == "zero":
        with_rows = {(row.key, row.period) for row in table.rows}
        for key, cells in out.items():
            for t in range(table.first, table.last_complete + 1):
                if (key, t) not in with_rows:
                    cells[t] = Fraction(0), 0
    return out


def members(table: Table, finer: Table, part: Callable[[Key], Key], name: str):
    """Number of series of `finer` with a value in each cell of its roll-up."""
    out = {key: [0] * len(table.labels) for key in table.series}
    for key, cells in sums(finer, name).items():
        for t in cells:
            out[part(key)][t - table.first] += 1
    return out


# ---- tables from tables --------------------------------------------------------------


def rekeyed(table: Table, names: tuple[str, ...], part: Callable[[Key], Key]) -> Table:
    rows = [row._replace(key=part(row.key)) for row in table.rows]
    return dataclasses.replace(table, names=names, rows=rows)


def part_of(table: Table, keep: tuple[str, ...]) -> Callable[[Key], Key]:
    places = [table.names.index(name) for name in table.names if name in keep]
    return lambda key: tuple(key[place] for place in places)


def rollup(table: Table, *keep: str) -> Table:
    names = tuple(name for name in table.names if name in keep)
    return rekeyed(table, names, part_of(table, keep))


def recode(table: Table, name: str, labels: dict) -> Table:
    place = table.names.index(name)

    def part(key: Key) -> Key:
        new = labels.get(key[place], key[place])
        return (*key[:place], new, *key[place + 1 :])

    return rekeyed(table, table.names, part)


def select(table: Table, wanted: Callable[[Key], bool], keep: tuple[str, ...]) -> Table:
    """Keep the wanted series and the whole calendar."""
    rows = [row for row in table.rows if wanted(row.key)]
    return rollup(dataclasses.replace(table, rows=rows), *keep)


def merge(table: Table, other: Table, overlap: str = "add") -> Table:
    taken = {(row.key, row.period) for row in other.rows}
    kept = [
        row
        for row in table.rows
        if overlap == "add" or (row.key, row.period) not in taken
    ]
    return dataclasses.replace(
        table,
        rows=kept + other.rows,
        first=min(table.first, other.first),
        last=max(table.last, other.last),
    )


# ---- a measure -----------------------------------------------------------------------


class Measure(NamedTuple):
    freq: str
    names: tuple[str, ...]
    first: int
    complete: int | None
    cells: dict[Key, list[Cell]]

    def partial(self, t: int) -> bool:
        return self.complete is not None and t > self.complete

    def derived(self, cell: Callable[[list[Cell], int], Cell]) -> Measure:
        """The measure with `cell(line, i)` at every place of every series."""
        cells = {
            key: [cell(line, i) for i in range(len(line))]
            for key, line in self.cells.items()
        }
        return self._replace(cells=cells)


def level_statuses(table: Table, present: set[int]) -> list[Status]:
    end = table.last_complete
    begun = min(present, default=None)
    final = max((t for t in present if t <= end), default=None)
    exited = final is not None and end - final >= table.exit_after
    out = []
    for t in range(table.first, table.last + 1):
        if table.complete is not None and t > table.complete:
            out.append(Status.PARTIAL)
        elif t in present:
            out.append(Status.OK)
        elif begun is None or t < begun:
            out.append(Status.NOT_BEGUN)
        elif exited and t > final:
            out.append(Status.EXITED)
        else:
            out.append(Status.MISSING)
    return out


def levels(table: Table, name: str) -> Measure:
    cells = {}
    for key, present in sums(table, name).items():
        statuses = level_statuses(table, set(present))
        values = [
            present[t][0] if t in present else None
            for t in range(table.first, table.last + 1)
        ]
        cells[key] = list(zip(values, statuses, strict=True))
    return Measure(table.freq, table.names, table.first, table.complete, cells)


def rounded(measure: Measure) -> Measure:
    """Round every value to the nearest double, as the package does."""

    def cell(line: list[Cell], i: int) -> Cell:
        value, status = line[i]
        return (None if value is None else Fraction(float(value))), status

    return measure.derived(cell)


# ---- coverage and comparison ---------------------------------------------------------


def coverage(rows: list[Row], table: Table, name: str) -> dict[Key, dict]:
    """Per series: counts of the input rows, and the periods with values."""
    out = {}
    present = sums(table, name)
    for key in table.series:
        own = [row for row in rows if row.key == key]
        occupied = present[key]
        first, final = min(occupied, default=None), max(occupied, default=None)
        statuses = level_statuses(table, set(occupied))
        out[key] = {
            "rows": len(own),
            "nulls": sum(ref.read(row.values[name]) is None for row in own),
            "duplicates": len(own) - len({row.period for row in own}),
            "first": None if first is None else label(table.freq, first),
            "last": None if final is None else label(table.freq, final),
            "gaps": 0 if first is None else final - first + 1 - len(occupied),
            "entered": first is not None and first > table.first,
            "exited": Status.EXITED in statuses,
        }
    return out


def compare(
    earlier: Table, later: Table, name: str, rtol: float = 0.0
) -> tuple[set[tuple], int]:
    """({(key, label, what, before, after)}, number of cells that are the same)."""
    a, b = sums(earlier, name), sums(later, name)
    cells = {(key, t) for side in (a, b) for key in side for t in side[key]}
    changed, same = set(), 0
    for key, t in cells:
        before, after = (
            float(side[key][t][0]) if t in side.get(key, {}) else None
            for side in (a, b)
        )
        if before is None or after is None:
            what = "new" if before is None else "gone"
        elif abs(after - before) <= rtol * abs(before):
            same += 1
            continue
        else:
            what = "revised"
        changed.add((key, label(earlier.freq, t), what, before, after))
    return changed, same
