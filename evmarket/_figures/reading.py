"""The reader of published figures: "13.9万辆", "down nearly 20%", "8-9 billion yuan".

A figure is words, a number, words; a range continues with a second number and words.
Numbers vary and words repeat, so a text is split at its numbers and each piece of words
is read once and cached. All arithmetic is on integers over a power of ten; nothing is
rounded in binary. The time is linear in the length of the text.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from .numerals import in_digits
from .words import FOLD, TWO, After, Before, StopError, read_after, read_before

LONGEST = 200  # characters; far more than any printed figure has

_GROUPED = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?"
_INDIAN = r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}(?![0-9,])(?:\.[0-9]+)?"
_SPACED = r"[1-9][0-9]{0,2}(?: [0-9]{3})+(?![0-9])(?:\.[0-9]+)?"
_COMMA = r"[0-9]{1,3},[0-9]{1,2}(?![0-9,])"  # a decimal comma, of German
_PLAIN = r"[0-9]+(?:\.[0-9]+)?|(?<![0-9a-z])\.[0-9]+"
NUMBER = f"{_INDIAN}|{_GROUPED}|{_SPACED}|{_COMMA}|{_PLAIN}"
# A point before a digit is of the number, but for that of "Rs.500".
_WORDS = r"[^0-9.]*(?:(?:\.(?![0-9])|(?<=[a-z])\.)[^0-9.]*)*"
_TEXT = re.compile(rf"({_WORDS})(?:({NUMBER})({_WORDS})(?:({NUMBER})({_WORDS}))?)?")
_THOUSANDS_POINT = re.compile(r"\.[0-9]{3}$")
_STRAY = " .,;:!。，；：！、"
"""Marks that may stand after a figure."""
_TIMES = 1000
"""So many times and more are a count, no multiple."""
_FLAT = 5  # half a percentage point, in thousandths


class Reading(NamedTuple):
    """A text as numbers: integers, each to be divided by ``over``."""

    value: int
    low: int | None  # None: unbounded
    high: int | None
    over: int
    low_open: bool
    high_open: bool
    unit: int
    relation: str
    kind: str
    of: str
    base: str
    bare: bool  # has neither a verb nor a sign


class _Number(NamedTuple):
    """digits * 10^place, printed to 10^unit; the last nonzero digit counts 10^last."""

    digits: int
    place: int
    unit: int
    last: int

    @property
    def size(self) -> tuple[int, int]:
        """The number as digits and a power of ten that is not positive."""
        return self.digits, self.place


def _decimal_comma(printed: str) -> bool:
    """Whether a number has fewer than three digits after its last comma."""
    comma = printed.rfind(",")
    return comma >= 0 and len(printed) - comma <= 3


def _number(printed: str, shift: int) -> _Number:
    if _decimal_comma(printed):
        printed = printed.replace(",", ".")
    if not printed.isdigit():
        printed = printed.replace(",", "").replace(" ", "")
    whole, _, decimals = printed.partition(".")
    digits = int(whole + decimals)
    whole = whole.lstrip("0")
    zeros = len(whole) - len(whole.rstrip("0"))
    place, unit, last = 0, min(zeros, max(len(whole) - 2, 0)), zeros
    if decimals:
        kept = len(decimals.rstrip("0"))
        place = unit = -len(decimals)
        last = -kept if kept else zeros
    return _Number(digits, place + shift, unit + shift, last + shift)


def _of_rate(before: Before, kind: str) -> Before:
    """A change of a rate of growth: by points, in the direction of its verb."""
    if kind != "pp" or before.direction < 0:
        raise StopError(0, "the change of a rate that may mean two things")
    return before._replace(direction=before.of_rate)


def _tenths(number: _Number) -> _Number:
    """A number of tenths is rounded to a tenth: 三成 is 25% to 35%."""
    if number.place != -1 or number.digits > 10:
        raise StopError(0, "tenths are whole, and at most ten")
    return number._replace(unit=min(number.place, -1))


# ---- one number ----------------------------------------------------------------------


def _hedged(
    relation: str, n: int, half: int, some: int
) -> tuple[int | None, int | None, bool, bool]:
    """The interval of a hedged magnitude n: low, high, low open, high open."""
    match relation:
        case "nearly":
            return n - half, n, False, True
        case "over":
            return n, None, True, True
        case "and_some":
            return n, n + some, False, False
        case "at_least":
            return n, None, False, True
        case "under":
            return 0, n, False, True
        case "at_most":
            return 0, n, False, False
        case _:  # about
            return n - half, n + half, False, False


def _kind(kind: str, before: Before, after: After) -> str:
    """The kind of the whole: a change of a level is "change", of a rate "pp"."""
    if before.changes or after.direction:
        return {"number": "change", "pp": "pp"}.get(kind, "growth")
    if before.sign and kind == "percent":
        return "growth"
    return "change" if before.sign > 0 and kind == "number" else kind


def _direction(before: Before, after: After) -> int:
    """The sign of the number; StopError where signs and words contradict each other."""
    if after.direction:
        odd = before.sign < 0 and not (after.growth and after.direction > 0)
        if odd or (before.sign > 0 and after.direction < 0) or before.direction:
            raise StopError(0, "a sign beside a word for a change: give one of them")
    return (before.direction or after.direction or 1) * (before.sign or 1)


def _relation(before: Before, after: After) -> str:
    """The relation that the one hedge states."""
    if not (before.hedge or after.hedge or after.some):
        return "exact"
    some = "and_some" if after.some else None
    hedges = [h for h in (before.hedge, after.hedge, some) if h]
    if len(hedges) > 1 and hedges != ["over", "and_some"]:
        raise StopError(0, "it has two hedges")
    return hedges[0]


def _single(
    before: Before, number: _Number, after: After, kind: str, of: str = ""
) -> Reading:
    relation = _relation(before, after)
    digits, place, last_place, nonzero = number
    least = min(place, last_place, nonzero, 0)
    n = 2 * digits * 10 ** (place - least)
    half = 10 ** (last_place - least)
    low: int | None = n - half
    high: int | None = n + half
    low_open = high_open = False
    if relation != "exact":
        some = 2 * 10 ** (nonzero - least)
        low, high, low_open, high_open = _hedged(relation, n, half, some)
    if _direction(before, after) < 0:
        n, low, high = (
            -n,
            None if high is None else -high,
            None if low is None else -low,
        )
        low_open, high_open = high_open, low_open
    return Reading(
        n, low, high, 2 * 10**-least, low_open, high_open, 2 * half, relation,
        _kind(kind, before, after), of, before.base or after.base,
        before.bare and not after.direction,
    )  # fmt: skip


def _word(before: Before) -> Reading:
    """A figure without digits: "doubled", "flat"."""
    if before.flat:
        if before.hedge not in (None, "about", "nearly"):
            raise StopError(0, "it has a hedge that means nothing here")
        return Reading(0, -_FLAT, _FLAT, 1000, False, False, 10, "about", "growth",
                       "", before.base, False)  # fmt: skip
    assert before.word is not None
    digits, sign = before.word
    before = before._replace(direction=sign, changes=True, bare=False)
    nothing = read_after("", False, ())
    return _single(before, _Number(digits, -1, -1, -1), nothing, "growth")


# ---- two numbers ---------------------------------------------------------------------


class _Range(NamedTuple):
    """The parts of a range, before its numbers are scaled."""

    before: Before
    one: str
    middle: After
    two: str
    last: After


def _range(parts: _Range) -> Reading:
    before, middle, last = parts.before, parts.middle, parts.last
    if before.hedge or any(e.hedge or e.some for e in (middle, last)):
        raise StopError(0, "a range cannot have a hedge")
    if middle.connector == "and" and not before.between:
        raise StopError(0, TWO)
    if middle.connector == "-" and before.sign < 0:
        raise StopError(0, "a dash after a minus may be either")
    if (middle.unit and not last.unit) or _alone(middle, last):
        raise StopError(0, f"{TWO}, or a range with its unit on the first alone")
    kind, power = _shared(middle.unit, last.unit, "unit") or ("number", 0)
    _shared(middle.money, last.money, "currency")
    to = middle.connector in ("to", "至", "到")
    told = before.past and middle.unit and middle.connector == "to"
    if before.changes and to and (kind == "number" or told):
        raise StopError(0, TWO)
    one, two = _scaled(parts, power)
    least = min(one.place, two.place, one.unit, two.unit, 0)
    sizes = [2 * n.digits * 10 ** (n.place - least) for n in (one, two)]
    low, high = sizes[0] * (before.sign or 1), sizes[1] * middle.sign
    if last.direction or before.direction:
        _direction(before, last)
    if low >= high:
        raise StopError(0, "the first number of a range must be the smaller")
    small, large = sorted(sizes)
    if small and large >= 10 * small and low * high > 0:
        raise StopError(0, "the ends of a range are ten times apart")
    if (before.direction or last.direction) < 0:
        low, high = -high, -low
    return Reading(
        value=(low + high) // 2,
        low=low,
        high=high,
        over=2 * 10**-least,
        low_open=False,
        high_open=False,
        unit=2 * 10 ** (min(one.unit, two.unit) - least),
        relation="range",
        kind=_kind(kind, before, last),
        of="",
        base=before.base or last.base,
        bare=before.bare and not last.direction,
    )


def _alone(middle: After, last: After) -> bool:
    """Whether the first end has what is counted, and the second has nothing."""
    nothing = not (last.unit or last.noun[1] or last.money or last.scale)
    return nothing and bool(middle.noun[1] or middle.scale)


def _shared(one: Any, two: Any, name: str) -> Any:
    """What both ends of a range have, which one of them may leave out."""
    if one and two and one != two:
        raise StopError(0, f"the ends of a range differ in their {name}")
    return two or one


def _scaled(parts: _Range, power: int) -> tuple[_Number, _Number]:
    """The ends; the first shares the scale of the second where that makes a range."""
    scale = parts.last.scale or 0
    two = _number(parts.two, scale + power)
    own = _number(parts.one, (parts.middle.scale or 0) + power)
    if parts.middle.scale is None and parts.last.scale is not None:
        shared = _number(parts.one, scale + power)
        if not _nearer(own, two) or _nearer(shared, two):
            return shared, two
    return own, two


def _nearer(one: _Number, two: _Number) -> bool:
    """Whether the first number is the smaller, by less than ten times."""
    least = min(one.place, two.place)
    small, large = (n.digits * 10 ** (n.place - least) for n in (one, two))
    return bool(small < large < 10 * small)


# ---- a text --------------------------------------------------------------------------


def _bracketed(before: str, after: str) -> tuple[str, str] | None:
    """The words without the parentheses around a negative number; None without."""
    if not before.endswith("(") or ")" not in after or "(" in before[:-1]:
        return None
    at = after.index(")")
    return before[:-1] + " ", after[:at] + " " + after[at + 1 :]


def _check_money(before: Before, after: After) -> None:
    """Refuse two currencies, and a thing that is counted beside money."""
    if before.money and after.noun[1]:
        raise StopError(0, "money before the number and a noun after it")
    if before.money and after.money not in ("", before.money) and not after.coin:
        raise StopError(0, "it has two currencies")


def _check_share(words: str, before: Before, kind: str) -> None:
    """Refuse a change of a share: of its percent, or by that many points."""
    if before.changes and kind == "percent" and ("share" in words or "份额" in words):
        raise StopError(0, "the change of a share by percent may mean two things")


class _Reader:
    """The reading of one text; `at` is where the current piece of words begins."""

    def __init__(self, text: str, nouns: tuple[str, ...]) -> None:
        self.text = text
        self.nouns = nouns
        self.at = 0

    def read(self) -> Reading:
        """The figure, or StopError."""
        text = self.text
        plain = text.lower() if text.isascii() else text.translate(FOLD)
        plain = plain.rstrip(_STRAY)
        match = _TEXT.match(plain)
        assert match is not None  # every part of the pattern may be empty
        words, one, middle, two, _ = match.groups()
        if one is None:
            written = in_digits(plain)
            if written != plain:
                # The places of the words have moved: read without them.
                return _Reader(written, self.nouns).read()
            return self._without_number(words, plain)
        if two is None and match.end() < len(plain):
            self.at = match.start(3)
            raise StopError(len(middle))
        if two is None:
            return self._of_one(match, words, one, middle)
        return self._of_two(match, plain)

    def _without_number(self, words: str, plain: str) -> Reading:
        before = read_before(words, self.nouns)
        if before.word is None and not before.flat:
            raise StopError(len(plain))
        return _word(before)

    def _of_one(
        self, match: re.Match[str], words: str, one: str, middle: str
    ) -> Reading:
        bracketed = _bracketed(words, middle) if "(" in words else None
        if bracketed is not None:
            words, middle = bracketed
        before = self._before(words, match)
        self.at = match.start(3)
        after = read_after(middle, False, self.nouns)
        if bracketed is not None:
            self.at = match.start(2)
            if before.sign or before.changes or before.direction or after.direction:
                raise StopError(0, "parentheses beside a sign or a word for a change")
            before = before._replace(sign=-1)
        self.at = match.start(2)
        kind, power = after.unit or before.unit or ("number", 0)
        if before.unit and after.unit:
            raise StopError(0, "it has two units")
        fold = "fold" in middle and before.changes | after.direction
        if kind == "multiple" and (fold or after.more):
            raise StopError(0, "a change by a multiple may mean two things")
        if before.of_rate:
            before = _of_rate(before, kind)
        self._check_printed(one, after, before.german)
        number = _number(one, (after.scale or 0) + power)
        if power == -1:
            number = _tenths(number)
        if after.some == 2:  # 2.3万余 is up to 2.4万
            number = number._replace(last=number.place)
        _check_money(before, after)
        _check_share(middle, before, kind)
        of = self._of(before, after, match.start(3))
        counted = number.digits * 10.0**number.place >= _TIMES
        if kind == "multiple" and counted and not (before.changes or after.direction):
            kind, of = "number", "times"  # done 25,000 times
        return _single(before, number, after, kind, of)

    def _of_two(self, match: re.Match[str], plain: str) -> Reading:
        words, one, middle, two, last = match.groups()
        before = self._before(words, match)
        self.at = match.start(3)
        between = read_after(middle, True, self.nouns)
        self.at = match.start(5)
        final = read_after(last, False, self.nouns)
        if match.end() < len(plain):
            raise StopError(len(last))
        self.at = match.start(2)
        if before.of_rate:
            raise StopError(0, "the change of a rate that may mean two things")
        for printed, after in ((one, between), (two, final)):
            self._check_printed(printed, after, before.german)
            _check_money(before, after)
        reading = _range(_Range(before, one, between, two, final))
        last_of = self._of(before, final, match.start(5))
        first_of = self._of(before, between, match.start(3))
        return reading._replace(of=_shared(first_of, last_of, "noun"))

    def _before(self, words: str, match: re.Match[str]) -> Before:
        """The words before a number, which are no number themselves."""
        before = read_before(words, self.nouns)
        if before.word is not None or before.flat:
            self.at = match.start(2)
            raise StopError(0)
        return before

    def _check_printed(self, printed: str, after: After, german: bool) -> None:
        """Refuse digits that may be something else than a number.

        A decimal comma is read beside German words, a point of thousands never.
        """
        if printed[0] == "0" and printed[1:2].isdigit():
            raise StopError(0, "a number does not begin with a zero")
        german = german or "de" in after.languages
        if german and "," in printed and not _decimal_comma(printed):
            raise StopError(0, "a comma of thousands, which is none in German,")
        if not german and _decimal_comma(printed):
            raise StopError(
                printed.index(","), "a comma before fewer than three digits"
            )
        euro = after.money == "EUR" and after.scale is None
        if (german or euro) and _THOUSANDS_POINT.search(printed):
            raise StopError(0, "a point that may divide thousands")

    def _of(self, before: Before, after: After, start: int) -> str:
        """What is counted: the code of money, else the noun as printed."""
        first, last = after.noun
        noun = self.text[start + first : start + last]
        return before.of or before.money or after.money or noun


def _quoted(text: str, most: int = 40) -> str:
    """The text for an error message: quoted, escaped, shortened."""
    return repr(text if len(text) <= most else text[:most] + "...")


def read(text: str, nouns: tuple[str, ...] = ()) -> Reading:
    """Read one figure; raise ValueError if the text is not a figure.

    `nouns` are more words for what is counted.
    """
    reader = _Reader(text, nouns)
    try:
        if len(text) > LONGEST:
            why = f"longer than {LONGEST} characters, reading stopped"
            raise StopError(LONGEST, why)
        return reader.read()
    except StopError as stop:
        at, why = reader.at + stop.at, stop.why
    if why.startswith(TWO):
        why += ", which em.extract reads,"
    rest = _quoted(text[at : at + 13], 12) if at < len(text) else "the end"
    raise ValueError(
        f"{_quoted(text)} is not a figure: {why} at character {at + 1}, {rest}"
    )
