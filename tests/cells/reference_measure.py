"""Slow reference implementation of the measures derived from a panel.

Functions take and return a `Measure` of `reference_panel`. Results that the package
computes from doubles are computed here from `rounded` measures. The formulas of single
cells are those of `reference`. A cell that is undefined for several reasons has the
lowest of their codes; a number has the lowest code of the cells it is derived from.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tests import reference as ref
from tests.cells.reference_panel import (
    PER_YEAR,
    Key,
    Measure,
    Table,
    coarser,
    lag_in,
    levels,
    rollup,
    rounded,
    sums,
)
from tests.reference import Cell, Status

# ---- along a lag ---------------------------------------------------------------------

NO_CELL = (None, Status.OUTSIDE)
ABSENT_BASE = {
    Status.NOT_BEGUN: Status.ENTERED,
    Status.EXITED: Status.GAP,
    Status.MISSING: Status.GAP,
}


def base_cell(line: list[Cell], i: int) -> Cell:
    return line[i] if 0 <= i < len(line) else NO_CELL


def lowest(*statuses: Status) -> Status:
    """The lowest code that is not OK."""
    return min((status for status in statuses if status), default=Status.OK)


def reason(measure: Measure, line: list[Cell], i: int, base: int) -> Status:
    """Reason for no result from the cells at i and at base; OK if both have a value."""
    if measure.partial(measure.first + i) or measure.partial(measure.first + base):
        return Status.PARTIAL
    x0, status0 = base_cell(line, base)
    x1, status1 = line[i]
    no_current = status1 if x1 is None else Status.OK
    no_base = ABSENT_BASE.get(status0, status0) if x0 is None else Status.OK
    return lowest(no_current, no_base)


def along(measure: Measure, lag: str | int, formula: Callable[..., Cell]) -> Measure:
    """Apply `formula(base, current)` wherever both values are present."""
    step = lag_in(lag, measure.freq)

    def cell(line: list[Cell], i: int) -> Cell:
        status = reason(measure, line, i, i - step)
        if status:
            return None, status
        (x0, status0), (x1, status1) = line[i - step], line[i]
        value, own = formula(x0, x1)
        return value, lowest(own, status0, status1)

    return measure.derived(cell)


def growth(measure: Measure, lag: str | int = "1Y", policy: str = "nm") -> Measure:
    measure = rounded(measure)
    rates = along(
        measure, lag, lambda x0, x1: ref.growth_cell(x0, x1, policy, "float64")
    )
    if policy != "midpoint":
        return rates
    step = lag_in(lag, measure.freq)
    cells = {
        key: [
            entry_or_exit(rate, base_cell(line, i - step)[0], line[i][0])
            for i, rate in enumerate(rates.cells[key])
        ]
        for key, line in measure.cells.items()
    }
    return rates._replace(cells=cells)


def entry_or_exit(rate: Cell, base: Fraction | None, current: Fraction | None) -> Cell:
    """Midpoint growth: 2 on entry and -2 on exit, times the sign of the value."""
    value, status = rate
    if value is None and status is Status.ENTERED and current is not None:
        return Fraction(2 * sign(current)), status
    if value is None and status is Status.EXITED and base is not None:
        return Fraction(-2 * sign(base)), status
    return rate


def sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def log_growth(measure: Measure, lag: str | int = "1Y") -> Measure:
    return along(rounded(measure), lag, ref.log_growth_cell)


def annualized_growth(measure: Measure, lag: str | int) -> Measure:
    exponent = Fraction(PER_YEAR[measure.freq], lag_in(lag, measure.freq))
    return along(
        rounded(measure),
        lag,
        lambda x0, x1: ref.power_cell(x0, x1, exponent, "float64"),
    )


def change(measure: Measure, lag: str | int = "1Y") -> Measure:
    """Exact differences of levels."""
    return along(measure, lag, lambda x0, x1: (x1 - x0, Status.OK))


def index(measure: Measure, bases: list[int], scale: int = 100) -> Measure:
    """Index relative to the mean over the base periods, given as ordinals."""
    measure = rounded(measure)

    def cell(line: list[Cell], i: int) -> Cell:
        places = [t - measure.first for t in bases]
        status = lowest(*(reason(measure, line, i, place) for place in places))
        if status:
            # An absent base is a gap, even before the series begins.
            return None, Status.GAP if status is Status.ENTERED else status
        mean = sum(line[place][0] for place in places) / len(places)
        value, own = ref.quotient_cell(scale * line[i][0], mean, "float64")
        carried = [line[place][1] for place in (i, *places)]
        return value, lowest(own, *carried)

    return measure.derived(cell)


# ---- sums over time ------------------------------------------------------------------

HOLES = (Status.MISSING, Status.INCOMPLETE)


def window_cell(measure: Measure, line: list[Cell], begin: int, i: int) -> Cell:
    """Sum from place `begin`, which may be before the calendar, through place i."""
    if measure.partial(measure.first + i):
        return None, Status.PARTIAL
    window = line[max(begin, 0) : i + 1]
    if all(value is None for value, _ in window):
        return None, line[i][1]
    absent = [status for value, status in window if value is None]
    if begin < 0 or any(status in HOLES for status in absent):
        return None, Status.INCOMPLETE
    # Absent cells are before entry or after exit: they count as 0, with a status.
    entered = {Status.NOT_BEGUN: Status.ENTERED}
    statuses = [entered.get(status, status) for _, status in window]
    total = sum(value for value, _ in window if value is not None)
    return Fraction(total), lowest(*statuses)


def trailing(measure: Measure, window: str | int) -> Measure:
    n = lag_in(window, measure.freq)
    return measure.derived(
        lambda line, i: window_cell(measure, line, i - n + 1, i),
    )


def ytd(measure: Measure) -> Measure:
    def cell(line: list[Cell], i: int) -> Cell:
        place = (measure.first + i) % PER_YEAR[measure.freq]
        return window_cell(measure, line, i - place, i)

    return measure.derived(cell)


def from_ytd(measure: Measure) -> Measure:
    steps = change(measure, 1)

    def cell(line: list[Cell], i: int) -> Cell:
        t = measure.first + i
        if t % PER_YEAR[measure.freq]:
            return cells[i]
        return (None, Status.PARTIAL) if measure.partial(t) else line[i]

    out = {}
    for key, line in measure.cells.items():
        cells = steps.cells[key]
        out[key] = [cell(line, i) for i in range(len(line))]
    return measure._replace(cells=out)


def resample(measure: Measure, to: str, kind: str = "flow") -> Measure:
    """Sum complete sets of a flow; take the last period of other levels."""
    freq, first, year = measure.freq, measure.first, PER_YEAR[measure.freq]
    length = len(next(iter(measure.cells.values())))
    begin = coarser(first, freq, to)
    end = coarser(first + length - 1, freq, to)
    # Places of the periods of each coarse period, also outside the calendar.
    sets: dict[int, list[int]] = {}
    for t in range(first - year, first + length + year):
        sets.setdefault(coarser(t, freq, to), []).append(t - first)

    def cell(line: list[Cell], places: list[int]) -> Cell:
        if measure.partial(first + places[-1]):
            return None, Status.PARTIAL
        if kind != "flow":
            incomplete = None, Status.INCOMPLETE
            return line[places[-1]] if places[-1] < length else incomplete
        inside = [place for place in places if 0 <= place < length]
        if len(inside) == len(places) or all(line[i][0] is None for i in inside):
            return window_cell(measure, line, inside[0], inside[-1])
        return None, Status.INCOMPLETE

    cells = {
        key: [cell(line, sets[t]) for t in range(begin, end + 1)]
        for key, line in measure.cells.items()
    }
    complete = measure.complete
    if complete is not None:
        at = coarser(complete, freq, to)
        complete = at if coarser(complete + 1, freq, to) != at else at - 1
    return Measure(to, measure.names, begin, complete, cells)


# ---- structure and quotients ---------------------------------------------------------


def grouped(measure: Measure, within: tuple[str, ...]) -> dict[Key, list[Key]]:
    places = [i for i, name in enumerate(measure.names) if name in within]
    groups: dict[Key, list[Key]] = {}
    for key in measure.cells:
        groups.setdefault(tuple(key[i] for i in places), []).append(key)
    return groups


def in_groups(
    measure: Measure, within: tuple[str, ...], formula: Callable[[list], list[Cell]]
) -> Measure:
    """Apply `formula` to the present values of each group and period."""
    measure = rounded(measure)
    out: dict[Key, list[Cell]] = {key: [] for key in measure.cells}
    for keys in grouped(measure, within).values():
        for i in range(len(measure.cells[keys[0]])):
            present = [key for key in keys if measure.cells[key][i][0] is not None]
            results = formula([measure.cells[key][i][0] for key in present])
            got = dict(zip(present, results, strict=True))
            for key in keys:
                absent = None, measure.cells[key][i][1]
                partial = measure.partial(measure.first + i)
                cell = (None, Status.PARTIAL) if partial else got.get(key, absent)
                out[key].append(cell)
    return measure._replace(cells=out)


def share(measure: Measure, within: tuple[str, ...] = ()) -> Measure:
    return in_groups(measure, within, shares)


def shares(values: list) -> list[Cell]:
    """Parts of a positive total; a negative part has a negative share."""
    parts = ref.read_all(values)
    if parts and (status := status_of_total(sum(parts))):
        return [(None, status) for _ in parts]
    return [(part / sum(parts), Status.OK) for part in parts]


def status_of_total(total: Fraction) -> Status | None:
    """Why nothing is a share of a total; None if it is positive."""
    if total > 0:
        return None
    return Status.ZERO_DENOMINATOR if total == 0 else Status.NEGATIVE_DENOMINATOR


def rank(measure: Measure, within: tuple[str, ...] = ()) -> Measure:
    return in_groups(measure, within, ref.rank)


def reduced(
    table: Table,
    name: str,
    within: tuple[str, ...],
    formula: Callable[[list], list[Cell]],
) -> Measure:
    """One cell per group and period; the roll-up's status if no value is present."""
    fine = rounded(levels(table, name))
    total = levels(rollup(table, *within), name)
    groups = grouped(fine, within)
    out = {}
    for group in total.cells:
        keys, line = groups[group], []
        for i, (_, status) in enumerate(total.cells[group]):
            values = [fine.cells[key][i][0] for key in keys]
            values = [value for value in values if value is not None]
            why = status or (values and status_of_total(sum(ref.read_all(values))))
            line.append((None, why) if why or not values else formula(values)[0])
        out[group] = line
    return total._replace(cells=out)


def concentration(table: Table, name: str, k: int, within: tuple[str, ...] = ()):
    return reduced(table, name, within, lambda x: ref.concentration(x, k))


def hhi(table: Table, name: str, within: tuple[str, ...] = ()) -> Measure:
    return reduced(table, name, within, ref.hhi)


def quotient(table: Table, top: str, bottom: str, less: bool) -> Measure:
    """top / bottom, or (top - bottom) / top if `less`."""
    a, b = (rounded(levels(table, name)) for name in (top, bottom))
    rows_a, rows_b = sums(table, top), sums(table, bottom)

    def cell(key: Key, i: int) -> Cell:
        (x, status_x), (y, status_y) = a.cells[key][i], b.cells[key][i]
        status, t = lowest(status_x, status_y), table.first + i
        if status:
            return None, status
        if rows_a[key][t][1] != rows_b[key][t][1]:
            return None, Status.UNPAIRED
        return ref.quotient_cell(x - y if less else x, x if less else y, "float64")

    cells = {key: [cell(key, i) for i in range(len(a.cells[key]))] for key in a.cells}
    return a._replace(cells=cells)


def margin(table: Table, revenue: str, cost: str) -> Measure:
    return quotient(table, revenue, cost, less=True)


def ratio(table: Table, numerator: str, denominator: str) -> Measure:
    return quotient(table, numerator, denominator, less=False)


# ---- growth of matched totals --------------------------------------------------------


def matched_growth(
    table: Table, name: str, lag: str | int, within: tuple[str, ...], policy: str = "nm"
) -> Measure:
    """Growth of the sums over the series present in both periods."""
    step = lag_in(lag, table.freq)
    fine = sums(table, name)
    total = levels(rollup(table, *within), name)
    groups = grouped(levels(table, name), within)

    def cell(group: Key, i: int) -> Cell:
        status = reason(total, total.cells[group], i, i - step)
        if status:
            return None, status
        t = table.first + i
        both = [fine[key] for key in groups[group]]
        both = [cells for cells in both if t in cells and t - step in cells]
        if not both:
            return None, Status.NO_MATCH
        x0, x1 = (
            Fraction(float(sum(cells[u][0] for cells in both))) for u in (t - step, t)
        )
        return ref.growth_cell(x0, x1, policy, "float64")

    cells = {
        group: [cell(group, i) for i in range(len(line))]
        for group, line in total.cells.items()
    }
    return total._replace(cells=cells)
