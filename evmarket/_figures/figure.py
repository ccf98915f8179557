"""Published figures: what a printed number says about the true one."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.messages import short
from .._inputs.arrays import refuse_query
from .intervals import INF, Span, above, below, exactly, nearest
from .reading import Reading, read
from .show import show_span

if TYPE_CHECKING:
    from numpy.typing import NDArray


KINDS = ("number", "percent", "growth", "pp", "multiple", "change")
# What a printed kind may be called instead: only what leaves its numbers as they are.
_RENAMED = {
    "percent": ("growth",),
    "growth": ("percent",),
    "number": ("change",),
    "change": ("number",),
}


class Figure:
    """A published figure: its value, and the interval its printed digits stand for.

    Parameters
    ----------
    value : str, int, float, decimal.Decimal, fractions.Fraction or Figure
        Text as printed, English or Chinese, or a number. Only text carries rounding: a
        number is exact unless `unit` is given.
    unit : number, optional
        The rounding unit, a place of the last digit, where it is not the one the text
        shows. A number is rounded to it first, in decimal, ties to the even digit
        (GB/T 8170), as one who prints it would.
    kind : str, optional
        What the figure is, where text leaves it open: "growth" for "80%".

    Attributes
    ----------
    value, low, high : float
        The number printed (the middle of a range) and the ends; rates are fractions.
        Ends may be infinite. For an implied figure the ends are rounded outward.
    low_open, high_open : bool
        Whether an end itself lies outside.
    unit : float
        The rounding unit; 0 for an exact number, NaN for an implied figure.
    relation : str
        exact, about, nearly, over, and_some, at_least, under, at_most, range, implied.
    kind : str
        number, percent, growth, pp, multiple, change.
    of : str
        What is counted, as printed: "vehicles", "元".
    text : str
        As given; empty for numbers and implied figures.

    Raises
    ------
    TypeError
        If value is neither text nor a real number.
    ValueError
        If the text is no figure (the message shows where reading stopped), the number
        is not finite, the unit not positive or the kind not one the text can have.

    Notes
    -----
    A figure N printed to the unit u stands for [N - u/2, N + u/2]; trailing zeros of a
    number without a decimal point are not significant, its first two digits always are.
    Figures have no arithmetic: use `implied_base` and its kin, which enclose the truth.

    Examples
    --------
    >>> import evmarket as em
    >>> em.Figure("13.9万辆")
    Figure('13.9万辆': 139,000 [138,500, 139,500])
    >>> em.Figure("down nearly 20%")
    Figure('down nearly 20%': -20% (-20%, -19.5%])
    >>> em.Figure(139_000, unit=1_000).meets("138,600")
    True
    """

    __slots__ = (
        "_unit",
        "exact",
        "high",
        "kind",
        "low",
        "of",
        "relation",
        "text",
        "unit",
        "value",
    )

    text: str
    value: float
    low: float
    high: float
    unit: float
    relation: str
    kind: str
    of: str
    exact: Span
    _unit: Fraction | None

    def __init__(
        self, value: Any, *, unit: Any = None, kind: str | None = None
    ) -> None:
        if kind is not None and kind not in KINDS:
            raise ValueError(f"kind is {short(kind)}: it is one of {', '.join(KINDS)}")
        if isinstance(value, Figure):
            if unit is not None:
                raise ValueError("unit: the figure given has one already")
            fields = [getattr(value, name) for name in _FIELDS]
            if kind is not None:
                fields[2] = _renamed(kind, value.kind, value.text)
            _fill(self, *fields)
        elif isinstance(value, str):
            self._from_text(value, unit, kind)
        else:
            self._from_number(value, unit, kind or "number")

    def _from_text(self, text: str, unit: Any, kind: str | None) -> None:
        reading = read(text)
        span = _span(reading)
        step = Fraction(reading.unit, reading.over)
        if reading.relation == "under" and kind == "growth" and reading.bare:
            span = span._replace(low=-INF, low_open=True)
        if unit is not None:
            step = _unit_of(unit)
            if reading.relation not in ("exact", "about") or span.value is None:
                raise ValueError(f"unit: {short(text)} states a bound, not a rounding")
            if (span.value / step).denominator != 1:
                raise ValueError(
                    f"unit is {short(unit)}: {short(text)} has finer digits"
                )
            span = Span(span.value - step / 2, span.value + step / 2, value=span.value)
        kind = _renamed(kind, reading.kind, text) if kind else reading.kind
        _fill(self, span, reading.relation, kind, reading.of, text, step)

    def _from_number(self, value: Any, unit: Any, kind: str) -> None:
        number = _number(value, "value", decimal=unit is not None)
        if unit is None:
            _fill(self, exactly(number), "exact", kind, "", "", Fraction(0))
            return
        step = _unit_of(unit)
        number = round(number / step) * step  # ties to even
        span = Span(number - step / 2, number + step / 2, value=number)
        _fill(self, span, "exact", kind, "", "", step)

    @property
    def low_open(self) -> bool:
        """Whether the low end itself lies outside."""
        return self.exact.low_open

    @property
    def high_open(self) -> bool:
        """Whether the high end itself lies outside."""
        return self.exact.high_open

    def plot(self, *more: Figure, ax: Any = None) -> Any:
        """This figure and others of its kind, a row each, with their intervals.

        Parameters
        ----------
        *more : Figure
            Others of the same kind.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure without it. Open ends are arrows.

        Returns
        -------
        matplotlib.axes.Axes

        Examples
        --------
        >>> import evmarket as em
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> ax = em.Figure("13.9万").plot(em.Figure("nearly 130,000"))
        >>> [label.get_text() for label in ax.get_yticklabels()]
        ['13.9万', 'nearly 130,000']
        """
        from .plots import plot_figures

        return plot_figures((self, *more), ax)

    def meets(self, other: Any) -> bool:
        """Whether this figure and another can be the same number.

        Parameters
        ----------
        other : Figure, str or number

        Returns
        -------
        bool
            True where the intervals have a point in common; touching at an open end
            does not count.

        Examples
        --------
        >>> import evmarket as em
        >>> em.Figure("nearly 130,000").meets("130,000")
        True
        >>> em.Figure("nearly 130,000").meets(130_000)
        False
        """
        return self.exact.meets(figure(other).exact)

    def integers(self, max: int = 10) -> list[int]:
        """The whole numbers inside, where there are at most `max`.

        Parameters
        ----------
        max : int

        Returns
        -------
        list of int
            Empty where there is none, and where there are more than `max`.

        Examples
        --------
        >>> import evmarket as em
        >>> em.implied_base(1809, "714.9%").integers()
        [222]
        """
        span = self.exact
        if isinstance(span.low, float) or isinstance(span.high, float):
            return []
        first, last = math.ceil(span.low), math.floor(span.high)
        first += span.low_open and first == span.low
        last -= span.high_open and last == span.high
        return list(range(first, last + 1)) if last - first < max else []

    def __repr__(self) -> str:
        from .._common.text import fitted

        of = f" {self.of}" if self.of and not self.text else ""
        shown = f"{show_span(self.exact, self.kind)}{of})"
        if not self.text:
            return fitted(f"Figure({shown}")
        return fitted(f"Figure({self.text!r}:", shown)

    def _repr_html_(self) -> str:
        from .looks import figure

        return figure(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Figure):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[Any, ...]:
        return self.exact, self.relation, self.kind, self.of, self.text, self._unit

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Figure is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Figure is frozen: {name} cannot be deleted")

    def __reduce__(self) -> Any:
        return _made, tuple(getattr(self, name) for name in _FIELDS)


_FIELDS = ("exact", "relation", "kind", "of", "text", "_unit")


def _fill(
    made: Figure,
    span: Span,
    relation: str,
    kind: str,
    of: str,
    text: str,
    unit: Fraction | None,
) -> None:
    """Set every attribute, once."""
    implied = relation == "implied"
    down, up = (below, above) if implied else (nearest, nearest)
    values = {
        "exact": span,
        "relation": relation,
        "kind": kind,
        "of": of,
        "text": text,
        "_unit": unit,
        "unit": math.nan if unit is None else nearest(unit),
        "value": math.nan if span.value is None else nearest(span.value),
        "low": down(span.low),
        "high": up(span.high),
    }
    for name, value in values.items():
        object.__setattr__(made, name, value)


def _made(
    span: Span, relation: str, kind: str, of: str, text: str, unit: Fraction | None
) -> Figure:
    made = object.__new__(Figure)
    _fill(made, span, relation, kind, of, text, unit)
    return made


def implied(span: Span, kind: str, of: str = "") -> Figure:
    """The figure that a computation gives."""
    return _made(span, "implied", kind, of, "", None)


def moved(one: Figure, value: float) -> Figure:
    """A printed figure around another value, with its rounding and hedge."""
    span = one.exact
    if span.value is None or nearest(span.value) == value:
        return one
    by = _number(value, "value", decimal=True) - span.value
    span = Span(span.low + by, span.high + by, *span[2:4], span.value + by)
    return _made(span, one.relation, one.kind, one.of, "", one._unit)


def figure(value: Any) -> Figure:
    """A Figure as it is, anything else read as one."""
    return value if isinstance(value, Figure) else Figure(value)


def _renamed(kind: str, printed: str, text: str) -> str:
    if text and kind != printed and kind not in _RENAMED.get(printed, ()):
        raise ValueError(f"kind is {short(kind)}: {short(text)} is a {printed}")
    return kind


def _number(value: Any, name: str, decimal: bool) -> Fraction:
    """A finite number as a fraction; with `decimal` a float is what it prints as."""
    if (
        isinstance(value, (bool, np.bool_))
        or not (hasattr(value, "__float__") or hasattr(value, "__index__"))
        or isinstance(value, (complex, np.ndarray))
    ):
        raise TypeError(f"{name} is {short(value)}: it takes text or a real number")
    try:
        if isinstance(value, np.generic):
            value = value.item()
        return Fraction(repr(value) if decimal and isinstance(value, float) else value)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} is {short(value)}: it must be finite") from None
    except TypeError:
        raise TypeError(f"{name} is {short(value)}: it takes a real number") from None


def _unit_of(unit: Any) -> Fraction:
    step = _number(unit, "unit", decimal=True)
    if step <= 0:
        raise ValueError(f"unit is {short(unit)}: it must be positive")
    return step


def _span(reading: Reading) -> Span:
    over = reading.over
    return Span(
        -INF if reading.low is None else Fraction(reading.low, over),
        INF if reading.high is None else Fraction(reading.high, over),
        reading.low_open,
        reading.high_open,
        Fraction(reading.value, over),
    )


# ---- columns ----------------------------------------------------------------------

_Row = tuple[float, float, float, float, bool, bool, str, str, str]
_EMPTY: _Row = (math.nan, math.nan, math.nan, math.nan, False, False, "", "", "")
COLUMNS = (
    "value",
    "low",
    "high",
    "unit",
    "low_open",
    "high_open",
    "relation",
    "kind",
    "of",
)


@lru_cache(maxsize=1 << 16)
def _text_row(text: str) -> _Row:
    r = read(text)
    over = r.over  # whole numbers divide to the nearest double
    return (
        r.value / over,
        -INF if r.low is None else r.low / over,
        INF if r.high is None else r.high / over,
        r.unit / over,
        r.low_open,
        r.high_open,
        r.relation,
        r.kind,
        r.of,
    )


def read_row(item: Any) -> _Row:
    """One entry of a column in the order of COLUMNS; what is missing is NaN."""
    if isinstance(item, str):
        return _text_row(item) if item else _EMPTY
    if item is None or type(item).__name__ in ("NAType", "NaTType") or item != item:
        return _EMPTY
    one = figure(item)
    return tuple(getattr(one, name) for name in COLUMNS)


def figures(column: Iterable[Any]) -> dict[str, NDArray[Any]]:
    """Read a column of published figures.

    Parameters
    ----------
    column : sequence of str, numbers or Figures
        One figure an entry. None, NaN and empty text are missing.

    Returns
    -------
    dict of str to ndarray
        value, low, high, unit (float64, NaN where missing), low_open, high_open (bool),
        relation, kind, of (text): the attributes of `Figure`.

    Raises
    ------
    TypeError
        If column is one text, or an entry is neither text nor number.
    ValueError
        If an entry cannot be read; the message names its row.

    Examples
    --------
    >>> import evmarket as em
    >>> columns = em.figures(["13.9万辆", "", "up 80%"])
    >>> columns["low"]
    array([1.385e+05,       nan, 7.950e-01])
    >>> columns["kind"].tolist()
    ['number', '', 'growth']
    """
    if isinstance(column, (str, bytes)) or not hasattr(column, "__iter__"):
        raise TypeError(f"column is {short(column)}: it takes a sequence; see Figure")
    refuse_query(column, "column")
    # numpy's and pyarrow's own scalars as plain objects
    plain = getattr(column, "to_pylist", None) or getattr(column, "tolist", None)
    items = list(column) if plain is None else plain()
    rows = []
    for i, item in enumerate(items):
        try:
            rows.append(read_row(item))
        except (TypeError, ValueError) as error:
            raise type(error)(f"column, row {i}: {error}") from None
    columns = zip(*rows, strict=True) if rows else iter([()] * len(COLUMNS))
    types = [np.float64] * 4 + [np.bool_] * 2 + [np.str_] * 3
    return {
        name: np.array(values, dtype=dtype)
        for name, values, dtype in zip(COLUMNS, columns, types, strict=True)
    }
