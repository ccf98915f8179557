"""Status codes: why a cell has a number or none."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .arguments import choice

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .types import Codes, Floats


def lowest(*statuses: Any) -> Codes:
    """The lowest code that is not OK, cell by cell; OK where all codes are OK."""
    # OK is 0; minus 1 it wraps to the largest uint8.
    least = statuses[0] - np.uint8(1)
    for status in statuses[1:]:
        least = np.minimum(least, status - np.uint8(1))
    result: Codes = least + np.uint8(1)
    return result


def lacking(values: Floats, codes: Codes) -> Codes:
    """Why each cell has no number; OK where it has one."""
    return np.where(np.isnan(values), codes, np.uint8(0))


def settled(values: Floats, own: Codes, reasons: Codes, *beside: Any) -> Codes:
    """The statuses of computed values; values with a reason become NaN in place.

    A reason that takes the number away wins over all others. Then comes the status of
    the computation itself; marks beside its inputs are passed on to numbers alone.
    """
    if beside:
        own = np.where(np.isnan(values), own, lowest(own, *beside))
    values[reasons != 0] = np.nan
    return np.where(reasons == 0, own, reasons)


class Status(IntEnum):
    """Why a cell has a number or none.

    The codes are stable and ordered: if several apply, the lowest one is used. A cell
    can have a number and a status other than ``OK``; use ``numpy.isfinite`` to test for
    a number.

    Examples
    --------
    >>> import evmarket as em
    >>> values, status = em.growth([0, 5, 4], return_status=True)
    >>> em.Status.names(status)
    array(['OUTSIDE', 'ZERO_BASE', 'OK'], dtype='<U20')
    >>> em.Status.ZERO_BASE.meaning
    'the base is zero: there is no rate'
    >>> em.Status.TURNED_PROFIT.label("zh")
    '扭亏为盈'
    """

    OK = _core.OK
    PARTIAL = _core.PARTIAL
    NOT_BEGUN = _core.NOT_BEGUN
    EXITED = _core.EXITED
    MISSING = _core.MISSING
    OUTSIDE = _core.OUTSIDE
    ENTERED = _core.ENTERED
    GAP = _core.GAP
    INCOMPLETE = _core.INCOMPLETE
    UNPAIRED = _core.UNPAIRED
    INVALID = _core.INVALID
    ZERO_BASE = _core.ZERO_BASE
    BOTH_ZERO = _core.BOTH_ZERO
    TURNED_PROFIT = _core.TURNED_PROFIT
    TURNED_LOSS = _core.TURNED_LOSS
    LOSS_NARROWED = _core.LOSS_NARROWED
    LOSS_WIDENED = _core.LOSS_WIDENED
    LOSS_UNCHANGED = _core.LOSS_UNCHANGED
    BROKE_EVEN = _core.BROKE_EVEN
    ZERO_DENOMINATOR = _core.ZERO_DENOMINATOR
    NEGATIVE_DENOMINATOR = _core.NEGATIVE_DENOMINATOR
    NO_MATCH = _core.NO_MATCH

    @property
    def meaning(self) -> str:
        """One line that says when the status applies."""
        return _TEXTS[self][0]

    def label(self, language: str = "en") -> str:
        """A short label for tables, in English (``"en"``) or Chinese (``"zh"``).

        Examples
        --------
        >>> import evmarket as em
        >>> em.Status.GAP.label(), em.Status.GAP.label("zh")
        ('gap', '基期缺数')
        """
        place = choice(language, "language", {"en": 1, "zh": 2})
        return _TEXTS[self][place]

    @staticmethod
    def names(status: ArrayLike) -> NDArray[np.str_]:
        """The names of status codes, as an array of the same shape.

        Examples
        --------
        >>> import evmarket as em
        >>> growth, status = em.growth([4, 5, float("nan")], return_status=True)
        >>> em.Status.names(status).tolist()
        ['OUTSIDE', 'OK', 'MISSING']
        """
        codes = np.asarray(status)
        if codes.size and codes.dtype.kind not in "iu":
            raise TypeError(f"status has dtype {codes.dtype}: it takes integers")
        unknown = (codes < 0) | (codes >= len(_TEXTS))
        if unknown.any():
            bad = codes[unknown].flat[0]
            raise ValueError(f"status holds {bad}: codes are 0 to {len(_TEXTS) - 1}")
        names: NDArray[Any] = np.array([member.name for member in Status])
        return names[codes.astype(np.intp)]


_TEXTS = {
    Status.OK: ("the number stands", "ok", "正常"),
    Status.PARTIAL: (
        "the current or the base period lies after the last complete one",
        "partial",
        "未完整",
    ),
    Status.NOT_BEGUN: ("the series has no value yet", "not begun", "未开始"),
    Status.EXITED: ("the series has ended for good", "exited", "已退出"),
    Status.MISSING: (
        "the current value is absent: a hole, or not reported yet",
        "missing",
        "缺数",
    ),
    Status.OUTSIDE: (
        "the base lies outside the array or the calendar",
        "outside",
        "超出范围",
    ),
    Status.ENTERED: (
        "the base is absent because the series had not begun",
        "entered",
        "新进入",
    ),
    Status.GAP: ("the base is absent", "gap", "基期缺数"),
    Status.INCOMPLETE: (
        "a window, a year to date or a group lacks one of its values",
        "incomplete",
        "不完整",
    ),
    Status.UNPAIRED: (
        "numerator and denominator do not come from the same rows",
        "unpaired",
        "口径不一",
    ),
    Status.INVALID: (
        "an infinity went in, or the result leaves the float range",
        "invalid",
        "无效",
    ),
    Status.ZERO_BASE: (
        "the base is zero: there is no rate",
        "zero base",
        "基数为零",
    ),
    Status.BOTH_ZERO: ("base and current are both zero", "both zero", "均为零"),
    Status.TURNED_PROFIT: (
        "a negative base became positive",
        "turned to profit",
        "扭亏为盈",
    ),
    Status.TURNED_LOSS: ("a positive base became negative", "turned to loss", "首亏"),
    Status.LOSS_NARROWED: ("both negative, the loss shrank", "loss narrowed", "减亏"),
    Status.LOSS_WIDENED: ("both negative, the loss grew", "loss widened", "增亏"),
    Status.LOSS_UNCHANGED: (
        "both negative, the loss stayed the same",
        "loss unchanged",
        "持平",
    ),
    Status.BROKE_EVEN: ("a negative base became zero", "broke even", "盈亏平衡"),
    Status.ZERO_DENOMINATOR: (
        "the denominator is zero",
        "zero denominator",
        "分母为零",
    ),
    Status.NEGATIVE_DENOMINATOR: (
        "the denominator is negative",
        "negative denominator",
        "分母为负",
    ),
    Status.NO_MATCH: ("no item is present in both periods", "no match", "无可比项"),
}
