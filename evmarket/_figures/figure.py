"""Figure: a published number, and the interval of true numbers that it allows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._common.arguments import choice
from .._common.messages import one_line, short
from .._inputs.arrays import is_missing, refuse_query
from .intervals import INF, Span, nearest
from .reading import read
from .show import show_span
from .state import FIGURE_KINDS, FigureState, from_number, from_text

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Figure:
    """A published figure: its value, and the interval that its printed digits allow.

    Parameters
    ----------
    value : str, int, float, decimal.Decimal, fractions.Fraction or Figure
        Text as printed, English or Chinese, or a number. Only text has a rounding unit
        of its own: a number is exact unless `unit` is given.
    unit : number, optional
        The rounding unit, a place of the last digit, if it is not the one that the text
        shows. A number is first rounded to it in decimal, ties to the even digit
        (GB/T 8170).
    kind : str, optional
        The kind, where the text leaves it open: "growth" for "80%".
    nouns : sequence of str, optional
        More words for what is counted, beside those that the reader knows.

    Attributes
    ----------
    value, low, high : float
        The printed number (the middle of a range) and the ends; rates are fractions.
        Ends may be infinite. Ends of an implied figure are rounded outward.
    low_open, high_open : bool
        Whether the end itself is excluded.
    unit : float
        The rounding unit; 0 for an exact number, NaN for an implied figure.
    relation : str
        exact, about, nearly, over, and_some, at_least, under, at_most, range, implied.
    kind : str
        number, percent, growth, pp, multiple, change.
    of : str
        What is counted, as printed: "vehicles"; of money the code, "CNY"; "loss" where
        a change is that of a loss.
    base : str
        What a change is measured against, if the text says so: "year" (year on year,
        同比), "quarter" or "month" (环比).
    text : str
        The text given; empty for numbers and implied figures.

    Raises
    ------
    TypeError
        If value is neither text nor a real number.
    ValueError
        If the text is not a figure (the message shows where reading stopped), the
        number is not finite, the unit not positive, or the text cannot have the kind.

    Notes
    -----
    A figure N printed to the unit u stands for [N - u/2, N + u/2]. Trailing zeros of a
    number without a decimal point do not count as digits, except the second digit.
    Figures have no arithmetic: `implied_base` and the other implied functions enclose
    the true result.

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

    __slots__ = ("_state",)

    _state: FigureState

    def __init__(
        self,
        value: Any,
        *,
        unit: Any = None,
        kind: str | None = None,
        nouns: Iterable[str] = (),
    ) -> None:
        if kind is not None and kind not in FIGURE_KINDS:
            known = ", ".join(FIGURE_KINDS)
            raise ValueError(f"kind is {short(kind)}: it is one of {known}")
        if isinstance(value, (Figure, FigureState)):
            if unit is not None:
                raise ValueError(
                    f"unit is {short(unit)}: the figure already has a unit; leave it "
                    "out"
                )
            given = value._state if isinstance(value, Figure) else value
            state = given.renamed(kind)
        elif isinstance(value, str):
            state = from_text(value, unit, kind, checked_nouns(nouns))
        else:
            state = from_number(value, unit, kind or "number")
        object.__setattr__(self, "_state", state)

    @property
    def exact(self) -> Span:
        """The interval in exact fractions."""
        return self._state.exact

    @property
    def value(self) -> float:
        """The printed number; NaN where an implied figure has none."""
        return self._state.value

    @property
    def low(self) -> float:
        """The low end."""
        return self._state.low

    @property
    def high(self) -> float:
        """The high end."""
        return self._state.high

    @property
    def low_open(self) -> bool:
        """Whether the low end itself is excluded."""
        return self.exact.low_open

    @property
    def high_open(self) -> bool:
        """Whether the high end itself is excluded."""
        return self.exact.high_open

    @property
    def unit(self) -> float:
        """The rounding unit; 0 for an exact number, NaN for an implied figure."""
        return math.nan if self._state.unit is None else nearest(self._state.unit)

    @property
    def relation(self) -> str:
        """How the number was printed: "exact", "about", "over" and so on."""
        return self._state.relation

    @property
    def kind(self) -> str:
        """The kind: "number", "percent", "growth", "pp", "multiple" or "change"."""
        return self._state.kind

    @property
    def of(self) -> str:
        """What is counted, as printed; of money the code."""
        return self._state.of

    @property
    def base(self) -> str:
        """What a change is measured against: "year", "quarter", "month" or ""."""
        return self._state.base

    @property
    def text(self) -> str:
        """The text given; empty for numbers and implied figures."""
        return self._state.text

    def plot(self, *more: Figure, ax: Any = None) -> Any:
        """Plot this figure and others of its kind with their intervals.

        Parameters
        ----------
        *more : Figure
            Other figures of the same kind.
        ax : matplotlib.axes.Axes, optional
            The axes to draw on; new ones by default. Unbounded ends are arrows.

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

        return plot_figures([one._state for one in (self, *more)], ax)

    def meets(self, other: Any) -> bool:
        """Whether this figure and another can be the same number.

        Parameters
        ----------
        other : Figure, str or number

        Returns
        -------
        bool
            True if the intervals have a point in common; touching at an open end does
            not count.

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
        """The integers in the interval, if there are at most `max`.

        Parameters
        ----------
        max : int

        Returns
        -------
        list of int
            Empty if there are none, or more than `max`.

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
        interval = f"{show_span(self.exact, self.kind)}{of})"
        if not self.text:
            return fitted(f"Figure({interval}")
        return fitted(f"Figure({self.text!r}:", interval)

    def _repr_html_(self) -> str:
        from .html import figure

        return figure(self._state)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Figure):
            return NotImplemented
        return self._state == other._state

    def __hash__(self) -> int:
        return hash(self._state)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Figure is frozen: {one_line(name)} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Figure is frozen: {one_line(name)} cannot be deleted")

    def __reduce__(self) -> Any:
        return Figure, (self._state,)


def checked_nouns(nouns: Any) -> tuple[str, ...]:
    """The words of a user, checked."""
    if isinstance(nouns, str):
        raise TypeError(f"nouns is {short(nouns)}: it takes a sequence of words")
    words = tuple(nouns)
    for word in words:
        if not isinstance(word, str) or not word.strip() or any(map(str.isdigit, word)):
            raise ValueError(f"nouns holds {short(word)}: give words without digits")
    return words


def implied(span: Span, kind: str, of: str = "") -> Figure:
    """The figure that a computation gives."""
    return Figure(FigureState(span, "implied", kind, of))


def moved(one: Figure, value: float) -> Figure:
    """A printed figure around another value, with its rounding and hedge."""
    same = one.exact.value is None or one.value == value
    return one if same else Figure(one._state.around(value))


def figure(value: Any) -> Figure:
    """A Figure as it is, anything else read as one."""
    return value if isinstance(value, Figure) else Figure(value)


class FigureRow(NamedTuple):
    """One figure as a row of the columns of `figures`."""

    value: float
    low: float
    high: float
    unit: float
    low_open: bool
    high_open: bool
    relation: str
    kind: str
    of: str
    base: str


_NAN = math.nan
_MISSING = FigureRow(_NAN, _NAN, _NAN, _NAN, False, False, "", "", "", "")
_TYPES = (*[np.float64] * 4, *[np.bool_] * 2, *[np.str_] * 4)
_EMPTY = frozenset(
    [
        "",
        *[
            "-",
            "--",
            "---",
            "–",
            "—",
            "−",
            "n/a",
            "na",
            "n.a.",
            "nan",
            "...",
            "…",
            "/",
            "不适用",
            "无",
            "暂无",
            "未披露",
        ],
    ]
)
"""Texts of an entry without a figure, in small letters."""
_SHORT = 1 + max(map(len, _EMPTY))


def is_empty(text: str) -> bool:
    """Whether an entry of a column says that there is no figure."""
    return text.strip().lower() in _EMPTY


@lru_cache(maxsize=1 << 16)
def _text_row(text: str, nouns: tuple[str, ...] = ()) -> FigureRow:
    if len(text) < _SHORT and is_empty(text):
        return _MISSING
    (value, low, high, over, low_open, high_open, unit, relation, kind, of, base, _) = (
        read(text, nouns)
    )
    # Dividing integers gives the nearest double.
    return FigureRow(
        value / over,
        -INF if low is None else low / over,
        INF if high is None else high / over,
        unit / over,
        low_open,
        high_open,
        relation,
        kind,
        of,
        base,
    )


def read_row(item: Any, nouns: tuple[str, ...] = ()) -> FigureRow:
    """One entry of a column; a missing one has NaN."""
    if isinstance(item, str):
        return _text_row(item, nouns)
    if is_missing(item):
        return _MISSING
    one = figure(item)
    return FigureRow(*(getattr(one, name) for name in FigureRow._fields))


def figures(
    column: Iterable[Any], errors: str = "raise", *, nouns: Iterable[str] = ()
) -> dict[str, NDArray[Any]]:
    """Read a column of published figures.

    Parameters
    ----------
    column : sequence of str, numbers or Figures
        One figure per entry. None, NaN, empty text and texts such as "--", "n/a" and
        "不适用" are missing.
    errors : {"raise", "collect"}
        Whether an entry that cannot be read raises an error, or is NaN with its message
        in one more column, "error".
    nouns : sequence of str, optional
        More words for what is counted, as for `Figure`.

    Returns
    -------
    dict of str to ndarray
        value, low, high, unit (float64, NaN where missing), low_open, high_open (bool),
        relation, kind, of, base (text): the attributes of `Figure`; with "collect" also
        error (text, empty for entries that were read).

    Raises
    ------
    TypeError
        If column is a single text, or an entry is neither text nor a number.
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
        raise TypeError(
            f"column is {short(column)}: it takes a sequence; read a single figure "
            "with Figure"
        )
    refuse_query(column, "column")
    # plain objects in place of the scalars of NumPy and pyarrow
    plain = getattr(column, "to_pylist", None) or getattr(column, "tolist", None)
    items = list(column) if plain is None else plain()
    collects = choice(errors, "errors", {"raise": False, "collect": True})
    words, rows, wrong = checked_nouns(nouns), [], [""] * len(items)
    for i, item in enumerate(items):
        try:
            text = type(item) is str
            rows.append(_text_row(item, words) if text else read_row(item, words))
        except (TypeError, ValueError) as error:
            if not collects:
                raise type(error)(f"column, row {i}: {error}") from None
            rows.append(_MISSING)
            wrong[i] = str(error)
    columns = zip(*rows, strict=True) if rows else iter([()] * len(_TYPES))
    found: dict[str, NDArray[Any]] = {
        name: np.array(values, dtype=dtype)
        for name, values, dtype in zip(FigureRow._fields, columns, _TYPES, strict=True)
    }
    return found | {"error": np.array(wrong, np.str_)} if collects else found
