"""The reader of published figures: "13.9万辆", "down nearly 20%", "8-9 billion yuan".

A figure is words, a number, words; a range continues with a second number and words.
Numbers vary and words repeat, so a text is split at its numbers and each piece of words
is read once and cached. All arithmetic is on integers over a power of ten; nothing is
rounded in binary. The time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

LONGEST = 200  # characters; far more than any printed figure has

HEDGES = {
    "about": "about",
    "nearly": "nearly",
    "over": "more than",
    "at_least": "at least",
    "under": "less than",
    "at_most": "at most",
}
"""The relations that words before a number state, with those words."""

# (class, meaning, English words, Chinese words): earlier lines win over later ones.
# An English word must not be followed by a letter; a blank in it matches any number.
_LEXICON: tuple[tuple[str, Any, str, str], ...] = (
    (
        "hedge",
        "at_least",
        "at least|no less than|no fewer than|not less than",
        "不低于|不少于|至少",
    ),
    (
        "hedge",
        "at_most",
        "at most|up to|no more than|not more than",
        "不超过|不高于|不多于|至多|最多",
    ),
    (
        "hedge",
        "over",
        "more than|over|exceed(?:ed|ing|s)?|above",
        "超过|超出|超|逾|突破",
    ),
    ("hedge", "under", "less than|fewer than|below|under", "不到|不足|低于"),
    ("hedge", "nearly", "nearly|almost|close to", "将近|接近|近"),
    ("hedge", "about", "about|around|some|approximately|roughly", "大约|约"),
    ("after", "at_least", "or more", "以上"),
    ("after", "about", "or so", "左右|上下"),
    ("some", "and_some", "", "余|多"),
    ("word", (10, 1), "doubl(?:e|es|ed|ing)", "翻了?[一1]?番|翻了?[一1]?倍"),
    ("word", (20, 1), "tripl(?:e|es|ed|ing)", ""),
    ("word", (30, 1), "quadrupl(?:e|es|ed|ing)", "翻了?[两2]番"),
    ("word", (5, -1), "halv(?:e|es|ed|ing)", ""),
    (
        "skip",
        None,
        "year ?- ?on ?- ?year|month ?- ?on ?- ?month|year on year|"
        "month on month|yoy|y/y|mom|m/m|qoq|q/q|an|a|the|will|has|have|had|rate",
        "同比|环比|了|率",
    ),
    ("unit", ("pp", -2), "percentage[ -]points?|ppts?|pps?", "个?百分点"),
    ("unit", ("pp", -4), "basis points?|bps?", "个?基点"),
    ("unit", ("percent", -2), "percent|per cent", "%"),
    ("unit", ("multiple", 0), "times|x", "倍"),
    ("scale", 12, "trillions?|trn|tn", "万亿"),
    ("scale", 11, "", "千亿"),
    ("scale", 10, "", "百亿"),
    ("scale", 9, "billions?|bln|bn|b", "十亿"),
    ("scale", 8, "", "亿"),
    ("scale", 7, "", "千万"),
    ("scale", 6, "millions?|mln|mn|m", "百万"),
    ("scale", 5, "", "十万"),
    ("scale", 4, "", "万"),
    ("scale", 3, "thousands?|k", "千"),
    (
        "verb",
        1,
        "up|ris(?:e|es|en|ing)|rose|increas(?:e|es|ed|ing)|"
        "gr(?:ew|ow|ows|own|owing|owth)|gain(?:s|ed)?|climb(?:s|ed)?|jump(?:s|ed)?|"
        "surg(?:e|es|ed)|soar(?:s|ed)?",
        "增长|增加|上涨|上升|提升|提高|增|升|涨",
    ),
    (
        "verb",
        -1,
        "down|fall(?:s|en|ing)?|fell|declin(?:e|es|ed|ing)|"
        "drop(?:s|ped|ping)?|decreas(?:e|es|ed|ing)|slid|slip(?:s|ped)?|shr[aiu]nks?|"
        "plung(?:e|es|ed)|reduc(?:ed|tion)",
        "下降|下滑|下跌|减少|降低|回落|降|减|跌",
    ),
    ("loss", -1, "(?:net )?loss(?:es)?", "净?亏损|亏"),
    ("to", None, "to", "达到|达|至|到|为"),
    ("by", None, "by|of", ""),
    ("sign", -1, "", "-"),
    ("sign", 1, "", "[+]"),
    ("tilde", None, "", "~"),
    ("money", None, "us[$]|hk[$]|rmb|cny|usd|eur|gbp|hkd|jpy", "[$¥€£]|人民币"),
    (
        "noun",
        None,
        "vehicles?|cars?|automobiles?|units?|nevs?|evs?|robotaxis?|"
        "(?:passenger|electric|new|energy|private|charging|square)|yuan|renminbi|dollars?|"
        "euros?|pounds?|people|stores?|outlets?|stations?|piles?|countries|regions|and|"
        "factories|cities|models?|brands?|deliver(?:y|ies)|registrations?|orders?|trips?|"
        "sets?|met(?:er|re)s?|courts?",
        "辆次?|台|套|元|美元|欧元|英镑|港元|港币|日元|"
        "汽车|新能源|家|座|个|国家|地区|和|次|人|户|吨|款|平方米|城市",
    ),
)
_PLAIN: dict[int, str | int | None] = {
    **{0xFF01 + i: 0x21 + i for i in range(94)},  # full-width forms
    **dict.fromkeys((0xA0, 0x2002, 0x2003, 0x2009, 0x202F, 0x3000), " "),
    **dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212), "-"),
    0x301C: "~",
    0xFFE5: "¥",
}
_BETWEEN = frozenset(("-", "~", "to", "至", "到"))


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
    bare: bool  # has neither a verb nor a sign


class _Before(NamedTuple):
    """The words before the first number."""

    hedge: str | None
    direction: int  # -1 or 1 for verbs and losses, otherwise 0
    changes: bool  # a verb without "to": a change, not a level
    sign: int  # -1 or 1 as printed, otherwise 0
    money: str
    word: tuple[int, int] | None
    bare: bool


class _After(NamedTuple):
    """The words after a number."""

    some: int  # 0 none, 1 before the scale word, 2 after it
    hedge: str | None
    scale: int | None
    unit: tuple[str, int] | None
    noun: str
    direction: int  # of a verb at the end: "80% decline"
    ranges: bool  # a second number follows
    sign: int  # of that number


class _StopError(Exception):
    """The place in a piece of words where reading stopped, and the reason."""

    def __init__(self, at: int, why: str = "reading stopped") -> None:
        self.at = at
        self.why = why


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    number = r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
    words = "[^0-9]*"
    lines = []
    for _, _, english, chinese in _LEXICON:
        english = re.sub(" (?![?])", " +", english).replace(" ?", " *")
        parts = [f"(?:{english})(?![a-z])"] * bool(english) + [chinese] * bool(chinese)
        lines.append(f"({'|'.join(parts)})")
    return (
        re.compile(f"({words})(?:({number})({words})(?:({number})({words}))?)?"),
        re.compile(" *(?:" + "|".join(lines) + ")", re.IGNORECASE),
    )


def _tokens(piece: str) -> Iterator[tuple[str, Any, str, int]]:
    """The words of a piece as (class, meaning, printed word, place)."""
    token = _patterns()[1]
    at, end = 0, len(piece.rstrip(" "))
    while at < end:
        match = token.match(piece, at)
        if match is None or match.lastindex is None:
            raise _StopError(at + len(piece[at:]) - len(piece[at:].lstrip(" ")))
        name, meaning, _, _ = _LEXICON[match.lastindex - 1]
        yield name, meaning, match[match.lastindex], match.start(match.lastindex)
        at = match.end()


# The order of words before a number; words of order 0 may come anywhere before a sign.
_BEFORE = {
    "skip": 0,
    "hedge": 0,
    "verb": 1,
    "loss": 1,
    "to": 2,
    "by": 2,
    "sign": 3,
    "money": 3,
    "word": 4,
    "after": 5,
}


@lru_cache(maxsize=4096)
def _before(piece: str) -> _Before:
    seen: dict[str, Any] = {}
    reached = 0
    for name, meaning, printed, at in _tokens(piece):
        order = _BEFORE.get(name, -1)
        changes = "verb" in seen or "loss" in seen
        if (
            order < 0
            or (order < reached and (order > 0 or reached > 2))
            or (name in seen and name != "skip")
            or (name == "loss" and "verb" in seen)
            or (name == "by" and not changes)
            or (name == "sign" and (changes or printed == "~"))
            or (name == "word" and reached > 0)
            or (name == "after" and ("word" not in seen or "hedge" in seen))
        ):
            raise _StopError(at)
        reached = max(reached, order)
        name = "hedge" if name == "after" else name
        seen[name] = printed if name == "money" else meaning
    changes = "verb" in seen and "to" not in seen
    direction = seen["verb"] if changes else seen.get("loss", 0)
    sign = seen.get("sign", 0)
    return _Before(
        hedge=seen.get("hedge"),
        direction=direction,
        changes=changes,
        sign=sign,
        money=seen.get("money", ""),
        word=seen.get("word"),
        bare=sign == 0 and "verb" not in seen,
    )


# The order of words after a number; words of order 0 may come anywhere.
_AFTER = {"some": 0, "after": 0, "scale": 1, "unit": 2, "noun": 3, "skip": 4, "verb": 5}


@lru_cache(maxsize=4096)
def _after(piece: str, ranges: bool) -> _After:
    """The words after a number; with ``ranges``, the words between two numbers."""
    seen: dict[str, Any] = {}
    some = reached = 0
    noun_from = noun_to = 0
    name = ""
    for name, meaning, printed, at in _tokens(piece):
        order = _AFTER.get(name, -1)
        if ranges and "between" in seen:
            # "to" may be followed by a sign or a currency, a dash not by a dash
            if name in seen or not (
                name == "money" or (name == "sign" and seen["between"] != "-")
            ):
                raise _StopError(at)
        elif ranges and (printed in _BETWEEN):
            seen["between"] = printed
            continue
        elif (
            order < 0
            or 0 < order < reached
            or (name in seen and name not in ("noun", "skip"))
            or (name == "some" and reached > 1)
            or (ranges and order > 3)
        ):
            raise _StopError(at)
        elif name == "some":
            some = 2 if "scale" in seen else 1
        elif name == "noun":
            noun_from = noun_from if "noun" in seen else at
            noun_to = at + len(printed)
        reached = max(reached, order)
        seen[name] = meaning
    if name == "skip" or (ranges and "between" not in seen):
        raise _StopError(len(piece))
    return _After(
        some=some,
        hedge=seen.get("after"),
        scale=seen.get("scale"),
        unit=seen.get("unit"),
        noun=piece[noun_from:noun_to],
        direction=seen.get("verb", 0),
        ranges=ranges,
        sign=seen.get("sign", 1),
    )


class _Number(NamedTuple):
    """digits * 10^place, printed to 10^unit; the last nonzero digit counts 10^last."""

    digits: int
    place: int
    unit: int
    last: int


def _number(printed: str, shift: int) -> _Number:
    whole, _, decimals = printed.replace(",", "").partition(".")
    digits = int(whole + decimals)
    whole = whole.lstrip("0")
    zeros = len(whole) - len(whole.rstrip("0"))
    place, unit, last = 0, min(zeros, max(len(whole) - 2, 0)), zeros
    if decimals:
        kept = len(decimals.rstrip("0"))
        place = unit = -len(decimals)
        last = -kept if kept else zeros
    return _Number(digits, place + shift, unit + shift, last + shift)


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
        case _:
            return n - half, n + half, False, False


def _kind(kind: str, before: _Before, after: _After) -> str:
    """The kind of the whole: a change of a level is "change", of a rate "pp"."""
    if before.changes or after.direction:
        return {"number": "change", "pp": "pp"}.get(kind, "growth")
    return "growth" if kind == "percent" and before.sign else kind


def _single(before: _Before, number: _Number, after: _After, kind: str) -> Reading:
    hedges = [h for h in (before.hedge, after.hedge, after.some and "and_some") if h]
    if len(hedges) > 1:
        raise _StopError(0, "it has two hedges")
    relation = str(hedges[0]) if hedges else "exact"
    least = min(number.place, number.unit, number.last, 0)
    n = 2 * number.digits * 10 ** (number.place - least)
    unit = 2 * 10 ** (number.unit - least)
    low, high, low_open, high_open = _hedged(
        relation, n, unit // 2, 2 * 10 ** (number.last - least)
    )
    if (before.direction or after.direction or 1) * (before.sign or 1) < 0:
        n, low, high = (
            -n,
            None if high is None else -high,
            None if low is None else -low,
        )
        low_open, high_open = high_open, low_open
    return Reading(
        value=n,
        low=low,
        high=high,
        over=2 * 10**-least,
        low_open=low_open,
        high_open=high_open,
        unit=unit,
        relation=relation,
        kind=_kind(kind, before, after),
        of=after.noun or before.money.strip(),
        bare=before.bare and not after.direction,
    )


def _range(
    before: _Before, one: _Number, middle: _After, two: _Number, last: _After, kind: str
) -> Reading:
    if before.hedge or any(e.hedge or e.some for e in (middle, last)):
        raise _StopError(0, "a range cannot have a hedge")
    least = min(one.place, two.place, one.unit, two.unit, 0)
    low = 2 * one.digits * 10 ** (one.place - least) * (before.sign or 1)
    high = 2 * two.digits * 10 ** (two.place - least) * middle.sign
    if low >= high:
        raise _StopError(0, "the first number of a range must be the smaller")
    if (before.direction or last.direction) < 0:
        low, high = -high, -low
    unit = 2 * 10 ** (min(one.unit, two.unit) - least)
    return Reading(
        value=(low + high) // 2,
        low=low,
        high=high,
        over=2 * 10**-least,
        low_open=False,
        high_open=False,
        unit=unit,
        relation="range",
        kind=_kind(kind, before, last),
        of=last.noun or middle.noun or before.money.strip(),
        bare=before.bare and not last.direction,
    )


def _shared(middle: _After, last: _After, name: str) -> Any:
    """The word of both ends of a range, which one of them may leave out."""
    one, two = getattr(middle, name), getattr(last, name)
    if one and two and one != two:
        raise _StopError(0, f"the ends of a range differ in {name}")
    return two or one


def _pieces(plain: str, at: list[int]) -> Reading:
    """Read a text; ``at`` receives the place where the current piece begins."""
    match = _patterns()[0].match(plain)
    assert match is not None  # every part of the pattern may be empty
    words, one, middle, two, last = match.groups()
    before = _before(words)
    if before.word is not None:
        if one is not None:
            raise _StopError(len(words))
        digits, sign = before.word
        number = _Number(digits, -1, -1, -1)
        before = before._replace(direction=sign, changes=True, bare=False)
        return _single(before, number, _after("", False), "growth")
    if one is None:
        raise _StopError(len(plain))
    at[0] = match.start(3)
    after = _after(middle, two is not None)
    if two is not None:
        at[0] = match.start(5)
        final = _after(last, False)
        if match.end() < len(plain):
            raise _StopError(len(last))
        at[0] = match.start(2)
        kind, power = _shared(after, final, "unit") or ("number", 0)
        scale = final.scale or 0
        first = scale if after.scale is None else after.scale
        noun = _shared(after, final, "noun")
        return _range(
            before,
            _number(one, first + power),
            after,
            _number(two, scale + power),
            final._replace(noun=noun),
            kind,
        )
    if match.end() < len(plain):
        raise _StopError(len(middle))
    at[0] = match.start(2)
    kind, power = after.unit or ("number", 0)
    number = _number(one, (after.scale or 0) + power)
    if after.some == 2:
        number = number._replace(last=(after.scale or 0) + power)
    return _single(before, number, after, kind)


def _quoted(text: str, most: int = 40) -> str:
    """The text for an error message: quoted, escaped, shortened."""
    return repr(text if len(text) <= most else text[:most] + "...")


def read(text: str) -> Reading:
    """Read one figure; raise ValueError if the text is not a figure."""
    start = [0]
    try:
        if len(text) > LONGEST:
            why = f"longer than {LONGEST} characters, reading stopped"
            raise _StopError(LONGEST, why)
        return _pieces(text if text.isascii() else text.translate(_PLAIN), start)
    except _StopError as stop:
        at, why = start[0] + stop.at, stop.why
    rest = _quoted(text[at : at + 13], 12) if at < len(text) else "the end"
    raise ValueError(
        f"{_quoted(text)} is not a figure: {why} at character {at + 1}, {rest}"
    )
