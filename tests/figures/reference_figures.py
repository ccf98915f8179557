"""A slow, simple twin of the figure functions: pure Python, exact rationals.

An interval is (low, high, low_open, high_open) of Fractions; an unbounded end is None.
The twin imports nothing from the package, so that it cannot share a mistake.
"""

import itertools
import re
from fractions import Fraction

_HEDGES = (
    ("at least ", "at_least"),
    ("at most ", "at_most"),
    ("less than ", "under"),
    ("more than ", "over"),
    ("exceeded ", "over"),
    ("over ", "over"),
    ("nearly ", "nearly"),
    ("about ", "about"),
)
_RANGE = re.compile(r"(.*?\d\S*(?: [a-z]+)?)(?: to |-)(\d.*)")


def unit_of(number):
    """The rounding unit of a number as printed, a Fraction."""
    digits = number.replace(",", "")
    if "." in digits:
        return Fraction(1, 10 ** len(digits.partition(".")[2]))
    digits = digits.lstrip("0")
    zeros = len(digits) - len(digits.rstrip("0"))
    return Fraction(10 ** min(zeros, max(len(digits) - 2, 0)))


def _one(text):
    """(value, unit) of a number with its scale or percent sign."""
    match = re.fullmatch(r"([\d,]+(?:\.\d+)?)( billion| trillion|%)?( yuan)?", text)
    number, scale = (
        match[1],
        {
            " billion": Fraction(10**9),
            " trillion": Fraction(10**12),
            "%": Fraction(1, 100),
            None: Fraction(1),
        }[match[2]],
    )
    return Fraction(number.replace(",", "")) * scale, unit_of(number) * scale


def read(text, relation="exact"):
    """The interval of a text, hedged by `relation` where the text has no hedge."""
    if text == "more than doubled":
        return (Fraction(1), None, True, True)
    sign = 1
    if text.startswith("loss of "):
        text, sign = text[8:], -1
    for words, name in _HEDGES:
        if text.startswith(words):
            text, relation = text[len(words) :], name
    if text[0] in "+-":
        sign = -1 if text[0] == "-" else 1
        text = text[1:]
    match = _RANGE.fullmatch(text)
    if match:
        a, b = _one(match[1])[0], _one(match[2])[0]
        found = (a, b, False, False)
        if not a < b:
            raise ValueError(text)
    else:
        n, unit = _one(text)
        found = {
            "over": (n, None, True, True),
            "at_least": (n, None, False, True),
            "nearly": (n - unit / 2, n, False, True),
            "under": (Fraction(0), n, False, True),
            "at_most": (Fraction(0), n, False, False),
        }.get(relation, (n - unit / 2, n + unit / 2, False, False))
    return found if sign > 0 else negative(found)


def negative(x):
    low, high, low_open, high_open = x
    return (
        None if high is None else -high,
        None if low is None else -low,
        high_open,
        low_open,
    )


def corners(f, *spans):
    """The interval of f over a box with finite ends; f is defined at every corner."""
    found = {}
    for corner in itertools.product(
        *(
            [(s[0], s[2]), (s[1], s[3])] if s[0] != s[1] else [(s[0], s[2] or s[3])]
            for s in spans
        )
    ):
        value = f(*(end for end, _ in corner))
        found.setdefault(value, []).append(any(is_open for _, is_open in corner))
    low, high = min(found), max(found)
    return (low, high, all(found[low]), all(found[high]))


FORMULAS = {
    "implied_base": lambda x, g: x / (1 + g),
    "implied_growth": lambda b, c: c / b - 1,
    "implied_current": lambda b, g: b * (1 + g),
    "implied_increment": lambda x, g: x - x / (1 + g),
    "implied_ratio": lambda n, d: n / d,
    "implied_ratio_growth": lambda a, b: (1 + a) / (1 + b) - 1,
    "implied_period_growth": lambda y, g, e, h: (
        (y - e) / (y / (1 + g) - e / (1 + h)) - 1
    ),
}


def total(*spans):
    """Growth of a sum, from every corner; `spans` are levels and growths in turn."""
    n = len(spans) // 2
    return corners(
        lambda *x: (
            sum(x[:n]) / sum(a / (1 + g) for a, g in zip(x[:n], x[n:], strict=True)) - 1
        ),
        *spans[::2],
        *spans[1::2],
    )


def add(*spans):
    ends = []
    for k in (0, 1):
        values = [s[k] for s in spans]
        ends.append(None if None in values else sum(values))
    return (*ends, any(s[2] for s in spans), any(s[3] for s in spans))


def quotient(top, bottom, less=0):
    """top / bottom - less; bottom may be unbounded or contain 0, top may not."""
    if bottom[1] is not None and bottom[1] <= 0:
        return None
    low, high = bottom[0], bottom[1]
    reaches = low is None or low <= 0
    tops = [(top[0], top[2], True), (top[1], top[3], False)]
    found = []
    for value, is_open, is_low in tops:
        use_high = (value is None and not is_low) or (value is not None and value >= 0)
        use_high = use_high == is_low
        by, by_open = (high, bottom[3]) if use_high else (low, bottom[2])
        if value is None or (not use_high and reaches):
            found.append((None, True))
        elif by is None:
            found.append((Fraction(0) - less, True))
        else:
            found.append((value / by - less, is_open or by_open))
    (a, a_open), (b, b_open) = found
    return (a, b, a_open, b_open)


def plus(x, by):
    return (
        None if x[0] is None else x[0] + by,
        None if x[1] is None else x[1] + by,
        *x[2:],
    )


def product(x, factor):
    """x times a factor, neither of them negative."""
    high = None if x[1] is None or factor[1] is None else x[1] * factor[1]
    return (
        x[0] * factor[0],
        high,
        x[2] or factor[2],
        high is None or x[3] or factor[3],
    )


def meet(x, y):
    """Whether two intervals have a point in common."""
    lows = [s for s in (x, y) if s[0] is not None]
    highs = [s for s in (x, y) if s[1] is not None]
    if not lows or not highs:
        return True
    low, high = max(s[0] for s in lows), min(s[1] for s in highs)
    if low != high:
        return low < high
    return not (
        any(s[2] for s in lows if s[0] == low)
        or any(s[3] for s in highs if s[1] == high)
    )


def _month(text):
    year, _, month = text.partition("-")
    return (
        int(year) * 12 + (int(month) - 1 if month else 0),
        int(year) * 12 + (int(month) - 1 if month else 11),
    )


def _months(period):
    if not period:
        return None
    first, _, last = period.partition("..")
    return _month(first)[0], _month(last or first)[1]


def _prepare(rows):
    facts = []
    for row in rows:
        fact = dict(row)
        fact["when"], fact["base"] = _months(row["period"]), _months(row["growth_base"])
        stated = read(row["text"], row["relation"])
        fact["stated"] = stated
        if row["kind"] == "growth":
            fact["growth"] = stated
        else:
            fact["growth"] = read(row["growth_text"]) if row["growth_text"] else None
        fact["series"] = (row["entity"], row["measure"], row["dimension"])
        fact["above"] = (row["parent"], row["measure"], row["dimension"])
        facts.append(fact)
    for fact in facts:
        stated = {
            f["growth_basis"]
            for f in facts
            if f["source"] == fact["source"] != "" and f["measure"] == fact["measure"]
        } - {""}
        if not fact["growth_basis"] and len(stated) == 1:
            (fact["growth_basis"],) = stated
    return facts


def _levels(facts):
    """Printed and derived levels: dicts of series, above, when, mode, span, facts."""

    def level(fact, when, span, used, growth=None):
        return {
            "series": fact["series"],
            "above": fact["above"] if fact["parent"] else None,
            "when": when,
            "mode": fact["mode"],
            "span": span,
            "facts": used,
            "growth": growth,
        }

    printed = [
        level(f, f["when"], f["stated"], [f])
        for f in facts
        if f["kind"] in ("level", "count") and f["when"]
    ]
    known = {(x["series"], x["when"]) for x in printed}
    derived = []
    for f in facts:
        if not (f["growth"] and f["when"] and f["base"]):
            continue
        factor = plus(f["growth"], 1)
        if f["kind"] in ("level", "count") and (f["series"], f["base"]) not in known:
            span = quotient(f["stated"], factor)
            if span:
                derived.append(level(f, f["base"], span, [f], f))
        if f["kind"] == "growth" and (f["series"], f["when"]) not in known:
            for x in printed:
                if (x["series"], x["when"]) == (f["series"], f["base"]):
                    span = product(x["span"], factor)
                    derived.append(level(f, f["when"], span, [f, *x["facts"]], f))
    return printed, derived


def _differs(values):
    stated = {v for v in values if v}
    return len(stated) > 1, "" in values, bool(stated)


def judge(
    used, expected, printed, against=(), together=(), dimensions=False, doubt=False
):
    """consistent, inconsistent or not comparable."""
    scope = _differs([f["scope"] for f in used])
    sources = {f["source"] for f in used}
    one_source = len(sources) == 1 and "" not in sources
    vintage = _differs(
        [
            f["vintage"]
            for f in used
            if f["mode"] != "forecast" and f["vintage"] != "forecast"
        ]
    )
    basis = _differs([f["growth_basis"] for f in together])
    against = [f["growth_basis"] for f in against if f]
    dimension = _differs([f["dimension"] for f in used]) if dimensions else (False,) * 3
    if scope[0] or vintage[0] or basis[0] or dimension[0] or "comparable" in against:
        return "not comparable"
    if meet(expected, printed):
        return "consistent"
    one_scope, one_basis = (one_source and not x[2] for x in (scope, basis))
    unstated = (scope[1] and not one_scope) or (basis[1] and not one_basis)
    unstated = unstated or (vintage[1] and vintage[2]) or dimension[1] or doubt
    unknown = "" in against and not one_source
    return "not comparable" if unstated or unknown else "inconsistent"


_SIGNED = ("profit", "loss", "income", "earnings")


def audit(rows):
    """{(rule, ids): outcome} of all comparisons, for rows in the fact columns."""
    facts = _prepare(rows)
    printed, derived = _levels(facts)
    levels = printed + derived
    found = {}

    def say(rule, used, expected, against_printed, **more):
        used = list({f["id"]: f for f in used}.values())
        if expected is not None and expected[:2] != (None, None):
            ids = (used[0]["id"], frozenset(f["id"] for f in used[1:]))
            found[rule, ids] = judge(used, expected, against_printed, **more)

    def at(series, when, among=levels):
        return [
            x for x in among if x["series"] == series and x["when"] == when and when
        ]

    for f in facts:
        if f["growth"] and f["when"] and f["base"]:
            own = [{"facts": [f], "span": f["stated"]}]
            if f["kind"] == "growth":
                own = [
                    x
                    for x in at(f["series"], f["when"], printed)
                    if x["mode"] == f["mode"]
                ]
            for now, base in itertools.product(own, at(f["series"], f["base"])):
                clash = any(g in base["facts"] for g in (f, now["facts"][0]))
                if clash or base["mode"] not in ("reported", f["mode"]):
                    continue
                say(
                    "growth",
                    [f, *now["facts"], *base["facts"]],
                    quotient(now["span"], base["span"], 1),
                    f["growth"],
                    against=[f, base["growth"]],
                )
        pairs = []
        if f["kind"] == "share" and f["when"]:
            measure = f["measure"].removeprefix("share of ")
            pairs = [((e, measure, f["dimension"])) for e in (f["entity"], f["parent"])]
        if f["kind"] == "margin" and f["when"]:
            stem = f["measure"].removesuffix(" margin")
            top = stem if stem.endswith("profit") else f"{stem} profit"
            pairs = [(f["entity"], m, f["dimension"]) for m in (top, "revenue")]
        if pairs:
            for top, bottom in itertools.product(*(at(p, f["when"]) for p in pairs)):
                if (
                    top["mode"] == bottom["mode"]
                    and top["facts"][0] != bottom["facts"][0]
                ):
                    say(
                        "share" if f["kind"] == "share" else "margin",
                        [f, *top["facts"], *bottom["facts"]],
                        quotient(top["span"], bottom["span"]),
                        f["stated"],
                        against=[top["growth"], bottom["growth"]],
                    )
    for x in levels:
        signed = any(w in x["series"][1] for w in _SIGNED)
        for whole in at(x["above"], x["when"]):
            if (
                whole["mode"] != x["mode"]
                or whole["facts"][0] == x["facts"][0]
                or signed
            ):
                continue
            if x in printed:
                bound = (None, whole["span"][1], True, whole["span"][3])
                say(
                    "part",
                    [*x["facts"], *whole["facts"]],
                    bound,
                    x["span"],
                    against=[whole["growth"]],
                )
            elif whole in printed:
                bound = (x["span"][0], None, x["span"][2], True)
                say(
                    "part",
                    [*whole["facts"], *x["facts"]],
                    bound,
                    whole["span"],
                    against=[x["growth"]],
                )
    _sums(facts, say)
    for x, whole in itertools.permutations(levels, 2):
        if not (x["when"] and whole["when"]) or x["series"] != whole["series"]:
            continue
        (first, last), (start, end) = x["when"], whole["when"]
        inside = start <= first and last <= end and (first, last) != (start, end)
        signed = any(w in x["series"][1] for w in _SIGNED)
        level = all(y["facts"][0]["kind"] != "count" for y in (x, whole))
        if not (inside and level) or signed or x["mode"] != whole["mode"]:
            continue
        if x["facts"][0] == whole["facts"][0]:
            continue
        if x in printed:
            bound = (None, whole["span"][1], True, whole["span"][3])
            used, span, other = [*x["facts"], *whole["facts"]], x["span"], whole
        elif whole in printed:
            bound = (x["span"][0], None, x["span"][2], True)
            used, span, other = [*whole["facts"], *x["facts"]], whole["span"], x
        else:
            continue
        say("within a period", used, bound, span, against=[other["growth"]])
    for x, y in itertools.combinations(facts, 2):
        if (x["entity"], x["measure"], x["when"], x["mode"]) == (
            y["entity"],
            y["measure"],
            y["when"],
            y["mode"],
        ) and x["when"]:
            if x["kind"] == y["kind"] != "growth":
                say("same fact", [y, x], x["stated"], y["stated"], dimensions=True)
            if (
                x["growth"]
                and y["growth"]
                and x["dimension"] == y["dimension"]
                and x["base"] == y["base"]
                and x["base"]
            ):
                say("same growth", [y, x], x["growth"], y["growth"], together=[x, y])
    return found


def _one_each(parts, whole):
    """One fact per entity or month, from the source of the whole if possible."""
    chosen = {}
    for thing, fact in parts:
        best = chosen.get(thing)
        if best is None or (
            best["source"] != whole["source"] and fact["source"] == whole["source"]
        ):
            chosen[thing] = fact
    return [chosen[thing] for thing in sorted(chosen)]


def _sums(facts, say):
    plain = [f for f in facts if f["kind"] == "level" and f["when"]]
    for whole in plain:
        mine = [f for f in plain if f["mode"] == whole["mode"]]
        found = [
            f
            for f in mine
            if f["when"] == whole["when"]
            and f["parent"]
            and f["above"] == whole["series"]
        ]
        for breakdown in {f["breakdown"] for f in found}:
            same = [(f["entity"], f) for f in found if f["breakdown"] == breakdown]
            parts = _one_each(same, whole)
            if len(parts) < 2:
                continue
            total_of = add(*(f["stated"] for f in parts))
            if whole["parts"] == "complete":
                say("parts", [whole, *parts], total_of, whole["stated"])
            elif not any(w in whole["measure"] for w in _SIGNED):
                least = (total_of[0], None, total_of[2], True)
                doubt = not breakdown
                say("parts", [whole, *parts], least, whole["stated"], doubt=doubt)
        first, last = whole["when"]
        same = [f for f in mine if f["series"] == whole["series"]]
        singles = _one_each(
            [
                (f["when"][0], f)
                for f in same
                if f["when"][0] == f["when"][1] and first <= f["when"][0] <= last
            ],
            whole,
        )
        if first < last and len(singles) == last - first + 1:
            say(
                "months",
                [whole, *singles],
                add(*(f["stated"] for f in singles)),
                whole["stated"],
            )
        for begin, rest in itertools.product(same, same):
            if (
                begin["when"][0] == first
                and rest["when"][1] == last
                and begin["when"][1] + 1 == rest["when"][0]
            ):
                say(
                    "months",
                    [whole, begin, rest],
                    add(begin["stated"], rest["stated"]),
                    whole["stated"],
                )
