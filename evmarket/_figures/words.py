"""The words before, between and after the numbers of a figure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from .vocabulary import TRADITIONAL, VOCABULARY

FOLD: dict[int, Any] = {
    **{0xFF01 + i: 0x21 + i for i in range(94)},  # full-width forms
    **{0xFF21 + i: 0x61 + i for i in range(26)},
    **{0x41 + i: 0x61 + i for i in range(26)},
    **dict.fromkeys((0xA0, 0x2002, 0x2003, 0x2009, 0x200A, 0x202F, 0x3000), " "),
    **dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212), "-"),
    **dict.fromkeys((0x301C, 0x223C, 0x2053), "~"),
    **dict.fromkeys((0x2018, 0x2019), "'"),
    0xFFE5: "¥",
    0xFFE1: "£",
    **TRADITIONAL,
}
"""Each character as the vocabulary has it; a text keeps its length."""

TWO = "it holds two figures"
LIMITS = ("over", "under", "at_least", "at_most")
"""The hedges that are a limit."""
_BETWEEN = ("-", "~", "to", "至", "到")


class StopError(Exception):
    """The place in a piece of words where reading stopped, and the reason."""

    def __init__(self, at: int, why: str = "reading stopped") -> None:
        self.at = at
        self.why = why


class Before(NamedTuple):
    """The words before the first number."""

    hedge: str | None
    direction: int  # -1 or 1 of changes and losses, otherwise 0
    changes: bool  # a change, not a level
    sign: int  # -1 or 1 as printed, otherwise 0
    money: str  # the code
    word: tuple[int, int] | None
    base: str
    unit: tuple[str, int] | None
    of: str  # "loss" where the change is that of a loss
    of_rate: int  # the direction in which a rate of change moves, 0 without that
    between: bool
    flat: bool
    bare: bool
    german: bool
    past: bool  # the last verb is in the past tense


class After(NamedTuple):
    """The words after a number."""

    some: int  # 0 none, 1 before the scale word, 2 after it
    hedge: str | None
    scale: int | None
    unit: tuple[str, int] | None
    noun: tuple[int, int]  # where it stands in the piece
    money: str
    coin: bool  # that money may be one of several: 元, dollars
    direction: int  # of a change at the end: "80% decline"
    growth: bool  # that change is called growth, which may be negative
    more: bool  # that change is called more, less, higher or lower
    base: str
    connector: str  # of a range, "" without a second number
    sign: int  # of that number
    languages: frozenset[str]


class Token(NamedTuple):
    """A word of the vocabulary, as it stands in a piece."""

    what: str
    meaning: Any
    language: str
    printed: str
    at: int
    end: int


@lru_cache(maxsize=64)
def lexicon(nouns: tuple[str, ...] = ()) -> tuple[re.Pattern[str], dict[str, Any]]:
    """The pattern of a word, and what each word is; `nouns` are a user's own."""
    table: dict[str, tuple[str, Any, str]] = {}
    rows = [*VOCABULARY, ("noun", None, "", "|".join(nouns))]
    for what, meaning, language, words in rows:
        for word in filter(None, words.translate(FOLD).split("|")):
            table.setdefault(_key(word), (what, meaning, language))
    longest = sorted(table, key=len, reverse=True)
    pattern = "|".join(_pattern(word) for word in longest)
    return re.compile(f" *({pattern})"), table


def _key(word: str) -> str:
    """A word without what may vary: blanks, and a hyphen between letters."""
    return re.sub(r"(?<=[a-z])[ -]+(?=[a-z])", "-", word.strip())


def _pattern(key: str) -> str:
    """The pattern of a word by its key."""
    inner = re.escape(key).replace(r"\-", "[ -]*" if len(key) > 1 else "-")
    if key[0] == "-" and len(key) > 1:
        inner = "[ -]?" + re.escape(key[1:])
    inner = inner.replace(r"\ ", " *")
    if not "a" <= key[-1] <= "z":
        return inner
    if key.endswith("-than"):  # "higher than a year earlier" tells a base, no limit
        times = r"a (?:year|month|quarter)|last|the|in|expected|it|that|(?:19|20)\d\d"
        inner += rf"(?! +(?:{times})(?![\w,]))"
    return inner + ("(?![a-z0-9]|-[a-z])" if len(key) == 1 else "(?![a-z0-9])")


def leading(text: str, at: int, stop: int, nouns: tuple[str, ...]) -> Iterator[Token]:
    """The words of a text from `at` on, up to one that is unknown or reaches over
    `stop`; what follows a word may tell that it is another one."""
    pattern, table = lexicon(nouns)
    while at < stop:
        match = pattern.match(text, at)
        if match is None or match.end() > stop:
            return
        printed, at = match[1], match.end()
        yield Token(*_meaning(printed, table), printed, match.start(1), at)


def tokens(piece: str, nouns: tuple[str, ...]) -> Iterator[Token]:
    """The words of a piece; StopError where there is none."""
    at, end = 0, len(piece.rstrip(" "))
    for token in leading(piece, 0, end, nouns):
        yield token
        at = token.end
    if at < end:
        rest = piece[at:]
        raise StopError(at + len(rest) - len(rest.lstrip(" ")))


def _meaning(printed: str, table: dict[str, Any]) -> tuple[str, Any, str]:
    found: tuple[str, Any, str] | None = table.get(_key(printed))
    if found is None:  # a hyphen that may be left out was
        bare = re.sub("[ -]", "", printed)
        found = next(value for key, value in table.items() if _same(key, bare))
    return found


def _same(key: str, bare: str) -> bool:
    return re.sub("[ -]", "", key) == bare


# ---- before the first number ---------------------------------------------------------

# The order of words before a number. Words of order 0 may come anywhere before a sign.
_ORDER = {
    "skip": 0, "base": 0, "hedge": 0, "between": 0, "lead": 0,
    "verb": 1, "slowed": 1, "based": 1, "rate": 1, "loss": 1, "of_loss": 1,
    "widened": 2,
    "to": 3, "by": 3, "sign": 4, "money": 4, "percent_of": 5, "word": 5, "flat": 5,
    "after": 6, "stop": 6,
}  # fmt: skip
_PLACES = (
    "below", "just below", "well below", "above", "just above", "well above", "past",
    "beyond", "crossed", "crossing", "breached", "跌破", "降破", "升破", "涨破", "突破",
    "冲破", "首破", "站上", "跨越", "越过",
)  # fmt: skip
"""The hedges that a change ends at, rather than has as its size."""
_MOVING = ("narrowed", "narrowing", "收窄", "缩窄", "扩大")
"""The verbs whose direction depends on the rate or the loss that they are said of."""
_PAST = ("rose", "fell", "grew", "slid", "sank", "shrank", "leapt")
_ONCE = ("skip", "lead", "money", "verb", "to")


@lru_cache(maxsize=4096)
def read_before(piece: str, nouns: tuple[str, ...]) -> Before:
    """The words before a number."""
    seen: dict[str, Any] = {}
    reached, verbs = 0, []
    for what, meaning, language, printed, at, _ in tokens(piece, nouns):
        seen["de"] = seen.get("de", False) or language == "de"
        if what == "turned":
            raise StopError(at, f"it names no number, but the status {meaning}")
        if what == "from":
            raise StopError(at, TWO)
        if what == "and" or what not in _ORDER:
            raise StopError(at)
        if printed == "~" and "sign" in seen:
            raise StopError(at)
        order = _ORDER[what]
        if what == "base" and ("word" in seen or "flat" in seen):
            order = 5
        _check_before(what, printed, order, reached, seen, at)
        reached = max(reached, order)
        if what == "slowed":
            what = "verb"
        if what == "based":
            what, (meaning, seen["base"]) = "verb", meaning
        if what == "verb":
            verbs.append(meaning)
            seen["moving"] = printed in _MOVING
            seen["past"] = printed.endswith("ed") or printed in _PAST
        if printed in _PLACES and verbs:
            seen["to"] = None  # "fell below 5%" is a level
        seen["hedge" if what == "after" else what] = meaning
        if what == "hedge" and printed[0] in "<>≤≥~":
            seen["symbol"] = printed  # it belongs to what follows at once
        if what == "sign":
            _check_sign(piece, at + len(printed), meaning, printed, seen)
    return _told_before(seen, verbs)


def _check_before(
    what: str, printed: str, order: int, reached: int, seen: dict[str, Any], at: int
) -> None:
    """Refuse a word out of its order."""
    changes = "verb" in seen or "rate" in seen or "of_loss" in seen
    bad = (order < reached and (order > 0 or reached > 3)) or (
        what in seen and what not in _ONCE
    )
    bad |= what == "slowed" and "rate" not in seen
    bad |= what == "based" and ("verb" in seen or "rate" in seen or "base" in seen)
    bad |= what == "verb" and ("to" in seen or ("verb" in seen and "rate" not in seen))
    bad |= what == "to" and "to" in seen
    bad |= what == "rate" and "verb" in seen
    bad |= what == "loss" and ("verb" in seen or "rate" in seen)
    bad |= what == "widened" and "loss" not in seen
    bad |= what == "by" and not (changes or "loss" in seen or "lead" in seen)
    bad |= what in ("word", "flat") and (changes or "loss" in seen or "sign" in seen)
    bad |= what == "after" and ("word" not in seen or "hedge" in seen)
    bad |= what == "stop"
    bad |= "symbol" in seen and what not in ("money", "percent_of", "sign")
    if bad:
        raise StopError(at)


def _check_sign(
    piece: str, end: int, meaning: int, printed: str, seen: dict[str, Any]
) -> None:
    """Refuse a sign that may be something else, or that another word contradicts."""
    at = end - len(printed)
    rate = "rate" in seen and seen["rate"] > 0 and "verb" not in seen
    changes = "verb" in seen or "loss" in seen or "of_loss" in seen or "rate" in seen
    if changes and not (rate and meaning < 0):
        raise StopError(at)
    if printed == "-" and piece[end : end + 1] == " ":
        raise StopError(at, "a dash before a blank is no sign")
    if meaning < 0 and seen.get("hedge") in LIMITS:
        raise StopError(at, "a limit before a minus may be meant on either side")


def _told_before(seen: dict[str, Any], verbs: list[int]) -> Before:
    """What the words before a number say together."""
    loss, to = "loss" in seen, "to" in seen
    moved = bool(verbs) or "widened" in seen
    if "rate" in seen:
        changes, direction = True, seen["rate"]
    elif "of_loss" in seen:
        changes, direction = not to, seen["of_loss"] if not to else -1
    elif loss:
        # A loss that moves to a number is a level; one that moves by it, a change.
        changes = moved and not to
        direction = (verbs[0] if verbs else 1) if changes else -1
    else:
        changes = bool(verbs) and not to
        direction = verbs[0] if changes else 0
    if changes and seen.get("moving") and not ("rate" in seen or loss):
        raise StopError(0, "the change of a rate that is not named")
    of_loss = changes and (loss or "of_loss" in seen)
    sign = seen.get("sign", 0)
    return Before(
        hedge=seen.get("hedge"),
        direction=direction,
        changes=changes,
        sign=sign,
        money=seen.get("money", ""),
        word=seen.get("word"),
        base=seen.get("base", ""),
        unit=("percent", -2) if "percent_of" in seen else None,
        of="loss" if of_loss else "",
        of_rate=seen["rate"] * verbs[0] if "rate" in seen and verbs and not to else 0,
        between="between" in seen,
        flat="flat" in seen,
        bare=sign == 0 and not verbs and "rate" not in seen,
        german=seen.get("de", False),
        past=seen.get("past", False),
    )


# ---- after a number ------------------------------------------------------------------

_AFTER = {
    "some": 0, "after": 0, "scale": 1, "unit": 2, "fold": 2, "noun": 3, "money": 3,
    "and": 3, "skip": 4, "base": 4, "stop": 4, "end": 4, "by": 4, "lead": 4,
    "verb": 5, "rate": 5, "more": 5,
}  # fmt: skip
_MANY = ("noun", "skip", "and")
_COINS = ("元", "dollar", "dollars", "$")
"""The money words after a number that another one before it makes exact."""


@lru_cache(maxsize=4096)
def read_after(piece: str, ranges: bool, nouns: tuple[str, ...]) -> After:
    """The words after a number; with `ranges`, the words between two numbers."""
    seen: dict[str, Any] = {}
    some = reached = 0
    noun = (0, 0)
    last, languages, connector, coin = "", set(), "", False
    for what, meaning, language, printed, at, end in tokens(piece, nouns):
        languages.add(language)
        if connector:
            _check_connected(what, meaning, printed, connector, seen, at)
            seen[what] = meaning
            last = what
            continue
        if ranges and (printed in _BETWEEN or what == "and"):
            rest = piece[end:]
            if what != "and" or not _is_noun(rest, nouns):
                connector = "and" if what == "and" else printed
                continue
        touches = piece[:at][-1:] != " "
        if printed == "+" and reached <= 3 and "after" not in seen and touches:
            what, meaning = "after", "at_least"
        if what == "named":
            what = "money"
        if what == "base" and "more" in seen:
            reached = 4  # "higher than a year earlier"
        coin = coin or printed in _COINS
        order = _AFTER.get(what, -1)
        bad = order < 0 or 0 < order < reached or (what in seen and what not in _MANY)
        bad |= what == "some" and reached > 1
        bad |= what == "and" and "noun" not in seen
        bad |= what in ("by", "lead") and "verb" not in seen
        bad |= ranges and order > 3
        if bad:
            raise StopError(at, TWO if ranges else "reading stopped")
        if what == "some":
            some = 2 if "scale" in seen else 1
        elif what == "noun":
            noun = (noun[0] if "noun" in seen else at, end)
        reached = max(reached, order)
        last = what
        seen[what] = meaning
    if (last in ("skip", "and") and not connector) or (ranges and not connector):
        raise StopError(len(piece), TWO if ranges else "reading stopped")
    return After(
        some=some,
        hedge=seen.get("after"),
        scale=seen.get("scale"),
        unit=seen.get("unit", seen.get("fold")),
        noun=noun,
        money=seen.get("money", ""),
        coin=coin,
        direction=seen.get("verb", seen.get("more", seen.get("rate", 0))),
        growth="rate" in seen,
        more="more" in seen,
        base=seen.get("base", ""),
        connector=connector,
        sign=seen.get("sign", 1),
        languages=frozenset(languages),
    )


def _check_connected(
    what: str, meaning: Any, printed: str, connector: str, seen: dict[str, Any], at: int
) -> None:
    """After the word of a range may come a sign or money, after a dash no sign."""
    good = what in ("money", "named") or (
        what == "sign" and connector != "-" and "sign" not in seen and printed in "+-"
    )
    if not good:
        raise StopError(at, TWO)


def _is_noun(rest: str, nouns: tuple[str, ...]) -> bool:
    """Whether the words of a piece go on with a noun."""
    match = lexicon(nouns)[0].match(rest)
    return match is not None and _meaning(match[1], lexicon(nouns)[1])[0] == "noun"
