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
from .._figures.reading import NUMBER, Reading, read
from .._figures.words import FOLD, StopError, Token, lexicon, read_after, read_before
from .._figures.words import tokens as words_of

_SENTENCE = re.compile(
    r"[。!?\n]+|;+|(?<=[^A-Z\d.])\.(?=\s|$|[\"'”])|(?<=[\d%])\.(?=\s+[A-Z]|\s*$)"
)
_CLAUSE = re.compile(r"[,;:()\[\]。、\"“”!?\n]|\.(?=\s|$)")
_DIGITS = re.compile(NUMBER)
_LEFT, _RIGHT = 60, 60
"""How far the words of a figure may reach, in characters."""
_STRONG = ("to", "loss", "hedge", "money", "percent_of", "of_loss")
_LEADS = (
    "reach", "reaches", "reached", "reaching", "total", "totaled", "totalled",
    "totaling", "totalling", "stood at", "stands at", "standing at", "came in at",
    "came to", "amounted to", "amounting to", "hit", "hits", "hitting", "a total of",
    "total of", "共", "共计", "累计", "合计", "总计", "高达", "多达",
)  # fmt: skip
"""The lead-ins beside which a bare number is a figure."""

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_COUNTED = (
    "个?(?:月|季度)(?![增减])|年(?![增减])|日(?!元)|号|时|点|分|小时|分钟|天|岁|届|期|周|"
    "级|代|位|名"
)
_YEAR = r"(?:18|19|20|21)\d\d"
_DATE = re.compile(
    rf"(?:{_MONTHS})\.? ?\d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?:, ?\d{{4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTHS})(?![a-z])(?:,? \d{{4}})?"
    rf"|{_YEAR}[-/]\d{{1,2}}(?:[-/]\d{{1,2}})?(?!\d)|\d{{1,2}}:\d{{2}}(?::\d{{2}})?"
    rf"|{_YEAR}\.\d\d?\.\d\d?(?!\d)|{_YEAR}\.(?:0\d|1[0-2])(?![\d万亿千百%])"
    rf"|(?:\d{{1,4}} ?[-~至到] ?)?\d{{1,4}} ?(?:{_COUNTED})"
    r"|第 ?\d+|no\. ?\d+|[a-z]+(?:\.|-)?\d[\w+.]*|\d+(?:st|nd|rd|th)(?![a-z])"
    r"|\b(?:3|6|9|12)m(?![a-z])"  # the first nine months
    r"|\+?\d[\d ]*(?:-\d{2,})+|\+\d{1,3} [\d ]{6,}|\d+/\d+(?:/\d+)?"
    rf"|(?<![\d.,%]){_YEAR} ?(?:[-~至到] ?(?:{_YEAR}|\d\d))?(?![\d,.%]|\.\d)",
)
"""What has digits and is no figure: dates, times, names, ranks, telephone numbers."""
_YEARS = re.compile(_YEAR)


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
            for match in _DATE.finditer(self.folded, start, end)
            if not self._is_money(match[0])
        ]
        numbers = [match.span() for match in _DIGITS.finditer(self.folded, start, end)]
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
        if not _YEARS.fullmatch(printed):
            return False
        after = list(self._ends(end, min(len(self.text), end + 20)))
        return any(token.what in ("noun", "scale", "unit", "money") for token in after)

    # ---- one number ------------------------------------------------------------------

    def _single(
        self,
        left: int,
        number: tuple[int, int],
        following: int,
        sentence: tuple[int, int],
    ) -> Found | None:
        """The figure around one number; None where there is none."""
        start, end = self._start(left, number[0]), number[1]
        after = list(self._ends(end, self._clause_end(end, following)))
        ends = [token.at for token in after]
        for stop in [*reversed(ends), self._closed(number)]:
            if self._goes_on(after, stop):
                continue
            for begin in dict.fromkeys((start, self._open(number[0]), number[0])):
                reading = self._read(begin, stop)
                if reading is not None:
                    return self._told(begin, stop, number, sentence, reading)
        if any(token.what in ("unit", "scale", "money") for token in after):
            self.unread.append((number[0], ends[-1]))
        return None

    def _goes_on(self, after: list[Token], stop: int) -> bool:
        """Whether a last word for a change leads to the next figure: 收窄至2.1%."""
        last = next((token for token in after if token.at == stop), None)
        follows = self.folded[stop : stop + 1] in ("至", "到", "为", "了")
        return follows and last is not None and last.what in ("verb", "more", "rate")

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
        said = said or any(token.what in _STRONG for token in before)
        said = said or any(t.what == "lead" and t.printed in _LEADS for t in before)
        if reading.kind == "change" and not (reading.of or printed.strip()):
            said = False  # a sign alone: a telephone number, a bullet
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
        figure = self._carried(Figure(self.text[begin:stop], nouns=self.nouns), number)
        to = any(token.what == "to" for token in before)
        return Found(begin, stop, number[0], sentence, figure, to)

    def _of_loss(self, begin: int, number: tuple[int, int], reading: Reading) -> bool:
        """Whether money is told of a loss that is not among the words of the figure."""
        if reading.kind != "number" or reading.value < 0 or not _is_code(reading.of):
            return False
        low = max(0, number[0] - 4 * _LEFT)
        cuts = [m.end() for m in _CLAUSE.finditer(self.folded, low, number[0])]
        clause = self.folded[max([low, *cuts]) : begin]
        return re.search(r"\bloss(?:es)?\b|亏损", clause) is not None

    def _carried(self, figure: Figure, number: tuple[int, int]) -> Figure:
        """A percentage after a growth and a mere "and" is a growth too."""
        if figure.kind != "percent" or not self.figures:
            return figure
        last = self.figures[-1]
        between = self.folded[last.end : number[0]].strip()
        joined = between in ("和", "、", "and", ",", "及", "与")
        if joined and last.is_growth and last.figure.value > 0:
            return Figure(figure, kind="growth")
        return figure

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
        limit = self._clause_end(end, len(self.text))
        ends = [token.at for token in self._ends(end, limit)]
        for stop in [*reversed(ends), end]:
            for begin in dict.fromkeys((start, numbers[0][0])):
                reading = self._read(begin, stop)
                if reading is not None and reading.relation == "range":
                    number = numbers[0][0], end
                    return self._told(begin, stop, number, sentence, reading)
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
        cuts = [m.end() for m in _CLAUSE.finditer(self.folded, low, number)]
        low = max([low, *cuts])
        for at in range(low, number):
            word = self.folded[at].isascii() and self.folded[at].isalnum()
            inside = word and at > 0 and self.folded[at - 1].isascii()
            if inside and self.folded[at - 1].isalnum() and at > low:
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
        match = _CLAUSE.search(self.folded, at, stop)
        return stop if match is None else match.start()

    def _ends(self, at: int, stop: int) -> Iterator[Token]:
        """The words from a place on, with their ends in place of their beginnings."""
        pattern, _ = lexicon(self.nouns)
        while at < stop:
            match = pattern.match(self.folded, at, stop)
            if match is None:
                return
            [token] = words_of(match[0], self.nouns)
            at = match.end()
            yield token._replace(at=at)

    def _words(self, begin: int, stop: int) -> list[Token]:
        return self._words_in(self.folded[begin:stop].rstrip("("))

    def _words_in(self, piece: str) -> list[Token]:
        try:
            return list(words_of(piece, self.nouns))
        except StopError:
            return []


def _is_code(of: str) -> bool:
    """Whether what is counted is money: its code has three capitals."""
    return len(of) == 3 and of.isascii() and of.isupper()


def _sentences(folded: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text stand."""
    start = 0
    for match in _SENTENCE.finditer(folded):
        if folded[start : match.start()].strip():
            yield start, match.end()
        start = match.end()
    if folded[start:].strip():
        yield start, len(folded)
