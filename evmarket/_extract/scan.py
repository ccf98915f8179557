"""The figures of a running text: where they stand, and what each one says.

Every number with digits is looked at. Words before and after it that the reader of
figures knows are taken in, as many as can be read together. A number that is a date, a
name or bare is left out; one that has a unit and cannot be read is told as unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .._figures.figure import Figure
from .._figures.reading import Reading, read
from .._figures.words import FOLD, StopError, Token, leading, read_after, read_before
from .._figures.words import tokens as words_of
from .patterns import (
    APART,
    CHANGING,
    CLAUSE,
    DATE,
    DENIED,
    DIGITS,
    FOREIGN,
    FROM,
    LEADS,
    LOOSE,
    MOVING,
    ONLY,
    SCALES,
    SENTENCE,
    STRONG,
    THINGS,
    YEARS,
)

_LEFT, _RIGHT = 60, 60
"""How far the words of a figure may reach, in characters."""


@dataclass(frozen=True)
class Found:
    """A figure of a text, before it is linked.

    Attributes
    ----------
    start, end : int
        Where it stands.
    number : int
        Where its first digit stands.
    sentence : (int, int)
        Where its sentence stands.
    figure : Figure
    to : bool
        Whether "to" stands before it, as in "rose 20% to 15,000".
    """

    start: int
    end: int
    number: int
    sentence: tuple[int, int]
    figure: Figure
    to: bool = False

    @property
    def is_growth(self) -> bool:
        """Whether it is a rate of growth."""
        return self.figure.kind == "growth"

    @property
    def is_level(self) -> bool:
        """Whether it is a level, of which there may be growth."""
        return self.figure.kind == "number"


class Scan:
    """The figures and the unread numbers of a text."""

    def __init__(self, text: str, nouns: tuple[str, ...] = ()) -> None:
        self.text, self.nouns = text, nouns
        self.folded = text.translate(FOLD)
        self.figures: list[Found] = []
        self.unread: list[tuple[int, int]] = []
        self.sentences = list(_sentences(self.folded))
        for sentence in self.sentences:
            self._sentence(sentence)

    def _sentence(self, sentence: tuple[int, int]) -> None:
        start, end = sentence
        names = [
            match.span()
            for match in DATE.finditer(self.folded, start, end)
            if not self._is_money(match[0])
        ]
        numbers = [match.span() for match in DIGITS.finditer(self.folded, start, end)]
        left, place = start, 0
        while place < len(numbers):
            first, last = numbers[place]
            following = numbers[place + 1][0] if place + 1 < len(numbers) else end
            name = next((n for n in names if n[0] < last and first < n[1]), None)
            if name is not None and not self._is_counted(name, last):
                left = max(left, name[1])
                place += 1
                while place < len(numbers) and numbers[place][0] < name[1]:
                    place += 1
                continue
            parts = place
            while parts + 1 < len(numbers) and SCALES.match(
                self.folded, numbers[parts][1], numbers[parts + 1][0] + 1
            ):
                parts += 1
            if parts > place:
                self.unread.append((first, numbers[parts][1]))
                left, place = numbers[parts][1], parts + 1
                continue
            taken = 1
            if place + 1 < len(numbers) and self._joined(last, following):
                found = self._range(left, numbers[place : place + 2], sentence)
                if found is None or isinstance(found, Found):
                    taken = 2
            else:
                found = False
            if found is False:
                found = self._single(left, (first, last), following, sentence)
            if isinstance(found, Found):
                self.figures.append(found)
            left = numbers[place + taken - 1][1]
            if isinstance(found, Found):
                left = max(left, found.end)
            place += taken

    def _is_money(self, name: str) -> bool:
        """Whether the letters before the digits of a name are a currency: RMB119."""
        letters = re.match(r"[a-z]+\.?(?=\d)", name)
        return letters is not None and any(
            token.what == "money" for token in self._words_in(letters[0])
        )

    def _is_counted(self, name: tuple[int, int], end: int) -> bool:
        """Whether what looks like a year is a number of things: "2,000 cars"."""
        printed = self.folded[slice(*name)].strip()
        if not YEARS.fullmatch(printed):
            return False
        after = self._after(end, min(len(self.text), end + 20))
        if _have_unit(after):
            return True
        return bool(after) and after[0].printed in THINGS

    # ---- one number ------------------------------------------------------------------

    def _single(
        self,
        left: int,
        number: tuple[int, int],
        following: int,
        sentence: tuple[int, int],
    ) -> Found | None:
        """The figure around one number; None where there is none."""
        start = self._start(left, number[0])
        before = self._words(start, number[0])
        after = self._trusted(before, number, following)
        stops = [*(token.end for token in reversed(after)), self._closed(number)]
        opened = self._open(number[0])
        # After other words "(5%)" may be a share, a growth or a negative number.
        unclear = opened < number[0] and self.folded[sentence[0] : opened].strip()
        if not (unclear or self._is_denied(left, start, number[0], stops)):
            for begin in self._begins(before, start, number[0]):
                for stop in stops:
                    reading = self._read(begin, stop)
                    if reading is not None:
                        found = self._told(begin, stop, number, sentence, reading)
                        if found is None and stop < stops[0] and _have_unit(after):
                            self.unread.append((number[0], stops[0]))
                        return found
        if start < number[0] or _have_unit(after):
            self.unread.append((number[0], max(stops)))
        return None

    def _begins(self, before: list[Token], start: int, number: int) -> list[int]:
        """Where a figure may begin; words that change it are not left out."""
        if any(token.what in CHANGING for token in before):
            return [start]
        return list(dict.fromkeys((start, self._open(number), number)))

    def _is_denied(self, left: int, start: int, number: int, stops: list[int]) -> bool:
        """Whether the words around a figure take away what it says."""
        before = self.folded[max(left, start - 20) : start]
        only = ONLY.match(self.folded, start)  # "not only rose 20%"
        denied = (not only and DENIED.search(before)) or MOVING.search(before)
        denied = denied or APART.search(self.folded[max(left, number - 20) : number])
        return bool(denied or any(FOREIGN.match(self.folded, at) for at in stops))

    def _trusted(
        self, before: list[Token], number: tuple[int, int], following: int
    ) -> list[Token]:
        """The words after a number that can belong to it.

        The words of a change belong to a percentage, and not where they lead to the
        next number: "5.2% rose 3 points", 增长3%同比下降. A letter for a scale that
        stands alone, as in "5 m", belongs to money.
        """
        limit = self._clause_end(number[1], following)
        after = self._after(number[1], limit)
        money = any(token.what == "money" for token in before)
        for place, token in enumerate(after):
            letter = token.what == "scale" and len(token.printed) == 1
            apart = self.folded[number[1] : number[1] + 1] == " "
            if letter and apart and token.printed.isascii() and not money:
                return after[:place]
        percent = any(token.what in ("unit", "fold") for token in after)
        leads = limit == following < len(self.text) and self._leads(after, limit)
        led = False  # to the next number, by "to" or a word like it
        while after and after[-1].what in LOOSE:
            last = after[-1]
            counted = last.what in ("verb", "rate") and not percent
            led = led or last.what in ("to", "by", "lead") or self._goes_on(last)
            if not (leads or counted or led):
                break
            after.pop()
        return after

    def _leads(self, after: list[Token], following: int) -> bool:
        """Whether words known to the reader lead from a number to the next one."""
        at = after[-1].end if after else following
        gap = self.folded[at:following]
        try:
            words = list(words_of(gap, self.nouns))
        except StopError:
            return False
        return not words or words[0].what not in ("to", "and")

    def _goes_on(self, last: Token) -> bool:
        """Whether a word for a change leads to a figure after it: 收窄至2.1%."""
        return self.folded[last.end : last.end + 1] in ("至", "到", "为", "了")

    def _told(
        self,
        begin: int,
        stop: int,
        number: tuple[int, int],
        sentence: tuple[int, int],
        reading: Reading,
    ) -> Found | None:
        """The figure, if it says more than a number."""
        before = self._words(begin, number[0])
        said = reading.kind != "number" or reading.of or reading.relation != "exact"
        printed = self.folded[number[1] : stop]
        said = said or any(token.what == "scale" for token in self._words_in(printed))
        said = said or any(token.what in STRONG for token in before)
        said = said or any(t.what == "lead" and t.printed in LEADS for t in before)
        if reading.kind == "change" and not (reading.of or printed.strip()):
            said = False  # a sign alone: a telephone number, a bullet
            if reading.relation != "range" and any(t.what == "verb" for t in before):
                self.unread.append((number[0], stop))  # its unit is not known
                return None
        if not said or self._is_name(begin, number, reading):
            return None
        if self._of_loss(begin, number, reading):
            self.unread.append((number[0], stop))
            return None
        begins = [number[0], *(begin + token.at for token in reversed(before))]
        same = (at for at in begins if self._read(at, stop) == reading)
        begin = next(same, begin)  # words that change nothing are left out
        begin += len(self.text[begin:stop]) - len(self.text[begin:stop].lstrip())
        stop -= len(self.text[begin:stop]) - len(self.text[begin:stop].rstrip())
        figure = Figure(self.text[begin:stop], nouns=self.nouns)
        if figure.kind == "percent" and self._is_carried(number):
            if self.figures[-1].figure.value < 0:  # its sign is not told
                self.unread.append((number[0], stop))
                return None
            figure = Figure(figure, kind="growth")
        to = any(token.what == "to" for token in before)
        return Found(begin, stop, number[0], sentence, figure, to)

    def _of_loss(self, begin: int, number: tuple[int, int], reading: Reading) -> bool:
        """Whether money is told of a loss that is not among the words of the figure."""
        if reading.kind != "number" or reading.value < 0 or not _is_code(reading.of):
            return False
        low = max(0, number[0] - 4 * _LEFT)
        cuts = [m.end() for m in CLAUSE.finditer(self.folded, low, number[0])]
        clause = self.folded[max([low, *cuts]) : begin]
        return re.search(r"\bloss(?:es)?\b|亏损", clause) is not None

    def _is_carried(self, number: tuple[int, int]) -> bool:
        """Whether a percentage follows a growth and a mere "and": it is one too."""
        if not self.figures:
            return False
        last = self.figures[-1]
        between = self.folded[last.end : number[0]].strip()
        joined = between in ("和", "、", "and", ",", "及", "与")
        return joined and last.is_growth

    def _is_name(self, begin: int, number: tuple[int, int], reading: Reading) -> bool:
        """Whether a small number after a word with a capital is part of a name."""
        printed = self.text[slice(*number)]
        if begin != number[0] or not printed.isdigit() or len(printed) > 3:
            return False
        before = re.search(r"([A-Z]\w*) $", self.text[max(0, begin - 20) : begin])
        plain = reading.kind == "number" and reading.relation == "exact"
        return before is not None and plain and not printed.endswith("%")

    def _read(self, begin: int, stop: int) -> Reading | None:
        try:
            return read(self.text[begin:stop], self.nouns)
        except ValueError:
            return None

    # ---- two numbers -----------------------------------------------------------------

    def _joined(self, end: int, following: int) -> bool:
        """Whether the words between two numbers may be those of a range."""
        try:
            read_after(self.folded[end:following], True, self.nouns)
        except StopError:
            return False
        return True

    def _range(
        self, left: int, numbers: list[tuple[int, int]], sentence: tuple[int, int]
    ) -> Found | bool | None:
        """The range of two numbers; False where they are two figures, None unread."""
        start, end = self._start(left, numbers[0][0]), numbers[1][1]
        gap = self.folded[numbers[0][1] : numbers[1][0]]
        moves = re.search(r"\bto\b|[至到]", gap)
        if moves and FROM.search(self.folded, max(left, start - 20), start):
            return False  # "from 10% to 45%"
        limit = self._clause_end(end, len(self.text))
        ends = [token.end for token in self._after(end, limit)]
        before = self._words(start, numbers[0][0])
        for stop in [*reversed(ends), end]:
            for begin in self._begins(before, start, numbers[0][0]):
                reading = self._read(begin, stop)
                if reading is not None and reading.relation == "range":
                    number = numbers[0][0], end
                    return self._told(begin, stop, number, sentence, reading)
        if any(token.what == "verb" for token in before):
            return False  # "rose by 2.1 points to 14.9%"
        for stop in [*reversed(ends), end]:
            if "the ends of a range" in self._reason(numbers[0][0], stop):
                self.unread.append((numbers[0][0], stop))
                return None
        return False

    def _reason(self, begin: int, stop: int) -> str:
        """Why a piece of the text cannot be read."""
        try:
            read(self.text[begin:stop], self.nouns)
        except ValueError as error:
            return str(error)
        return ""

    # ---- words around a number -------------------------------------------------------

    def _start(self, left: int, number: int) -> int:
        """Where the words before a number begin that can be read with it."""
        number = self._open(number)
        low = max(left, number - _LEFT)
        # One more character, for the point of "Rs.500" is not the end of a clause.
        cuts = [m.end() for m in CLAUSE.finditer(self.folded, low, number + 1)]
        low = max([low, *cuts])
        for at in range(low, number):
            word = self.folded[at].isascii() and self.folded[at].isalnum()
            inside = word and at > 0 and self.folded[at - 1].isascii()
            if inside and self.folded[at - 1].isalnum() and at > low:
                continue
            if _in_word(self.folded, at):
                continue
            if self.folded[at] == " ":
                continue
            try:
                read_before(self.folded[at:number], self.nouns)
            except StopError:
                continue
            return at
        return number

    def _open(self, number: int) -> int:
        """The place of a parenthesis right before a number that closes after it."""
        opened = number > 0 and self.folded[number - 1] == "("
        closed = re.match(r"[\d.,]+%?\)", self.folded[number : number + 20])
        return number - 1 if opened and closed else number

    def _closed(self, number: tuple[int, int]) -> int:
        if self._open(number[0]) == number[0]:
            return number[1]
        return self.folded.index(")", number[1]) + 1

    def _clause_end(self, at: int, following: int) -> int:
        """Where the words after a number end at the latest."""
        stop = min(following, at + _RIGHT)
        match = CLAUSE.search(self.folded, at, stop)
        return stop if match is None else match.start()

    def _after(self, at: int, stop: int) -> list[Token]:
        """The words from a place on that are known."""
        return list(leading(self.folded, at, stop, self.nouns))

    def _words(self, begin: int, stop: int) -> list[Token]:
        return self._words_in(self.folded[begin:stop].rstrip("("))

    def _words_in(self, piece: str) -> list[Token]:
        try:
            return list(words_of(piece, self.nouns))
        except StopError:
            return []


def _in_word(folded: str, at: int) -> bool:
    """Whether a place is inside a word with a hyphen, or the hyphen of a name."""
    marks = [at] if folded[at] in "-$" else []
    marks += [at - 1] if folded[at - 1 : at] == "-" else []
    return any(mark > 0 and "a" <= folded[mark - 1] <= "z" for mark in marks)


def _have_unit(words: list[Token]) -> bool:
    """Whether words after a number show that it is a figure."""
    for token in words:
        if token.what in ("unit", "scale", "money", "named"):
            return True
        if token.what not in ("noun", "some", "after", "and"):
            return False  # "2022 to about $9,500"
    return False


def _is_code(of: str) -> bool:
    """Whether what is counted is money: its code has three capitals."""
    return len(of) == 3 and of.isascii() and of.isupper()


def _sentences(folded: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text stand."""
    start = 0
    for match in SENTENCE.finditer(folded):
        if folded[start : match.start()].strip():
            yield start, match.end()
        start = match.end()
    if folded[start:].strip():
        yield start, len(folded)
