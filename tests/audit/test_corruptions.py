"""The audit on real releases, true and corrupted, and on random true figures."""

import random
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest

import evmarket as em
from tests.audit import corruptions

press = pytest.mark.skipif(not corruptions.PRESS.is_dir(), reason="no press releases")

# The two sums that publications of one release and the next do not keep.
REVISIONS = {("months", ("m09", "m01", "m11")), ("months", ("m19", "m02", "m12"))}


@press
@pytest.mark.parametrize("name", corruptions.FILES)
def test_true_releases_raise_no_alarm(name):
    rows = corruptions.facts_of(name)
    for row in rows:
        row["breakdown"] = ""  # as the files are
    found = corruptions.alarms(em.audit(rows))
    assert found == (REVISIONS if name == "caam-25" else set())


@press
def test_a_breakdown_tells_parts_of_one_total_from_those_of_another():
    rows = corruptions.facts_of("byd-h1-25")
    found = em.audit(rows, rules=["parts"])
    assert [(f.facts, f.outcome) for f in found.findings] == [
        (("b01", "b12", "b14"), "consistent")
    ]
    for row in rows:
        row["breakdown"] = ""
    (found,) = em.audit(rows, rules=["parts"]).findings
    assert found.facts == ("b01", "b08", "b12", "b14")
    assert found.outcome == "not comparable" and "breakdown" in found.reason


@press
def test_corruptions_that_other_figures_contradict_are_caught():
    counted = corruptions.count(every=4)
    kinds = corruptions.KINDS
    assert corruptions.rate(counted, *kinds) >= 0.95
    for kind in kinds:
        assert corruptions.rate(counted, kind) >= 0.85
    assert sum(counted.values()) > 180


# ---- random true figures -----------------------------------------------------------

ENDS = ("", " million", " billion yuan", "万辆")
SCALES = {"": 1, " million": 10**6, " billion yuan": 10**9, "万辆": 10**4}


def rounded(value, places):
    step = Decimal(1).scaleb(-places)
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{exact.quantize(step, ROUND_HALF_EVEN):,f}"


def level(value, rng):
    """A level as the press prints it."""
    for end in rng.sample(ENDS, len(ENDS)):
        if value >= SCALES[end]:
            places = rng.randint(1, 3) if end else 0
            return f"{rounded(Fraction(value) / SCALES[end], places)}{end}"
    return f"{value:,}"


def percent(value, rng, sign="+"):
    text = rounded(value * 100, rng.randint(0, 2))
    return f"{text}%" if text.startswith("-") or not sign else f"+{text}%"


def triple(i, rng):
    """Three true figures of one kind, as rows of facts."""
    size = 10 ** rng.uniform(4, 11)
    base, now = (int(size * rng.uniform(0.3, 3)) + 1 for _ in range(2))
    common = {"entity": f"x{i}", "measure": "revenue", "scope": "s", "source": "one"}
    old = {**common, "id": f"{i}o", "period": "2024", "text": level(base, rng)}
    new = {**common, "id": f"{i}n", "period": "2025", "text": level(now, rng)}
    kind = ("growth", "change", "margin", "share", "sum", "growth fact")[i % 6]
    grown = {"growth_base": "2024", "growth_basis": "printed"}
    if kind in ("growth", "growth fact"):
        text = percent(Fraction(now - base, base), rng)
        if kind == "growth":
            return [old, {**new, **grown, "growth_text": text}]
        fact = {**new, **grown, "id": f"{i}g", "kind": "growth", "text": text}
        return [old, new, fact]
    if kind == "change":
        word = "up" if now > base else "down"
        text = f"{word} {level(abs(now - base) or 1, rng)}"
        return [old, {**new, **grown, "growth_text": text}] if now != base else []
    part = int(now * rng.uniform(0.05, 0.9)) + 1
    inner = {**new, "id": f"{i}p", "text": level(part, rng)}
    rate = {**new, "id": f"{i}r", "text": percent(Fraction(part, now), rng, "")}
    if kind == "margin":
        inner["measure"], rate["measure"] = "gross profit", "gross margin"
        cost = {**new, "id": f"{i}c", "measure": "cost", "text": level(now - part, rng)}
        return [new, inner, cost, {**rate, "kind": "margin"}]
    side = {"parent": f"x{i}", "breakdown": "brand"}
    inner = {**inner, **side, "entity": f"p{i}"}
    if kind == "share":
        return [new, inner, {**rate, **side, "entity": f"p{i}", "kind": "share"}]
    rest = {**inner, "id": f"{i}q", "entity": f"q{i}", "text": level(now - part, rng)}
    return [{**new, "parts": "complete"}, inner, rest]


def alarms_of_true_triples(count, seed=8):
    """The inconsistent findings of an audit of so many true triples of figures."""
    rng = random.Random(seed)
    rows = [row for i in range(count) for row in triple(i, rng)]
    for row in rows:
        row["dimension"] = "money"
    found = em.audit(rows)
    return found, [f for f in found.findings if f.outcome == "inconsistent"]


def test_random_true_figures_raise_no_alarm():
    found, alarms = alarms_of_true_triples(2_000)
    assert alarms == [] and found.counts["consistent"] > 2_000
    assert found.counts["not comparable"] == 0
