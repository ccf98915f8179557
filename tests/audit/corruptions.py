"""Corrupted copies of tables of facts, and a slow judge of whether they contradict.

The judge knows nothing of the audit: each level is an interval, each printed figure a
constraint between levels, and intervals are narrowed until nothing changes. A table is
contradictory if an interval becomes empty.
"""

import csv
import math
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import evmarket as em

PRESS = Path(__file__).parents[3] / "shared" / "cases" / "press"
FILES = ("byd-h1-25", "caam-25", "cpca-nov-23", "geely-dec-23", "li-q3-24")
KINDS = ("digits", "sign", "ten times", "wrong base", "cumulative for single")
# By what the parents of these entities are divided; the files do not say it.
BREAKDOWNS = {
    "byd-overseas": "region",
    "byd-auto": "business",
    "byd-phone": "business",
    "china-auto-dom": "region",
    "china-auto-exp": "region",
    "china-nev-dom": "region",
    "china-nev": "powertrain",
    "china-bev": "powertrain",
    "china-phev": "powertrain",
    "china-fcev": "powertrain",
}
SIGNED = ("profit", "loss")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def facts_of(name):
    """The facts of a release, with the breakdown of each part."""
    path = PRESS / f"facts-{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{**row, "breakdown": BREAKDOWNS.get(row["entity"], "")} for row in rows]


# ---- corruptions ---------------------------------------------------------------------


def corrupted(rows, kind):
    """Copies of rows with one fact corrupted: the id of the fact and the copy."""
    for i, row in enumerate(rows):
        for change in _CORRUPT[kind](row, rows):
            yield row["id"], [*rows[:i], {**row, **change}, *rows[i + 1 :]]


def _digits(row, rows):
    for column in ("text", "growth_text"):
        text = row[column]
        places = [i for i, c in enumerate(text) if c.isdigit()]
        for i, j in pairwise(places):
            inside = set(text[i + 1 : j]) <= set(",.")
            leading = i == places[0] and text[j] == "0"
            if inside and text[i] != text[j] and not leading:
                swapped = [*text]
                swapped[i], swapped[j] = text[j], text[i]
                yield {column: "".join(swapped)}


def _sign(row, rows):
    for column in ("text", "growth_text"):
        text = row[column]
        if text.startswith("+"):
            yield {column: f"-{text[1:]}"}
        elif text.startswith("-"):
            yield {column: f"+{text[1:]}"}
        elif text.startswith("down "):
            yield {column: f"up {text[5:]}"}
        elif text and row["kind"] == "pp":
            yield {column: f"down {text}"}
        elif text and row["kind"] != "growth":
            yield {column: f"-{text}"}


def _ten_times(row, rows):
    for column in ("text", "growth_text"):
        match = NUMBER.search(row[column])
        if match:
            whole, _, decimals = match[0].replace(",", "").partition(".")
            number = f"{int(whole + (decimals[:1] or '0')):,}"
            number += f".{decimals[1:]}" if decimals[1:] else ""
            start, end = match.span()
            yield {column: row[column][:start] + number + row[column][end:]}


def _wrong_base(row, rows):
    base = row["growth_base"]
    if not base:
        return
    others = {r[c] for r in rows for c in ("period", "growth_base")} - {"", base}
    before = re.sub(r"\d{4}", lambda year: str(int(year[0]) - 1), base)
    for other in sorted({*others, before} - {row["period"]}):
        first, last = months_of(other)
        start, end = months_of(base)
        if last - first == end - start:
            yield {"growth_base": other}


def _cumulative(row, rows):
    if row["kind"] != "level":
        return
    first, last = months_of(row["period"])
    for other in rows:
        start, end = months_of(other["period"])
        longer = start <= first and last <= end and end - start > last - first
        same = all(row[c] == other[c] for c in ("entity", "measure", "dimension"))
        if same and longer and other["kind"] == "level":
            yield {"text": other["text"]}


_CORRUPT = dict(
    zip(KINDS, (_digits, _sign, _ten_times, _wrong_base, _cumulative), strict=True)
)


def months_of(period):
    """First and last month of a period: year * 12 + month - 1."""
    first, dots, last = period.partition("..")
    if dots:
        return months_of(first)[0], months_of(last)[1]
    year, part = int(first[:4]) * 12, first[4:]
    if part[:1] in ("Q", "H"):
        size = 3 if part[0] == "Q" else 6
        return year + size * (int(part[1]) - 1), year + size * int(part[1]) - 1
    return (year + int(part[1:]) - 1,) * 2 if part else (year, year + 11)


# ---- the judge -----------------------------------------------------------------------


class Judge:
    """Intervals of levels and rates, and the constraints between them."""

    def __init__(self, rows, skipped=()):
        self.known = {}
        self.rules = []
        figures = [(row, _interval(row["text"])) for row in rows if row["text"]]
        for row, printed in figures:
            self._state(row, printed)
        for row in rows:
            if row["growth_text"]:
                self._grow(row, _interval(row["growth_text"]))
        self._sums(rows)
        self._accounts()
        self._parts(rows)
        self.rules = [
            rule
            for rule in self.rules
            if rule[0] != "sum" or (rule[1], *rule[2]) not in skipped
        ]

    def _level(self, row, period="period", entity="entity", measure=None):
        measure = measure or row["measure"]
        name = (row[entity], measure, row["dimension"], months_of(row[period]))
        signed = any(word in measure for word in SIGNED)
        self.known.setdefault(name, [-math.inf if signed else 0.0, math.inf])
        return name

    def _state(self, row, printed):
        kind, measure = row["kind"], row["measure"]
        if kind == "level":
            if printed[1] < 0:  # a sign is not contradicted by the measure alone
                self.known[self._level(row)][0] = -math.inf
            self.rules.append(("is", self._level(row), printed))
        elif kind == "growth":
            self._grow(row, printed)
        elif kind in ("share", "margin"):
            self.rules.append(("is", self._rate(row, kind, "period"), printed))
        elif kind == "pp":
            kind = "margin" if measure.endswith("margin") else "share"
            now, then = (self._rate(row, kind, p) for p in ("period", "growth_base"))
            self.known["change", row["id"]] = list(printed)
            self.rules.append(("sum", now, [then, ("change", row["id"])]))

    def _grow(self, row, growth):
        name = ("growth", row["id"])
        self.known[name] = [1 + growth[0], 1 + growth[1]]
        now, base = self._level(row), self._level(row, "growth_base")
        self.rules.append(("product", now, base, name))

    def _rate(self, row, kind, period):
        measure = row["measure"].removeprefix("share of ")
        if kind == "margin":
            profit = measure.removesuffix("margin") + "profit"
            top = self._level(row, period, measure=profit)
            bottom = self._level(row, period, measure="revenue")
        else:
            top = self._level(row, period, measure=measure)
            bottom = self._level(row, period, "parent", measure)
        name = ("rate", top, bottom)
        if name not in self.known:
            self.known[name] = [-math.inf, math.inf]
            self.rules.append(("product", top, bottom, name))
        return name

    def _sums(self, rows):
        """Longer periods against the shorter ones that make them up."""
        by_series = {}
        for name in [n for n in self.known if len(n) == 4]:
            by_series.setdefault(name[:3], []).append(name)
        for names in by_series.values():
            for whole in names:
                first, last = whole[3]
                inside = [n for n in names if n != whole]
                inside = [n for n in inside if first <= n[3][0] and n[3][1] <= last]
                if self.known[whole][0] == 0:
                    self.rules += [("at most", n, whole) for n in inside]
                self.rules += [
                    ("sum", whole, list(tiles)) for tiles in _tiles(first, last, inside)
                ]

    def _accounts(self):
        for entity, measure, dimension, when in [n for n in self.known if len(n) == 4]:
            if measure == "cost":
                names = [
                    (entity, m, dimension, when) for m in ("revenue", "gross profit")
                ]
                if all(name in self.known for name in names):
                    cost = (entity, measure, dimension, when)
                    self.rules.append(("sum", names[0], [cost, names[1]]))

    def _parts(self, rows):
        levels = {}
        for row in rows:
            for period in ("period", "growth_base"):
                if row["parent"] and row[period]:
                    part = self._level(row, period)
                    levels[part] = row["parent"], row["breakdown"]
        groups = {}
        for part, (parent, breakdown) in levels.items():
            whole = (parent, *part[1:])
            if whole in self.known:
                groups.setdefault((whole, breakdown), []).append(part)
                self.rules.append(("at most", part, whole))
        complete = {
            self._level(row, period)
            for row in rows
            for period in ("period", "growth_base")
            if row["parts"] and row[period]
        }
        named = {}  # all the parts that a whole ever has
        for (whole, breakdown), parts in groups.items():
            named.setdefault((whole[0], whole[1], breakdown), set()).update(
                part[0] for part in parts
            )
        for (whole, breakdown), parts in groups.items():
            all_of_them = len(named[whole[0], whole[1], breakdown]) == len(parts)
            if whole in complete and len(parts) > 1 and all_of_them:
                self.rules.append(("sum", whole, parts))

    def broken(self):
        """The constraint that empties an interval; None if no interval is empty."""
        for _ in range(60):
            before = {name: tuple(ends) for name, ends in self.known.items()}
            for rule in self.rules:
                if not _APPLY[rule[0]](self.known, *rule[1:]):
                    return rule
            if all(_close(before[n], self.known[n]) for n in before):
                break
        return None


def _tiles(first, last, inside):
    """Sequences of periods that cover first to last."""
    for name in inside:
        if name[3][0] == first and name[3][1] < last:
            for rest in _tiles(name[3][1] + 1, last, inside):
                yield (name, *rest)
        elif name[3] == (first, last):
            yield (name,)


def _interval(text):
    figure = em.Figure(text)
    return figure.low, figure.high


def _close(before, after):
    return all(
        a == b or abs(a - b) <= 1e-9 * abs(a)
        for a, b in zip(before, after, strict=True)
    )


def _narrow(ends, low, high):
    ends[0], ends[1] = max(ends[0], low), min(ends[1], high)
    return ends[0] <= ends[1] + 1e-9 * max(abs(ends[0]), abs(ends[1]))


def _is(known, name, printed):
    return _narrow(known[name], *printed)


def _at_most(known, part, whole):
    low, high = known[part][0], known[whole][1]
    return _narrow(known[part], -math.inf, high) and _narrow(
        known[whole], low, math.inf
    )


def _sum(known, whole, parts):
    ends = [known[part] for part in parts]
    low, high = (sum(e[k] for e in ends) for k in (0, 1))
    if not _narrow(known[whole], low, high):
        return False
    whole_low, whole_high = known[whole]
    for k, mine in enumerate(ends):
        others = [e for j, e in enumerate(ends) if j != k]
        least = whole_low - sum(e[1] for e in others)
        most = whole_high - sum(e[0] for e in others)
        if not _narrow(mine, least, most):
            return False
    return True


def _product(known, result, base, factor):
    """result = base * factor, where the base is positive."""
    r, b, f = known[result], known[base], known[factor]
    if b[0] < 0:
        return True
    if _finite(*b, *f):
        corners = [x * y for x in b for y in f]
        if not _narrow(r, min(corners), max(corners)):
            return False
    if (
        f[0] > 0
        and r[0] >= 0
        and not _narrow(b, r[0] / f[1] if _finite(f[1]) else 0, r[1] / f[0])
    ):
        return False
    if b[0] > 0 and _finite(*r, *b):
        corners = [x / y for x in r for y in b]
        return _narrow(f, min(corners), max(corners))
    return True


def _finite(*ends):
    return math.inf not in map(abs, ends)


_APPLY = {"is": _is, "at most": _at_most, "sum": _sum, "product": _product}


def revised(rows):
    """Sums that a true table breaks: revisions, and parts from another publication."""
    skipped = ()
    while rule := Judge(rows, skipped).broken():
        assert rule[0] == "sum"
        skipped += ((rule[1], *rule[2]),)
    return skipped


# ---- the count -----------------------------------------------------------------------


def alarms(found):
    """The findings of an audit that call figures inconsistent."""
    return {(f.rule, f.facts) for f in found.findings if f.outcome == "inconsistent"}


def fate(name, copy, known, skipped):
    """What became of one corruption: caught, missed, or why nothing contradicts it."""
    found = em.audit(copy, errors="collect")
    if found.errors:
        return "refused by the reader"
    new = bool(alarms(found) - known)
    try:
        contradicted = Judge(copy, skipped).broken() is not None
    except ValueError:
        return "refused by the reader"
    if contradicted:
        return "caught" if new else "missed"
    if new:
        return "caught, not by the judge"
    touched = {i for f in found.findings for i in f.facts}
    return "within rounding" if name in touched else "no other figure"


def count(files=FILES, kinds=KINDS, every=1):
    """{(kind, fate): number} over the corruptions of some files, or every n-th one.

    ``count()`` takes all of them: about 800, in a quarter of a minute.
    """
    counted = Counter()
    for file in files:
        rows = facts_of(file)
        known, skipped = alarms(em.audit(rows)), revised(rows)
        for kind in kinds:
            for place, (name, copy) in enumerate(corrupted(rows, kind)):
                if place % every == 0:
                    counted[kind, fate(name, copy, known, skipped)] += 1
    return counted


def rate(counted, *kinds):
    """The part of the contradicted corruptions that the audit catches."""
    caught, missed = (
        sum(counted[kind, which] for kind in kinds) for which in ("caught", "missed")
    )
    return caught / (caught + missed)
