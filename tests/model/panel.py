"""The model: rows and a view of them, computed afresh whenever it is asked.

Section 4: a panel is exact cells and a view. The view is kept as the list of what was
asked for; whatever the order of calls, it is applied in one order: choose, regroup
series, regroup periods, show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from tests.model import calendar as cal
from tests.model import report
from tests.model.cells import (
    Grid,
    Key,
    Options,
    Row,
    Span,
    base_cells,
    coarse_span,
    joined,
    life,
    number,
    over_series,
    people,
    resampled,
)
from tests.model.kinds import KINDS, ask
from tests.model.measures import Measure


class View(NamedTuple):
    keys: tuple[str, ...]
    groups: dict[Key, list[Key]]  # of joined series
    joined: dict[Key, list[Key]]  # of series as they came
    to: cal.Freq | None
    shown: list


class Model:
    """A table in rows, and operations on it.

    Parameters
    ----------
    rows : list of (dict, object, dict)
        Keys, period and measures (a number or None) of every row.
    keys : sequence of str
        The names of the keys, in order.
    kinds : dict
        Every measure and its kind.
    freq : str
        The finest calendar.
    units, absent, duplicates, nulls, complete_through, exit_after, year_end
        As of a panel.
    """

    def __init__(
        self,
        rows: Iterable[tuple[dict, Any, dict]],
        *,
        keys: Sequence[str],
        kinds: dict[str, str],
        freq: str,
        units: dict[str, str] | None = None,
        absent: str = "missing",
        duplicates: str | None = None,
        nulls: str = "reported",
        complete_through: Any = None,
        exit_after: int | str | None = None,
        year_end: str = "DEC",
    ):
        calendar = cal.frequency(freq)
        self.names = tuple(keys)
        self.options = Options(
            calendar,
            dict(kinds),
            dict(units or {}),
            absent,
            duplicates,
            nulls,
            None
            if complete_through is None
            else cal.through(complete_through, calendar),
            exit_after,
            cal.MONTHS.index(year_end) + 1,
        )
        self.rows = [self._read(row) for row in rows]
        if nulls == "absent":
            # Decision: a row in which every measure is absent is no row at all.
            self.rows = [
                row
                for row in self.rows
                if any(value is not None for value in row.values.values())
            ]
        periods = [row.t for row in self.rows]
        # The calendar is that of the rows as they came, whatever is chosen of them.
        self.reach = (min(periods), max(periods)) if periods else None
        self.view: list[tuple] = []
        self.recipes: dict[str, Measure] = {}
        # In merged parts a label that was recoded may be left out.
        self.strict = True
        self._known: dict = {}
        self._rows_know: dict = {}
        self._check()

    def _read(self, row: tuple[dict, Any, dict]) -> Row:
        labels, period, measures = row
        t, said = cal.placed(period, self.options.freq)
        key = tuple(labels[name] for name in self.names)
        values = {name: number(measures[name]) for name in self.options.kinds}
        return Row(key, t, said, values)

    def _check(self) -> None:
        """Duplicates that are an error are one when the panel is built."""
        for name in self.options.kinds:
            self._bases(name)

    def _with(self, **changes) -> Model:
        out = object.__new__(Model)
        out.__dict__.update(self.__dict__, **changes, _known={})
        if "rows" in changes:
            out._rows_know = {}
        return out

    def once(self, key: Any, formed: Callable[[Model], Any]) -> Any:
        """What is formed of a model is formed once: a model never changes."""
        if key not in self._known:
            self._known[key] = formed(self)
        return self._known[key]

    # ---- what is asked for -----------------------------------------------------------

    def select(self, labels: dict | None = None, periods: Any = None, **keys) -> Model:
        """One value drops its key, a list keeps it; periods only cut what is shown."""
        wanted = {**(labels or {}), **keys}
        view = [*self.view, ("choose", wanted, True)] if wanted else list(self.view)
        drop = {name for name, value in wanted.items() if not isinstance(value, list)}
        if drop:
            view.append(("drop", drop))
        if periods is not None:
            asked = read(periods, self.freq)
            single = not isinstance(periods, (slice, list))
            if single and not any(one_of(asked, self.freq, t) for t in self.span):
                raise KeyError(f"no period {periods!r}")
            view.append(("show", asked))
        return self._asked(view)

    def exclude(self, labels: dict | None = None, **keys) -> Model:
        """The complement of `select`; drops no key."""
        return self._asked([*self.view, ("choose", {**(labels or {}), **keys}, False)])

    def recode(self, key: str, labels: dict) -> Model:
        return self._asked([*self.view, ("recode", key, dict(labels))])

    def rollup(self, *keys: str) -> Model:
        view = [*self.view, ("keep", keys)]
        return self.once(view[-1], lambda model: model._asked(view))

    def resample(self, freq: str) -> Model:
        if freq == "Y" and self.options.freq.unit in "MD":
            freq = f"Y-{cal.MONTHS[self.options.year_end - 1]}"
        to, now = cal.frequency(freq), self.freq
        if to == now:
            return self
        if not (cal.nests(now, to) and cal.nests(self.options.freq, to)):
            raise ValueError(f"no {to.name} out of {now.name}")
        return self._asked([*self.view, ("resample", to)])

    def assume(self, *, absent=None, complete_through=None, exit_after=None) -> Model:
        """The same rows under other rules of absence; None leaves a rule as it is."""
        changes: dict[str, Any] = {}
        if absent is not None:
            changes["absent"] = absent
        if complete_through is not None:
            changes["complete"] = cal.through(complete_through, self.options.freq)
        if exit_after is not None:
            changes["exit_after"] = exit_after
        return self._with(options=self.options._replace(**changes))

    def assign(self, **recipes: Measure) -> Model:
        """Ruling 8: sums and differences of levels join the panel as a recipe."""
        for name, measure in recipes.items():
            if not measure.recipe:
                raise TypeError(f"{name} is no sum or difference of levels")
        return self._with(recipes={**self.recipes, **recipes})

    def _asked(self, view: list[tuple]) -> Model:
        out = self._with(view=view)
        out.seen  # noqa: B018  (a label or a key that is not there is refused now)
        return out

    def merge(self, *others: Model, overlap: str = "add") -> Model:
        """Parts make the whole (section 4, merge; ruling 9).

        Decision: what one of the parts shows is shown; cells that are not shown are
        merged as well.
        """
        parts = [self, *others]
        first = next((part for part in parts if part.rows), self)
        rows: list[Row] = []
        for part in parts:
            first._meets(part)
            chosen = part.chosen
            mine = [row for row in part.rows if row.key in chosen]
            rows = put_together(rows, mine, overlap, first.options)
        reaches = [part.reach for part in parts if part.reach]
        reach = None
        if reaches:
            reach = min(a for a, _ in reaches), max(b for _, b in reaches)
        view = [op for op in first.view if op[0] in GROUPING]
        shown = [tuple(part.seen.shown) for part in parts if part.rows]
        if all(shown) and shown:
            view.append(("show", tuple(shown)))
        out = first._with(rows=rows, reach=reach, view=view, strict=False)
        out._check()
        return out

    def _meets(self, other: Model) -> None:
        """Equal keys, measures, kinds, units, frequency, rules and grouping."""
        if not other.rows:
            return
        if (self.names, self.options) != (other.names, other.options):
            raise ValueError("parts under other rules")
        group = [[op for op in m.view if op[0] in GROUPING] for m in (self, other)]
        if group[0] != group[1]:
            raise ValueError("merge first")

    # ---- the view, in its one order --------------------------------------------------

    @property
    def seen(self) -> View:
        return self.once("seen", Model._seen)

    def _seen(self) -> View:
        base = sorted({row.key for row in self.rows}, key=in_order)
        now = {key: dict(zip(self.names, key, strict=True)) for key in base}
        chosen, kept, to, shown = set(base), list(self.names), None, []
        lists: dict[str, list] = {}  # a list keeps its order in what is shown
        for what, *asked in self.view:
            if what == "choose":
                chosen &= choice(now, chosen, kept, *asked)
                wanted, inside = asked
                if inside:
                    lists |= {k: v for k, v in wanted.items() if isinstance(v, list)}
            elif what == "recode":
                recode(now, kept, *asked, strict=self.strict)
                key, labels = asked
                if key in lists:
                    lists[key] = [relabelled(one, labels) for one in lists[key]]
            elif what == "keep":
                known(kept, asked[0])
                kept = [name for name in kept if name in asked[0]]
            elif what == "drop":
                kept = [name for name in kept if name not in asked[0]]
            elif what == "resample":
                to = asked[0]
            else:
                shown.append(asked[0])
        series: dict[Key, list[Key]] = {}
        groups: dict[Key, list[Key]] = {}
        for key in base:
            if key not in chosen:
                continue
            whole = tuple(now[key].values())
            series.setdefault(whole, []).append(key)
            group = groups.setdefault(tuple(now[key][name] for name in kept), [])
            if whole not in group:
                group.append(whole)
        asked_order = [lists.get(name, []) for name in kept]
        ordered = sorted(groups, key=lambda key: in_order(key, asked_order))
        groups = {key: groups[key] for key in ordered}
        return View(tuple(kept), groups, series, to, shown)

    @property
    def chosen(self) -> set[Key]:
        return {key for keys in self.seen.joined.values() for key in keys}

    @property
    def keys(self) -> tuple[str, ...]:
        return self.seen.keys

    @property
    def series(self) -> list[Key]:
        return list(self.seen.groups)

    @property
    def freq(self) -> cal.Freq:
        return self.seen.to or self.options.freq

    def apart(self) -> Model:
        """The same view with every series by itself, as `recode` left them."""
        kept = [op for op in self.view if op[0] not in ("keep", "drop")]
        return self.once("apart", lambda model: model._with(view=kept))

    @property
    def finest(self) -> Span:
        """The whole panel's calendar (ruling 1), which `complete_through` extends."""
        assert self.reach is not None
        first, last = self.reach
        complete = self.options.complete
        closed = last if complete is None else complete
        last = max(last, closed)
        return Span(self.options.freq, first, last, closed, complete is not None)

    @property
    def span(self) -> Span:
        to = self.seen.to
        return coarse_span(self.finest, to) if to else self.finest

    @property
    def shown(self) -> list[int]:
        """Ruling 1: `periods` is read in the calendar shown."""
        return self.once("shown", Model._shown)

    def _shown(self) -> list[int]:
        asked, freq = self.seen.shown, self.freq
        return [t for t in self.span if all(one_of(one, freq, t) for one in asked)]

    @property
    def periods(self) -> list[str]:
        return [cal.label(self.freq, t) for t in self.shown]

    # ---- levels ----------------------------------------------------------------------

    def lives(self, name: str) -> dict[Key, dict]:
        """Of every joined series its cells at the finest calendar."""
        return self.once(("lives", name), lambda model: model._lives(name))

    def _lives(self, name: str) -> dict[Key, dict]:
        options, span = self.options, self.finest
        kind, bases, out = options.kinds[name], self._bases(name), {}
        for key, keys in self.seen.joined.items():
            # The same in every view that joins the same series under the same rules.
            place = name, tuple(keys), span, options.absent, options.exit_after
            if place not in self._rows_know:
                cells = joined([bases.get(one, {}) for one in keys], kind)
                self._rows_know[place] = life(cells, span, options, kind)
            out[key] = self._rows_know[place]
        return out

    def _bases(self, name: str) -> dict:
        if name not in self._rows_know:
            self._rows_know[name] = base_cells(self.rows, name, self.options)
        return self._rows_know[name]

    def grid(self, name: str) -> Grid:
        """The levels of a measure: choose, regroup series, regroup periods."""
        return self.once(("grid", name), lambda model: model._grid(name))

    def _grid(self, name: str) -> Grid:
        if name in self.recipes:
            return self.recipes[name].compute(self)
        kind, span, seen = self.options.kinds[name], self.finest, self.seen
        lives = self.lives(name)
        lines = {}
        for group, keys in seen.groups.items():
            mine = [lives[key] for key in keys]
            line = over_series(mine, span, kind)
            if seen.to:
                line = resampled(line, span, seen.to, kind)
                for t, (members, living) in people(mine, span, seen.to, kind).items():
                    line[t] = line[t]._replace(members=members, living=living)
            lines[group] = line
        return Grid(self.span, seen.keys, lines)

    def __getitem__(self, name: str) -> Measure:
        if name in self.recipes:
            recipe = self.recipes[name]
            return recipe._on(self, lambda model: model.grid(name), recipe=name)
        kind = self.options.kinds[name]
        unit = self.options.units.get(name)
        unit = None if unit in ("percent", "%", "‰") else unit
        return Measure(self, kind, lambda model: model.grid(name), unit, recipe=name)

    def margin(self, revenue: str, cost: str) -> Measure:
        r, c = self[revenue], self[cost]
        ask(r.kind, "margin")
        if r.kind != c.kind:
            raise TypeError(f"margin of a {r.kind} and a {c.kind}")
        if mostly_negative(r.grid, c.grid):
            raise ValueError(f"{cost}: most costs are negative")
        return ((r - c) / r)._as("margin")

    def ratio(self, numerator: str, denominator: str, kind: str = "ratio") -> Measure:
        a, b = self[numerator], self[denominator]
        return (a / b)._as(kind)  # which asks the table

    # ---- what is told of a panel -----------------------------------------------------

    def contributions(
        self, name: str, lag: int | str = "1Y", within: tuple[str, ...] = ()
    ) -> dict[str, dict]:
        return report.contributions(self, name, lag, within)

    def price_volume(
        self,
        value: str,
        quantity: str,
        lag: int | str = "1Y",
        within: tuple[str, ...] = (),
    ) -> dict[str, dict]:
        return report.price_volume(self, value, quantity, lag, within)

    def mix_rate(
        self,
        numerator: str,
        denominator: str,
        lag: int | str = "1Y",
        within: tuple[str, ...] = (),
    ) -> dict[str, dict]:
        return report.mix_rate(self, numerator, denominator, lag, within)

    def report(self, name: str, by: str, **options) -> list[dict]:
        return report.report(self, name, by, **options)

    def coverage(self, name: str | None = None) -> dict[Key, dict]:
        name = name or next(iter(self.options.kinds))
        return report.coverage(self, name)


def mostly_negative(revenue: Grid, cost: Grid) -> bool:
    """Section 5. Decision: more than three quarters of the costs beside a positive
    revenue, three at least."""
    costs = [
        cost.lines[key][t].value
        for key, line in revenue.lines.items()
        for t, cell in line.items()
        if cell.value is not None and cell.value > 0
    ]
    costs = [value for value in costs if value]
    negative = sum(value < 0 for value in costs)
    return negative >= 3 and 4 * negative > 3 * len(costs)


GROUPING = ("recode", "keep", "drop", "resample")


# ---- choosing and regrouping series --------------------------------------------------


def in_order(key: Key, lists: list[list] | None = None) -> list:
    """By label in the order of the keys: booleans, numbers, text, None last.

    Labels that a list asked for come first, in its order.
    """
    return [
        (
            next((i for i, one in enumerate(some) if same(one, part)), len(some)),
            part is None,
            isinstance(part, str),
            not isinstance(part, bool),
            part or 0,
        )
        for part, some in zip(key, lists or [[]] * len(key), strict=True)
    ]


def same(a: object, b: object) -> bool:
    """Labels of unlike type (1, "1" and True) never meet."""
    return type(a) is type(b) and a == b


def known(kept: list[str], names: Iterable[str]) -> None:
    for name in names:
        if name not in kept:
            raise KeyError(f"no key {name!r}")


def choice(now: dict, chosen: set, kept: list, wanted: dict, inside: bool) -> set:
    """The series that have one of the wanted labels of every key, or the others."""
    known(kept, wanted)
    lists = {k: v if isinstance(v, list) else [v] for k, v in wanted.items()}
    for name, values in lists.items():
        for value in values:
            if not any(same(now[key][name], value) for key in chosen):
                raise KeyError(f"no {name} {value!r}")
    hit = {
        key
        for key, labels in now.items()
        if all(any(same(labels[k], v) for v in vs) for k, vs in lists.items())
    }
    return hit if inside else set(now) - hit


def recode(now: dict, kept: list, name: str, labels: dict, strict: bool = True) -> None:
    """Decision: a label is unknown when no series of the whole panel has it."""
    known(kept, [name])
    for label in labels:
        if strict and not any(same(one[name], label) for one in now.values()):
            raise KeyError(f"no {name} {label!r}")
    for one in now.values():
        one[name] = relabelled(one[name], labels)


def relabelled(label: object, labels: dict) -> object:
    return next((new for old, new in labels.items() if same(label, old)), label)


# ---- merging and showing -------------------------------------------------------------


def put_together(
    rows: list[Row], more: list[Row], overlap: str, options: Options
) -> list[Row]:
    """Ruling 9: parts under another rule than "add" that share a series and period
    meet by that rule only where their rows state that very period.

    Decision: where no rule was asked for, what takes the last date of a period (ruling
    6) takes the part with the later one; two parts of one date are an error.
    """
    cells = {(row.key, row.t) for row in rows} & {(row.key, row.t) for row in more}
    if not cells or overlap == "add":
        dated = any(
            row.said.freq != options.freq and (row.key, row.t) in cells
            for row in [*rows, *more]
        )
        if dated and options.duplicates not in (None, "add"):
            raise ValueError("parts share a series and period")
        if dated and options.duplicates is None:
            return by_date(rows, more, cells, options)
        return rows + more
    if overlap == "error":
        raise ValueError("parts overlap")
    # A later cell replaces an earlier one, one without a value does not.
    valued = cells_with_value(more, options)
    null = stated_cells(rows) - valued
    return [without(row, valued) for row in rows] + [without(row, null) for row in more]


def by_date(
    rows: list[Row], more: list[Row], cells: set[tuple], options: Options
) -> list[Row]:
    """Of the parts of a shared cell the one of the later date."""
    parts, lost = (rows, more), (set(), set())
    for name, kind in options.kinds.items():
        for cell in cells if KINDS[kind].dates == "last" else ():
            dates = [last_date(part, cell, name) for part in parts]
            if None in dates:
                loser = dates.index(None)
            elif dates[0] == dates[1]:
                raise ValueError("parts share a series and date")
            else:
                loser = int(dates[0] > dates[1])
            lost[loser].add((*cell, name))
    return [
        without(row, gone)
        for part, gone in zip(parts, lost, strict=True)
        for row in part
    ]


def last_date(rows: list[Row], cell: tuple, name: str) -> Any:
    return max(
        (
            cal.end(row.said.freq, row.said.t)
            for row in rows
            if (row.key, row.t) == cell and row.values.get(name) is not None
        ),
        default=None,
    )


def stated_cells(rows: list[Row]) -> set[tuple]:
    return {(row.key, row.t, name) for row in rows for name in row.values}


def cells_with_value(rows: list[Row], options: Options) -> set[tuple]:
    return {
        (key, t, name)
        for name in options.kinds
        for key, cells in base_cells(rows, name, options).items()
        for t, base in cells.items()
        if base.value is not None
    }


def without(row: Row, valued: set) -> Row:
    values = {
        name: value
        for name, value in row.values.items()
        if (row.key, row.t, name) not in valued
    }
    return row._replace(values=values)


def read(asked: Any, freq: cal.Freq) -> Any:
    """Labels as they are meant in the calendar shown when they are asked for.

    Decision: they stay the periods of that calendar when it is made coarser later.
    """
    if isinstance(asked, slice):
        first, last = asked.start, asked.stop
        return slice(
            None if first is None else ends_of(first, freq)[0],
            None if last is None else ends_of(last, freq)[1],
        )
    if isinstance(asked, list):
        return [read(one, freq) for one in asked]
    return None if asked is None else slice(*ends_of(asked, freq))


def ends_of(label: Any, freq: cal.Freq) -> tuple[cal.Stated, cal.Stated]:
    """The first and the last period of a calendar that a label means."""
    said = cal.stated(label, freq)
    if cal.nests(freq, said.freq):
        inside = cal.parts(freq, said.freq, said.t)
    else:
        inside = [cal.ordinal(freq, cal.stands_for(said.freq, said.t))]
    return cal.Stated(freq, inside[0]), cal.Stated(freq, inside[-1])


def one_of(asked: Any, freq: cal.Freq, t: int) -> bool:
    """Whether a period is among those asked for: a label, a list or a slice.

    A tuple holds what each part of a merged panel had asked for.
    """
    if type(asked) is tuple:
        return any(all(one_of(one, freq, t) for one in part) for part in asked)
    if isinstance(asked, slice):
        return not_before(asked.start, freq, t) and not_after(asked.stop, freq, t)
    if isinstance(asked, list):
        return any(cal.meant(one, freq, t) for one in asked)
    return cal.meant(asked, freq, t)


def not_before(label: Any, freq: cal.Freq, t: int) -> bool:
    """Slices include both ends' periods."""
    if label is None or cal.meant(label, freq, t):
        return True
    said = cal.stated(label, freq)
    if cal.nests(said.freq, freq):
        return t >= cal.coarser(said.freq, said.t, freq)
    return cal.stands_for(freq, t) > cal.end(said.freq, said.t)


def not_after(label: Any, freq: cal.Freq, t: int) -> bool:
    if label is None or cal.meant(label, freq, t):
        return True
    said = cal.stated(label, freq)
    if cal.nests(said.freq, freq):
        return t <= cal.coarser(said.freq, said.t, freq)
    return cal.stands_for(freq, t) < cal.start(said.freq, said.t)
