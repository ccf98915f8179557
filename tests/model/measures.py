"""A measure: what is formed from the levels of a view, cell by cell.

A `Measure` is a function from a model to a grid. Asked of another view it is formed
anew there: the window of a roll-up is formed of the roll-up's levels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.model import calendar as cal
from tests.model.cells import Grid, Key, Line, formed_then_added, hole
from tests.model.kinds import (
    ABSENT_BASE,
    KINDS,
    Cell,
    ask,
    lowest,
    settled,
    taken,
)

if TYPE_CHECKING:
    from tests.model.panel import Model

Compute = Callable[["Model"], Grid]


class Measure:
    """Values and statuses of a view.

    `recipe` names a level, or is True of a sum or difference of levels (ruling 8);
    `running` says that it is a total up to a date.
    """

    def __init__(
        self,
        model: Model,
        kind: str,
        compute: Compute,
        unit: str | None = None,
        recipe: Any = None,
        running: bool = False,
    ):
        self.model, self.kind = model, kind
        self.compute: Compute = lambda model: model.once(compute, compute)
        self.unit, self.recipe = unit, recipe
        # Section 3: of running totals 29 February is compared with the 28th.
        self.running = running or kind == "cumulative"

    def _on(self, model: Model, compute: Compute, recipe: Any = None) -> Measure:
        return Measure(model, self.kind, compute, self.unit, recipe, self.running)

    def _as(self, kind: str) -> Measure:
        return Measure(self.model, kind, self.compute, self.unit, running=self.running)

    def _formed(self, kind: str, form: Callable[[Grid], Grid], **more) -> Measure:
        """A measure formed of this one's grid."""
        parent = self.compute
        return Measure(self.model, kind, lambda model: form(parent(model)), **more)

    @property
    def grid(self) -> Grid:
        return self.compute(self.model)

    def _shown(self) -> list[tuple[Key, str, Cell]]:
        grid, shown = self.grid, self.model.shown
        return [
            (key, cal.label(grid.span.freq, t), line[t])
            for key, line in grid.lines.items()
            for t in shown
        ]

    def results(self) -> dict[tuple[Key, str], tuple[Any, str]]:
        """{(series, period): (value or None, status)} of the periods shown."""
        return {
            (key, place): (cell.value, cell.status)
            for key, place, cell in self._shown()
        }

    def counts(self) -> dict[tuple[Key, str], tuple[int, int]]:
        """{(series, period): (members, living)}."""
        return {
            (key, place): (cell.members, cell.living)
            for key, place, cell in self._shown()
        }

    # ---- along a lag -----------------------------------------------------------------

    def growth(
        self,
        lag: Any = "1Y",
        policy: str = "nm",
        within: tuple[str, ...] | None = None,
        matched: bool = False,
    ) -> Any:
        """Several lags at once give a tuple of measures."""
        if isinstance(lag, list):
            return tuple(self.growth(one, policy, within, matched) for one in lag)
        self._lag_has_meaning(ask(self.kind, "growth"), lag)
        model = self.model if within is None else self.model.rollup(*within)
        whole, parts, running = self.compute, self.model, self.running

        def compute(view: Model) -> Grid:
            total = whole(view)
            if matched and within is not None:
                return matched_growth(total, whole(parts), lag, policy, running)
            return along(total, lag, growth_of(policy), running, policy)

        return Measure(model, "growth", compute)

    def log_growth(self, lag: int | str = "1Y") -> Measure:
        self._lag_has_meaning(ask(self.kind, "growth"), lag)
        running = self.running
        return self._formed("log", lambda grid: along(grid, lag, log_of, running))

    def change(self, lag: int | str = "1Y") -> Measure:
        kind, running = ask(self.kind, "change"), self.running
        self._lag_has_meaning(KINDS[self.kind].change_lag, lag)

        def form(grid: Grid) -> Grid:
            return along(grid, lag, change_of, running)

        return self._formed(kind, form, running=running)

    def _lag_has_meaning(self, rule: str, lag: int | str) -> None:
        if rule == "years" and not cal.whole_years(self.model.freq, lag):
            raise TypeError(f"lag={lag!r} of a {self.kind}: whole years only")
        # Section 3: on M-JF only whole years.
        if self.model.freq.unit == "J" and not cal.whole_years(self.model.freq, lag):
            raise ValueError(f"lag={lag!r} at M-JF: whole years only")

    def index(self, base: Any, scale: int = 100) -> Measure:
        """Section 1, index. Decision: a base that lies partly outside is OUTSIDE."""
        ask(self.kind, "growth")
        kind = self.kind

        def form(grid: Grid) -> Grid:
            return index(grid, base, scale, kind)

        return self._formed("index", form, running=self.running)

    # ---- windows ---------------------------------------------------------------------

    def ytd(self) -> Measure:
        return self.to_date("Y")

    def to_date(self, unit: str) -> Measure:
        how, year_end = ask(self.kind, "window"), self.model.options.year_end
        if how == "cumulative":
            if unit != "Y":
                raise TypeError("a cumulative level is one of years")
            return self

        return self._window(
            lambda freq, t: cal.unit_start(freq, t, unit, year_end), running=True
        )

    def trailing(self, window: int | str) -> Measure:
        if ask(self.kind, "window") == "cumulative":
            if not cal.one_year(self.model.freq, window):
                raise TypeError("trailing of a cumulative level is of a year")
            return self._per_series("window", trailing_of_cumulative)
        return self._window(
            lambda freq, t: cal.window_start(freq, window, t), running=False
        )

    def _window(self, begin: Callable[[cal.Freq, int], int], running: bool) -> Measure:
        return self._formed(
            "window",
            lambda grid: windows(grid, begin),
            unit=self.unit,
            running=running,
        )

    def from_ytd(self) -> Measure:
        return self._per_series(ask(self.kind, "from_ytd"), single_period)

    def _per_series(self, kind: str, formula: Callable) -> Measure:
        """Ruling 8: formed per series, then added."""
        parent, year_end = self.compute, self.model.options.year_end

        def compute(model: Model) -> Grid:
            fine = parent(model.apart())
            # Decision: the years of a running total are those of its rows.
            own = cal.years(model.finest.freq, year_end)
            cal.check_years(model.freq, own)
            if model.freq.unit == "W" != model.finest.freq.unit:
                raise ValueError("the last day of a week may lie in another year")
            formed = fine.derived(lambda key, t: formula(fine, key, t, own))
            lines = {
                group: added_up([formed.lines[key] for key in keys])
                for group, keys in model.seen.groups.items()
            }
            return Grid(fine.span, model.keys, lines)

        return Measure(self.model, kind, compute, self.unit)

    # ---- arithmetic ------------------------------------------------------------------

    def __add__(self, other: Measure) -> Measure:
        return self._with(other, lambda a, b: a + b, level_sum)

    def __sub__(self, other: Measure) -> Measure:
        return self._with(other, lambda a, b: a - b, difference)

    def __mul__(self, by: int | Fraction) -> Measure:
        """A level times a number keeps its kind and stays exact."""
        return self._formed(
            self.kind,
            lambda grid: grid.derived(lambda key, t: times(grid.lines[key][t], by)),
            unit=self.unit,
            running=self.running,
        )

    __rmul__ = __mul__

    def __truediv__(self, other: Measure) -> Measure:
        if other.kind not in KINDS[self.kind].ratio:
            raise TypeError(f"{self.kind} / {other.kind}")
        same_kind = self.kind == other.kind
        return self._pair(other, "ratio", lambda a, b: quotient(a, b, same_kind))

    def _with(self, other: Measure, operation, kind_of) -> Measure:
        kind = kind_of(self.kind, other.kind)
        if self.unit != other.unit:
            raise ValueError(f"units {self.unit} and {other.unit}")
        out = self._pair(other, kind, lambda a, b: combined(a, b, operation))
        out.unit = self.unit
        out.recipe = bool(self.recipe and other.recipe) or None
        return out

    def _pair(self, other: Measure, kind: str, formula) -> Measure:
        one, two = self.compute, other.compute

        def compute(model: Model) -> Grid:
            a, b = one(model), two(model)
            return a.derived(lambda k, t: formula(a.lines[k][t], b.lines[k][t]))

        running = self.running and other.running
        return Measure(self.model, kind, compute, running=running)

    # ---- structure -------------------------------------------------------------------

    def share(self, within: tuple[str, ...] = ()) -> Measure:
        ask(self.kind, "share")
        parent = self.compute

        def compute(model: Model) -> Grid:
            return shares(parent(model), parent(model.rollup(*within)))

        return Measure(self.model, "share", compute, running=self.running)

    def rank(self, within: tuple[str, ...] = (), method: str = "min") -> Measure:
        return self._formed("rank", lambda grid: ranks(grid, within, method))

    def hhi(self, within: tuple[str, ...] = ()) -> Measure:
        return self._reduced(within, lambda parts: sum(s * s for s in parts))

    def concentration(self, k: int, within: tuple[str, ...] = ()) -> Measure:
        return self._reduced(within, lambda parts: sum(sorted(parts, reverse=True)[:k]))

    def _reduced(self, within: tuple[str, ...], formula: Callable) -> Measure:
        ask(self.kind, "share")
        parent, parts = self.compute, self.model

        def compute(model: Model) -> Grid:
            return reduced(parent(model), parent(parts), formula)

        total = self.model.rollup(*within)
        return Measure(total, "share", compute, running=self.running)


# ---- along a lag: section 1, and the table of section 2 ------------------------------


def compared(x0: Fraction, x1: Fraction) -> str:
    """The status of two numbers, the same under every policy."""
    if x0 == 0:
        return "ZERO_BASE" if x1 else "BOTH_ZERO"
    if x0 > 0:
        return "TURNED_LOSS" if x1 < 0 else "OK"
    if x1 >= 0:
        return "TURNED_PROFIT" if x1 else "BROKE_EVEN"
    if x1 == x0:
        return "LOSS_UNCHANGED"
    return "LOSS_NARROWED" if x1 > x0 else "LOSS_WIDENED"


def growth_of(policy: str) -> Callable:
    """(base, current) -> (value or None, the status beside it or instead of it)."""

    def formula(x0: Fraction, x1: Fraction):
        status = compared(x0, x1)
        if policy == "midpoint":
            size = abs(x1) + abs(x0)
            return (2 * (x1 - x0) / size if size else Fraction(0)), status
        if x0 == 0 or (x0 < 0 and policy == "nm"):
            return None, status
        return (x1 - x0) / (abs(x0) if policy == "abs" else x0), status

    return formula


def log_of(x0: Fraction, x1: Fraction):
    """Both positive; to 0 it is INVALID."""
    if x0 > 0 and x1 == 0:
        return None, "INVALID"
    if x0 <= 0 or x1 < 0:
        return None, compared(x0, x1)
    change = (x1 - x0) / x0
    near = abs(change) < Fraction(1, 2)
    return math.log1p(change) if near else math.log(x1 / x0), "OK"


def change_of(x0: Fraction, x1: Fraction):
    return x1 - x0, "OK"


def along(grid: Grid, lag, formula, running: bool = False, policy: str = "") -> Grid:
    """`formula(base, current)` wherever nothing takes the number away."""
    back = cal.base(grid.span.freq, lag, running)

    def cell(key: Key, t: int) -> Cell:
        base, current = grid.cell(key, back(t)), grid.lines[key][t]
        out = from_two(base, current, formula)
        return entry_or_exit(out, base, current) if policy == "midpoint" else out

    return grid.derived(cell)


def from_two(base: Cell, current: Cell, formula: Callable) -> Cell:
    reasons = [taken(current), taken(base, ABSENT_BASE)]
    if lowest(reasons) != "OK":
        return settled(None, reasons, ())
    value, status = formula(base.value, current.value)
    if value is None:
        return Cell(None, status)
    return settled(value, (), (status, base.status, current.status))


def entry_or_exit(out: Cell, base: Cell, current: Cell) -> Cell:
    """Section 1, midpoint: +2 and -2 times the sign of the value, status kept."""
    if out.status == "ENTERED" and current.value is not None:
        return Cell(Fraction(2 * sign(current.value)), "ENTERED")
    if out.status == "EXITED" and base.value is not None:
        return Cell(Fraction(-2 * sign(base.value)), "EXITED")
    return out


def sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def part_of(keys: tuple[str, ...], within: tuple[str, ...]) -> Callable[[Key], Key]:
    places = [keys.index(name) for name in keys if name in within]
    return lambda key: tuple(key[place] for place in places)


def members_of(parts: Grid, total: Grid) -> dict[Key, list[Key]]:
    """The series of `parts` in every group of `total`."""
    group = part_of(parts.keys, total.keys)
    out: dict[Key, list[Key]] = {key: [] for key in total.lines}
    for key in parts.lines:
        out[group(key)].append(key)
    return out


def matched_growth(total: Grid, parts: Grid, lag, policy: str, running: bool) -> Grid:
    """Growth of the sums over the series that have a value in both periods.

    Decision: what takes the total's number away takes this one too; beside the number
    stand the marks of the series that are matched, not the total's.
    """
    back = cal.base(total.span.freq, lag, running)
    groups = members_of(parts, total)

    def cell(group: Key, t: int) -> Cell:
        base, current = total.cell(group, back(t)), total.lines[group][t]
        reasons = [taken(current), taken(base, ABSENT_BASE)]
        if lowest(reasons) != "OK":
            return settled(None, reasons, ())
        pairs = [(parts.cell(k, back(t)), parts.lines[k][t]) for k in groups[group]]
        both = [p for p in pairs if p[0].value is not None and p[1].value is not None]
        if not both:
            return Cell(None, "NO_MATCH")
        sums = [sum((pair[i].value for pair in both), Fraction(0)) for i in (0, 1)]
        marks = [lowest(pair[i].status for pair in both) for i in (0, 1)]
        return from_two(
            Cell(sums[0], marks[0]), Cell(sums[1], marks[1]), growth_of(policy)
        )

    return total.derived(cell)


def index(grid: Grid, base: Any, scale: int, kind: str) -> Grid:
    """Section 1 and 2: the mean of the base; not positive takes the denominator
    statuses, absent is GAP."""
    freq = grid.span.freq
    said = cal.stated(base, freq)
    wide = cal.nests(freq, said.freq)
    places = (
        cal.parts(freq, said.freq, said.t)
        if wide
        else [cal.ordinal(freq, cal.stands_for(said.freq, said.t))]
    )
    if kind == "cumulative" and len(places) > 1:
        raise TypeError("the mean of one running total means nothing")
    absent = {**ABSENT_BASE, "NOT_BEGUN": "GAP", "INCOMPLETE": "GAP"}

    def cell(key: Key, t: int) -> Cell:
        bases, current = [grid.cell(key, u) for u in places], grid.lines[key][t]
        reasons = [taken(current), *(taken(one, absent) for one in bases)]
        if lowest(reasons) != "OK":
            return settled(None, reasons, ())
        mean = sum(one.value for one in bases) / len(bases)
        marks = [current.status, *(one.status for one in bases)]
        return over(scale * current.value, mean, marks)

    return grid.derived(cell)


# ---- windows: section 3, ruling 3 ----------------------------------------------------


def windows(grid: Grid, begin: Callable[[cal.Freq, int], int]) -> Grid:
    freq = grid.span.freq
    return grid.derived(lambda key, t: window(grid, grid.lines[key], begin(freq, t), t))


def window(grid: Grid, line: Line, start: int, t: int) -> Cell:
    """The sum from a start, which may lie before the calendar, to t.

    Before entry and after exit count as 0; without any value it takes the level's
    status; a hole, and a start before the calendar, are NaN + INCOMPLETE.
    """
    if grid.span.partial(t):
        return Cell(None, "PARTIAL")
    inside = [line[u] for u in range(start, t + 1) if u in line]
    valued = [cell for cell in inside if cell.value is not None]
    if not valued:
        return Cell(None, line[t].status)
    if start < grid.span.first or any(hole(cell) for cell in inside):
        return Cell(None, "INCOMPLETE")
    total = sum((cell.value for cell in valued), Fraction(0))
    out = settled(total, (), [cell.status for cell in valued])
    return out._replace(count=sum(cell.count for cell in valued))


def single_period(grid: Grid, key: Key, t: int, own: cal.Freq) -> Cell:
    """`from_ytd`: the first of a year as it is, else what was added since.

    Section 3: needs consecutive values. Decision: an absent period before is told as
    an absent base is (GAP, ENTERED, OUTSIDE, INCOMPLETE).
    """
    freq, current = grid.span.freq, grid.lines[key][t]
    if cal.coarser(freq, t - 1, own) != cal.coarser(freq, t, own):
        if taken(current) != "OK":
            return Cell(None, taken(current))
        return current
    out = from_two(grid.cell(key, t - 1), current, change_of)
    return out._replace(count=current.count)


def trailing_of_cumulative(grid: Grid, key: Key, t: int, own: cal.Freq) -> Cell:
    """Y_t + FY_-1 - Y_t-1y (section 4, table of kinds).

    Decisions: at the end of a year it is Y_t alone, if the base ends the year before or
    there is none; what had not begun counts as 0.
    """
    freq, current = grid.span.freq, grid.lines[key][t]
    year = cal.coarser(freq, t, own)
    if taken(current) != "OK":
        return Cell(None, taken(current))
    close, base = t, cal.base(freq, "1Y", True)(t)
    while cal.coarser(freq, close, own) == year:
        close -= 1
    if cal.coarser(freq, t + 1, own) != year and base in (close, None):
        return current
    before = [grid.cell(key, close), grid.cell(key, base)]
    if any(cell.status == "PARTIAL" for cell in before):
        return Cell(None, "PARTIAL")
    if any(cell.value is None and cell.status != "NOT_BEGUN" for cell in before):
        return Cell(None, "INCOMPLETE")
    full, same = (cell.value or Fraction(0) for cell in before)
    marks = [cell.status for cell in (current, *before) if cell.value is not None]
    return settled(current.value + full - same, (), marks)._replace(count=current.count)


def added_up(lines: list[Line]) -> Line:
    return {t: formed_then_added([line[t] for line in lines]) for t in lines[0]}


# ---- arithmetic and quotients: sections 4 and 5 --------------------------------------


def level_sum(a: str, b: str) -> str:
    if a == b and KINDS[a].level:
        return a
    raise TypeError(f"{a} + {b}")


def times(cell: Cell, by: int | Fraction) -> Cell:
    if taken(cell) != "OK":
        return cell._replace(value=None, status=taken(cell))
    return cell._replace(value=cell.value * by)


RATES = ("rate", "share", "margin", "growth", "pp")


def difference(a: str, b: str) -> str:
    """Differences of rates, shares, margins and growths are pp."""
    if a in RATES and b in RATES:
        return "pp"
    return level_sum(a, b)


def paired(a: Cell, b: Cell, same_kind: bool = True) -> str:
    """Section 5: different counts of non-null rows are UNPAIRED.

    Decision: rows of unlike kinds (a flow's of a quarter, a stock's of its last month)
    cannot be counted against each other; there the series with a value are.
    """
    one, two = (a.count, b.count) if same_kind else (a.members, b.members)
    return "OK" if one == two else "UNPAIRED"


def combined(a: Cell, b: Cell, operation: Callable, same_kind: bool = True) -> Cell:
    """Decision: a sum of levels is derived from them: NaN where they are PARTIAL."""
    reasons = [taken(a), taken(b)]
    if lowest(reasons) == "OK":
        reasons.append(paired(a, b, same_kind))
    if lowest(reasons) != "OK":
        return settled(None, reasons, ())._replace(members=a.members, living=a.living)
    mark = lowest([a.status, b.status])
    return a._replace(value=operation(a.value, b.value), status=mark)


def over(top: Fraction, bottom: Fraction, marks: list[str]) -> Cell:
    """A quotient whose denominator has to be positive."""
    if bottom > 0:
        return settled(top / bottom, (), marks)
    return Cell(None, "NEGATIVE_DENOMINATOR" if bottom else "ZERO_DENOMINATOR")


def quotient(a: Cell, b: Cell, same_kind: bool) -> Cell:
    reasons = [taken(a), taken(b)]
    if lowest(reasons) == "OK":
        reasons.append(paired(a, b, same_kind))
    if lowest(reasons) != "OK":
        return settled(None, reasons, ())
    return over(a.value, b.value, [a.status, b.status])


# ---- structure: section 5, ruling 10 -------------------------------------------------


def shares(parts: Grid, total: Grid) -> Grid:
    """The denominator is the roll-up, its mark passed on; absent parts stay so."""
    group = part_of(parts.keys, total.keys)

    def cell(key: Key, t: int) -> Cell:
        part, whole = parts.lines[key][t], total.lines[group(key)][t]
        reasons = [taken(part), taken(whole)]
        if lowest(reasons) != "OK":
            return settled(None, reasons, ())
        return over(part.value, whole.value, [part.status, whole.status])

    return parts.derived(cell)


def ranks(grid: Grid, within: tuple[str, ...], method: str) -> Grid:
    """1 is the largest. Decision: a rank carries its own cell's mark alone."""
    group = part_of(grid.keys, within)

    def cell(key: Key, t: int) -> Cell:
        here = grid.lines[key][t]
        if taken(here) != "OK":
            return Cell(None, taken(here))
        others = [grid.lines[k][t] for k in grid.lines if group(k) == group(key)]
        above = [one.value for one in others if taken(one) == "OK"]
        above = [value for value in above if value > here.value]
        above = above if method == "min" else list(set(above))
        return Cell(Fraction(len(above) + 1), here.status)

    return grid.derived(cell)


def reduced(total: Grid, parts: Grid, formula: Callable) -> Grid:
    """HHI and concentration: not where a part is negative."""
    groups = members_of(parts, total)

    def cell(group: Key, t: int) -> Cell:
        whole = total.lines[group][t]
        if taken(whole) != "OK":
            return Cell(None, taken(whole))
        here = [parts.lines[key][t] for key in groups[group]]
        here = [one for one in here if one.value is not None]
        if any(one.value < 0 for one in here) and whole.value:
            return Cell(None, "NEGATIVE_DENOMINATOR")
        if whole.value <= 0:
            return over(whole.value, whole.value, [])
        marks = [whole.status, *(one.status for one in here)]
        return settled(formula([one.value / whole.value for one in here]), (), marks)

    return total.derived(cell)
