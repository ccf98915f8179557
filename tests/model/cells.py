"""From rows to cells: duplicates, lives, sums over series, coarser periods.

Every function starts from what the one before it gave; `Model.grid` runs them all, from
the rows, every time it is asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from tests.model import calendar as cal
from tests.model.kinds import KINDS, NOT_LIVING, Cell, ask, lowest, taken

Key = tuple


class Row(NamedTuple):
    """A row as it was read; a measure that `values` lacks has no row here."""

    key: Key
    t: int
    said: cal.Stated
    values: dict[str, Fraction | None]


class Options(NamedTuple):
    freq: cal.Freq
    kinds: dict[str, str]
    units: dict[str, str]
    absent: str = "missing"
    duplicates: str | None = None
    nulls: str = "reported"
    complete: int | None = None
    exit_after: int | str | None = None
    year_end: int = 12


class Span(NamedTuple):
    """The calendar of a grid; what comes after `closed` is PARTIAL."""

    freq: cal.Freq
    first: int
    last: int
    closed: int
    given: bool  # whether complete_through was given

    def partial(self, t: int) -> bool:
        return t > self.closed

    def __iter__(self):
        return iter(range(self.first, self.last + 1))


Line = dict[int, Cell]


class Grid(NamedTuple):
    span: Span
    keys: tuple[str, ...]
    lines: dict[Key, Line]

    def cell(self, key: Key, t: int | None) -> Cell:
        """A cell, also where there is none."""
        if t is None:
            return Cell(None, "GAP")  # ruling 13: a date without a partner
        if t in self.lines[key]:
            return self.lines[key][t]
        after = self.span.given and self.span.partial(t)
        return Cell(None, "PARTIAL" if after else "OUTSIDE")

    def derived(self, cell) -> Grid:
        """A grid of `cell(key, t)`."""
        lines = {key: {t: cell(key, t) for t in self.span} for key in self.lines}
        return self._replace(lines=lines)


# ---- rows of one series and period ---------------------------------------------------


class Base(NamedTuple):
    """What the rows of one series and period say of one measure."""

    value: Fraction | None
    count: int
    months: frozenset[int]  # of a joint January and February, those with a value


def number(value: object) -> Fraction | None:
    """Null and NaN contribute nothing; an infinity is an error (section 4)."""
    if value is None or value != value:
        return None
    if isinstance(value, float) and math.isinf(value):
        raise ValueError("an infinite value")
    return Fraction(value)


def scale(kind: str, unit: str | None) -> int:
    """A rate in percent is divided on the way in (section 4, ruling 17)."""
    return {"percent": 100, "%": 100, "‰": 1000}.get(unit, 1) if kind == "rate" else 1


def base_cells(rows: Sequence[Row], name: str, options: Options) -> dict:
    """{series: {period: Base}} of one measure."""
    kind, out = options.kinds[name], {}
    for (key, t), facts in facts_by_cell(rows, name, options.nulls).items():
        dates: dict = {}
        for said, value in facts:
            dates.setdefault(said, []).append(value)
        rule = options.duplicates or ("add" if kind == "flow" else "error")
        settled = {
            said: duplicates(values, rule, kind) for said, values in dates.items()
        }
        cell = one_period(settled, t, kind, options.freq)
        over = scale(kind, options.units.get(name))
        value = None if cell.value is None else cell.value / over
        out.setdefault(key, {})[t] = cell._replace(value=value)
    return out


def facts_by_cell(rows: Sequence[Row], name: str, nulls: str) -> dict:
    """Ruling 7: with nulls="absent" a row without a value is as no row."""
    out: dict = {}
    for row in rows:
        if name not in row.values:
            continue
        value = row.values[name]
        if value is None and nulls == "absent":
            continue
        out.setdefault((row.key, row.t), []).append((row.said, value))
    return out


def duplicates(values: list, rule: str, kind: str) -> list:
    """What is left of the rows of one series and date (section 4, ruling 16).

    Decision: the last row is the last row, also where it is null.
    """
    if rule == "add":
        if not KINDS[kind].add_duplicates:
            raise ValueError(f'duplicates="add" of a {kind}')
        return values
    if rule == "last":
        return values[-1:]
    if rule == "identical" and len(set(values)) == 1:
        return values[:1]
    if len(values) > 1:
        raise ValueError(f'duplicates="{rule}": {len(values)} rows')
    return values


def one_period(dates: dict, t: int, kind: str, freq: cal.Freq) -> Base:
    """Several dates in one period add up, or the last date with a value stands.

    Ruling 14: at M-JF a stock needs February.
    """
    valued = {
        said: [value for value in values if value is not None]
        for said, values in dates.items()
    }
    valued = {said: values for said, values in valued.items() if values}
    joint = freq.unit == "J" and t % 11 == 0
    months = frozenset(m for said in valued for m in months_of(said)) if joint else {}
    if KINDS[kind].dates == "last":
        last = max(valued, key=lambda said: cal.end(said.freq, said.t), default=None)
        valued = {} if last is None else {last: valued[last]}
        if joint and 2 not in months:
            valued = {}
    taken_ = [value for values in valued.values() for value in values]
    total = sum(taken_, Fraction(0)) if taken_ else None
    return Base(total, len(taken_), frozenset(months))


def months_of(said: cal.Stated) -> tuple[int, ...]:
    """The months of a joint January and February that a row speaks of."""
    if said.freq.unit in "MD":
        return (cal.end(said.freq, said.t).month,)
    return (1, 2)


# ---- a series and its life -----------------------------------------------------------


class Member(NamedTuple):
    value: Fraction | None
    status: str
    count: int
    living: bool
    lone: bool = False
    assumed: bool = False  # absent="zero"


def joined(bases: list[dict[int, Base]], kind: str) -> dict[int, Base]:
    """Ruling 5: what `recode` joins is one series with one life, nothing flagged."""
    if len(bases) > 1:
        ask(kind, "series")
    out = {}
    for t in sorted({t for cells in bases for t in cells}):
        here = [cells[t] for cells in bases if t in cells]
        values = [base.value for base in here if base.value is not None]
        total = sum(values, Fraction(0)) if values else None
        months = frozenset(m for base in here for m in base.months)
        out[t] = Base(total, sum(base.count for base in here), months)
    return out


def exit_length(options: Options) -> int:
    """How long a series has no row before it has left (section 2, ruling 4)."""
    freq, after = options.freq, options.exit_after
    if after in (None, "1Y"):
        return cal.EXIT_AFTER[freq.unit]
    if isinstance(after, int):
        return after
    count, unit = cal.split(after)
    year = cal.PER_YEAR[freq.unit]
    return count * (year if unit == "Y" else cal.periods_in(freq, unit))


def life(cells: dict[int, Base], span: Span, options: Options, kind: str) -> dict:
    """{period: Member} of one series, every period of the finest calendar.

    Section 2, absence: by rows, null rows included; ruling 7.
    """
    first = min(cells, default=None)
    until = max((t for t in cells if t <= span.closed), default=None)
    run = None if until is None else span.closed - until
    left = run is not None and run >= exit_length(options)
    out = {}
    for t in span:
        here = cells.get(t)
        if first is None or t < first:
            status = "NOT_BEGUN"
        elif left and t > until and not any(until < u <= t for u in cells):
            status = "EXITED"
        elif here is None or here.value is None:
            status = "MISSING"
        else:
            status = "OK"
        out[t] = member(here, t, status, span, options, kind)
    return with_zeros(out, cells, span, options) if zero(kind, options) else out


def member(here, t, status, span, options, kind) -> Member:
    """One cell of a life; section 2: the first line that applies wins.

    Decision: a period after `complete_through` is PARTIAL with or without a value.
    """
    living = status not in NOT_LIVING
    value = None if here is None else here.value
    lone = False
    if here is not None and options.freq.unit == "J" and t % 11 == 0 and here.months:
        lone = 2 not in here.months or (kind == "flow" and 1 not in here.months)
    if span.partial(t):
        status = "PARTIAL"
    elif lone:
        status = "INCOMPLETE"
    return Member(value, status, here.count if here else 0, living, lone)


def zero(kind: str, options: Options) -> bool:
    return options.absent == "zero" and KINDS[kind].zero


def with_zeros(out: dict, cells: dict, span: Span, options: Options) -> dict:
    """Section 4, absent="zero": no row means none sold, except of who is late."""
    final = max(cells, default=span.first - 1)
    for t, here in out.items():
        late = t > final and options.complete is None
        if here.status == "MISSING" and t not in cells and not late:
            out[t] = Member(Fraction(0), "OK", 0, True, assumed=True)
    return out


# ---- over series ---------------------------------------------------------------------


def added(members: list[Member]) -> Cell:
    """The roll-up of one period (section 4, completeness; ruling 5).

    Decisions: where no member lives the cell is NOT_BEGUN if none has begun, else
    EXITED; where none of the living has a value it takes the lowest of their statuses;
    a member whose own cell reads an assumed 0 is counted among the members, also where
    the 0 is no value for the sum.
    """
    if len(members) == 1:
        [m] = members
        known = m.value is not None
        return Cell(
            m.value, m.status, m.count, int(known), int(m.living), m.lone and known
        )
    living = [m for m in members if m.living]
    lacking = [m for m in living if m.value is None]
    valued = [m for m in members if m.value is not None]
    count = len(valued)
    if lacking:
        valued = [m for m in valued if not m.assumed]
    total = sum((m.value for m in valued), Fraction(0)) if valued else None
    cell = Cell(
        total,
        count=sum(m.count for m in valued),
        members=count,
        living=len(living),
        lone=bool(valued) and all(m.lone for m in valued),
    )
    if any(m.status == "PARTIAL" for m in members):
        return cell._replace(status="PARTIAL")
    if not living:
        return cell._replace(status=none_lives(m.status for m in members))
    if not valued:
        return cell._replace(status=lowest(m.status for m in lacking))
    marks = [m.status for m in valued] + ["INCOMPLETE"] * bool(lacking)
    return cell._replace(status=lowest(marks))


def none_lives(statuses: Iterable[str]) -> str:
    return "NOT_BEGUN" if set(statuses) <= {"NOT_BEGUN"} else "EXITED"


def over_series(lives: list[dict[int, Member]], span: Span, kind: str) -> Line:
    if len(lives) > 1:
        ask(kind, "series")
    return {t: added([one[t] for one in lives]) for t in span}


def formed_then_added(cells: list[Cell]) -> Cell:
    """Ruling 8: what is formed per series, then added."""
    if any(taken(cell) == "PARTIAL" for cell in cells):
        return Cell(None, "PARTIAL")
    return added(
        [
            Member(cell.value, cell.status, cell.count, cell.status not in NOT_LIVING)
            for cell in cells
        ]
    )


# ---- over time -----------------------------------------------------------------------


def hole(cell: Cell) -> bool:
    """Ruling 3: a hole is a period with living members and no value.

    Ruling 14: one month of January and February is no whole, so a hole in a window.
    """
    return cell.lone or (cell.value is None and cell.status not in NOT_LIVING)


def coarse_span(span: Span, to: cal.Freq) -> Span:
    first, last = (cal.coarser(span.freq, t, to) for t in (span.first, span.last))
    closed = cal.coarser(span.freq, span.closed, to)
    if cal.parts(span.freq, to, closed)[-1] > span.closed:
        closed -= 1
    return Span(to, first, last, closed, span.given)


def resampled(line: Line, span: Span, to: cal.Freq, kind: str) -> Line:
    """Section 3, resample; ruling 12."""
    how, coarse = ask(kind, "time"), coarse_span(span, to)
    out = {}
    for big in coarse:
        places = cal.parts(span.freq, to, big)
        if how == "last":
            places = places[-1:]
        out[big] = whole_set(places, line, coarse.partial(big))
    return out


def whole_set(places: list[int], line: Line, partial: bool) -> Cell:
    """One coarse period.

    Ruling 12: a set reaching beyond the calendar is PARTIAL with its sum. Decisions: a
    set that holds a PARTIAL cell has no number (section 3: everything derived from it
    is NaN); what is PARTIAL is so first of all, whatever else it lacks.
    """
    inside = [line[t] for t in places if t in line]
    before = places[0] < min(line)
    values = [cell.value for cell in inside if cell.value is not None]
    broken = before or any(hole(cell) for cell in inside)
    if partial:
        broken = broken or any(cell.status == "PARTIAL" for cell in inside)
        number = None if broken or not values else sum(values, Fraction(0))
        return counted(Cell(number, "PARTIAL"), inside)
    if not values:
        return inside[-1]
    if broken:
        return Cell(None, "INCOMPLETE")
    mark = lowest(cell.status for cell in inside if cell.value is not None)
    return counted(Cell(sum(values, Fraction(0)), mark), inside)


def counted(cell: Cell, inside: list[Cell]) -> Cell:
    return cell._replace(count=sum(one.count for one in inside))


def people(lives: list[dict[int, Member]], span: Span, to: cal.Freq, kind: str) -> dict:
    """{coarse period: (members, living)}.

    Decision: a series is a member of a coarse period where its own resampled cell has
    a number, and living where it lives in one of the periods taken.
    """
    lines = [over_series([one], span, kind) for one in lives]
    coarse = [resampled(line, span, to, kind) for line in lines]
    out = {}
    for big in coarse_span(span, to):
        places = [t for t in cal.parts(span.freq, to, big) if t in lives[0]]
        if KINDS[kind].time == "last":
            places = places[-1:]
        members = sum(line[big].value is not None for line in coarse)
        living = sum(any(one[t].living for t in places) for one in lives)
        out[big] = members, living
    return out
