"""Which level a growth in the same sentence belongs to."""

from __future__ import annotations

import re

from .scan import Found, Scan

_LISTS = re.compile(r"respectively|分别|各自|依次")
_PUNCTUATION = re.compile(r"[\s,(（，、)]*$")
# What may stand between the clause of a level and its growth.
_LINK = re.compile(
    r"[\s(]*(?:with|which (?:was|is)|representing|marking|or|were|was|is|are|it was"
    r"|and|also|\w+ing [^,;]{0,40}with)?(?: ?\b(?:a|an|the))?\s*"
)
_TO = ("", "to", "至", "到", "达", "达到", "为")
"""Between a growth and the level that it led to."""
_CONTRARY = re.compile(
    r"\b(?:while|but|whereas|as|when|after|against|compared|of which|including|versus"
    r"|excluding|before)\b|其中|但|而|较|比"
)
# Before a level with which another one is compared, or that is not the measured one.
_BASE = re.compile(
    r"(?:compared (?:with|to)|against|versus|vs\.?|from|than|比|较)(?: an?| the)?\s*$"
    r"|(?:去年|上年|上年度|去年同期|上年同期|上月|同期)(?:为|的|是|销售|销量|出口)?\s*$"
    r"|(?:目标|计划|预期)(?:为|是|定为|定在|的)?\s*$"
    r"|\b(?:target|goal|forecast|plan|quota|capacity)(?: (?:of|is|was|at))?\s*$"
)
_TAIL_WORDS, _TAIL_SIGNS = 7, 6
"""How much of a level's clause may follow it before its growth."""


def links(scan: Scan) -> list[int | None]:
    """For each figure the place of the level that it is the growth of."""
    found = scan.figures
    linked: list[int | None] = [None] * len(found)
    for place, one in enumerate(found):
        listed = _LISTS.search(scan.folded[slice(*one.sentence)])
        if one.is_growth and one.figure.of != "loss" and listed is None:
            linked[place] = _level_of(scan, place, linked)
    return linked


def _level_of(scan: Scan, place: int, linked: list[int | None]) -> int | None:
    found, one = scan.figures, scan.figures[place]
    following = found[place + 1] if place + 1 < len(found) else None
    if following is not None and following.sentence == one.sentence:
        gap = scan.folded[one.end : following.start]
        if following.is_level and following.to and gap.strip() in _TO:
            return place + 1
    before = place - 1
    while before >= 0 and found[before].sentence == one.sentence:
        other = found[before]
        if _in_parentheses(scan, other) and not _in_parentheses(scan, one):
            before -= 1  # the same in another currency
            continue
        if other.is_level and (
            other.figure.value < 0
            or _BASE.search(scan.folded[max(0, other.start - 30) : other.start])
            or _listed(scan, before)
        ):
            return None
        if other.is_level:
            return before if _belongs(scan, before, place) else None
        level = linked[before]
        if other.is_growth and level is not None and level < before:
            gap = scan.folded[other.end : one.start]
            same_base = other.figure.base == one.figure.base
            return None if same_base or not _PUNCTUATION.match(gap) else level
        return None
    return None


def _listed(scan: Scan, place: int) -> bool:
    """Whether a level is the last one of several."""
    one = scan.figures[place]
    before = place - 1
    while before >= 0 and _in_parentheses(scan, scan.figures[before]):
        before -= 1
    if before < 0 or not scan.figures[before].is_level:
        return False
    if scan.figures[before].sentence != one.sentence:
        return False
    gap = scan.folded[scan.figures[before].end : one.start]
    gap = re.sub(r"\([^()]*\)", "", gap)
    return gap.strip(" ,") in ("and", "和", "与", "及", "、", "或", "or")


def _in_parentheses(scan: Scan, one: Found) -> bool:
    before = scan.folded[one.sentence[0] : one.start]
    return before.count("(") > before.count(")")


def _belongs(scan: Scan, level: int, growth: int) -> bool:
    """Whether a growth follows its level with nothing that changes the subject."""
    start = scan.figures[level].end
    between = scan.folded[start : scan.figures[growth].start]
    between = re.sub(r"\([^()]*\)", "", between)
    tail, comma, link = _divided(between)
    if _CONTRARY.search(tail) or _CONTRARY.search(link) or ":" in between:
        return False
    if not comma:
        return _LINK.fullmatch(between) is not None
    if not between.isascii():
        return len(tail) <= _TAIL_SIGNS and not link.strip(" (")
    short = len(tail.split()) <= _TAIL_WORDS and not re.search(r"\d[\d,.]*%", tail)
    return short and _LINK.fullmatch(link) is not None


def _divided(between: str) -> tuple[str, bool, str]:
    """The rest of the level's clause, and what leads to the growth.

    A participle clause with a comma of its own belongs to what leads to the growth.
    """
    first = between.find(",")
    if first < 0:
        return "", False, between
    return between[:first], True, between[first + 1 :]
