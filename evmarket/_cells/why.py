"""What a cell comes from: its inputs, which are read from what computed it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.lags import read_lag
from .._common.kinds import TABLE
from .align import unpaired_counts
from .cells import taken
from .leaf import leaf_notes
from .measure import Applied, MeasureData, Read
from .series import is_label
from .shifts import by_date
from .windows import places

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._calendar.lags import Lag
    from .._common.types import Ints
    from .measure import Formed
    from .panel import PanelData

NAMED = 8
"""The most members that are named, and told one by one."""
_FEW = 4
_MANY = 31
"""Of more than a few cells, those that are OK are told without what they come from;
of many cells all are."""

_ENDS = "It ends with"

At = tuple[int, int]
"""The series and the period of a cell."""


@dataclass(frozen=True)
class Step:
    """One cell and what it comes from.

    Attributes
    ----------
    role : str
        What it is in the formula of the cell above; "" for the first.
    name, kind, unit : str, str, str or None
    labels : dict of str to label
    period : str
    value : float
    status : int
    formula : str
        Of roles of the inputs and names of numbers.
    inputs : tuple of Step
    numbers : dict of str to float
        The other numbers of the formula.
    notes : tuple of str
        Sentences on why the cell has its status.
    """

    role: str
    name: str
    kind: str
    unit: str | None
    labels: dict[str, Any]
    period: str
    value: float
    status: int
    formula: str = ""
    inputs: tuple[Step, ...] = ()
    numbers: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def told(measure: MeasureData, series: int, ordinal: int) -> Step:
    """What one cell of a measure comes from."""
    return _Teller().cell(measure, series, ordinal, "")


class _Teller:
    """Tells cells; other views of a panel are made once."""

    def __init__(self) -> None:
        self._finer: dict[int, tuple[PanelData, PanelData]] = {}
        self._apart: dict[int, tuple[PanelData, PanelData]] = {}

    # ---- one cell ------------------------------------------------------------------

    def cell(
        self,
        measure: MeasureData,
        series: int,
        ordinal: int,
        role: str,
        of: int = 1,
    ) -> Step:
        """A cell and what it comes from; not of all, if it is one `of` many."""
        step = _bare(measure, series, ordinal, role)
        calendar = measure.calendar
        outside = not calendar.low <= ordinal <= calendar.high
        if outside or _plain(measure, step, of):
            return step
        formed = measure.formed
        if formed is None:
            step = self._level(step, measure, series, ordinal)
        elif formed.what == "part":
            [whole] = formed.inputs
            part = self.cell(whole, int(formed.options["to"][series]), ordinal, role)
            return replace(part, name=measure.name)
        else:
            form = _FORMS[formed.what]
            step = form(self, step, formed, (series, ordinal))
        if formed is not None and formed.what == "index":
            [measure] = formed.inputs  # with a late base its own calendar is all late
        late = _late(measure, ordinal)
        if not measure.calendar.stated and any(
            note.startswith(_ENDS) for note in step.notes
        ):
            late = ()  # that is why it is not complete
        return replace(step, notes=(*late, *step.notes))

    def _level(
        self, step: Step, measure: MeasureData, series: int, ordinal: int
    ) -> Step:
        """A level of the table: over periods, over series, then its rows."""
        read = _read_of(measure)
        if read is None:
            return replace(
                step, notes=("What it was formed from was not kept with its numbers.",)
            )
        panel, name = read
        if panel.coarse is not None:
            return self._resampled(step, panel, name, series, ordinal)
        if panel.groups.to is not None:
            single = self._single(panel).read(name)
            step = self._members(step, single, panel.groups.to, series, ordinal)
            assumed = panel.assumed_members(name, series, ordinal)
            if assumed:
                beside = (
                    "; they are no value while a living member lacks one"
                    if np.isnan(step.value)
                    else ""
                )
                note = f'{assumed} without a row read as 0 (absent="zero"){beside}.'
                step = replace(step, notes=(*step.notes, note))
            return step
        return replace(step, notes=leaf_notes(panel, name, series, ordinal, step.value))

    # ---- over periods and series -----------------------------------------------------

    def _resampled(
        self, step: Step, panel: PanelData, name: str, series: int, ordinal: int
    ) -> Step:
        coarse = panel.coarse
        assert coarse is not None
        finer, fine = coarse.finer, self._fine(panel).read(name)
        place = ordinal - coarse.calendar.low
        begin, end = int(coarse.begins[place]), int(coarse.ends[place])
        notes = []
        if end > finer.high:
            notes.append(
                f"It ends with {finer.label(end)}, after the table, which ends with "
                f"{finer.label(finer.high)}."
            )
        if TABLE[panel.level_kind(name)].periods == "last":
            inputs = (self.cell(fine, series, end, "last"),)
            return replace(step, formula="last", inputs=inputs, notes=tuple(notes))
        if begin < finer.low:
            notes.append(
                f"It begins with {finer.label(begin)}, before the calendar, which "
                f"begins with {finer.label(finer.low)}."
            )
        span = range(max(begin, finer.low), min(end, finer.high) + 1)
        step = self._periods(step, fine, series, span)
        return replace(step, notes=(*notes, *step.notes))

    def _periods(
        self, step: Step, measure: MeasureData, series: int, span: range
    ) -> Step:
        """The sum over some periods; those in which a series does not live are 0."""
        inputs = [self.cell(measure, series, t, "periods", len(span)) for t in span]
        at = np.arange(span.start, span.stop)
        alive = measure.lives.alive(np.full(len(at), series), at)
        lack = [x.period for x, on in zip(inputs, alive, strict=True) if on and _no(x)]
        notes = []
        if lack:
            notes.append(f"{len(lack)} of {len(span)} periods lack: {_some(lack)}.")
        if measure.cells.lone is not None:
            place = measure.cells.place(np.full(len(at), series), at)
            lone = [
                each.period
                for each, alone in zip(
                    inputs, taken(measure.cells.lone, place, False), strict=True
                )
                if alone
            ]
            if lone:
                notes.append(f"January or February alone is no whole: {_some(lone)}.")
        if not alive.all():
            notes.append(
                f"{int((~alive).sum())} of {len(span)} periods lie before entry or "
                "after exit and count as 0."
            )
        return replace(
            step, formula="sum(periods)", inputs=tuple(inputs), notes=tuple(notes)
        )

    def _members(
        self, step: Step, single: MeasureData, to: Any, series: int, ordinal: int
    ) -> Step:
        """The sum over the members of a group."""
        members = np.flatnonzero(to == series)
        values, _ = single.read(members, np.full(len(members), ordinal))
        valued = np.isfinite(values)
        lacks = single.lives.alive(members, np.full(len(members), ordinal)) & ~valued
        largest = members[valued][np.argsort(-np.abs(values[valued]), kind="stable")]
        most = NAMED if len(largest) > NAMED + 1 else NAMED + 1
        inputs = [self.cell(single, int(m), ordinal, "members") for m in largest[:most]]
        if len(largest) > most:
            rest = single.read(largest[most:], np.full(len(largest) - most, ordinal))
            inputs.append(_rest(step, rest[0]))
        holes = np.flatnonzero(lacks)
        inputs += [
            self.cell(single, int(members[m]), ordinal, "lacks") for m in holes[:NAMED]
        ]
        notes = []
        living = int((valued | lacks).sum())
        if len(holes):
            names = [_name(single, int(members[m]), step) for m in holes]
            notes.append(
                f"{len(holes)} of {living} lack {step.period}: {_some(names)}."
            )
        elif not living:
            notes.append(f"None of its {len(members)} members lives in {step.period}.")
        return replace(
            step, formula="sum(members)", inputs=tuple(inputs), notes=tuple(notes)
        )

    def _fine(self, panel: PanelData) -> PanelData:
        """The panel at its finest frequency."""
        if id(panel) not in self._finer:
            self._finer[id(panel)] = panel, panel.at_finest()
        return self._finer[id(panel)][1]

    def _single(self, panel: PanelData) -> PanelData:
        """The panel with every member by itself."""
        if id(panel) not in self._apart:
            self._apart[id(panel)] = panel, panel.apart()
        return self._apart[id(panel)][1]

    # ---- derived measures ------------------------------------------------------------

    def _compared(self, step: Step, formed: Formed, at: At) -> Step:
        """A period and the one some periods before."""
        series, ordinal = at
        [level], lag = formed.inputs, formed.lag
        assert lag is not None
        current = self.cell(level, series, ordinal, "current")
        before = lag.one_before(ordinal)
        if before is None:
            return replace(step, inputs=(current,), notes=(_no_base(step, lag),))
        inputs = current, self.cell(level, series, before, "base")
        numbers: dict[str, float] = {}
        if formed.what == "annualized growth":
            numbers = dict(zip(("per_year", "lag"), lag.yearly, strict=True))
        formula = _COMPARED.get(formed.what) or _growth(step, formed)
        return replace(step, formula=formula, inputs=inputs, numbers=numbers)

    def _matched(self, step: Step, formed: Formed, at: At) -> Step:
        """Growth of the members that have a value in both periods."""
        series, ordinal = at
        of, lag = formed.options["of"], formed.lag
        current, base, total = formed.inputs
        assert lag is not None
        before = lag.one_before(ordinal)
        if before is None:
            now = self.cell(total, series, ordinal, "current")
            return replace(step, inputs=(now,), notes=(_no_base(step, lag),))
        members = np.flatnonzero(formed.options["to"] == series)
        known = [
            np.isfinite(of.read(members, np.full(len(members), t))[0])
            for t in (ordinal, before)
        ]
        count = int((known[0] & known[1]).sum())
        every, earlier = int((known[0] | known[1]).sum()), of.calendar.label(before)
        notes = (
            f"{count} of {every} series: those with a value in both {step.period} "
            f"and {earlier}.",
        )
        if _no(step):
            inputs = (
                self.cell(total, series, ordinal, "current"),
                self.cell(total, series, before, "base"),
            )
            return replace(step, inputs=inputs, notes=notes)
        inputs = (
            _bare(current, series, ordinal, "current"),
            replace(_bare(base, series, ordinal, "base"), period=earlier),
        )
        formula = _growth(step, formed)
        return replace(step, formula=formula, inputs=inputs, notes=notes)

    def _index(self, step: Step, formed: Formed, at: At) -> Step:
        series, ordinal = at
        [level], options = formed.inputs, formed.options
        bases = range(options["low"], options["high"] + 1)
        inputs = [self.cell(level, series, ordinal, "current")]
        inputs += [self.cell(level, series, t, "base", len(bases)) for t in bases]
        formula = "100 * current / " + ("base" if len(bases) == 1 else "mean(base)")
        return replace(step, formula=formula, inputs=tuple(inputs))

    def _window(self, step: Step, formed: Formed, at: At) -> Step:
        series, ordinal = at
        [level], calendar = formed.inputs, formed.inputs[0].calendar
        begin = int(formed.options["starts"][ordinal - calendar.low])
        span = range(max(begin, calendar.low), ordinal + 1)
        step = self._periods(step, level, series, span)
        if begin < calendar.low:
            note = (
                f"It begins with {calendar.label(begin)}, before the calendar, which "
                f"begins with {calendar.label(calendar.low)}."
            )
            step = replace(step, notes=(note, *step.notes))
        return step

    def _single_periods(self, step: Step, formed: Formed, at: At) -> Step:
        series, ordinal = at
        [level] = formed.inputs
        current = self.cell(level, series, ordinal, "current")
        if _place(level, ordinal)[0] == 0:
            note = "It is the first period of the year."
            return replace(step, formula="current", inputs=(current,), notes=(note,))
        before = self.cell(level, series, ordinal - 1, "before")
        return replace(step, formula="current - before", inputs=(current, before))

    def _trailing_of_totals(self, step: Step, formed: Formed, at: At) -> Step:
        series, ordinal = at
        [level] = formed.inputs
        current = self.cell(level, series, ordinal, "current")
        place, parts = _place(level, ordinal)
        ago = by_date(level, read_lag("1Y", level.calendar.freq)).one_before(ordinal)
        if place == parts - 1 and ago in (None, ordinal - place - 1):
            note = "It is the last period of the year."
            return replace(step, formula="current", inputs=(current,), notes=(note,))
        year = self.cell(level, series, ordinal - place - 1, "last_year")
        assert ago is not None, "the last week of a year was told above"
        inputs = (current, year, self.cell(level, series, ago, "year_ago"))
        formula = "current"
        for side, sign in ((inputs[1], "+"), (inputs[2], "-")):
            formula += "" if _no(side) else f" {sign} {side.role}"
        return replace(step, formula=formula, inputs=inputs)

    def _over_series(self, step: Step, formed: Formed, at: At) -> Step:
        series, ordinal = at
        [single] = formed.inputs
        return self._members(step, single, formed.options["to"], series, ordinal)

    def _share(self, step: Step, formed: Formed, at: At) -> Step:
        series, ordinal = at
        level, whole = formed.inputs
        group = int(formed.options["to"][series])
        inputs = (
            self.cell(level, series, ordinal, "part"),
            self.cell(whole, group, ordinal, "total"),
        )
        return replace(step, formula="part / total", inputs=inputs)

    def _concentration(self, step: Step, formed: Formed, at: At) -> Step:
        series, ordinal = at
        (level, whole), k = formed.inputs, formed.options["k"]
        members, values = _group(level, formed, series, ordinal)
        order = np.argsort(-values, kind="stable")[:k]
        inputs = [
            self.cell(level, int(m), ordinal, "parts", len(order))
            for m in members[order]
        ]
        inputs.append(self.cell(whole, series, ordinal, "total"))
        formula = "sum(parts) / total" if k else "sum_of_squares(parts) / total ** 2"
        return replace(step, formula=formula, inputs=tuple(inputs))

    def _rank(self, step: Step, formed: Formed, at: At) -> Step:
        series, ordinal = at
        [level], to = formed.inputs, formed.options["to"]
        _, values = _group(level, formed, int(to[series]), ordinal)
        own = self.cell(level, series, ordinal, "value")
        if _no(own):
            return replace(step, inputs=(own,))
        larger = int((values > own.value).sum())
        note = f"{larger} of {len(values)} series with a number are larger."
        return replace(
            step,
            formula="1 + larger",
            inputs=(own,),
            numbers={"larger": larger},
            notes=(note,),
        )

    def _of_two(self, step: Step, formed: Formed, at: At) -> Step:
        """Two measures side by side, found by their labels."""
        _, ordinal = at
        roles, formula = _SIDES[formed.what]
        inputs = tuple(
            self._side(side, step.labels, ordinal, role)
            for side, role in zip(formed.inputs, roles, strict=True)
        )
        notes: tuple[str, ...] = ()
        if step.status == _core.UNPAIRED:
            what, counts = unpaired_counts(formed.inputs, step.labels, ordinal, _found)
            one, two = (f"{s.name} {n}" for s, n in zip(inputs, counts, strict=True))
            notes = (f"They add up different numbers of {what}: {one}, {two}.",)
        return replace(step, formula=formula, inputs=inputs, notes=notes)

    def _side(
        self, side: MeasureData, labels: dict[str, Any], ordinal: int, role: str
    ) -> Step:
        found = _found(side, labels)
        if found >= 0:
            return self.cell(side, found, ordinal, role)
        own = {key: labels[key] for key in side.series.keys}
        return Step(
            role,
            side.name,
            side.kind,
            side.unit,
            own,
            side.calendar.label(ordinal),
            float("nan"),
            _core.NOT_BEGUN,
            notes=("It has no such series.",),
        )

    def _number(self, step: Step, formed: Formed, at: At) -> Step:
        """A measure and a number that was given."""
        series, ordinal = at
        [side], sign = formed.inputs, formed.options["sign"]
        formula = f"value {sign} number"
        if sign[0] == "r":
            formula = f"number {sign[1]} value"
        return replace(
            step,
            formula=formula,
            inputs=(self.cell(side, series, ordinal, "value"),),
            numbers={"number": formed.options["number"]},
            notes=("The number is given by the caller.",),
        )


_FORMS: dict[str, Callable[..., Step]] = {
    "growth": _Teller._compared,
    "log growth": _Teller._compared,
    "annualized growth": _Teller._compared,
    "change": _Teller._compared,
    "matched growth": _Teller._matched,
    "index": _Teller._index,
    "window": _Teller._window,
    "single_periods": _Teller._single_periods,
    "trailing_of_totals": _Teller._trailing_of_totals,
    "sum over series": _Teller._over_series,
    "share": _Teller._share,
    "concentration": _Teller._concentration,
    "rank": _Teller._rank,
    "number": _Teller._number,
    **dict.fromkeys(("margin", "+", "-", "*", "/"), _Teller._of_two),
}
"""How each operation is told."""

_COMPARED = {
    "log growth": "ln(current / base)",
    "annualized growth": "(current / base) ** (per_year / lag) - 1",
    "change": "current - base",
}
_POLICIES = {
    "nm": "(current - base) / base",
    "signed": "(current - base) / base",
    "abs": "(current - base) / abs(base)",
    "midpoint": "2 * (current - base) / (abs(current) + abs(base))",
}
_SIDES = {
    "margin": (("revenue", "cost"), "(revenue - cost) / revenue"),
    "/": (("numerator", "denominator"), "numerator / denominator"),
    **{sign: (("first", "second"), f"first {sign} second") for sign in ("+", "-", "*")},
}
"""Operation to the roles of its two sides, and its formula."""


def _growth(step: Step, formed: Formed) -> str:
    """The formula of growth; series that enter or exit have their own."""
    policy = formed.options["policy"]
    if policy == "midpoint" and step.status == _core.ENTERED:
        return "2 * sign(current)"
    if policy == "midpoint" and step.status == _core.EXITED:
        return "-2 * sign(base)"
    if policy == "midpoint" and step.value == 0 and step.status == _core.BOTH_ZERO:
        return "current - base"
    return _POLICIES[policy]


def _no_base(step: Step, lag: Lag) -> str:
    """Why a day or a week has no base."""
    if lag.freq == "D":
        months = abs(lag.months)
        span = f"{months // 12}Y" if months % 12 == 0 else f"{months}M"
        side = "before" if lag.months > 0 else "after"
        return f"The month {span} {side} {step.period} has no such day."
    return f"{step.period} is a week 53: the other year has none."


# ---- parts of a step ----------------------------------------------------------------


def _plain(measure: MeasureData, step: Step, of: int) -> bool:
    """Whether a cell, one `of` many, is told without what it comes from."""
    if of <= _FEW:
        return False
    read = _read_of(measure) if measure.formed is None else None
    leaf = read is not None and read[0].coarse is None and read[0].groups.to is None
    return of > _MANY or (step.status == _core.OK and not leaf)


def _no(step: Step) -> bool:
    return not np.isfinite(step.value)


def _bare(measure: MeasureData, series: int, ordinal: int, role: str) -> Step:
    """A cell without what it comes from."""
    calendar = measure.calendar
    [value], [code] = measure.read(np.array([series]), np.array([ordinal]))
    notes: tuple[str, ...] = ()
    if not calendar.low <= ordinal <= calendar.high and np.isnan(value):
        late = bool(calendar.reach(np.array([ordinal]))[0][0])
        code = _core.PARTIAL if late else _core.OUTSIDE
        first, last = calendar.label(calendar.low), calendar.label(calendar.high)
        notes = (f"The calendar runs from {first} to {last}.",)
    labels = dict(zip(measure.series.keys, measure.series.name(series), strict=True))
    return Step(
        role,
        measure.name,
        measure.kind,
        measure.unit,
        labels,
        calendar.label(ordinal),
        float(value),
        int(code),
        notes=notes,
    )


def _rest(group: Step, values: Any) -> Step:
    """The other members of a group, as one number."""
    from math import fsum

    return Step(
        "members",
        f"{len(values):,} more members",
        group.kind,
        group.unit,
        {},
        group.period,
        fsum(values),
        _core.OK,
    )


def _late(measure: MeasureData, ordinal: int) -> tuple[str, ...]:
    calendar = measure.calendar
    if not calendar.late(ordinal) or calendar.high < calendar.low:
        return ()
    last = calendar.label(calendar.complete)
    last += " (complete_through)" if calendar.stated else ""
    period = calendar.label(ordinal)
    return (f"{period} lies after the last complete period, {last}.",)


def _read_of(measure: MeasureData) -> tuple[Any, str] | None:
    """The panel and the name under which a level is read, whatever its name now."""
    if measure.origin is None:
        return None
    panel, recipe = measure.origin
    while isinstance(recipe, Applied) and recipe.function is MeasureData.rename:
        recipe = recipe.inputs[0]
    return (panel, recipe.name) if isinstance(recipe, Read) else None


def _place(measure: MeasureData, ordinal: int) -> tuple[int, int]:
    """The place of a period in its year, and how many that year has."""
    place, parts = places(measure.calendar)
    at = ordinal - measure.calendar.low
    return int(place[at]), int(parts[at])


def _group(
    level: MeasureData, formed: Formed, group: int, ordinal: int
) -> tuple[Ints, Any]:
    """The series of a group that have a number, and their numbers."""
    members = np.flatnonzero(formed.options["to"] == group)
    values, _ = level.read(members, np.full(len(members), ordinal))
    known = np.isfinite(values)
    return members[known], values[known]


def _found(side: MeasureData, labels: dict[str, Any]) -> int:
    """The series of a measure that has some labels, or -1."""
    series = side.series
    mask = np.ones(series.count, bool)
    for k, key in enumerate(series.keys):
        good = [is_label(word, [labels[key]]) for word in series.labels[k]]
        mask &= np.array(good, bool)[series.codes[:, k]]
    number = np.flatnonzero(mask)
    return int(number[0]) if len(number) else -1


def _name(single: MeasureData, series: int, group: Step) -> str:
    """The labels of a member that its group does not have."""
    labels = zip(single.series.keys, single.series.name(series), strict=True)
    return " ".join(str(word) for key, word in labels if key not in group.labels)


def _some(names: list[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - NAMED
    listed = ", ".join(names[:NAMED])
    return f"{listed} and {more:,} more" if more > 0 else listed
