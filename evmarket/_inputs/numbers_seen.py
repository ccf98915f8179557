"""What the numbers of a column are, as they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._common.messages import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .sniffing import Marks
    from .wanted import Form, Told

    First = tuple[int, bytes] | None
    """The row and the text of the first number of a kind."""
    Fact = tuple[int, First, First, First, First, bool, bool]
    """See csrc/python/csv.c."""


class NotNumberError(ValueError):
    """A text in a column of numbers."""

    def __init__(self, message: str, column: str) -> None:
        super().__init__(message)
        self.column = column


def not_number(
    column: str, row: int, text: str, form: Form, whole: bool = False
) -> NotNumberError:
    """The error of a text among numbers, with its cure."""
    named = form.named
    cure = "" if whole else f"; {named('nulls')} names the texts of a missing number"
    if any(map(str.isdigit, text)) and "," in text and not whole:
        cure = f": {named('decimal')} and {named('thousands')} say what a comma is"
    what = "an integer" if whole else "a number"
    return NotNumberError(
        f"column {short(column)}, row {row}: {short(text)} is not {what}{cure}", column
    )


def check_doubtful(columns: Iterable[NumbersSeen], marks: Marks, form: Form) -> None:
    """A ValueError for a number that can be read in two ways, where no other number of
    its column, or of the first rows, tells what its mark is."""
    for one in columns:
        if one.doubtful is not None and not (marks.sure or one.shows_marks):
            row, text = one.doubtful
            decimal, thousands = map(form.named, ("decimal", "thousands"))
            raise ValueError(
                f"column {short(one.name)}, row {row}: {short(text)} may be {text} "
                f"or {text.replace('.', '')}, and no number tells: "
                f"pass {decimal} . or {thousands} ."
            )


def check_percents(columns: Iterable[NumbersSeen], told: Told) -> None:
    """Keep which columns have percent signs; a ValueError if those of other files
    differ."""
    for one in columns:
        if one.percent:
            told.percents.add(one.name)
        elif one.plain:
            told.plain.add(one.name)
        if one.name in told.percents & told.plain:
            raise ValueError(
                f"column {short(one.name)} has percent signs in some files only"
            )


class NumbersSeen:
    """What the numbers of a column are so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.shows_marks = False
        self.doubtful: tuple[int, str] | None = None
        self.percent: tuple[int, str] | None = None
        self.plain: tuple[int, str] | None = None
        self._large = -1
        self._decimals = False

    def note(self, before: int, fact: Fact, rows: Sequence[int] = ()) -> None:
        """Add the facts of a part with `before` rows in front; `rows`, if given, are
        the places of its numbers.

        Raises
        ------
        OverflowError
            If a number would be rounded.
        ValueError
            If only some numbers have a percent sign.
        """
        large, beyond, doubtful, percent, plain, shows, decimals = fact
        if rows:
            large = rows[large] if large >= 0 else large
            beyond, doubtful, percent, plain = (
                one and (rows[one[0]], one[1])
                for one in (beyond, doubtful, percent, plain)
            )
        if beyond is not None and not decimals:
            raise OverflowError(
                f"column {short(self.name)}, row {before + beyond[0]}: "
                f"{short(beyond[1].decode())} does not fit in int64"
            )
        if large >= 0 > self._large:
            self._large = before + large
        self._decimals |= decimals
        if self._decimals and self._large >= 0:
            raise OverflowError(
                f"column {short(self.name)} holds decimals and, in row {self._large}, "
                "an integer beyond 2**53 that float64 would round"
            )
        self.shows_marks |= bool(shows)
        self.doubtful = self.doubtful or _first(before, doubtful)
        self.percent = self.percent or _first(before, percent)
        self.plain = self.plain or _first(before, plain)
        if self.percent and self.plain:
            row, text = self.plain
            raise ValueError(
                f"column {short(self.name)}, row {row}: {short(text)} has no percent "
                f"sign, {short(self.percent[1])} in row {self.percent[0]} has one"
            )


def _first(before: int, first: First) -> tuple[int, str] | None:
    return None if first is None else (before + first[0], first[1].decode())
