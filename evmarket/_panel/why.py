"""Why: where the number or the hole of one cell comes from, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from .._cells.series import is_label
from .._cells.why import told
from .._common.html import Column, Html, box, joined, label, legend, mark, strong
from .._common.html import table as html_table
from .._common.html import text as html_text
from .._common.kinds import format_of
from .._common.messages import listing, near, one_line, short
from .._common.numbers import RELATIVE, finite, number
from .._common.status import Status
from .._common.text import WIDTH, columns_of, middle, printable, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .._cells.measure import MeasureData
    from .._cells.why import Step

_TERMS = 6
"""The most terms of a sum that are written out."""
_PERIODS = 14
"""The most periods of a sum that have a line each."""
_LISTED = ("periods", "members", "parts")
"""Roles of cells that are listed without a word before them."""
_WORDS = {
    "sum(periods)": "the sum of its periods",
    "sum(members)": "the sum of its members",
    "sum(parts)": "sum of the parts",
    "sum_of_squares(parts) / total ** 2": "the sum of the squares of part / total",
    "last": "the value of its last period",
    "1 + larger": "1 + the number of larger ones",
}
"""Formulas and parts of them in words."""
_ADDED = ("sum(periods)", "sum(members)")
_WITHOUT = (Status.PARTIAL, Status.UNPAIRED, Status.INCOMPLETE)
"""Statuses of cells without a number though their inputs may have one."""


class Why:
    """Where the number or the hole of one cell comes from.

    Returned by `Measure.why` and `Panel.why`. It prints as text, and as HTML in a
    notebook.

    Attributes
    ----------
    name, kind, unit : str, str, str or None
        Those of the measure.
    labels : dict of str to label
        The labels of the series, one per key.
    period : str
    value : float
        NaN if there is no number.
    status : Status
    role : str
        What the cell is in the formula of the cell it is an input of, such as "base".
    formula : str
        The formula, and the formula with its numbers.
    notes : tuple of str
        Sentences on rows, members, entry, exit and the calendar.
    inputs : tuple of Why
        The cells that the number is computed from.

    Notes
    -----
    It knows how many rows a cell has, not the dates within a period of the panel.

    Examples
    --------
    >>> import evmarket as em
    >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, None]}
    >>> panel = em.Panel.from_wide(table, "maker", "units")
    >>> print(panel["units"].growth().why("2025", maker="A"))
    units growth, maker=A, 2025: +50.00%
      OK: the number stands
      (current - base) / base = (90 - 60) / 60
      current: units: 90  1 row.
      base: units, 2024: 60  1 row.
    >>> panel.why("units", "2025", maker="B").status.name
    'MISSING'
    """

    def __init__(self, step: Step) -> None:
        self._step = step
        self.role, self.name, self.kind = step.role, step.name, step.kind
        self.unit, self.labels, self.period = step.unit, dict(step.labels), step.period
        self.value, self.status = step.value, Status(step.status)
        self.notes = step.notes
        self.inputs = tuple(map(Why, step.inputs))

    @property
    def formula(self) -> str:
        """The formula, and the formula with its numbers."""
        return _formula(self._step)

    def __str__(self) -> str:
        lines: list[str] = []
        for depth, words, more in _lines(self._step, None, 0):
            lines += _fitted("  " * depth, words, more)
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        rows = list(_rows(self._step, None, 0))
        cells, values, words, codes = zip(*rows, strict=True)
        columns = [
            Column(html_text("cell"), cells, "label"),
            Column(html_text("number"), values, "number"),
            Column(html_text("why"), words, "words"),
        ]
        title = joined(
            [Html(f"{strong('Why')} {label(self.name)}"), *_places(self._step)], ", "
        )
        return box(title, html_table(columns), foot=[legend(np.array(codes))])

    def to_dict(self) -> dict[str, Any]:
        """All that is told, as a dict of plain objects for JSON.

        Examples
        --------
        >>> import evmarket as em
        >>> panel = em.Panel.from_wide({"maker": ["A"], "2025": [90]}, "maker", "units")
        >>> why = panel.why("units", "2025", maker="A").to_dict()
        >>> why["value"], why["status"], why["notes"]
        (90.0, 'OK', ['1 row.'])
        """
        return {
            "role": self.role,
            "measure": self.name,
            "kind": self.kind,
            "unit": self.unit,
            "labels": self.labels,
            "period": self.period,
            "value": finite(self.value),
            "status": self.status.name,
            "meaning": self.status.meaning,
            "formula": self.formula,
            "notes": list(self.notes),
            "inputs": [each.to_dict() for each in self.inputs],
        }


def why(measure: MeasureData, period: Any, labels: Mapping[str, Any]) -> Why:
    """See `Measure.why`."""
    series = one_series(measure, labels)
    return Why(told(measure, series, measure.calendar.ordinal(period, "period")))


def one_series(measure: MeasureData, labels: Mapping[str, Any]) -> int:
    """The number of the one series that has some labels."""
    series = measure.series
    mask = np.ones(series.count, bool)
    for key, given in labels.items():
        if key not in series.keys:
            raise KeyError(f"{short(key)} is not a key: {near(key, series.keys)}")
        word = given.item() if isinstance(given, np.generic) else given
        if isinstance(word, (list, tuple, set, dict, np.ndarray)):
            raise TypeError(f"{one_line(key)} is {short(word)}: give one label")
        place = series.keys.index(key)
        used = [series.labels[place][c] for c in np.unique(series.codes[:, place])]
        if not is_label(word, used):
            raise KeyError(
                f"{one_line(key)}: {short(word)} is not a label: {near(word, used)}"
            )
        good = [is_label(known, [word]) for known in series.labels[place]]
        mask &= np.array(good, bool)[series.codes[:, place]]
    found = np.flatnonzero(mask)
    if len(found) == 1:
        return int(found[0])
    given = ", ".join(
        f"{one_line(key)}={one_line(word)}" for key, word in labels.items()
    )
    if not len(found):
        raise KeyError(f"no series has {given}" if given else "there is no series")
    needed = [
        key
        for k, key in enumerate(series.keys)
        if key not in labels and len(np.unique(series.codes[found, k])) > 1
    ]
    raise ValueError(
        f"{len(found):,} series have {given or 'all labels'}: give one label of "
        f"{listing(needed)} too"
    )


# ---- text ---------------------------------------------------------------------------


def _lines(
    step: Step, above: Step | None, depth: int
) -> Iterator[tuple[int, str, list[str]]]:
    """Depth, words and sentences of a cell and of those it comes from."""
    status, more = Status(step.status), list(filter(None, [_formula(step)]))
    value, notes = _value(step), _notes(step, above)
    if above is None:
        lacking = [note for note in notes if " lack" in note]
        if status == Status.INCOMPLETE and lacking:
            notes.remove(lacking[0])
            more.insert(0, f"{status.name}: {lacking[0]}")
        else:
            more.insert(0, f"{status.name}: {status.meaning}")
    elif status != Status.OK:
        value += f" ({status.name})"
    yield depth, ": ".join(filter(None, [_head(step, above), value])), [*more, *notes]
    for each in _shown(step.inputs):
        if isinstance(each, str):
            yield depth + 1, each, []
        else:
            yield from _lines(each, step, depth + 1)


def _shown(inputs: Sequence[Step]) -> list[Step | str]:
    """The inputs that have a line; the middle of many periods is left out."""
    many = len(inputs) - _PERIODS
    if many < 2 or inputs[-1].role not in ("periods", "base"):
        return list(inputs)
    half = _PERIODS // 2
    return [*inputs[:half], f"... {many:,} more periods", *inputs[-half:]]


def _fitted(indent: str, words: str, more: list[str]) -> list[str]:
    """A cell in lines: its sentences beside it if they fit, else below it."""
    inner = indent + "  "
    words = middle(words, 2 * WIDTH) if columns_of(words) > 2 * WIDTH else words
    first = indent + printable(words)
    beside = "  ".join([first, *more])
    if indent and len(more) == 1 and columns_of(beside) <= WIDTH:
        return [printable(beside)]
    lines = [first]
    for sentence in more:
        rows = wrap(printable(sentence), WIDTH - len(inner))
        lines += [inner + row for row in rows]
    return lines


def _head(step: Step, above: Step | None) -> str:
    """Role, name, labels and period of a cell where they differ from the cell above."""
    if above is None:
        return ", ".join([one_line(step.name), *_labels(step.labels), step.period])
    role = "" if step.role in _LISTED else step.role.replace("_", " ")
    named = step.name != above.name and (role or not step.labels)
    words = [one_line(step.name)] if named and step.role != "periods" else []
    labels = {
        key: word
        for key, word in step.labels.items()
        if key not in above.labels or above.labels[key] != word
    }
    words += _labels(labels)
    if step.period != above.period or step.role == "periods":
        words.append(step.period)
    return ": ".join(filter(None, [role, ", ".join(words)]))


def _notes(step: Step, above: Step | None) -> list[str]:
    """The sentences on a cell that the cell above does not have."""
    known = () if above is None else above.notes
    return [note for note in step.notes if note not in known]


def _labels(labels: Mapping[str, Any]) -> list[str]:
    return [
        f"{one_line(key)}={middle(one_line(word), 32)}" for key, word in labels.items()
    ]


def _value(step: Step) -> str:
    """The number with its unit, or that there is none."""
    if not np.isfinite(step.value):
        return "no number"
    unit = f" {one_line(step.unit)}" if step.unit else ""
    return _number(step.value, step.kind) + unit


def _number(value: float, kind: str) -> str:
    form = format_of(kind)
    if form in RELATIVE and abs(value) < 1e12:
        return RELATIVE[form](value)
    return number(value, 12)


# ---- the formula --------------------------------------------------------------------


def _formula(step: Step) -> str:
    """The formula in words, and with the numbers put in."""
    if not step.formula:
        return ""
    words = step.formula
    for part, plain in _WORDS.items():
        words = words.replace(part, plain)
    words = words.replace("_", " ")
    roles: dict[str, list[Step]] = {}
    for each in step.inputs:
        roles.setdefault(each.role, []).append(each)
    used = re.findall(r"[a-z_]+", step.formula)
    lacking = [
        role
        for role in roles
        if role in used
        and role not in ("periods", "members")
        and not all(np.isfinite(each.value) for each in roles[role])
    ]
    if np.isnan(step.value):
        if lacking:
            plain = " and ".join(role.replace("_", " ") for role in lacking)
            verb = "has" if len(lacking) == 1 else "have"
            return f"{words}, but {plain} {verb} no number"
        if step.formula in _ADDED:
            return words if step.status in _WITHOUT else ""
        if step.status in _WITHOUT:
            return words
    return f"{words} = {_put_in(step, roles)}"


def _put_in(step: Step, roles: dict[str, list[Step]]) -> str:
    """The formula with numbers in place of the roles."""

    def term(value: float, kind: str) -> str:
        text = _number(value, kind).removeprefix("+")
        return f"({text})" if text.startswith("-") else text

    def listed(role: str, between: str, power: str = "") -> str:
        terms = [
            term(each.value, each.kind) + power
            for each in roles.get(role, ())
            if np.isfinite(each.value)
        ]
        if len(terms) > _TERMS:
            terms = [*terms[:3], "...", terms[-1]]
        return between.join(terms) or "0"

    def put(found: re.Match[str]) -> str:
        function, argument, role = found.groups()
        if function == "sum":
            whole = listed(argument, " + ")
            alone = step.formula == found[0] or " + " not in whole
            return whole if alone else f"({whole})"
        if function == "sum_of_squares":
            return f"({listed(argument, ' + ', '²')})"
        if function:
            return f"{function}({listed(argument, ', ')})"
        if role in step.numbers:
            return term(step.numbers[role], "")
        return listed(role, ", ") if role in roles else role

    pattern = r"(sum|mean|sum_of_squares)\(([a-z_]+)\)|([a-z_]+)"
    return re.sub(pattern, put, step.formula)


# ---- HTML ---------------------------------------------------------------------------


def _places(step: Step) -> list[Html]:
    """The labels and the period of a cell."""
    words = [Html(f"{label(key)}={label(word)}") for key, word in step.labels.items()]
    return [*words, html_text(step.period)]


def _rows(
    step: Step, above: Step | None, depth: int
) -> Iterator[tuple[Html, Html, Html, int]]:
    """Cell, number, sentences and status, one row per cell."""
    head = label(_head(step, above), 60)
    shown = html_text(_value(step) if np.isfinite(step.value) else "–")
    if step.status != Status.OK:
        marked = mark(step.status)
        shown = joined([marked, shown] if np.isfinite(step.value) else [marked], " ")
    words = html_text(
        " ".join(filter(None, [_sentence(_formula(step)), *_notes(step, above)]))
    )
    indent = html_text("\N{EM SPACE}" * 2 * depth) if depth else Html("")
    yield Html(f"{indent}{head}"), shown, words, step.status
    for each in _shown(step.inputs):
        if isinstance(each, str):
            indent = html_text("\N{EM SPACE}" * 2 * (depth + 1))
            yield Html(f"{indent}{html_text(each)}"), Html(""), Html(""), 0
        else:
            yield from _rows(each, step, depth + 1)


def _sentence(words: str) -> str:
    return f"{words}." if words else ""
