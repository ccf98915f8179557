"""The outcomes of claims: figures that meet, that do not, or are not comparable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._figures import intervals as exact
from .._figures.show import show
from .claims import Claims
from .facts import Facts
from .reading import KNOWN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._common.types import Floats, Rows
    from .._figures.intervals import Span

    Flags = NDArray[np.bool_]


OUTCOMES = ("consistent", "inconsistent", "not comparable")
CONSISTENT, INCONSISTENT, NOT_COMPARABLE = range(3)
# Labels that must agree, in the order in which a reason is looked for.
_LABELS = ("scope", "growth_basis", "dimension", "vintage")
# Codes of reasons: from _DIFFERS and _UNSTATED on one code per label.
_DIFFERS, _UNSTATED, _DOUBT = 1, 1 + len(_LABELS), 1 + 2 * len(_LABELS)
_CUT = _DOUBT + 1
CUT = "cut, not rounded?"
_FORECAST = 2  # the code of the mode


class Compared(NamedTuple):
    """The comparisons of one `Claims` with their outcomes; `kept` are its entries."""

    rule: str
    claims: Claims
    kept: Rows
    outcome: NDArray[np.uint8]
    reason: NDArray[np.uint8]
    distance: NDArray[np.float64]

    def rows(self, at: int) -> list[int]:
        """The rows of one comparison, each once."""
        entry = self.kept[at]
        return _each_once(int(column[entry]) for column in self.claims.facts)

    def expected(self, at: int) -> Span:
        """The interval that the facts of one comparison imply."""
        span: Span = self.claims.expected.span(int(self.kept[at]))
        return span


class _Closed(NamedTuple):
    """A pair of arrays as closed intervals."""

    low: Floats
    high: Floats

    def span(self, i: int) -> Span:
        return exact.closed(float(self.low[i]), float(self.high[i]))


def _each_once(rows: Any) -> list[int]:
    return list(dict.fromkeys(row for row in rows if row >= 0))


def compare(facts: Facts, rule: str, claims: Claims) -> Compared:
    """Compare what is expected with what is printed.

    Doubles decide if the gap or the overlap is larger than any rounding error;
    otherwise the exact intervals do.
    """
    if not hasattr(claims.expected, "span"):
        pair = (np.asarray(end, np.float64) for end in claims.expected)
        claims = claims._replace(expected=_Closed(*pair))
    low, high = claims.expected.low, claims.expected.high
    first, last = claims.printed.low, claims.printed.high
    kept = np.flatnonzero((low <= high) & (first <= last))
    low, high, first, last = low[kept], high[kept], first[kept], last[kept]
    ends = np.stack([low, high, first, last])
    with np.errstate(invalid="ignore"):
        slack = 1e-12 * np.abs(np.where(np.isinf(ends), 0, ends)).max(axis=0, initial=0)
        gap = np.maximum(low - last, first - high)  # positive: apart
    misses = gap > 0
    distance = np.maximum(gap, 0)
    for i in np.flatnonzero(np.abs(gap) <= slack):
        entry = int(kept[i])
        expected, printed = claims.expected.span(entry), claims.printed.span(entry)
        apart, misses[i] = exact.gap(expected, printed)
        distance[i] = exact.nearest(apart)
    reason = _reasons(facts, claims, kept, misses)
    outcome = np.where(
        reason > 0, NOT_COMPARABLE, np.where(misses, INCONSISTENT, CONSISTENT)
    ).astype(np.uint8)
    unit = claims.printed.of.unit[claims.printed.at[kept]]
    if claims.printed.of is facts.growths:
        cut = cut_short(np.stack([low, high, first, last]), unit)
        reason[cut & (outcome == INCONSISTENT)] = _CUT
    distance = distance / np.where(unit > 0, unit, 1)
    distance[outcome != INCONSISTENT] = np.nan
    return Compared(rule, claims, kept, outcome, reason, distance)


def cut_short(ends: Floats, unit: Any) -> Any:
    """Whether the printed digits are those of an expected growth, cut off.

    `ends` are the low and high ends of the expected and of the printed growth.
    Cutting leaves the last digit below the growth by less than a unit; rounding to the
    nearest leaves it within half a unit.
    """
    low, high, first, last = ends
    middle = (first + last) / 2
    rounded = (unit > 0) & (np.abs(last - first - unit) <= unit * 1e-6)
    up = (middle > -unit / 4) & (low > middle) & (low < middle + unit)
    down = (middle < unit / 4) & (high < middle) & (high > middle - unit)
    return rounded & (up | down)


def _reasons(
    facts: Facts, claims: Claims, kept: Rows, misses: Flags
) -> NDArray[np.uint8]:
    """The code of the reason why figures are not comparable; 0 if they are."""
    reason = np.zeros(len(kept), dtype=np.uint8)
    labels = _labels(facts, claims, kept)
    for k, label in reversed([*enumerate(labels)]):
        reason[label.unstated & misses] = _UNSTATED + k
    if claims.doubt:
        reason[misses] = _DOUBT
    for k, label in reversed([*enumerate(labels)]):
        reason[label.differs] = _DIFFERS + k
    return reason


class _Label(NamedTuple):
    """For each comparison: whether a label differs between its facts, or is missing."""

    differs: Flags
    unstated: Flags


def _labels(facts: Facts, claims: Claims, kept: Rows) -> list[_Label]:
    """The labels of comparisons, in the order of _LABELS."""
    code = facts.code
    none = np.full(len(kept), -1)
    rows = [column[kept] for column in claims.facts] or [none]
    vintage = code["vintage"].copy()
    forecast = code["mode"] == _FORECAST
    forecast |= np.array([v == "forecast" for v in facts.label["vintage"]], dtype=bool)
    vintage[forecast] = -1
    vintages = [np.where(column >= 0, vintage[column], -1) for column in rows]
    dated = np.logical_or.reduce([codes > 0 for codes in vintages])
    differs, undated = _state(vintage, rows)
    sources = np.stack([np.where(c >= 0, code["source"][c], -1) for c in rows])
    # an unknown source (0) is not one source
    one_source = sources.max(axis=0) > 0
    one_source &= ((sources == -1) | (sources == sources.max(axis=0))).all(axis=0)
    scope = _state(code["scope"], rows)
    scopes = np.stack([np.where(c >= 0, code["scope"][c], 0) for c in rows])
    one_scope = one_source & (scopes == 0).all(axis=0)
    return [
        scope._replace(unstated=scope.unstated & ~one_scope),
        _basis(code["growth_basis"], claims, kept, one_source),
        _state(code["dimension"], rows if claims.dimensions else [none]),
        _Label(differs, undated & dated),
    ]


def _basis(basis: Rows, claims: Claims, kept: Rows, one_source: Flags) -> _Label:
    """The basis of growths: 0 unknown, 1 printed, 2 comparable.

    An unknown basis is printed where level, base and growth come from one source, and
    unknown ones of one source are one basis.
    """
    together = [column[kept] for column in claims.together]
    differs, unstated = _state(basis, together or [np.full(len(kept), -1)])
    none = [np.where(column >= 0, basis[column], 0) == 0 for column in together]
    if none:
        unstated &= ~(one_source & np.logical_and.reduce(none))
    for column in claims.against:
        row = column[kept]
        differs = differs | ((row >= 0) & (basis[row] == 2))
        unstated = unstated | ((row >= 0) & (basis[row] == 0) & ~one_source)
    return _Label(differs, unstated)


def _state(code: Rows, rows: list[Rows]) -> _Label:
    """A label from its codes; a row or code of -1 is ignored, a code of 0 is empty."""
    codes = np.stack([np.where(column >= 0, code[column], -1) for column in rows])
    largest = np.iinfo(np.int64).max
    least = np.where(codes > 0, codes, largest).min(axis=0)
    most = codes.max(axis=0)
    return _Label((most > 0) & (least != most), (codes == 0).any(axis=0))


def reason_of(facts: Facts, compared: Compared, at: int) -> str:
    """The reason of one comparison in words; empty if it has none."""
    number, claims = int(compared.reason[at]), compared.claims
    if number == 0:
        return ""
    if number == _CUT:
        return CUT
    if number == _DOUBT:
        return claims.doubt
    label = _LABELS[(number - 1) % len(_LABELS)]
    word = label.removeprefix("growth_")
    if number >= _UNSTATED:
        return f"{word} not stated"
    rows, restated = compared.rows(at), None
    if label == "growth_basis":
        entry = compared.kept[at]
        rows = _each_once(int(c[entry]) for c in (*claims.against, *claims.together))
        restated = _restatement(compared, at)
    names = facts.label[label]
    if label == "growth_basis":  # also those taken from other facts of the source
        names = [KNOWN[label][code] for code in facts.code[label].tolist()]
    stated = dict.fromkeys(names[row] for row in rows)
    words = f"{word}: {', '.join(filter(None, stated))}"
    return f"{words}; published base restated by {restated}" if restated else words


def _restatement(compared: Compared, at: int) -> str | None:
    """The comparable base over the published one, for a growth against a level."""
    claims, entry = compared.claims, int(compared.kept[at])
    if not claims.against or not hasattr(claims.expected, "of"):
        return None
    operands = getattr(claims.expected.of, "operands", ())
    if len(operands) != 2:
        return None
    published, level = (x.span(entry) for x in operands)
    try:
        base = exact.base(level, claims.printed.span(entry))
        factor = exact.ratio(base, published)
    except exact.BeyondError:
        return None
    return f"{show(factor.low, 'multiple')} to {show(factor.high, 'multiple')}"
