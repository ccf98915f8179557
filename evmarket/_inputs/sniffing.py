"""What a file of text says about itself: encoding, separator, marks in its numbers."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .._common.messages import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


SEPARATORS = (",", ";", "\t", "|")
SAMPLE = 1 << 16
"""How many characters of a file are looked at for its separator, header and numbers."""


# ---- encodings -----------------------------------------------------------------------

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PAIRS = ("gb18030", "big5", "cp932", "cp949")


def known_encoding(name: str) -> str:
    """The name of a text encoding as Python knows it."""
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        raise ValueError(
            f"encoding is {short(name)}: not an encoding that Python knows"
        ) from None
    if not getattr(codec, "_is_text_encoding", True):
        raise ValueError(f"encoding is {short(name)}: not a text encoding")
    return codec.name


def sniffed_encoding(start: bytes, whole: bool, option: str) -> str:
    """The encoding of the first bytes of a file.

    Parameters
    ----------
    whole : bool
        Whether these are all bytes of the file.
    option : str
        How the caller states an encoding.

    Raises
    ------
    ValueError
        If they are not UTF-8 and may be in more than one other encoding.
    """
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    if start[:2].count(0) == 1 and start[2:4].count(0) == 1:
        return "utf-16-be" if start[0] == 0 else "utf-16-le"
    fault = _first_fault(start, "utf-8", whole)
    if fault < 0:
        return "utf-8"
    # Around the first bytes that are not UTF-8 there is enough to tell.
    part = start[max(0, fault - SAMPLE) : fault + SAMPLE]
    found = [name for name in _PAIRS if _reads_as(part, name)]
    if not found and _reads_as_western(part):
        found = ["cp1252"]
    if len(found) == 1:
        return found[0]
    may_be = "such as cp1252 or gb18030"
    if found:
        may_be = f"it may be {' or '.join(found)}"
    raise ValueError(
        f"byte {start[fault]:#04x} at {fault} is not valid UTF-8: pass {option}, "
        f"{may_be}"
    )


def _first_fault(data: bytes, codec: str, whole: bool) -> int:
    """Where the first byte is that the codec does not read; -1 if there is none."""
    try:
        codecs.getincrementaldecoder(codec)().decode(data, whole)
    except UnicodeDecodeError as error:
        return error.start
    return -1


_HIGH = re.compile(rb"[\x80-\xff]")
_COMMON = {
    # Of these encodings, the characters that texts of tables have.
    "gb18030": ("gb2312", re.compile("[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]")),
    "big5": ("big5", re.compile("[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]")),
    "cp932": ("cp932", re.compile("[\u3040-\u30ff]")),
    "cp949": ("euc_kr", re.compile("[\uac00-\ud7a3]")),
}
_BIG5_COMMON = range(0xA4, 0xC7)
"""The first bytes of the characters that are in common use."""


def _reads_as(data: bytes, name: str) -> bool:
    """Whether the bytes read as usual words of an encoding with two bytes each."""
    narrow, usual = _COMMON[name]
    try:
        text = data.decode(name, "strict")
    except UnicodeDecodeError as error:
        if error.start < len(data) - 4:  # the part may end within a character
            return False
        text = data[: error.start].decode(name)
    foreign = [c for c in text if ord(c) > 0x7F]
    if not foreign:
        return False
    try:
        coded = "".join(foreign).encode(narrow)
    except UnicodeEncodeError:
        return False
    if len(coded) != 2 * len(foreign):  # Korean has names of four letters for the rest
        return False
    if any(byte in b',;\t|"\r\n' for byte in coded[1::2]):
        return False
    if name == "big5" and any(
        coded[k] not in _BIG5_COMMON and coded[k] != 0xA1
        for k in range(0, len(coded), 2)
    ):
        return False
    if name == "cp932":
        return any(map(usual.match, foreign))
    return all(map(usual.match, foreign))


_WESTERN = re.compile(
    "[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e"
    "\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u20ac\u00a0£§©®°²³·«»¿¡]"
)


def _reads_as_western(data: bytes) -> bool:
    """Whether the high bytes are letters and signs of Western Europe, hardly two at a
    time, as in its languages."""
    runs = re.findall(rb"[\x80-\xff]+", data)
    text = b"".join(runs).decode("cp1252", "replace")
    return max(map(len, runs)) <= 2 and all(map(_WESTERN.match, text))


# ---- separators ----------------------------------------------------------------------


def records(text: str, separator: str, most: int = 200) -> list[list[str]]:
    """The first records of a text that begins with one."""
    import csv
    from io import StringIO
    from itertools import islice

    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    try:
        return list(islice(reader, most))
    except csv.Error as error:
        raise ValueError(f"the first rows cannot be read: {error}") from None


def sniffed_separator(text: str, names: Sequence[str]) -> str:
    """The separator that gives a record with all names, else the most even records."""
    best: tuple[int, ...] = (0, 0, 0, 0)
    found = ","
    for separator in SEPARATORS:
        if separator not in text:
            continue
        rows = records(text, separator)
        wanted = set(map(bare, names))
        named = any(wanted <= set(map(bare, row)) for row in rows) if wanted else False
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, count = max(widths.items(), key=lambda w: (w[1], w[0]), default=(0, 0))
        # A comma may stand in texts and numbers between other separators.
        rank = (named, count, separator != ",", width)
        if rank > best:
            best, found = rank, separator
    return found


def bare(name: object) -> str:
    """A name without blanks around it; a no-break blank is one, a mark of order too."""
    return str(name).strip("\ufeff\u200b" + " \t\r\n\u00a0\u2007\u202f\u3000")


# ---- numbers -------------------------------------------------------------------------

_BLANKS = "[ \u00a0\u2007\u2009\u202f]"
_NUMBER = re.compile(
    rf"[-+−(]?\d+(?:[.,'’]\d+|{_BLANKS}\d{{3}}(?!\d))*(?:[.,]\d*)?(?:[eE][-+]?\d+)?"
    r"\s*[%％)]?"
)


@dataclass(frozen=True)
class Marks:
    """The marks in the numbers of a file.

    Attributes
    ----------
    thousands : str
        "" for none.
    sure : bool
        Whether a number such as 1.234 is known to have these.
    """

    decimal: str = "."
    thousands: str = ""
    sure: bool = False

    @property
    def words(self) -> list[str]:
        """What is not usual, in words."""
        told = ["decimal comma"] if self.decimal == "," else []
        if self.thousands:
            told.append(f"thousands {_SIGNS.get(self.thousands, self.thousands)!r}")
        return told


_SIGNS = {"\u00a0": " ", "’": "'"}


def given_marks(decimal: str | None, thousands: str | None) -> Marks | None:
    """The marks that a caller states; None if they are to be found.

    Raises
    ------
    ValueError
        If these are no marks, or one is both.
    """
    if decimal is None and thousands is None:
        return None
    decimal = decimal or ("," if thousands == "." else ".")
    thousands = _SIGNS.get(thousands or "", thousands or "")
    if decimal not in (".", ","):
        raise ValueError(f"decimal is {short(decimal)}: it takes '.' or ','")
    if thousands not in ("", ".", ",", " ", "'"):
        raise ValueError(
            f"thousands is {short(thousands)}: it takes '.', ',', a blank or an "
            "apostrophe"
        )
    if decimal == thousands:
        raise ValueError(f"decimal and thousands are both {short(decimal)}")
    return Marks(decimal, thousands, sure=True)


def sniffed_marks(columns: Iterable[Sequence[str]], separator: str) -> Marks:
    """The marks in the numbers of the columns of a file.

    A mark that occurs twice in a number, or before another mark, is one of thousands;
    one that is not before exactly three digits is the decimal mark.
    """
    seen = _Seen(Counter(), Counter(), Counter())
    for column in columns:
        texts = [text for text in map(bare, column) if text]
        numbers = [text for text in texts if _NUMBER.fullmatch(text)]
        days = all(map(_DAY.fullmatch, numbers))  # 31.12 is no proof of a mark
        if 2 * len(numbers) >= len(texts) and not days:
            for number in numbers:
                seen.note(number)
    return seen.marks(separator)


PERIOD = re.compile(
    r"(?:19|20)\d\d\.(?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])\.(?:19|20)\d\d"
)
"""A month that looks like a number."""
_DAY = re.compile(r"(?:0?[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])")
_SIGN = re.compile("[.,'’\u00a0\u2007\u2009\u202f ](?=\\d|$)")


class _Seen(NamedTuple):
    """How often a sign was a decimal mark, one of thousands, or either."""

    decimal: Counter[str]
    thousands: Counter[str]
    either: Counter[str]

    def note(self, number: str) -> None:
        digits = number.strip("-+−()%％ ")
        signs = _SIGN.findall(digits)
        if not signs or PERIOD.fullmatch(digits):
            return
        head, *groups = _SIGN.split(digits)
        last, more = signs[-1], set(signs[:-1])
        three = len(groups[-1]) == 3
        if last not in ".," or last in more:
            inner = {len(group) for group in groups[:-1]}
            # Else it is a date, such as 31.12.2024, or a version.
            if three and len(head) <= 3 and inner <= {2, 3} and len(inner) <= 1:
                self.thousands[last] += 1
        elif more:
            self.decimal[last] += 1
            self.thousands[signs[0]] += 1
        elif three and 1 <= len(head) <= 3 and head[0] != "0":
            self.either[last] += 1
        else:
            self.decimal[last] += 1

    def marks(self, separator: str) -> Marks:
        points = {mark for mark in ".," if self.decimal[mark]}
        point = "," if points == {","} else "."
        if not points and self.thousands["."] and not self.thousands[","]:
            point = ","
        other = "." if point == "," else ","
        group = next((m for m, _ in self.thousands.most_common() if m != point), "")
        sure = bool(points or group in (".", ","))
        # Where commas separate fields, a comma in a number is seldom a decimal mark.
        likely = not sure and separator == "," and not self.either["."]
        if not group and self.either[other] and (sure or likely):
            group, sure = other, True
        if group in ("\u2007", "\u2009", "\u202f"):
            group = " "
        return Marks(point, _SIGNS.get(group, group), sure)
